"""The faces' READMEs: every test they name is there, and their examples run, on the real model."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
NAMES = ["r9s", "atoma_sdk", "beezy_ai"]


def rows(name):
    """The table of what differs: each row's cells."""
    text = (ROOT / "faces" / name / "README.md").read_text().split("## What differs from the original")[1]
    lines = [line for line in text.split("\n## ")[0].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


@pytest.mark.parametrize("name", NAMES)
def test_every_difference_is_shown_by_a_test_that_exists(name):
    files = [*(ROOT / "faces" / name / "tests").glob("test_*.py"), *(ROOT / "tests" / "face").glob("test_*.py")]
    written = {found for file in files for found in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)}

    assert len(rows(name)) > 15
    for *cells, tests in rows(name):
        assert len(cells) == 3, cells
        assert all(cells)
        assert re.fullmatch(r"`test_\w+`(, `test_\w+`)*", tests), tests
        assert set(re.findall(r"test_\w+", tests)) <= written


@pytest.mark.parametrize("name", NAMES)
def test_it_says_not_to_install_both(name):
    text = (ROOT / "faces" / name / "README.md").read_text()

    assert "must not be installed beside" in text
    assert "DRAGOMAN_BASE_URL=" in text


@pytest.mark.parametrize("name", NAMES)
def test_its_examples_run(name):
    done = subprocess.run(  # noqa: S603 - our own tool
        [sys.executable, str(ROOT / "tools" / "faces.py"), str(ROOT / "faces" / name)],
        check=False,
        capture_output=True,
        text=True,
        timeout=110,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 examples, each with and without credentials: none failed" in done.stdout
