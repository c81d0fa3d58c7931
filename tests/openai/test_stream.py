"""Streams, in both colours."""

import asyncio

import pytest

from answers import STREAM, step
from dragoman.openai import APIConnectionError, AsyncStream, Stream
from openai_asking import ASKED, asking, awaiting
from scripted import CLOSE, READ, chunked_head
from scripted import chunk as piece

CUT = [chunked_head() + piece(step("Mo")) + piece(step("net")), CLOSE]


def test_it_can_be_walked_through_step_by_step():
    with asking(READ, STREAM) as (_, client):
        stream = client.chat.completions.create(**ASKED, stream=True)
        assert isinstance(stream, Stream)
        assert next(stream).choices[0].delta.content == "Mo"
        assert [chunk.choices[0].delta.content for chunk in stream] == ["net", None]
        assert list(stream) == []
        with pytest.raises(StopIteration):
            next(stream)


def test_it_shows_its_answer():
    with asking(READ, STREAM) as (_, client), client.chat.completions.create(**ASKED, stream=True) as stream:
        assert stream.response.status_code == 200
        assert stream.response.headers["Content-Type"] == "text/event-stream"


def test_leaving_it_closes_the_connection():
    with asking(READ, chunked_head(), piece(step("Mo"))) as (server, client):
        with client.chat.completions.create(**ASKED, stream=True):
            pass
        assert server.left()


@pytest.mark.parametrize("walk", [list, lambda stream: [next(stream) for _ in range(3)]], ids=["loop", "next"])
def test_one_that_breaks_off_raises_after_what_came(walk):
    with asking(READ, *CUT) as (_, client):
        stream = client.chat.completions.create(**ASKED, stream=True)
        with pytest.raises(APIConnectionError) as caught:
            walk(stream)

    assert caught.value.__cause__.partial.text == "Monet"


def test_the_same_asynchronously():
    async def use(client):
        stream = await client.chat.completions.create(**ASKED, stream=True)
        assert isinstance(stream, AsyncStream)
        async with stream:
            assert stream.response.status_code == 200
            texts = [chunk.choices[0].delta.content async for chunk in stream]
        await stream.close()
        await stream.aclose()
        return texts

    assert asyncio.run(awaiting(use, READ, STREAM)) == ["Mo", "net", None]


def test_an_asynchronous_one_that_breaks_off_raises_after_what_came():
    async def use(client):
        texts = []
        with pytest.raises(APIConnectionError):
            stream = await client.chat.completions.create(**ASKED, stream=True)
            while True:
                texts.append((await anext(stream)).choices[0].delta.content)
        return texts

    assert asyncio.run(awaiting(use, READ, *CUT)) == ["Mo", "net"]
