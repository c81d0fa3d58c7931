"""Seed, temperature, top_p: a vendor that honours them, and one fault after the other."""

import pytest

from dragoman.probe.chance import CHECKS
from faulty_vendor import finding, verdict


@pytest.mark.parametrize("check", [check.name for check in CHECKS])
def test_what_is_right_is_honoured(check):
    assert verdict(check) == "honoured"


@pytest.mark.parametrize(
    ("check", "fault", "expected"),
    [
        ("seed", "no-seed", "ignored"),
        ("seed", "always-cold", "unclear"),
        ("temperature", "always-hot", "ignored"),
        ("temperature", "always-cold", "ignored"),
        ("temperature", "temperature", "refused"),
        ("top_p", "no-top-p", "ignored"),
        ("top_p", "always-cold", "unclear"),
    ],
)
def test_a_fault_is_found(check, fault, expected):
    assert verdict(check, fault) == expected


@pytest.mark.parametrize("check", ["temperature", "top_p"])
def test_texts_that_differ_once_prove_nothing(check):
    assert verdict(check, hot=(2,)) == "unclear"


def test_two_texts_are_the_evidence():
    assert finding("seed", "no-seed").evidence.startswith('seed 7 gave "')
    assert finding("temperature", "always-cold").evidence.startswith('one text at temperature 0 and at 1: "1, 2, 3')
