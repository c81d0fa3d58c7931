"""The vendors' published packages, each in an environment of its own, and what they do. Starts processes.

The first use installs them from the package index, pinned with all they need (`tests/face/originals/*.txt`), into
`.originals/`; later ones, and other workers of the same run, find them there.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CALLS = TESTS / "face" / "originals"
HOME = TESTS.parent / ".originals"
INTERPRETER = f"{sys.version_info.major}.{sys.version_info.minor}" if sys.version_info < (3, 14) else ">=3.11,<3.14"
"""The one that runs the tests, so that Python's own sentences are the same; the pins have no wheels for later ones."""
UNREACHABLE = r"Failed to fetch|Could not connect|error sending request|dns error|network was disabled"
PATIENCE = 100


def _uv(*arguments):
    uv = os.environ.get("UV") or shutil.which("uv") or shutil.which("uv", path=TESTS.parent / ".tools" / "bin")
    if uv is None:
        pytest.skip("uv, which installs the vendors' packages, is not there: `make test` brings it")
    options = ["--quiet", "--no-progress", "--no-python-downloads"]
    done = subprocess.run([uv, *arguments, *options], check=False, capture_output=True, text=True, cwd=HOME)  # noqa: S603 - our own arguments
    if done.returncode and re.search(UNREACHABLE, done.stderr):
        pytest.skip("the package index, which has the vendors' packages, cannot be reached")
    assert done.returncode == 0, done.stderr


def python(name, place=CALLS):
    """The interpreter that has a published package; `place` is the folder of its pins."""
    pins = place / f"{name}.txt"
    folder = HOME / f"{name}-{hashlib.sha256(pins.read_bytes() + INTERPRETER.encode()).hexdigest()[:12]}"
    HOME.mkdir(exist_ok=True)
    with (HOME / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            _uv("venv", "--clear", "--no-project", "--python", INTERPRETER, str(folder))
            _uv(
                "pip",
                "install",
                "--python",
                str(folder),
                "--no-deps",
                "--only-binary",
                ":all:",
                "--requirement",
                str(pins),
            )
            (folder / "ready").touch()
    return folder / "bin" / "python"


def told(name):
    """What the original and the face say of the same calls: two lists of records, in the same order."""
    environment = {"PYTHONPATH": str(TESTS), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore"}
    with ExitStack() as running:
        started = []
        for interpreter in (python(name), sys.executable):
            # Files, not pipes: both run at once, and neither waits for the other to be read.
            said, complaint = (running.enter_context(tempfile.TemporaryFile()) for _ in range(2))
            command = [str(interpreter), str(CALLS / "driver.py"), name]
            process = subprocess.Popen(  # noqa: S603 - our own command
                command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=complaint
            )
            running.enter_context(process)
            running.callback(process.kill)
            started.append((process, said, complaint))
        return [_records(*one) for one in started]


def _records(process, said, complaint):
    code = process.wait(PATIENCE)
    for file in (said, complaint):
        file.seek(0)
    assert code == 0, complaint.read().decode()
    return [json.loads(line) for line in said]
