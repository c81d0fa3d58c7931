"""The ledger's rows as other programs read them."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from dragoman.gateway.export import csv_lines, json_lines

ROWS = [
    {"at": datetime(2026, 11, 21, tzinfo=UTC), "owner": 'a "b", c', "cost": None, "changed": ["seed: dropped"]},
    {"at": datetime(2026, 11, 22, tzinfo=UTC), "owner": "=HYPERLINK(1)", "cost": 7, "changed": None},
]


def test_a_table_is_read_back_by_who_knows_csv():
    first, second = csv.DictReader(csv_lines(ROWS, ["at", "owner", "cost", "changed"]))

    assert first == {"at": "2026-11-21T00:00:00+00:00", "owner": 'a "b", c', "cost": "", "changed": '["seed: dropped"]'}
    assert second["cost"] == "7"


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\r\nb", "\x0b\x0c\x1c\x85\u2028", 'say "x"', "'", ",", ""])
def test_a_text_is_one_cell_whatever_is_in_it(text):
    written = "".join(csv_lines([{"a": text, "b": "next"}], ["a", "b"]))

    assert list(csv.reader(io.StringIO(written, newline=""))) == [["a", "b"], [text, "next"]]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\uff1d1"])
def test_a_text_that_a_spreadsheet_would_reckon_is_a_text(text):
    written = "".join(csv_lines([{"owner": text}], ["owner"]))

    assert list(csv.reader(io.StringIO(written, newline="")))[1] == [f"'{text}"]


def test_a_table_without_rows_has_its_names():
    assert list(csv_lines([], ["a", "b"])) == ["a,b\n"]


def test_a_line_is_written_before_the_next_row_is_fetched():
    asked = []

    def rows():
        for number in range(3):
            asked.append(number)
            yield {"n": number}

    lines = csv_lines(rows(), ["n"])
    assert [next(lines), next(lines)] == ["n\n", "0\n"]
    assert asked == [0, 1]


def test_objects_come_a_line_each():
    assert [json.loads(line) for line in json_lines(ROWS)][1] == {
        "at": "2026-11-22T00:00:00Z", "owner": "=HYPERLINK(1)", "cost": 7, "changed": None,
    }  # fmt: skip
