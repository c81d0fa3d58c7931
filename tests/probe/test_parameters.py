"""Length, stop, n, logprobs, logit_bias: a vendor that honours them, and one fault after the other."""

import pytest

from dragoman.probe.parameters import CHECKS
from faulty_vendor import finding, verdict


@pytest.mark.parametrize("check", [check.name for check in CHECKS])
def test_what_is_right_is_honoured(check):
    assert verdict(check) == "honoured"


@pytest.mark.parametrize(
    ("check", "fault", "expected"),
    [
        ("max_tokens", "no-length", "ignored"),
        ("max_tokens", "says-stop", "broken"),
        ("max_tokens", "one-more", "broken"),
        ("max_tokens", "max_tokens", "refused"),
        ("max_tokens", "no-usage", "honoured"),
        ("max_completion_tokens", "no-length", "ignored"),
        ("stop", "no-stop", "ignored"),
        ("stop", "stop-kept", "broken"),
        ("n", "one-choice", "ignored"),
        ("n", "same-index", "broken"),
        ("logprobs", "no-logprobs", "ignored"),
        ("logprobs", "few-logprobs", "broken"),
        ("logprobs", "improbable", "broken"),
        ("top_logprobs", "no-logprobs", "ignored"),
        ("top_logprobs", "one-alternative", "broken"),
        ("logit_bias", "no-bias", "ignored"),
    ],
)
def test_a_fault_is_found(check, fault, expected):
    assert verdict(check, fault) == expected


def test_without_a_usage_letters_tell_whether_an_answer_was_cut():
    assert (
        finding("max_tokens", "no-usage", "no-length").evidence
        == "191 letters, finish_reason stop, where 8 were allowed"
    )


def test_the_evidence_is_what_was_seen():
    assert finding("max_tokens").evidence == "8 tokens, finish_reason length"
    assert finding("n", "one-choice").evidence == "1 choice where 2 were asked for"
    assert "before '5,', finish_reason stop" in finding("stop").evidence


def test_two_answers_that_differ_anyway_say_nothing_of_a_stop():
    assert verdict("stop", hot=(2,)) == "unclear"


def test_what_cannot_be_compared_is_unclear_and_blames_the_comparison():
    found = finding("stop", "temperature")

    assert found.verdict == "unclear"
    assert found.evidence.startswith('nothing to compare with: 400 "unsupported parameter: temperature"')
