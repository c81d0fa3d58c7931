import pytest

from dragoman.engine import answer
from dragoman.engine.tools import Function

TOKEN = {"id": 7, "token": "Pa", "logprob": -0.1, "bytes": [80, 97]}
OTHER = {"id": 8, "token": "Lo", "logprob": -2.5, "bytes": [76, 111]}
PIECE = {"choices": [{"delta": {"content": "Pa"}, "logprobs": {"content": [TOKEN | {"top_logprobs": [TOKEN, OTHER]}]}}]}


def test_every_chunk_says_whose_it_is():
    heading = answer.Heading("chatcmpl-1", 1700000000, "smol", "fp_1")

    assert heading.chunk([answer.choice(0, {"content": "Hi"})]) == {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "smol",
        "service_tier": "default",
        "system_fingerprint": "fp_1",
        "choices": [{"index": 0, "delta": {"content": "Hi"}, "logprobs": None, "finish_reason": None}],
    }
    assert heading.chunk([], {"total_tokens": 3})["usage"] == {"total_tokens": 3}


def test_no_two_answers_have_one_name():
    assert answer.new_id().startswith("chatcmpl-")
    assert answer.new_id() != answer.new_id()


def without_id(token):
    return {name: value for name, value in token.items() if name != "id"}


@pytest.mark.parametrize(("top", "others"), [(0, []), (1, [TOKEN]), (5, [TOKEN, OTHER])])
def test_log_probabilities_are_shown_as_many_as_were_asked_for_without_token_ids(top, others):
    token = without_id(TOKEN) | {"top_logprobs": [without_id(other) for other in others]}

    assert answer.shown(PIECE, top) == {"content": [token], "refusal": None}


def test_log_probabilities_nobody_asked_for_are_not_shown():
    assert answer.shown(PIECE, None) is None
    assert answer.shown({"choices": [{"delta": {}}]}, 2) is None
    assert answer.shown({"choices": []}, 2) is None


def test_a_call_begins_with_its_name_and_grows_by_its_arguments():
    begins = answer.call_begins(1, 2, Function("add", "", {}), legacy=False)["delta"]["tool_calls"][0]
    grows = answer.call_grows(1, 2, '{"a"', legacy=False)

    assert begins.pop("id").startswith("call_")
    assert begins == {"index": 2, "type": "function", "function": {"name": "add", "arguments": ""}}
    assert grows["index"] == 1
    assert grows["delta"] == {"tool_calls": [{"index": 2, "function": {"arguments": '{"a"'}}]}


def test_the_older_form_has_one_call_without_a_name_of_its_own():
    assert answer.call_begins(0, 0, Function("add", "", {}), legacy=True)["delta"] == {
        "function_call": {"name": "add", "arguments": ""}
    }
    assert answer.call_grows(0, 0, "{", legacy=True)["delta"] == {"function_call": {"arguments": "{"}}


def used(prompt, completion, cached=0):
    details = {"cached_tokens": cached}
    return {"usage": {"prompt_tokens": prompt, "completion_tokens": completion, "prompt_tokens_details": details}}


def test_the_prompt_counts_once_and_every_answer_counts():
    tally = answer.Tally()

    assert [tally.add(piece) for piece in (used(30, 5, 12), {"choices": []}, used(30, 7, 29))] == [5, 0, 7]
    usage = tally.usage()
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (30, 12, 42)
    assert usage["prompt_tokens_details"]["cached_tokens"] == 12


def test_a_usage_without_details_is_taken_too():
    tally = answer.Tally()
    tally.add({"usage": {"prompt_tokens": 3, "completion_tokens": 1}})

    assert tally.usage()["prompt_tokens_details"]["cached_tokens"] == 0
