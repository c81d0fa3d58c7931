"""httpx clients with the original's defaults."""

import asyncio

import openai as original
import pytest

from answers import document
from dragoman.openai import AsyncOpenAI, DefaultAsyncHttpxClient, DefaultHttpxClient, OpenAI
from openai_asking import ASKED
from scripted import READ, Scripted


@pytest.mark.parametrize("name", ["DefaultHttpxClient", "DefaultAsyncHttpxClient"])
def test_they_have_the_originals_defaults_and_take_others(name):
    import dragoman.openai as ours  # noqa: PLC0415 - both by one name

    mine, theirs = getattr(ours, name), getattr(original, name)

    assert mine().timeout == theirs().timeout
    assert mine().follow_redirects is theirs().follow_redirects
    assert mine(timeout=3.0).timeout.read == 3.0


def test_a_client_is_carried_by_one_and_is_closed_when_it_is():
    with Scripted([READ, document()]) as server, DefaultHttpxClient(headers={"x-own": "1"}) as http:
        client = OpenAI(base_url=server.url("/v1"), api_key="k", http_client=http)
        client.chat.completions.create(**ASKED)
        assert server.requests[0].headers["x-own"] == "1"
        assert not client.is_closed()
    assert client.is_closed()


def test_so_is_an_asynchronous_one():
    async def main():
        with Scripted([READ, document()]) as server:
            async with DefaultAsyncHttpxClient() as http:
                client = AsyncOpenAI(base_url=server.url("/v1"), api_key="k", http_client=http)
                await client.chat.completions.create(**ASKED)
                assert not client.is_closed()
            assert client.is_closed()

    asyncio.run(main())
