"""`chat.completions.stream`, in both colours."""

import asyncio

import pytest

from answers import STREAM, step
from dragoman.openai import APIConnectionError, AsyncChatCompletionStream, ChatCompletionStream, NotFoundError
from openai_asking import ASKED, asking, awaiting
from scripted import CLOSE, READ, answer, chunked, chunked_head
from scripted import chunk as piece

CUT = [chunked_head() + piece(step("Mo")), CLOSE]


def test_the_request_is_that_of_create():
    schema = {"type": "json_schema", "json_schema": {"name": "s", "schema": {}}}
    tools = [{"type": "function", "function": {"name": "f"}}]
    with asking(READ, STREAM) as (server, client):
        with client.chat.completions.stream(
            **ASKED, response_format=schema, tools=iter(tools), seed=1, extra_headers={"X-A": "b"}
        ) as stream:
            stream.until_done()

    assert server.requests[0].json == ASKED | {"stream": True, "seed": 1, "response_format": schema, "tools": tools}
    assert server.requests[0].headers["x-a"] == "b"


def test_events_and_the_whole_answer_can_be_had():
    with asking(READ, STREAM) as (_, client), client.chat.completions.stream(**ASKED) as stream:
        assert isinstance(stream, ChatCompletionStream)
        assert stream.response.status_code == 200
        assert next(stream).type == "chunk"
        assert stream.current_completion_snapshot.choices[0].message.content == "Mo"
        assert next(stream).delta == "Mo"
        assert stream.until_done() is stream
        final = stream.get_final_completion()

    assert (final.object, final.choices[0].message.content, final.choices[0].finish_reason) == (
        "chat.completion",
        "Monet",
        "stop",
    )


def test_leaving_it_closes_the_connection():
    with asking(READ, chunked_head(), piece(step("Mo"))) as (server, client):
        with client.chat.completions.stream(**ASKED) as stream:
            next(stream)
        assert server.left()


def test_nothing_is_sent_before_it_is_entered():
    with asking(READ, STREAM) as (server, client):
        client.chat.completions.stream(**ASKED)
        assert server.requests == []


def test_one_that_breaks_off_raises_after_what_came():
    with asking(READ, *CUT) as (_, client), pytest.raises(APIConnectionError):
        with client.chat.completions.stream(**ASKED) as stream:
            assert next(stream).type == "chunk"
            stream.until_done()


def test_one_that_does_not_begin_raises_when_it_is_entered():
    with asking(READ, answer(b"{}", "404 No")) as (_, client), pytest.raises(NotFoundError):
        with client.chat.completions.stream(**ASKED):
            pass


def test_the_same_asynchronously():
    async def use(client):
        async with client.chat.completions.stream(**ASKED) as stream:
            assert isinstance(stream, AsyncChatCompletionStream)
            async with stream:
                first = await anext(stream)
                half = stream.current_completion_snapshot.choices[0].message.content
                final = await stream.get_final_completion()
            await stream.close()
            return first.type, half, final.choices[0].message.content, stream.response.status_code

    assert asyncio.run(awaiting(use, READ, STREAM)) == ("chunk", "Mo", "Monet", 200)


def test_an_asynchronous_one_that_breaks_off_raises_alike():
    async def use(client):
        with pytest.raises(APIConnectionError):
            async with client.chat.completions.stream(**ASKED) as stream:
                await stream.until_done()

    asyncio.run(awaiting(use, READ, *CUT))


def test_an_asynchronous_one_that_does_not_begin_raises_alike():
    async def use(client):
        with pytest.raises(NotFoundError):
            async with client.chat.completions.stream(**ASKED):
                pass

    asyncio.run(awaiting(use, READ, answer(b"{}", "404 No")))


def test_a_step_with_no_content_is_no_event_of_text():
    with asking(READ, chunked(step(delta={"role": "assistant"}), step("x", "stop"))) as (_, client):
        with client.chat.completions.stream(**ASKED) as stream:
            assert [one.type for one in stream] == ["chunk", "chunk", "content.delta", "content.done"]


def test_one_that_is_entered_again_asks_again_and_adds_up_afresh():
    with asking(READ, STREAM, READ, STREAM) as (server, client):
        manager = client.chat.completions.stream(**{**ASKED, "messages": iter(ASKED["messages"])})
        texts = []
        for _ in range(2):
            with manager as stream:
                texts.append(stream.get_final_completion().choices[0].message.content)

    assert texts == ["Monet", "Monet"]
    assert server.requests[0].json == server.requests[1].json
