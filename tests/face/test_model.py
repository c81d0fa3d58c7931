"""Models as users of pydantic know them, over plain JSON."""

import copy
import json
import pickle
from enum import Enum

import hypothesis.strategies as st
import pydantic
import pytest
from hypothesis import given

from dragoman.errors import InvalidRequestError
from dragoman.face.field import UNSET, Unset, field
from dragoman.face.model import Model


class Role(str, Enum):
    USER = "user"


class Message(Model):
    role: Role | str
    content: str | None | Unset = UNSET
    name: str | None = None


class Request(Model):
    model: str
    messages: list[Message]
    TYPE: str = field(default="chat", wire="type")
    temperature: float | None = field(default=0.7, nullable=True)
    n: int | None = None


ASKED = Request(model="m", messages=[{"role": "user", "content": "hi", "vendor": {"a": [1]}}], top=3)


def test_dicts_models_and_keywords_make_the_same():
    assert ASKED.messages == [Message(role=Role.USER, content="hi", vendor={"a": [1]})]
    assert Request.model_validate(ASKED.model_dump()) == ASKED
    assert Request.model_validate_json(ASKED.model_dump_json()) == ASKED
    assert Request.model_validate(ASKED) is ASKED
    assert Request(model="m", messages=[], type="x") == Request(model="m", messages=[], TYPE="x")


def test_fields_nobody_documented_are_attributes_too():
    assert ASKED.top == 3
    assert ASKED.messages[0].vendor == {"a": [1]}
    assert ASKED.model_extra == {"top": 3}
    with pytest.raises(AttributeError, match="'Request' object has no attribute 'nothing'"):
        _ = ASKED.nothing


def test_fields_nobody_documented_cannot_be_set():
    with pytest.raises(AttributeError, match="'Request' object has no field 'temprature'"):
        ASKED.temprature = 1


def test_a_field_named_as_a_method_breaks_nothing_inside():
    came = Message.received({"role": "user", "to_wire": 1, "model_dump": 2, "values_by_wire": 3})
    outer = Request.received({"model": "m", "messages": [came]})

    assert outer.to_wire()["messages"] == [{"role": "user", "to_wire": 1, "model_dump": 2, "values_by_wire": 3}]
    assert outer.model_dump()["messages"][0]["model_dump"] == 2


def test_what_is_sent_leaves_out_what_was_not_given():
    assert ASKED.to_wire() == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi", "vendor": {"a": [1]}}],
        "type": "chat",
        "temperature": 0.7,
        "top": 3,
    }


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"temperature": None}, {"temperature": None}),
        ({"n": None}, {"temperature": 0.7}),
        ({"temperature": UNSET}, {}),
    ],
)
def test_none_is_null_only_where_a_field_may_be_null(given, sent):
    found = Request.model_validate({"model": "m", "messages": []}).model_copy(update=given).to_wire()

    assert found == {"model": "m", "messages": [], "type": "chat", **sent}


def test_null_and_not_given_differ():
    assert Message(role="user", content=None).to_wire() == {"role": "user", "content": None}
    assert Message(role="user").to_wire() == {"role": "user"}
    assert Message(role="user").content is UNSET


def test_dumping():
    message = Message(role="user", extra=1)
    assert message.model_dump() == {"role": Role.USER, "extra": 1}
    assert Request(model="m", messages=[]).model_dump()["n"] is None
    assert "n" not in Request(model="m", messages=[]).model_dump(exclude_none=True)
    assert message.model_dump(exclude_unset=True) == {"role": "user", "extra": 1}
    assert message.model_dump(include={"role"}) == {"role": "user"}
    assert message.model_dump(exclude={"extra", "name"}) == {"role": "user"}
    assert Request(model="m", messages=[]).model_dump(by_alias=True, exclude_defaults=True) == {
        "model": "m",
        "messages": [],
    }
    assert json.loads(ASKED.model_dump_json(by_alias=True))["type"] == "chat"
    assert type(message.model_dump(mode="json")["role"]) is str
    assert "\n" in ASKED.model_dump_json(indent=2)


