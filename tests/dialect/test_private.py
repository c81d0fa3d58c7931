import pytest

from dragoman.dialect import ANTHROPIC, RESPONSES, responses
from dragoman.dialect.anthropic import speak
from dragoman.dialect.private import own_fields, public
from dragoman.dialect.table import HEARD, PLAIN, at
from dragoman.errors import InvalidRequestError

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
