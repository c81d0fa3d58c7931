"""The reference says what the code says, and every command is in it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def test_the_pages_are_what_the_code_says():
    done = subprocess.run(  # noqa: S603 - our own tool
        [sys.executable, str(ROOT / "tools" / "reference.py"), "--check"], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_error_has_its_place():
    page = (ROOT / "docs" / "reference" / "errors.md").read_text()

    for name in ("TimeLimitError", "TruncatedError", "QuotaError", "EngineError"):
        assert f"## {name}\n" in page


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("policy", ["`connect` = `5.0`:", "`first_token` = `300.0`:", "`idle` = `120.0`:", "`times` = `2`:"]),
        ("client", ["`proxy`:", "`keep_alive` = `30.0`:"]),
    ],
)
def test_an_attribute_shows_its_default(page, says):
    text = (ROOT / "docs" / "reference" / f"{page}.md").read_text()

    assert all(f"\n- {each}" in text for each in says)
