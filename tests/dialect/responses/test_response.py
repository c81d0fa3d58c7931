import pytest

from dragoman.dialect.responses.hear import hear
from dragoman.dialect.responses.response import begun, ending, name_of, summarised, usage

ASKED = {
    "model": "m",
    "input": "hi",
    "instructions": "i",
    "max_output_tokens": 9,
    "metadata": {"a": "b"},
    "parallel_tool_calls": False,
    "reasoning": {"effort": "low", "summary": "auto"},
    "temperature": 0.5,
    "text": {"format": {"type": "json_schema", "name": "a", "schema": {"type": "object"}}, "verbosity": "low"},
    "tool_choice": {"type": "function", "name": "f"},
    "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}],
    "top_logprobs": 2,
    "truncation": "disabled",
    "user": "u",
}


def test_a_response_says_what_was_asked():
    said = begun(hear(ASKED)[0], "x", "real", 5)

    assert {name: said[name] for name in ASKED.keys() - {"model", "input"}} == {
        name: value for name, value in ASKED.items() if name not in {"model", "input"}
    }
    assert (said["id"], said["object"], said["created_at"], said["model"]) == ("resp_x", "response", 5, "real")
    assert (said["status"], said["output"], said["store"], said["error"]) == ("in_progress", [], False, None)


def test_what_was_not_asked_is_said_as_it_is_meant():
    said = begun(hear({"model": "m", "input": "hi"})[0], "x", "real", 5)

    assert (said["tools"], said["tool_choice"], said["parallel_tool_calls"]) == ([], "auto", True)
    assert (said["text"], said["reasoning"]) == ({"format": {"type": "text"}}, {"effort": None, "summary": None})
    assert (said["instructions"], said["metadata"], said["temperature"]) == (None, {}, None)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("chatcmpl-abc", "abc"),
        ("resp_abc", "abc"),
        ("req_abc", "abc"),
        ("gen-1 é", "1__"),
        ("x" * 90, "x" * 40),
        ("", "0"),
        (None, "0"),
        (7, "7"),
    ],
)
def test_a_name_is_one_that_fits_into_ids(given, name):
    assert name_of(given) == name


@pytest.mark.parametrize(
    ("finish", "status", "details"),
    [
        ("stop", "completed", None),
        ("tool_calls", "completed", None),
        ("vendors_own", "completed", None),
        (None, "completed", None),
        ("length", "incomplete", {"reason": "max_output_tokens"}),
        ("content_filter", "incomplete", {"reason": "content_filter"}),
    ],
)
def test_why_it_ended(finish, status, details):
    assert ending(finish) == {"status": status, "incomplete_details": details}


def test_usage_in_this_apis_words_with_whatever_else_was_said():
    said = {
        "prompt_tokens": 5,
        "completion_tokens": 3,
        "total_tokens": 8,
        "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 1, "text_tokens": None},
        "completion_tokens_details": {"reasoning_tokens": 2},
        "cost": 0.25,
    }

    assert usage(said) == {
        "input_tokens": 5,
        "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0, "audio_tokens": 1},
        "output_tokens": 3,
        "output_tokens_details": {"reasoning_tokens": 2},
        "total_tokens": 8,
        "cost": 0.25,
    }
    assert usage(None) is None


def test_a_summary_is_told_to_who_asked_for_one():
    assert summarised(hear({"model": "m", "input": "x", "reasoning": {"summary": "auto"}})[0])
    assert not summarised(hear({"model": "m", "input": "x", "reasoning": {"effort": "low"}})[0])
