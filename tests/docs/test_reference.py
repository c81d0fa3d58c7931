"""The reference says what the code says, and every command is in it."""

import subprocess
import sys
from pathlib import Path

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
