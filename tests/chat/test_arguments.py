"""The arguments are types: what checkers accept and refuse of a user's program says whether they are right."""

import subprocess
import sys
from pathlib import Path

import pytest

API = Path(__file__).parent.parent / "typing" / "api.py"


@pytest.mark.parametrize("checker", [["mypy", "--strict"], ["basedpyright"]])
def test_type_checkers_accept_what_is_right_and_refuse_what_is_wrong(checker):
    done = subprocess.run(  # noqa: S603 - our own environment's checkers
        [sys.executable, "-m", *checker, str(API)], check=False, capture_output=True, text=True, timeout=110
    )

    assert done.returncode == 0, done.stdout
