"""The usage: right, and one fault after the other."""

import pytest

from dragoman.probe.usage import CHECKS
from faulty_vendor import finding, verdict


@pytest.mark.parametrize("check", [check.name for check in CHECKS])
def test_what_is_right_is_honoured(check):
    assert verdict(check) == "honoured"


@pytest.mark.parametrize(
    ("check", "fault", "expected"),
    [
        ("usage", "no-usage", "broken"),
        ("sum", "wrong-sum", "broken"),
        ("sum", "no-usage", "broken"),
        ("same-streamed", "other-usage", "broken"),
        ("same-streamed", "no-stream-usage", "ignored"),
        ("plausible", "constant-usage", "broken"),
    ],
)
def test_a_fault_is_found(check, fault, expected):
    assert verdict(check, fault) == expected


def test_the_counts_are_the_evidence():
    assert finding("usage").evidence == "13 + 12 = 25 tokens"
    assert finding("sum", "wrong-sum").evidence == "13 + 12 is not 32"


def test_answers_that_differ_may_cost_what_differs():
    assert verdict("same-streamed", "always-hot", "other-usage") == "unclear"