@pytest.mark.parametrize(
    "options",
    [{"warnings": False}, {"warnings": "none"}, {"round_trip": True}, {"serialize_as_any": True}, {"context": {}}],
)
def test_options_of_pydantic_s_that_change_nothing_here_are_taken(options):
    assert ASKED.model_dump(**options) == ASKED.model_dump()
    assert ASKED.model_dump_json(**options) == ASKED.model_dump_json()


def test_a_dump_tells_null_from_not_given_as_the_originals_do():
    assert Message(role="user", content=None, name=None).model_dump() == {"role": "user", "content": None}
    assert Message(role="user", content=None).model_dump(exclude_none=True) == {"role": "user", "content": None}


class Later(Model):
    id: str
    index: int | None = field(default=None, added=True)


def test_a_field_the_original_lacks_is_shown_only_where_it_was_given():
    assert repr(Later(id="1")) == "Later(id='1')"
    assert Later(id="1").model_dump() == {"id": "1"}
    assert Later(id="1").index is None
    assert (
        Later(id="1", index=0).model_dump()
        == Later.received({"id": "1", "index": 0}).model_dump()
        == {"id": "1", "index": 0}
    )


def test_copies_are_independent():
    deep = ASKED.model_copy(deep=True)
    deep.messages[0].content = "changed"
    assert ASKED.messages[0].content == "hi"
    changed = ASKED.model_copy(update={"n": 2, "other": 1})
    assert (changed.n, changed.other, ASKED.n) == (2, 1, None)
    assert copy.copy(ASKED) == copy.deepcopy(ASKED) == pickle.loads(pickle.dumps(ASKED)) == ASKED


def test_it_reads_like_the_original():
    message = Message(role="user", content="hi")
    assert repr(message) == "Message(role=<Role.USER: 'user'>, content='hi', name=None)"
    assert str(message) == "role=<Role.USER: 'user'> content='hi' name=None"
    assert dict(message) == {"role": "user", "content": "hi", "name": None}
    assert message != Message(role="user")
    assert message != {"role": "user", "content": "hi"}
    assert message.model_fields_set == {"role", "content"}
    with pytest.raises(TypeError, match="unhashable"):
        hash(message)


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: Request(messages=[]), "Request has no 'model'"),
        (lambda: Request.model_validate([1]), "Request is made from an object, not from list"),
        (lambda: Request.model_validate_json("{"), "Request cannot be read: "),
        (lambda: Request.model_validate_json(b"\xff"), "Request cannot be read: "),
        (lambda: Request(model="m", messages=[{}]), r"Request\.messages\[0\] has no 'role'"),
    ],
)
def test_what_is_wrong_is_one_sentence(build, says):
    with pytest.raises(InvalidRequestError, match=says):
        build()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from(["model", "messages", "type", "temperature", "n", "other"]), VALUES))
def test_whatever_comes_is_kept_and_can_be_looked_at(came):
    received = Request.received(copy.deepcopy(came))

    assert isinstance(repr(received), str)
    assert isinstance(received.model_dump_json(), str)
    for name, value in came.items():
        assert received.model_dump(by_alias=True).get(name, None) is not UNSET
        if name == "other":
            assert received.other == value


class Conversation(pydantic.BaseModel):
    last: Message
    before: list[Message] = []


def test_it_may_be_a_field_of_a_pydantic_model():
    held = Conversation(last={"role": "user", "vendor": 1}, before=[Message(role="user", content="hi")])

    assert (held.last.role, held.last.vendor) == (Role.USER, 1)
    assert held.model_dump(mode="json", exclude={"last": {"vendor"}}) == {
        "last": {"role": "user"},
        "before": [{"role": "user", "content": "hi"}],
    }
    assert Conversation.model_validate_json(held.model_dump_json()) == held
    assert Conversation.model_json_schema()["properties"]["last"]["type"] == "object"
    with pytest.raises(pydantic.ValidationError, match=r"Message has no 'role'"):
        Conversation(last={})
