"""Finished answers, parsed."""

from dataclasses import dataclass
from typing import TypedDict

import msgspec
import pytest

from dragoman.openai import NOT_GIVEN, ContentFilterFinishReasonError, LengthFinishReasonError, omit
from dragoman.openai.parsing import as_sent, is_typed, parsed
from dragoman.openai.tools import pydantic_function_tool
from dragoman.openai.types.chat import ChatCompletion, ParsedChatCompletion


@dataclass
class Painter:
    name: str


class Named(TypedDict):
    name: str


class Whoever(msgspec.Struct):
    name: str


def completion(finish="stop", **message):
    said = {"role": "assistant", "content": '{"name":"Monet"}'} | message
    return ChatCompletion.answered(
        {"id": "c", "choices": [{"index": 0, "message": said, "finish_reason": finish}]}, {"x-request-id": "r"}
    )


@pytest.mark.parametrize(
    ("wanted", "value"),
    [(Painter, Painter("Monet")), (Named, {"name": "Monet"}), (Whoever, Whoever("Monet")), (omit, None)],
)
def test_the_text_is_read_as_the_type(wanted, value):
    made = parsed(completion(), wanted, [])

    assert type(made) is ParsedChatCompletion
    assert made.choices[0].message.parsed == value
    assert made._request_id == "r"


@pytest.mark.parametrize("message", [{"content": None}, {"content": ""}, {"refusal": "no"}])
def test_where_there_is_no_text_there_is_nothing_parsed(message):
    assert parsed(completion(**message), Painter, []).choices[0].message.parsed is None


def test_a_text_that_is_none_of_it_is_refused():
    with pytest.raises(ValueError, match="name"):
        parsed(completion(content="{}"), Painter, [])


@pytest.mark.parametrize(
    ("finish", "error"), [("length", LengthFinishReasonError), ("content_filter", ContentFilterFinishReasonError)]
)
def test_an_answer_that_was_cut_is_refused(finish, error):
    with pytest.raises(error) as caught:
        parsed(completion(finish), Painter, [])

    assert caught.value.completion.id == "c"


def test_arguments_are_read_as_their_tool_says():
    calls = [
        {"id": "1", "type": "function", "function": {"name": name, "arguments": '{"name":"Monet"}'}}
        for name in ("Painter", "g")
    ]
    made = parsed(completion(tool_calls=calls), omit, [pydantic_function_tool(Painter)])

    first, second = made.choices[0].message.tool_calls
    assert (first.function.parsed_arguments, second.function.parsed_arguments) == (Painter("Monet"), None)


@pytest.mark.parametrize(
    ("wanted", "typed"), [(Painter, True), ({"type": "text"}, False), (omit, False), (NOT_GIVEN, False), (None, False)]
)
def test_a_type_is_told_from_what_the_wire_calls_one(wanted, typed):
    assert is_typed(wanted) is typed
    assert typed or as_sent(wanted) is wanted
