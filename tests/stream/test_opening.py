"""An asynchronous stream opens when it is awaited or entered, and not before."""

import asyncio

import pytest

from dragoman import AsyncDragoman, AsyncStream, errors
from scripted import READ, Scripted, answer, chunked, event

STREAM = chunked(
    event({"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]}), event("[DONE]")
)
ASK = {"model": "m", "messages": "Who?"}


def test_it_is_opened_by_awaiting_or_by_entering():
    async def main(url):
        async with AsyncDragoman(url) as client:
            awaited = await client.chat.stream(**ASK)
            assert isinstance(awaited, AsyncStream)
            assert (await awaited.until_done()).text == "x"
            async with client.chat.stream(**ASK) as entered:
                assert (await entered.until_done()).text == "x"

    with Scripted([READ, STREAM, READ, STREAM]) as server:
        asyncio.run(main(server.url("/v1")))


def test_nothing_is_sent_before():
    async def main(url):
        async with AsyncDragoman(url) as client:
            client.chat.stream(**ASK)

    with Scripted([READ]) as server:
        asyncio.run(main(server.url("/v1")))
        assert server.requests == []


def test_what_fails_fails_when_it_opens():
    async def main(url):
        async with AsyncDragoman(url, retries=0) as client:
            opening = client.chat.stream(**ASK)
            with pytest.raises(errors.NotFoundError):
                async with opening:
                    pass

    with Scripted([READ, answer(b"{}", "404 Not Found")]) as server:
        asyncio.run(main(server.url("/v1")))
