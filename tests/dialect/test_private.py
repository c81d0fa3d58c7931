import contextlib

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from dragoman.dialect import ANTHROPIC, RESPONSES, responses
from dragoman.dialect.anthropic import speak
from dragoman.dialect.private import own_fields, public
from dragoman.dialect.table import HEARD, PLAIN, at
from dragoman.errors import InvalidRequestError
from dragoman.gateway.fit import fitted
from dragoman.wire.check import check_request

MARKED = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
FUNCTION = {"type": "function", "function": {"name": "f"}}
REQUEST = {
    "model": "m",
    "messages": [
        {"role": "user", "content": [MARKED, {"type": "image_url", "image_url": {"url": "https://a.test"}}]},
        {"role": "assistant", "content": "y", "reasoning_content": "z", "anthropic_content": [{"index": 0}]},
        {"role": "tool", "tool_call_id": "1", "content": "1", "is_error": True, "cache_control": {"type": "ephemeral"}},
        b"what was received",
    ],
    "tools": [FUNCTION | {"cache_control": {"type": "ephemeral"}}, {"type": "web_search_20250305", "name": "w"}],
    ANTHROPIC: {"thinking": {"type": "adaptive"}},
}


def test_what_is_for_anthropic_alone_is_left_out():
    assert public(REQUEST) == {
        "model": "m",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "x"},
                    {"type": "image_url", "image_url": {"url": "https://a.test"}},
                ],
            },
            {"role": "assistant", "content": "y", "reasoning_content": "z"},
            {"role": "tool", "tool_call_id": "1", "content": "1"},
            b"what was received",
        ],
        "tools": [FUNCTION, {"type": "web_search_20250305", "name": "w"}],
    }


def test_any_other_vendor_is_spoken_to_in_public():
    for row in (PLAIN, HEARD, at("api.openai.com"), at("api.mistral.ai")):
        assert row.speak(REQUEST) == public(REQUEST)


def test_a_request_without_anything_private_is_left_alone():
    request = {"model": "m", "messages": [{"role": "user", "content": [MARKED]}]}

    assert PLAIN.speak(request) is request


HEARD_AS_RESPONSES = {
    "model": "m",
    "messages": [
        {"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}, "responses": {"detail": "low"}}]},
        {"role": "assistant", "content": "y", "responses": [{"type": "message", "id": "msg_1"}]},
    ],
    "tools": [FUNCTION | {"responses": {"defer_loading": True}}, {"type": "web_search"}],
    RESPONSES: {"include": ["reasoning.encrypted_content"]},
}


def test_what_is_for_the_responses_api_alone_is_left_out():
    said = {
        "model": "m",
        "messages": [
            {"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]},
            {"role": "assistant", "content": "y"},
        ],
        "tools": [FUNCTION, {"type": "web_search"}],
    }

    assert public(HEARD_AS_RESPONSES) == public(HEARD_AS_RESPONSES, but=ANTHROPIC) == said
    assert public(HEARD_AS_RESPONSES, but=RESPONSES) is HEARD_AS_RESPONSES
    assert PLAIN.speak(HEARD_AS_RESPONSES) == said
    assert "responses" not in repr(speak(HEARD_AS_RESPONSES | {"messages": said["messages"][1:]}).body)


def test_what_the_request_itself_decides_is_not_decided_otherwise():
    for api, name in ((ANTHROPIC, "model"), (ANTHROPIC, "max_tokens"), (RESPONSES, "model"), (RESPONSES, "input")):
        asked = {"model": "cheap", "messages": [{"role": "user", "content": "x"}], api: {name: "dear"}}
        for say in (speak, responses.speak):
            if say is (speak if api == ANTHROPIC else responses.speak):
                with pytest.raises(InvalidRequestError, match=rf"^{api}.{name}: the request itself says that"):
                    say(asked)
            else:
                assert say(asked).body["model"] == "cheap"


@pytest.mark.parametrize("fields", ["x", [1], 5, True])
def test_fields_for_an_api_are_an_object(fields):
    with pytest.raises(InvalidRequestError, match=r"^anthropic must be an object"):
        own_fields({ANTHROPIC: fields}, ANTHROPIC, frozenset())


@pytest.mark.parametrize(
    ("api", "fields", "sentence"),
    [
        (RESPONSES, {"reasoning": "high"}, r"reasoning must be an object, not 'high'"),
        (RESPONSES, {"text": [1]}, r"text must be an object, not \[1\]"),
        (RESPONSES, {"include": {}}, r"include must be an array, not \{\}"),
        (ANTHROPIC, {"output_config": True}, r"output_config must be an object, not True"),
    ],
)
def test_a_field_for_an_api_alone_is_of_its_kind_wherever_it_is_said(api, fields, sentence):
    say = speak if api == ANTHROPIC else responses.speak
    asked = {"model": "m", "messages": [{"role": "user", "content": "x"}]}

    for path, request in (("", asked | fields), (f"{api}.", asked | {api: fields})):
        with pytest.raises(InvalidRequestError, match=f"^{path}{sentence}") as refused:
            say(request)
        assert refused.value.param == path + next(iter(fields))


_NAMES = ["type", "id", "content", "summary", "text", "characters", "call_id", "name", "arguments", "format", "effort"]
_VALUES = ["", "x", "message", "reasoning", "function_call", "output_text", "refusal", "none", "required"]
_FIELDS = [
    "include", "reasoning", "text", "truncation", "metadata", "instructions", "output_config", "thinking", "system",
    "stop_sequences", "context_management", "tools", "tool_choice",
]  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(_VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4),
    max_leaves=8,
)
_OWN = _JSON | st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=4)


@settings(max_examples=400)
@given(_OWN, _OWN, _JSON, _JSON)
def test_whatever_a_caller_says_for_an_api_alone_is_said_or_refused(fields, others, outline, mark):
    called = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    part = {"type": "text", "text": "x", "cache_control": mark, "context": mark, RESPONSES: mark}
    answered = {"role": "assistant", "content": "y", "tool_calls": [called], "anthropic_content": outline}
    asked = {
        "model": "m",
        "messages": [
            {"role": "user", "content": [part], RESPONSES: mark},
            answered | {RESPONSES: outline},
            {"role": "tool", "tool_call_id": "c", "content": "1", RESPONSES: mark},
        ],
        "tools": [FUNCTION | {RESPONSES: mark}],
        ANTHROPIC: fields,
        RESPONSES: others,
    }
    ways = [speak, responses.speak, *(lambda said, p=policy: fitted(PLAIN, p, said) for policy in ("drop", "refuse"))]

    for say in ways:
        # Either is fine; anything else that is raised is a bare 500 to the caller.
        with contextlib.suppress(InvalidRequestError):
            check_request(asked)
            say(asked)
