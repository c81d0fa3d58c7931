import contextlib
import json

import msgspec
import pytest
from hypothesis import given

from dragoman.dialect.anthropic.answer import completion, usage, whole
from dragoman.wire.completion import read_completion
from spoken import MESSAGE, MESSAGES, OVERLOADED, TEXT, broken


def finished(stop, **fields):
    return completion(TEXT | {"stop_reason": stop} | fields, 0)["choices"][0]


def test_a_message_is_a_completion():
    made = completion(MESSAGE, 1_700_000_000)

    assert made["id"] == "msg_1"
    assert made["object"] == "chat.completion"
    assert made["created"] == 1_700_000_000
    assert made["model"] == "claude-opus-4-5"
    message = made["choices"][0]["message"]
    assert message["content"] == "Monet"
    assert message["reasoning_content"] == "A painter…"
    assert message["tool_calls"] == [
        {"id": "toolu_1", "type": "function", "function": {"name": "look_up", "arguments": '{"who":"Monet"}'}}
    ]


@pytest.mark.parametrize(
    ("stop", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("pause_turn", "pause_turn"),
        ("a_new_reason", "a_new_reason"),
    ],
)
def test_why_it_stopped_is_said_in_both_words(stop, finish):
    choice = finished(stop)

    assert (choice["finish_reason"], choice["native_finish_reason"]) == (finish, stop)


def test_where_it_stopped_and_why_it_would_not_answer():
    details = {"type": "refusal", "category": "cyber", "explanation": "I won't."}
    choice = finished("refusal", stop_sequence="END", stop_details=details)

    assert (choice["stop_sequence"], choice["stop_details"]) == ("END", details)
    assert choice["message"]["refusal"] == "I won't."


def test_a_message_that_has_not_stopped():
    assert finished(None)["finish_reason"] is None


def test_what_the_cache_held_is_part_of_the_prompt():
    assert usage(MESSAGE["usage"]) == {
        "prompt_tokens": 12,
        "completion_tokens": 5,
        "total_tokens": 17,
        "prompt_tokens_details": {"cached_tokens": 7, "cache_write_tokens": 2},
        "service_tier": "standard",
    }


def test_thought_is_part_of_the_answer():
    counted = usage(
        {"input_tokens": 1, "output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}, "speed": None}
    )

    assert counted["completion_tokens_details"] == {"reasoning_tokens": 4}
    assert "speed" not in counted


@pytest.mark.parametrize("nothing", [None, [], "x"])
def test_no_usage_is_none(nothing):
    assert usage(nothing) is None
    assert "usage" not in completion(TEXT | {"usage": nothing}, 0)


def test_fields_nobody_knows_are_kept():
    made = completion(
        TEXT | {"container": {"id": "c1"}, "diagnostics": None, "usage": {"input_tokens": 1, "new": {"x": 1}}}, 0
    )

    assert made["container"] == {"id": "c1"}
    assert "diagnostics" not in made
    assert made["usage"]["new"] == {"x": 1}


def test_the_answering_tools_input_is_the_answer():
    call = {"type": "tool_use", "id": "toolu_1", "name": "painter", "input": {"a": "é"}}
    choice = completion(TEXT | {"content": [call], "stop_reason": "tool_use"}, 0, "painter")["choices"][0]

    assert choice["message"] == {"role": "assistant", "content": '{"a":"é"}'}
    assert choice["finish_reason"] == "stop"


def test_a_call_of_another_tool_is_still_a_call():
    choice = completion(MESSAGE, 0, "painter")["choices"][0]

    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] == "Monet"


def test_what_is_no_message_stays_as_it_is():
    body = json.dumps(OVERLOADED).encode()

    assert whole(body, 0) is body
    assert json.loads(whole(json.dumps(TEXT).encode(), 7))["created"] == 7


@pytest.mark.parametrize("body", [b"", b"[1]", b"<html>", json.dumps(TEXT | {"content": [{"type": "text"}]}).encode()])
def test_what_cannot_be_read_is_said(body):
    with pytest.raises(msgspec.DecodeError):
        whole(body, 0)


@given(broken(MESSAGES))
def test_whatever_a_server_answers_is_read_or_said_to_be_unreadable(message):
    with contextlib.suppress(msgspec.DecodeError):
        read_completion(whole(json.dumps(message).encode(), 7, "f"))
