import json

import hypothesis.strategies as st
import pytest
from hypothesis import given

from answers import CALLED, COMPLETION
from dragoman.dialect.anthropic.answer import completion, usage
from dragoman.dialect.anthropic.reply import reply
from dragoman.dialect.anthropic.reply import usage as told
from dragoman.wire.completion import read_completion
from spoken import MESSAGE, MESSAGES, TEXT, broken, meant


def answered(message=None, **choice):
    said = {"role": "assistant", "content": "x"} | (message or {})
    return reply(COMPLETION | {"choices": [{"index": 0, "message": said, "finish_reason": "stop"} | choice]})


def test_a_completion_is_a_message():
    assert reply(COMPLETION) == {
        "id": "msg_c1",
        "type": "message",
        "role": "assistant",
        "model": "real",
        "content": [{"type": "text", "text": "Monet"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 3,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": 1,
        },
    }


def test_calls_are_blocks():
    message = reply(CALLED)

    assert message["content"] == [{"type": "tool_use", "id": "1", "name": "f", "input": {}}]
    assert message["stop_reason"] == "tool_use"


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thoughts_without_a_signature_come_first(field):
    assert answered({field: "hm"})["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": ""},
        {"type": "text", "text": "x"},
    ]


@pytest.mark.parametrize(
    ("choice", "stop"),
    [
        ({"finish_reason": "length"}, "max_tokens"),
        ({"finish_reason": "content_filter"}, "refusal"),
        ({"finish_reason": "pause_turn", "native_finish_reason": "pause_turn"}, "pause_turn"),
        ({"finish_reason": "stop", "native_finish_reason": "stop_sequence"}, "stop_sequence"),
        ({"finish_reason": "stop", "native_finish_reason": "STOP"}, "end_turn"),
        ({"finish_reason": None}, None),
    ],
)
def test_why_it_stopped(choice, stop):
    assert answered(**choice)["stop_reason"] == stop


def test_a_call_is_why_it_stopped_also_where_its_upstream_says_stop():
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}

    assert answered({"tool_calls": [call]}, finish_reason="stop")["stop_reason"] == "tool_use"
    assert answered({"tool_calls": [call]}, finish_reason="length")["stop_reason"] == "max_tokens"


def test_a_refusal_is_text():
    assert answered({"content": None, "refusal": "no"})["content"] == [{"type": "text", "text": "no"}]


def test_a_completion_without_choices_says_nothing():
    message = reply({"id": "c1", "choices": []})

    assert message["content"] == []
    assert message["stop_reason"] is None


@given(MESSAGES)
def test_an_answer_of_anthropics_comes_back_as_it_was(message):
    back = reply(completion(message, 7))

    assert back | {"content": meant(back["content"])} == message | {"content": meant(message["content"])}


def test_an_answers_own_fields_come_back():
    message = TEXT | {
        "container": {"id": "c1"},
        "stop_reason": "refusal",
        "stop_details": {"type": "refusal", "category": "bio"},
    }

    assert reply(completion(message, 7)) == message


@pytest.mark.parametrize(
    "counted",
    [
        MESSAGE["usage"],
        {"input_tokens": 1, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 2,
         "output_tokens_details": {"thinking_tokens": 1}, "cache_creation": {"ephemeral_1h_input_tokens": 0}},
    ],
)  # fmt: skip
def test_usage_comes_back_as_it_was(counted):
    assert told(usage(counted)) == counted


def test_usage_nobody_gave_is_nothing():
    assert told(None)["input_tokens"] == told({"prompt_tokens": None})["output_tokens"] == 0


@given(broken(st.sampled_from([COMPLETION, CALLED, completion(MESSAGE, 7)])))
def test_whatever_an_upstream_answers_is_a_message(made):
    message = reply(read_completion(json.dumps(made).encode()).to_dict())

    assert message["type"] == "message"
    assert json.dumps(message)


def test_mistrals_thoughts_are_thoughts():
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "x"}]

    assert answered({"content": parts})["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": ""},
        {"type": "text", "text": "x"},
    ]


def test_a_refusal_that_its_details_explain_is_no_text_as_well():
    details = {"type": "refusal", "explanation": "I won't."}
    message = {"role": "assistant", "content": "Well", "refusal": "I won't."}
    choice = {"index": 0, "message": message, "finish_reason": "content_filter", "stop_details": details}
    told = reply({"choices": [choice]})

    assert told["content"] == [{"type": "text", "text": "Well"}]
    assert told["stop_details"] == details
