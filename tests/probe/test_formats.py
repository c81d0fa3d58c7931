"""JSON and schemas: a vendor that holds its answers to them, and ones that do not."""

import pytest

from dragoman.probe.formats import CHECKS
from faulty_vendor import finding, verdict


@pytest.mark.parametrize("check", [check.name for check in CHECKS])
def test_what_is_right_is_honoured(check):
    assert verdict(check) == "honoured"


@pytest.mark.parametrize(
    ("check", "fault", "expected"),
    [
        ("json_object", "no-format", "ignored"),
        ("json_schema", "no-format", "ignored"),
        ("json_schema", "no-schema", "ignored"),
    ],
)
def test_a_fault_is_found(check, fault, expected):
    assert verdict(check, fault) == expected


def test_the_plain_answer_is_part_of_the_proof():
    assert finding("json_object").evidence.startswith('"{"hello":true}" where a plain answer is "1, 2, 3,')


def test_json_that_is_of_another_schema_is_told_from_no_json():
    assert finding("json_schema", "no-schema").evidence == '"{"hello":true}" is not of the schema'
    assert finding("json_schema", "no-format").evidence.endswith("is no JSON object")
