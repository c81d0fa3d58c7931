"""The list of models, right and wrong."""

import pytest

from dragoman.probe.offers import CHECKS
from faulty_vendor import finding, verdict


@pytest.mark.parametrize("check", [check.name for check in CHECKS])
def test_what_is_right_is_honoured(check):
    assert verdict(check) == "honoured"


@pytest.mark.parametrize(
    ("check", "fault", "expected"),
    [
        ("models", "no-models", "refused"),
        ("models", "empty-list", "broken"),
        ("models", "unlisted", "ignored"),
        ("model", "no-card", "refused"),
        ("model", "odd-card", "broken"),
    ],
)
def test_a_fault_is_found(check, fault, expected):
    assert verdict(check, fault) == expected


def test_a_page_in_place_of_a_list_is_broken():
    assert verdict("models", "no-models", "plain-errors") == "broken"
    assert verdict("model", "no-card", "plain-errors") == "broken"


def test_the_model_is_named():
    assert finding("models").evidence == "'m' is one of 1"
