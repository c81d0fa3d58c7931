"""Tokens: the upstream's word, else what was counted, else an estimate, and always who said it."""

import json

import pytest

from dragoman.gateway.counted import read_counted
from dragoman.gateway.tally import MOST, NOTHING, Tally, Tokens, together
from dragoman.wire.chunk import read_chunk
from dragoman.wire.completion import Completion, read_completion
from dragoman.wire.embedding import read_embeddings


def chunk(delta=None, finish=None, **fields):
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return read_chunk(json.dumps({"model": "real", "choices": choices, **fields}).encode())


def completion(**fields):
    return read_completion(json.dumps({"model": "real", **fields}).encode())


def usage(prompt, completion, **details):
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion, **details}


def tokens(*seen, prompt=100, ended=True, worked=True):
    tally = Tally()
    for one in seen:
        tally.answered(one) if isinstance(one, Completion) else tally.saw(one)
    return tally.tokens(prompt, ended=ended, worked=worked)


ONE, TWO = chunk({"content": "one"}), chunk({"content": "two"})


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((ONE, TWO, chunk(usage=usage(5, 7))), Tokens(5, 7, source="upstream")),
        ((ONE, chunk({}, finish="stop", x_groq={"usage": usage(5, 7)})), Tokens(5, 7, source="upstream")),
        ((ONE, chunk(usage=usage(0, 0))), Tokens(0, 0, source="upstream")),
        ((ONE, chunk(usage=usage(5, 0))), Tokens(5, 0, source="upstream")),
        ((ONE, TWO), Tokens(100, 2, source="counted")),
        ((ONE, TWO, chunk({}, finish="stop")), Tokens(100, 2, source="counted")),
        ((ONE, chunk({"content": "two"}, finish="stop")), Tokens(100, 2, source="counted")),
        ((ONE, chunk(usage={"prompt_tokens": 5, "total_tokens": 9})), Tokens(5, 1, source="counted")),
        ((ONE, chunk(usage={"prompt_tokens": None, "completion_tokens": 7})), Tokens(100, 7, source="estimated")),
        ((ONE, chunk(usage={"prompt_tokens": None, "completion_tokens": None})), Tokens(100, 1, source="counted")),
        ((ONE, chunk(usage={})), Tokens(100, 1, source="counted")),
        ((ONE, chunk(usage=None)), Tokens(100, 1, source="counted")),
        ((chunk({"role": "assistant"}), chunk({"content": ""})), Tokens(100, source="estimated")),
        ((chunk({"tool_calls": [{"index": 0, "function": {"arguments": "{"}}]}),), Tokens(100, 1, source="counted")),
        ((chunk({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}, finish="tool_calls"),), Tokens(100, 1, source="counted")),
        ((chunk({"reasoning": "hm"}),), Tokens(100, 1, source="counted")),
    ],
)  # fmt: skip
def test_a_stream_that_came_to_its_end(seen, expected):
    assert tokens(*seen) == expected


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((ONE, chunk(usage=usage(5, 0)), TWO), Tokens(5, 2, source="counted")),
        ((chunk({"content": "one"}, usage=usage(0, 0)), TWO), Tokens(100, 2, source="counted")),
        ((chunk({"content": "one"}, usage=usage(5, 9)),), Tokens(5, 9, source="upstream")),
        ((), Tokens(100, source="estimated")),
    ],
)
def test_a_stream_that_broke_off_is_what_was_seen_where_that_is_more(seen, expected):
    assert tokens(*seen, ended=False) == expected


def test_what_is_within_the_tokens_is_told_apart():
    told = usage(
        50,
        20,
        prompt_tokens_details={"cached_tokens": 40, "cache_write_tokens": 9},
        completion_tokens_details={"reasoning_tokens": 0},
    )

    assert tokens(completion(usage=told)) == Tokens(50, 20, 40, 0, "upstream", 9)


def test_what_was_said_of_the_prompt_holds_for_a_stream_that_broke_off():
    details = {"cached_tokens": 40, "cache_write_tokens": 9}
    begun = chunk(usage=usage(50, 1, prompt_tokens_details=details))

    assert tokens(begun, ONE, TWO, ended=False) == Tokens(50, 2, 40, None, "counted", 9)


def test_a_completion_without_usage_is_estimated_from_its_words():
    called = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    said = tokens(
        completion(choices=[{"message": {"content": "é" * 10}}, {"message": {"content": None, "tool_calls": called}}])
    )

    assert (said.prompt, said.source) == (100, "estimated")
    assert 5 < said.completion < 40


@pytest.mark.parametrize(
    ("said", "prompt", "answer"),
    [
        ({"prompt_tokens": 5, "completion_tokens": None}, 5, 2),
        ({"prompt_tokens": 5}, 5, 2),
        ({"prompt_tokens": False, "completion_tokens": 7}, 100, 7),
        ({"prompt_tokens": None, "completion_tokens": None, "total_tokens": 9}, 100, 2),
        ({"prompt_tokens": 0.0, "completion_tokens": [{}]}, 0, 2),
        ({"prompt_tokens": -5, "completion_tokens": -1}, 100, 2),
    ],
)
def test_a_count_that_is_left_out_is_estimated_and_no_zero(said, prompt, answer):
    answered = completion(choices=[{"message": {"content": "eight by"}}], usage=said)

    assert tokens(answered) == Tokens(prompt, answer, source="estimated")


def test_vectors_have_no_tokens_of_an_answer_to_be_said():
    tally = Tally()
    vectors = b'{"data": [{"index": 0, "embedding": [1]}], "usage": {"prompt_tokens": 5, "total_tokens": 5}}'
    tally.answered(read_embeddings(vectors))

    assert tally.tokens(100, ended=True, worked=True) == Tokens(5, 0, source="upstream")


def test_an_upstream_that_refused_has_used_nothing():
    assert tokens(worked=False, ended=False) is NOTHING
    assert tokens(prompt=None, ended=False) is NOTHING


def test_to_count_takes_nothing():
    tally = Tally()
    tally.answered(read_counted(b'{"input_tokens": 77}'))

    assert tally.tokens(0, ended=True, worked=True) == Tokens(0, 0, source="upstream")


@pytest.mark.parametrize("count", [-1, 10**30])
def test_a_count_that_cannot_be_is_kept_within_what_can(count):
    said = tokens(completion(usage={"prompt_tokens": count, "completion_tokens": 1}))

    assert 0 <= said.prompt <= MOST


def test_attempts_add_up_and_the_least_certain_says_how_certain():
    exact, counted = Tokens(10, 5, 3, None, "upstream"), Tokens(10, 2, source="counted")

    assert together([exact]) is exact
    assert together([NOTHING, exact]) is exact
    assert together([exact, counted, NOTHING]) == Tokens(20, 7, 3, None, "counted")
    assert together([Tokens(10, source="estimated"), exact]) == Tokens(20, 5, 3, None, "estimated")
    assert together([NOTHING]) is NOTHING
