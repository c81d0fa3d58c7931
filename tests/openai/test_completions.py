"""`chat.completions`, in both colours."""

import asyncio
from dataclasses import dataclass

import pytest

from answers import CALLED, STREAM, document, step
from dragoman.openai import AsyncStream, Stream, pydantic_function_tool
from openai_asking import ASKED, asking, awaiting
from scripted import READ, chunked, event


@dataclass
class Painter:
    name: str


NAMED = '{"name":"Monet"}'
SAID = {
    "id": "c1",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": NAMED}, "finish_reason": "stop"}],
}


def test_it_is_asked_as_the_fingers_know():
    with asking(READ, document(), READ, STREAM) as (server, client):
        completion = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Who?"}], seed=1)
        stream = client.chat.completions.create(**ASKED, stream=True)
        assert isinstance(stream, Stream)
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "Monet"

    assert completion.choices[0].message.content == "Monet"
    assert completion.usage.prompt_tokens == 3
    assert server.requests[0].json == ASKED | {"seed": 1}
    assert server.requests[1].json == ASKED | {"stream": True}


def test_messages_and_model_have_to_be_there():
    with asking() as (_, client), pytest.raises(TypeError, match="'messages'"):
        client.chat.completions.create(model="m")


def test_an_answer_is_parsed():
    with asking(READ, document(SAID)) as (server, client):
        completion = client.chat.completions.parse(**ASKED, response_format=Painter)

    assert completion.choices[0].message.parsed == Painter("Monet")
    assert server.requests[0].json["response_format"]["json_schema"]["name"] == "Painter"


def test_a_stream_is_followed():
    with asking(READ, chunked(step(NAMED), step(finish="stop"), event("[DONE]"))) as (_, client):
        with client.chat.completions.stream(**ASKED, response_format=Painter) as stream:
            assert stream.get_final_completion().choices[0].message.parsed == Painter("Monet")


def test_the_same_asynchronously():
    async def use(client):
        completion = await client.chat.completions.create(**ASKED)
        stream = await client.chat.completions.create(**ASKED, stream=True)
        assert isinstance(stream, AsyncStream)
        texts = [chunk.choices[0].delta.content async for chunk in stream]
        parsed = await client.chat.completions.parse(**ASKED, response_format=Painter)
        return completion.choices[0].message.content, texts, parsed.choices[0].message.parsed

    script = (READ, document(), READ, STREAM, READ, document(SAID))
    assert asyncio.run(awaiting(use, *script)) == ("Monet", ["Mo", "net", None], Painter("Monet"))


def test_an_asynchronous_stream_is_followed():
    async def use(client):
        async with client.chat.completions.stream(**ASKED) as stream:
            return [one.type async for one in stream]

    assert asyncio.run(awaiting(use, READ, STREAM)) == ["chunk", "content.delta"] * 2 + ["chunk", "content.done"]


def test_the_answer_to_a_call_goes_back():
    with asking(READ, document(CALLED), READ, document()) as (server, client):
        message = client.chat.completions.create(**ASKED, tools=[pydantic_function_tool(Painter)]).choices[0].message
        told = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "42"}
        client.chat.completions.create(model="m", messages=[*ASKED["messages"], message, told])

    assert server.requests[1].json["messages"][1:] == [CALLED["choices"][0]["message"], told]
