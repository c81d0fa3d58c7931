"""`chat.completions.with_raw_response`, in both colours."""

import asyncio
from dataclasses import dataclass

from answers import STREAM, document
from dragoman.openai import AsyncStream, Stream
from openai_asking import ASKED, asking, awaiting
from scripted import READ, answer

BUSY = answer(b"{}", "503 Busy", {"Retry-After-Ms": "1"})


@dataclass
class Painter:
    name: str


SAID = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": '{"name":"Monet"}'}, "finish_reason": "stop"}]
}


def test_it_answers_with_the_headers():
    with asking(READ, BUSY, READ, document(), max_retries=1) as (_, client):
        raw = client.chat.completions.with_raw_response.create(**ASKED)

    assert (raw.retries_taken, raw.headers["content-type"]) == (1, "application/json")
    assert raw.parse().choices[0].message.content == "Monet"


def test_a_stream_is_in_it():
    with asking(READ, STREAM) as (_, client):
        raw = client.chat.completions.with_raw_response.create(**ASKED, stream=True)
        stream = raw.parse()
        assert isinstance(stream, Stream)
        assert len(list(stream)) == 3

    assert raw.headers["content-type"] == "text/event-stream"


def test_a_parsed_answer_is_in_it():
    with asking(READ, document(SAID)) as (_, client):
        raw = client.chat.completions.with_raw_response.parse(**ASKED, response_format=Painter)

    assert raw.parse().choices[0].message.parsed == Painter("Monet")


def test_the_same_asynchronously():
    async def use(client):
        create = client.chat.completions.with_raw_response.create
        whole, streamed = await create(**ASKED), await create(**ASKED, stream=True)
        parsed = await client.chat.completions.with_raw_response.parse(**ASKED, response_format=Painter)
        stream = streamed.parse()
        assert isinstance(stream, AsyncStream)
        count = len([chunk async for chunk in stream])
        return whole.retries_taken, whole.parse().id, count, parsed.parse().choices[0].message.parsed

    script = (READ, BUSY, READ, document(), READ, STREAM, READ, document(SAID))
    assert asyncio.run(awaiting(use, *script, max_retries=1)) == (1, "c1", 3, Painter("Monet"))
