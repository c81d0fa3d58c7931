"""docs/comparison.md says of each feature what proves that this project has it; the proofs are there."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "comparison.md").read_text()
(FEATURES,) = re.findall(r"<!-- features:start -->\n(.*?)<!-- features:end -->", PAGE, re.DOTALL)
TABLE = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in FEATURES.splitlines()
    if line.startswith("| ") and not line.startswith("| |")
]
WRITTEN = [
    row for group in tomllib.loads((ROOT / "bench" / "features.toml").read_text())["group"] for row in group["row"]
]


def test_every_row_that_is_written_down_is_on_the_page():
    assert [title for title, *_ in TABLE] == [row["title"] for row in WRITTEN]


def test_every_cell_says_something():
    assert all(all(row) and len(row) == len(TABLE[0]) for row in TABLE)


@pytest.mark.parametrize("row", WRITTEN, ids=lambda row: row["title"])
def test_our_own_cell_leads_to_what_proves_it(row):
    (own,) = [cells[1] for cells in TABLE if cells[0] == row["title"]]
    (place,) = re.findall(r"\]\((.+?)\)$", own) or [None]

    if "test" in row:
        file, _, test = row["test"].partition("::")
        assert place == f"../tests/{file}"
        assert f"def {test}(" in (ROOT / "tests" / file).read_text()
    else:
        assert own.lstrip("[").startswith("no")
        assert place == row.get("page")
        assert place is None or (ROOT / "docs" / place).exists()


def test_nothing_is_a_plain_yes_that_was_seen_to_fail():
    # What is not there is in the table as a no, with the page that says why.
    assert not [row for row in TABLE if row[1].startswith("[no") and "tests/" in row[1]]
