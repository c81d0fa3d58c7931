"""What the gateway lets pass as a request, and the sentence about what it does not.

What each field may hold is shown in `test_request`, `test_message` and `test_tool`; here is how it is judged.
"""

import json
from collections.abc import Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin, is_typeddict

import jsonschema
import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dragoman import InvalidRequestError
from dragoman.wire.check import DEPTH_BOUND, check_request, decode_body, decode_text
from dragoman.wire.request import ChatRequest
from dragoman.wire.schema import REF, components
from dragoman.wire.shape import fields, required

ASKED = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


def reason(body):
    """What is wrong with a request; None where nothing is."""
    try:
        check_request(body)
    except InvalidRequestError as error:
        return str(error)
    return None


def refusal(body):
    with pytest.raises(InvalidRequestError) as caught:
        check_request(body)
    return str(caught.value), caught.value.param


@pytest.mark.parametrize(
    ("given", "sentence", "param"),
    [
        ({"temperature": 3}, "temperature must be at most 2, not 3", "temperature"),
        ({"temperature": -0.5}, "temperature must be at least 0, not -0.5", "temperature"),
        ({"temperature": "1"}, "temperature must be a number, not '1'", "temperature"),
        ({"temperature": True}, "temperature must be a number, not true", "temperature"),
        ({"seed": 2**63}, "seed must be at most 9223372036854775807, not 9223372036854775808", "seed"),
        ({"n": 3.0}, "n must be a whole number, not 3.0", "n"),
        ({"stream": 1}, "stream must be true or false, not 1", "stream"),
        ({"stop": list("abcde")}, "stop must have at most 4 items, not 5", "stop"),
        ({"stop": 5}, "stop must be a string or an array, not 5", "stop"),
        ({"stop": ["a", 5]}, "stop[1] must be a string, not 5", "stop[1]"),
        ({"logit_bias": {"7": 101}}, "logit_bias.7 must be at most 100, not 101", "logit_bias.7"),
        ({"metadata": {"a b": []}}, "metadata['a b'] must be a string, not an array", "metadata['a b']"),
        ({"user": {}}, "user must be a string, not an object", "user"),
        ({"messages": []}, "messages must not be empty", "messages"),
        ({"messages": "Hi"}, "messages must be an array, not 'Hi'", "messages"),
        ({"messages": ["Hi"]}, "messages[0] must be an object, not 'Hi'", "messages[0]"),
        ({"model": None}, "model must be a string, not null", "model"),
        ({"tools": [{"function": {}}]}, "tools[0].type is missing: it must be 'function' or 'custom'", "tools[0].type"),
        ({"tools": [{"type": 1}]}, "tools[0].type must be 'function' or 'custom', not 1", "tools[0].type"),
        ({"response_format": {"type": "xml"}}, "response_format.type must be one of 'text', 'json_object' or 'json_schema', not 'xml'", "response_format.type"),
        ({"messages": [{"role": "user"}]}, "messages[0].content is missing", "messages[0].content"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence_that_says_where(given, sentence, param):
    assert refusal(ASKED | given) == (sentence, param)


@pytest.mark.parametrize("name", ["model", "messages"])
def test_a_field_that_must_be_there_is_named(name):
    body = {field: value for field, value in ASKED.items() if field != name}

    assert refusal(body) == (f"{name} is missing", name)


@pytest.mark.parametrize(
    ("body", "what"), [([], "an array"), (None, "null"), ("Hi", "'Hi'"), (True, "true"), (1.5, "1.5")]
)
def test_what_is_no_object_is_no_request(body, what):
    assert refusal(body) == (f"the request must be an object, not {what}", None)


def test_the_first_thing_wrong_is_the_one_that_is_told():
    body = ASKED | {"temperature": 9, "n": 0}

    assert refusal(body)[1] == "temperature"


@pytest.mark.parametrize(
    "given",
    [
        {"enable_thinking": {"budget": 5}},
        {"messages": [{"role": "user", "content": "Hi", "cache_control": {"type": "ephemeral"}}]},
        {"messages": [{"role": "narrator", "content": {"scene": 5}}]},
        {"messages": [{"role": "user", "content": [{"type": "video_url", "video_url": 5}]}]},
        {"messages": [{"role": "tool", "tool_call_id": "a", "content": [{"type": "image_url", "image_url": "u"}]}]},
        {"tools": [{"type": "web_search"}], "tool_choice": {"type": "web_search"}},
    ],
)
def test_what_only_the_server_behind_can_judge_passes(given):
    check_request(ASKED | given)


@pytest.mark.parametrize("value", ["sk-" + "a" * 500, "é" * 41, "\n" * 41])
def test_a_wrong_value_is_never_shown_at_length(value):
    assert len(refusal(ASKED | {"n": value})[0]) < 140
    assert len(refusal(ASKED | {"metadata": {value: 1}})[0]) < 160


@pytest.mark.parametrize("name", ["look\n", "", "a b", "a" * 65, "naïve"])
def test_a_name_is_matched_to_its_end(name):
    sentence, param = refusal(ASKED | {"tools": [{"type": "function", "function": {"name": name}}]})

    assert param == "tools[0].function.name"
    assert "must be 1 to 64 letters, digits, underscores or dashes, not " in sentence


def test_a_body_is_read_as_it_was_written():
    assert decode_body(b' {"model": "m", "n": 1, "n": 2, "x": [1.5, null, "\\u00e9"]}\n') == {
        "model": "m",
        "n": 2,
        "x": [1.5, None, "é"],
    }


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "the body is empty: it must be a JSON object with messages and a model"),
        (b" \r\n", "the body is empty: it must be a JSON object with messages and a model"),
        (b"[]", "the body must be a JSON object with messages and a model, not an array"),
        (b"null", "the body must be a JSON object with messages and a model, not null"),
        (b'{"model": "m"', "the body is not JSON: it ends too early, at byte 13"),
        (b"{'model': 1}", "the body is not JSON: object keys must be strings (byte 1)"),
        (b'{"a": "\\ud83d"}', "the body is not JSON: half a surrogate pair (byte 7)"),
        (b'{"a": "caf\xe9"}', "the body is not UTF-8: byte 10 is 0xe9"),
        ('{"a": 1}'.encode("utf-16"), "the body is not JSON: it is UTF-16, and JSON travels as UTF-8"),
        ('{"a": 1}'.encode("utf-32-le"), "the body is not JSON: it is UTF-32-LE, and JSON travels as UTF-8"),
        (b"\xef\xbb\xbf\n", "the body is empty: it must be a JSON object with messages and a model"),
        (b'{"a":' + b"[" * 100_000, f"the body is nested too deeply: more than {DEPTH_BOUND} objects and arrays in one another"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_says_why(raw, sentence):
    with pytest.raises(InvalidRequestError) as caught:
        decode_body(raw)

    assert str(caught.value) == sentence
    assert caught.value.param is None


def test_a_byte_order_mark_before_a_body_is_passed_over():
    assert decode_body(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def nested(depth):
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


def test_a_body_may_be_as_deep_as_the_bound_and_no_deeper():
    decode_body(nested(DEPTH_BOUND))
    decode_body(b'{"wide": [%b], "text": "%b"}' % (b",".join([b"{}"] * 1000), b"[" * 1000))
    with pytest.raises(InvalidRequestError, match="nested too deeply"):
        decode_body(nested(DEPTH_BOUND + 1))


def test_json_in_a_text_of_a_request_is_no_deeper_than_the_request():
    assert decode_text('{"a": [1, "b"]}') == {"a": [1, "b"]}
    decode_text(nested(DEPTH_BOUND))
    for text in (nested(DEPTH_BOUND + 1), "[" * 5000, b'"\xff"', "{"):
        with pytest.raises(msgspec.DecodeError):
            decode_text(text)


@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\udD8c0 1.eE-tf', max_size=30).map(str.encode))
def test_any_bytes_are_an_object_or_one_short_sentence(raw):
    try:
        body = decode_body(raw)
    except InvalidRequestError as error:
        assert len(str(error)) < 200  # noqa: PT017 - either may be
    else:
        assert body == json.loads(raw)


LETTERS = st.text(alphabet="az09_- .é😀", max_size=8)
FRACTIONS = st.floats(-3, 3).filter(lambda number: not number.is_integer())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FRACTIONS | LETTERS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(LETTERS, inner, max_size=2),
    max_leaves=4,
)


def bounded(inner, meta):
    """The values of an annotation that are within its bounds."""
    if inner is str:
        return st.from_regex(meta.pattern, fullmatch=True)
    if inner in {int, float}:
        return st.integers(meta.ge, min(meta.le or 100, 100))
    return st.lists(values(get_args(inner)[0]), min_size=meta.min_length or 0, max_size=min(meta.max_length or 2, 3))


def values(kind):
    """JSON that an annotation of the wire types allows."""
    if is_typeddict(kind):
        needed = required(kind)
        each = {name: values(inner) for name, inner in fields(kind).items()}
        optional = {name: strategy for name, strategy in each.items() if name not in needed}
        return st.fixed_dictionaries({name: each[name] for name in needed}, optional=optional)
    return PLAIN[kind] if get_origin(kind) is None else GRAMMAR[get_origin(kind)](*get_args(kind))


GRAMMAR = {
    Required: values,
    NotRequired: values,
    Annotated: bounded,
    Union: lambda *options: st.one_of(*map(values, options)),
    UnionType: lambda *options: st.one_of(*map(values, options)),
    Literal: lambda *texts: st.sampled_from(texts),
    Mapping: lambda _, inner: st.dictionaries(LETTERS, values(inner), max_size=2),
    Sequence: lambda inner: st.lists(values(inner), max_size=2),
}
PLAIN = {str: LETTERS, bool: st.booleans(), int: st.integers(), float: FRACTIONS, Any: JSON, NoneType: st.none()}


@st.composite
def spoilt(draw, whole):
    """A value that is right but for one thing in it, which is of another type or missing."""
    holder = {"": draw(whole)}
    step, within = "", holder
    while isinstance(within[step], dict | list) and within[step] and draw(st.booleans()):
        within = within[step]
        step = draw(st.sampled_from(sorted(within) if isinstance(within, dict) else range(len(within))))
    others = [each for each in (None, True, 7, 1.5, "other", [], {}) if type(each) is not type(within[step])]
    if isinstance(within, dict) and within is not holder and draw(st.booleans()):
        del within[step]
    else:
        within[step] = draw(st.sampled_from(others))
    return holder[""]


LOOK = {"type": "function", "function": {"name": "look"}}
BESIDE = {
    "stream_options": {"stream": True},
    "tool_choice": {"tools": [LOOK]},
    "top_logprobs": {"logprobs": True},
}
"""What a rule between fields wants to stand beside a field."""

RULED = ("is missing: an assistant's message", "which is not among the")
"""How the rules speak that see more than one field, which a schema cannot."""

SCHEMAS = {"components": {"schemas": components(ChatRequest)}}


@pytest.mark.parametrize("name", fields(ChatRequest))
def test_what_is_checked_is_what_the_description_says(name):
    described = jsonschema.Draft202012Validator(SCHEMAS | {"$ref": f"{REF}ChatRequest/properties/{name}"})
    allowed = values(fields(ChatRequest)[name])

    @settings(max_examples=40)
    @given(allowed | spoilt(allowed) | JSON)
    def compare(value):
        wrong = reason(ASKED | BESIDE.get(name, {}) | {name: value})

        assume(not any(rule in (wrong or "") for rule in RULED))
        assert described.is_valid(value) == (wrong is None)
        assert (wrong or name).startswith(name)

    compare()
