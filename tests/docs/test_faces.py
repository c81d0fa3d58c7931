"""The faces' examples, run as they are written, with and without credentials, on the real model."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("face", ["beezy_ai", "r9s", "atoma_sdk"])
def test_every_example_of_a_face_runs(face):
    done = subprocess.run(  # noqa: S603 - our own tool
        [sys.executable, str(ROOT / "tools" / "faces.py"), str(ROOT / "faces" / face / "examples")],
        check=False,
        capture_output=True,
        text=True,
        timeout=110,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 examples, each with and without credentials: none failed" in done.stdout
