"""Fields that change no answer, nulls, unknown fields: each proven by what is refused beside it."""

import pytest

from dragoman.probe.fields import CHECKS
from faulty_vendor import finding, verdict


@pytest.mark.parametrize("check", [check.name for check in CHECKS])
def test_what_is_right_is_honoured(check):
    assert verdict(check) == "honoured"


@pytest.mark.parametrize(
    ("check", "fault", "expected"),
    [
        ("user", "lax", "ignored"),
        ("user", "plain-errors", "broken"),
        ("metadata", "lax", "ignored"),
        ("metadata", "fails", "broken"),
        ("nulls", "nulls-refused", "refused"),
        ("unknown", "accepts-all", "ignored"),
        ("unknown", "fails", "broken"),
        ("unknown", "plain-errors", "broken"),
    ],
)
def test_a_fault_is_found(check, fault, expected):
    assert verdict(check, fault) == expected


def test_an_acceptance_alone_is_no_proof():
    assert finding("user", "lax").evidence == "accepted, but so is user: {'id': 1}"
