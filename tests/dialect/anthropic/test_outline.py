import json

import pytest
from hypothesis import given

from dragoman.dialect.anthropic.outline import blocks_of, deltas_of, message_of
from dragoman.dialect.private import CONTENT
from spoken import MESSAGE, blocks, meant

CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
USE = {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}}


@given(blocks())
def test_what_an_assistant_said_goes_back_as_it_came(said):
    message = json.loads(json.dumps(message_of(said)))

    assert meant(blocks_of(message, "p", [])) == meant(said)


def test_a_text_and_its_calls_need_nothing_beside_them():
    message = message_of([{"type": "text", "text": "x", "citations": None}, USE])

    assert message == {"role": "assistant", "content": "x", "tool_calls": [CALL]}


def test_everything_else_is_kept_in_its_order():
    message = message_of(MESSAGE["content"])

    assert message["reasoning_content"] == "A painter…"
    assert message["content"] == "Monet"
    assert message[CONTENT] == [
        {"index": 0, "type": "thinking", "signature": "c2ln", "characters": 10},
        {"index": 1, "type": "text", "characters": 5},
        {"index": 2, "type": "tool_use", "id": "toolu_1"},
    ]


def test_a_message_is_streamed_block_by_block_what_is_known_first_and_last():
    role, deltas = deltas_of(message_of(MESSAGE["content"]))

    assert role == {"role": "assistant"}
    assert deltas == [
        {CONTENT: [{"index": 0, "type": "thinking"}]},
        {"reasoning_content": "A painter…"},
        {CONTENT: [{"index": 0, "characters": 10, "signature": "c2ln"}]},
        {CONTENT: [{"index": 1, "type": "text"}]},
        {"content": "Monet"},
        {CONTENT: [{"index": 1, "characters": 5}]},
        {CONTENT: [{"index": 2, "type": "tool_use", "id": "toolu_1"}]},
        {"tool_calls": [message_of(MESSAGE["content"])["tool_calls"][0]]},
    ]


def test_what_no_longer_fits_its_blocks_is_streamed_before_them():
    message = message_of(MESSAGE["content"]) | {"content": "Manet!", "tool_calls": [CALL]}
    _, deltas = deltas_of(message)

    assert deltas[0] == {"content": "Manet!"}
    assert deltas[-1] == {"tool_calls": [CALL]}


def test_a_text_that_was_changed_goes_as_it_is_now():
    message = message_of(MESSAGE["content"]) | {"content": "Manet!"}

    assert blocks_of(message, "p", []) == [
        MESSAGE["content"][0],
        {"type": "text", "text": "Manet!"},
        MESSAGE["content"][2],
    ]


def test_thoughts_that_were_changed_stay_at_home():
    changes = []
    message = message_of(MESSAGE["content"]) | {"reasoning_content": "Something else"}

    assert blocks_of(message, "messages[1]", changes) == MESSAGE["content"][1:]
    assert changes == ["messages[1].reasoning_content: dropped"]


@pytest.mark.parametrize(
    "signed", [{}, {CONTENT: [{"index": 0, "type": "thinking", "signature": "", "characters": 1}]}]
)
def test_thoughts_that_nobody_signed_do_not_go(signed):
    changes = []
    message = {"role": "assistant", "content": "x", "reasoning_content": "y"} | signed

    assert blocks_of(message, "p", changes) == [{"type": "text", "text": "x"}]
    assert changes == ["p.reasoning_content: dropped"]


def test_an_answer_that_was_cut_goes_as_far_as_it_came():
    items = [{"index": 0, "type": "redacted_thinking", "data": "d"}, {"index": 1, "type": "text"}]

    assert blocks_of({"content": "Mo", CONTENT: items}, "p", []) == [
        {"type": "redacted_thinking", "data": "d"},
        {"type": "text", "text": "Mo"},
    ]


def test_another_vendors_message_is_blocks():
    message = {
        "role": "assistant",
        "content": [{"type": "text", "text": "x"}],
        "tool_calls": [CALL | {"id": "functions.f:0"}],
    }

    assert blocks_of(message, "p", []) == [{"type": "text", "text": "x"}, USE | {"id": "functions_f_0"}]


def test_free_text_for_a_tool_is_an_object():
    changes = []
    call = {"id": "c1", "type": "custom", "custom": {"name": "f", "input": 'a "b"'}}

    assert blocks_of({"tool_calls": [call]}, "messages[1]", changes) == [USE | {"input": {"input": 'a "b"'}}]
    assert changes == ["messages[1].tool_calls[0].custom.input: said as JSON, under 'input'"]


def test_a_refusal_is_text():
    assert blocks_of({"content": None, "refusal": "no"}, "p", []) == [{"type": "text", "text": "no"}]


DEEP = '{"a":' * 900 + "1" + "}" * 900


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ("", {}),
        (None, {}),
        ("{}", {}),
        ("[1]", {"INVALID_JSON": "[1]"}),
        ('{"a"', {"INVALID_JSON": '{"a"'}),
        ({"a": 1}, {"a": 1}),
        (DEEP, {"INVALID_JSON": DEEP}),
        (DEEP[:5000], {"INVALID_JSON": DEEP[:5000]}),
    ],
)
def test_arguments_become_an_object_whatever_the_model_wrote(arguments, sent):
    call = {"id": "c1", "function": {"name": "f", "arguments": arguments}}

    assert blocks_of({"tool_calls": [call]}, "p", []) == [USE | {"input": sent}]


def test_a_message_that_says_nothing_is_no_blocks():
    assert blocks_of({"role": "assistant", "content": ""}, "p", []) == []
