"""The published `openai` and this client, on one scripted server: where both have a thing, both make the same of it.

`openai` runs no tools for chat completions, so of its tools only the schema and the reading of arguments compare.
"""

import json
from typing import Literal

import openai
import pydantic
import pytest

from answers import DONE, step
from dragoman import Dragoman, Tool, errors
from dragoman.structured import response_format
from scripted import READ, Scripted, answer, chunked

ASKED = {"model": "m", "messages": [{"role": "user", "content": "Who?"}]}
TEXT = '{"name": "Monet", "born": 1840, "style": "impressionism", "friends": [{"name": "Sisley"}]}'


class Friend(pydantic.BaseModel):
    name: str


class Painter(pydantic.BaseModel):
    """A painter."""

    name: str
    born: int | None = None
    style: Literal["realism", "impressionism"] = pydantic.Field(description="what he is known for")
    friends: list[Friend]


def says(content=TEXT, finish="stop", **more):
    message = {"role": "assistant", "content": content, **more}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    body["choices"] = [{"index": 0, "message": message, "finish_reason": finish}]
    return answer(json.dumps(body).encode())


def theirs(server):
    return openai.OpenAI(base_url=server.url("/v1"), api_key="k", max_retries=0)


def ours(server):
    return Dragoman(server.url("/v1"), api_key="k", retries=0)


def test_the_same_is_asked_for_and_the_same_is_read():
    with Scripted([READ, says()], [READ, says()]) as server:
        with theirs(server) as client:
            original = client.chat.completions.parse(**ASKED, response_format=Painter)
        with ours(server) as client:
            mine = client.chat.parse(**ASKED, output=Painter)

        assert mine.parsed == original.choices[0].message.parsed
        assert mine.completion.to_dict()["choices"][0]["message"]["content"] == original.choices[0].message.content
        asked = dict(server.requests[0].json)
        assert asked.pop("stream") is False
        assert asked == server.requests[1].json


@pytest.mark.parametrize(
    ("given", "original", "mine"),
    [
        (says(TEXT[:20], "length"), openai.LengthFinishReasonError, errors.LengthError),
        (says(TEXT[:20], "content_filter"), openai.ContentFilterFinishReasonError, errors.ContentFilterError),
        (says('{"name": 1}'), pydantic.ValidationError, errors.InvalidOutputError),
    ],
    ids=["length", "filter", "shape"],
)
def test_where_theirs_raises_ours_does(given, original, mine):
    with Scripted([READ, given], [READ, given]) as server:
        with theirs(server) as client, pytest.raises(original):
            client.chat.completions.parse(**ASKED, response_format=Painter)
        with ours(server) as client, pytest.raises(mine):
            client.chat.parse(**ASKED, output=Painter)


def test_a_refusal_that_theirs_gives_as_nothing_ours_raises():
    refused = says(None, refusal="No.")
    with Scripted([READ, refused], [READ, refused]) as server:
        with theirs(server) as client:
            message = client.chat.completions.parse(**ASKED, response_format=Painter).choices[0].message
        with ours(server) as client, pytest.raises(errors.RefusalError) as caught:
            client.chat.parse(**ASKED, output=Painter)

    assert (message.parsed, message.refusal) == (None, caught.value.text)


CALLS = [
    step(
        delta={"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}]}
    ),
    step(delta={"tool_calls": [{"index": 0, "function": {"arguments": '{"x": '}}]}),
    step(delta={"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]}),
    step(
        delta={
            "tool_calls": [{"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}}]
        }
    ),
    step(finish="tool_calls"),
    DONE,
]
PIECES = [*(step(content=TEXT[at : at + 7]) for at in range(0, len(TEXT), 7)), step(finish="stop"), DONE]


def their_events(server, **more):
    with theirs(server) as client, client.chat.completions.stream(**ASKED, **more) as stream:
        return list(stream), stream.get_final_completion()


def test_text_and_partial_objects_are_the_same():
    with Scripted([READ, chunked(*PIECES)], [READ, chunked(*PIECES)]) as server:
        events, final = their_events(server, response_format=Painter)
        with ours(server) as client, client.chat.stream(**ASKED, output=Painter) as stream:
            mine = list(stream.events())
            parsed = stream.until_parsed()

    deltas = [event for event in events if event.type == "content.delta"]
    texts = [event for event in mine if event.type == "text"]
    assert [(event.text, event.so_far) for event in texts] == [(event.delta, event.snapshot) for event in deltas]
    assert parsed.parsed == final.choices[0].message.parsed
    asked = dict(server.requests[1].json)
    assert asked.pop("stream_options") == {"include_usage": True}
    assert asked == server.requests[0].json


def test_calls_are_the_same():
    with Scripted([READ, chunked(*CALLS)], [READ, chunked(*CALLS)]) as server:
        events, final = their_events(server)
        with ours(server) as client, client.chat.stream(**ASKED) as stream:
            mine = list(stream.events())

    deltas = [event for event in events if event.type == "tool_calls.function.arguments.delta"]
    done = [event for event in events if event.type == "tool_calls.function.arguments.done"]
    pieces = [event for event in mine if event.type == "arguments"]
    calls = [event.call for event in mine if event.type == "call"]
    assert [(one.name, one.call, one.text, one.so_far) for one in pieces] == [
        (one.name, one.index, one.arguments_delta, one.arguments) for one in deltas
    ]
    assert [(one.function.name, one.function.arguments) for one in calls] == [(one.name, one.arguments) for one in done]
    assert [one.id for one in calls] == [one.id for one in final.choices[0].message.tool_calls]


def test_a_function_is_the_tool_that_theirs_makes_of_a_model():
    def befriend(painter: Friend, times: int) -> None:
        """Make a friend."""

    class Befriend(pydantic.BaseModel):
        """Make a friend."""

        painter: Friend
        times: int

    original = openai.pydantic_function_tool(Befriend, name="befriend")["function"]
    mine = Tool(befriend, strict=True)
    function = mine.definition["function"]

    # A model's docstring is said twice there: of the function, and of its parameters.
    del original["parameters"]["description"]
    assert without_titles(function) == without_titles(original)
    read = Befriend.model_validate_json('{"painter": {"name": "x"}, "times": 2}')
    assert mine.read('{"painter": {"name": "x"}, "times": 2}') == dict(read)


def without_titles(value):
    if isinstance(value, dict):
        return {name: without_titles(item) for name, item in value.items() if name != "title"}
    return [without_titles(item) for item in value] if isinstance(value, list) else value


def test_a_strict_format_is_byte_for_byte_theirs():
    with Scripted([READ, says()]) as server, theirs(server) as client:
        client.chat.completions.parse(**ASKED, response_format=Painter)
        assert server.requests[0].json["response_format"] == json.loads(json.dumps(response_format(Painter)))
