"""What has to hold between the fields of a request, as a caller hears of it."""

import pytest

from dragoman import InvalidRequestError
from dragoman.wire.check import check_request
from dragoman.wire.rules import SHOWN, shown

FUNCTION = {"name": "look", "parameters": {"type": "object"}}
LOOK = {"type": "function", "function": FUNCTION}
SAY = {"type": "custom", "custom": {"name": "say"}}
NAMED = {"type": "function", "function": {"name": "look"}}
NAMED_CUSTOM = {"type": "custom", "custom": {"name": "say"}}
CALL = {"id": "a", "type": "function", "function": {"name": "look", "arguments": "{}"}}


def ask(**given):
    return {"model": "m", "messages": [{"role": "user", "content": "Hi"}]} | given


def refusal(body):
    with pytest.raises(InvalidRequestError) as caught:
        check_request(body)
    return str(caught.value), caught.value.param


@pytest.mark.parametrize(
    "given",
    [
        {"logprobs": True, "top_logprobs": 2},
        {"logprobs": False, "top_logprobs": 0},
        {"top_logprobs": None},
        {"stream": True, "stream_options": {"include_usage": True}},
        {"stream": False, "stream_options": None},
        {"tool_choice": "none"},
        {"tool_choice": "auto", "tools": None},
        {"tool_choice": "required", "tools": [LOOK]},
        {"tool_choice": "any", "tools": [LOOK]},
        {"tool_choice": NAMED, "tools": [SAY, LOOK]},
        {"tool_choice": NAMED_CUSTOM, "tools": [LOOK, SAY]},
        {"tool_choice": {"type": "web_search"}, "tools": [{"type": "web_search"}]},
        {"function_call": "auto"},
        {"function_call": {"name": "look"}, "functions": [FUNCTION]},
    ],
    ids=str,
)
def test_fields_that_go_together_pass(given):
    check_request(ask(**given))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"top_logprobs": 2}, "top_logprobs needs logprobs to be true"),
        ({"top_logprobs": 2, "logprobs": None}, "top_logprobs needs logprobs to be true"),
        ({"stream_options": {}}, "stream_options is for streams only: stream is not true"),
        ({"stream_options": {}, "stream": False}, "stream_options is for streams only: stream is not true"),
        ({"tool_choice": "required"}, "tool_choice is given without tools to choose among"),
        ({"tool_choice": "any", "tools": []}, "tool_choice is given without tools to choose among"),
        ({"tool_choice": NAMED, "tools": None}, "tool_choice is given without tools to choose among"),
        ({"tool_choice": NAMED, "tools": [SAY]}, "tool_choice.function.name is 'look', which is not among the tools"),
        (
            {"tool_choice": NAMED_CUSTOM, "tools": [{"type": "function", "function": {"name": "say"}}]},
            "tool_choice.custom.name is 'say', which is not among the tools",
        ),
        ({"function_call": {"name": "look"}}, "function_call.name is 'look', which is not among the functions"),
        (
            {"function_call": {"name": "look"}, "functions": [{"name": "see"}]},
            "function_call.name is 'look', which is not among the functions",
        ),
    ],
    ids=str,
)
def test_fields_that_contradict_each_other_are_refused_by_the_one_to_change(given, sentence):
    assert refusal(ask(**given)) == (sentence, sentence.split()[0])


@pytest.mark.parametrize(
    "said",
    [
        {"content": ""},
        {"content": []},
        {"tool_calls": [CALL]},
        {"function_call": CALL["function"]},
        {"refusal": "No."},
        {"audio": {"id": "audio_1"}},
        {"reasoning_content": "Hm."},
    ],
    ids=str,
)
def test_an_assistants_message_says_something(said):
    check_request(ask(messages=[{"role": "assistant"} | said]))


@pytest.mark.parametrize("said", [{}, {"content": None}, {"tool_calls": []}, {"content": None, "refusal": ""}], ids=str)
def test_an_assistants_message_that_says_nothing_is_refused(said):
    assert refusal(ask(messages=[{"role": "user", "content": "Hi"}, {"role": "assistant"} | said])) == (
        "messages[1].content is missing: an assistant's message without tool calls says something",
        "messages[1].content",
    )


def test_a_rule_is_only_applied_to_fields_that_are_right_one_by_one():
    assert refusal(ask(top_logprobs="2"))[0] == "top_logprobs must be a whole number, not '2'"


@pytest.mark.parametrize(
    ("value", "as_shown"),
    [
        (2, "2"),
        ("two", "'two'"),
        ("a" * SHOWN, f"'{'a' * SHOWN}'"),
        ("a" * (SHOWN + 1), f"'{'a' * (SHOWN - 1)}…"),
        (10**60, f"1{'0' * (SHOWN - 1)}…"),
    ],
)
def test_a_value_is_shown_in_so_many_characters_at_most(value, as_shown):
    assert shown(value) == as_shown
