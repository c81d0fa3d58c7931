"""The tutorial's examples, run as they are written, against the model on this machine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

TUTORIAL = (Path(__file__).parent.parent.parent / "docs" / "tutorial.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", TUTORIAL, re.DOTALL)
SHOWS = [
    r"Paris.*\n(stop|length) \d+",
    r"\w+",
    r"(?s)\w+.*(stop|length) Usage\(",
    r"\{'name': '.*', 'born': \d{4}\}",
    r"total 0\.05",
    r"ConnectionFailedError - ",
]


@pytest.mark.parametrize(("example", "shows"), list(zip(EXAMPLES, SHOWS, strict=True)))
def test_an_example_does_what_the_tutorial_says(example, shows):
    done = subprocess.run([sys.executable, "-c", example], check=False, capture_output=True, text=True, timeout=110)  # noqa: S603 - the tutorial's own code

    assert done.returncode == 0, done.stderr
    assert re.search(shows, done.stdout), done.stdout
