"""What the fields of a class of models come to."""

from enum import Enum
from typing import Any, Literal

import msgspec
import pytest

from dragoman.face.field import UNSET, Unset, field
from dragoman.face.model import Model


class Role(str, Enum):
    USER = "user"


class Part(Model):
    kind: Literal["text"] = field(default="text", wire="type")
    text: str


class Message(Model):
    role: Role | str
    content: str | list[Part] | None | Unset = UNSET
    name: str | None = None


class Request(Model):
    messages: list[Message]
    temperature: float | None = field(default=0.7, nullable=True)
    stream: bool | None = False
    stop: str | list[str] | None = None
    tools: list[Any] | None = None


PLAN = Request.planned()
ASKED = {"messages": [{"role": Role.USER, "content": "hi"}], "temperature": 1, "stream": False}


def test_what_is_required_sent_unasked_and_left_out():
    assert PLAN.required == ["messages"]
    assert PLAN.defaults == {"temperature": 0.7, "stream": False}
    assert PLAN.unsaid == {"stream", "stop", "tools"}
    assert Request.planned() is PLAN


def test_a_field_has_two_names():
    by_name = Part.planned().by_name
    assert by_name["kind"] is by_name["type"]
    assert by_name["kind"][0] == "type"


def test_what_is_opened_says_the_type_its_json_has():
    assert [(wire, kind) for wire, kind, _ in Message.planned().opened] == [("role", str), ("content", list)]


@pytest.mark.parametrize(
    "asked",
    [
        ASKED,
        ASKED | {"temperature": None},
        ASKED | {"stop": ["a"]},
        ASKED | {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]},
        ASKED | {"messages": [{"role": "user", "content": None}]},
    ],
)
def test_what_is_sent_as_it_was_given_is_what_a_model_would_send(asked):
    assert PLAN.plain is not None
    msgspec.convert(asked, PLAN.plain)
    assert Request.given(asked, "create").to_wire() == asked


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"temperature": "0.5"}, {"stream": False, "temperature": 0.5}),
        ({"stream": None}, {}),
        ({"stop": None}, {"stream": False}),
        ({"vendor": 1}, {"stream": False, "vendor": 1}),
        ({"tools": [{"a": None}]}, {"stream": False, "tools": [{"a": None}]}),
        ({"messages": [Message(role="user")]}, {"stream": False, "messages": [{"role": "user"}]}),
        ({"messages": [{"role": "user", "name": None}]}, {"stream": False, "messages": [{"role": "user"}]}),
        (
            {"messages": [{"role": "user", "content": [{"kind": "text", "text": "hi"}]}]},
            {"stream": False, "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]},
        ),
        (
            {"messages": [{"role": "user", "content": [{"text": "hi"}]}]},
            {"stream": False, "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]},
        ),
    ],
)
def test_what_has_to_be_converted_is(given, sent):
    found = Request.sent({"messages": [], "stop": None} | given, "create")

    assert found == {"messages": [], "temperature": 0.7} | sent


def test_models_may_hold_their_own_kind():
    class Tree(Model):
        name: str
        leaves: list["Tree"] | None = None

        @classmethod
        def hints(cls):
            return {"name": str, "leaves": list[cls] | None}

    tree = Tree(name="a", leaves=[{"name": "b", "leaves": [{"name": "c"}]}])

    assert tree.leaves[0].leaves[0].name == "c"
    assert Tree.sent({"name": "a", "leaves": [{"name": "b"}]}, "tree") == {"name": "a", "leaves": [{"name": "b"}]}
