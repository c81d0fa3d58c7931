"""What a call used is a number and who says so."""

import json

import pytest

from dragoman import errors
from dragoman.answer.spent import Spent, of_chunks, of_completion, of_failure, together
from dragoman.wire.chunk import read_chunk
from dragoman.wire.completion import Completion, Usage, read_completion

SENT = json.dumps({"messages": [{"role": "user", "content": "word " * 40}]}).encode()
TOLD = Usage(30, 20, 50)


def said(text, usage=None):
    return read_completion(json.dumps({"choices": [{"message": {"content": text}}], "usage": usage}).encode())


def chunks(*texts):
    return [read_chunk(json.dumps({"choices": [{"delta": {"content": text}}]}).encode()) for text in texts]


def test_what_the_server_says_is_reported():
    spent = of_completion(Completion(usage=TOLD), SENT)

    assert spent == Spent(prompt_tokens=30, completion_tokens=20, source="reported", attempts=("reported",), usage=TOLD)
    assert spent.total_tokens == 50


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": 0, "completion_tokens": 0}])
def test_what_it_does_not_say_is_estimated(usage):
    spent = of_completion(said("12345678", usage), SENT)

    assert (spent.prompt_tokens, spent.completion_tokens, spent.source) == (54, 2, "estimated")


def test_a_stream_that_was_left_counts_what_arrived():
    spent = of_chunks(chunks("Mo", "net"), said("Monet"), SENT, ended=False)

    assert (spent.prompt_tokens, spent.completion_tokens, spent.source) == (54, 2, "partial")


def test_what_a_server_says_amid_its_stream_is_partial_as_well():
    usage = {"prompt_tokens": 30, "completion_tokens": 5}
    spent = of_chunks(chunks("Mo", "net"), said("Monet", usage), SENT, ended=False)

    assert (spent.prompt_tokens, spent.completion_tokens, spent.source) == (30, 5, "partial")


@pytest.mark.parametrize(
    ("error", "sent", "source"),
    [
        (errors.ConnectionFailedError("refused"), False, "nothing"),
        (errors.RateLimitError("slow down", status=429), True, "nothing"),
        (errors.ServerError("sorry", status=500), True, "nothing"),
        (errors.ConnectionFailedError("reset"), True, "unknown"),
        (errors.TimeLimitError("too late", limit="attempt", seconds=1.0), True, "unknown"),
        (errors.ProtocolError("not JSON", status=200), True, "unknown"),
        (errors.TruncatedError("cut", partial=Completion(usage=TOLD)), True, "partial"),
    ],
)
def test_an_attempt_that_failed_is_billed_or_not_or_nobody_knows(error, sent, source):
    assert of_failure(error, sent=sent).source == source


def test_attempts_add_up_and_the_least_certain_says_how_certain():
    lost, last = of_failure(errors.TruncatedError("cut"), sent=True), of_completion(Completion(usage=TOLD), SENT)

    both = together([lost, last])

    assert (both.total_tokens, both.source, both.attempts) == (50, "unknown", ("unknown", "reported"))
    assert both.usage is TOLD
    assert together([]) == Spent()
    assert together([]).total_tokens is None


def test_a_body_that_is_no_request_has_no_estimate():
    assert of_completion(said("12345678"), b"\xff").prompt_tokens is None
