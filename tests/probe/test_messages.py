"""Roles and parts: a vendor that reads every message, and ones that leave some out."""

import pytest

from dragoman.probe.messages import CHECKS
from faulty_vendor import finding, verdict


@pytest.mark.parametrize("check", [check.name for check in CHECKS])
def test_what_is_right_is_honoured(check):
    assert verdict(check) == "honoured"


@pytest.mark.parametrize(
    ("check", "fault", "expected"),
    [
        ("system", "no-system", "ignored"),
        ("developer", "no-developer", "ignored"),
        ("developer", "no-usage", "unclear"),
        ("tool-answer", "no-tool", "ignored"),
        ("tool-answer", "no-usage", "unclear"),
        ("content-parts", "always-hot", "honoured"),
    ],
)
def test_a_fault_is_found(check, fault, expected):
    assert verdict(check, fault) == expected


def test_a_part_that_is_left_out_is_missed():
    found = finding("content-parts", "first-part", "always-hot")

    assert (found.verdict, found.evidence) == ("ignored", "10 tokens of a prompt in two parts, 13 in one text")


def test_without_a_usage_nothing_shows_whether_parts_were_read():
    assert verdict("content-parts", "always-hot", "no-usage") == "unclear"
