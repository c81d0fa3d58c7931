"""The examples of docs/structured.md, run as they are written, against the model on this machine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parent.parent.parent / "docs" / "structured.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SHOWS = [
    r"Painter\(name='.*', born=\d{4}\)\nstop \d+",
    r"^(yes|no)\n$",
    r"(?s)^\{.*\n\{'name': '.*', 'country': '.*'\}\n$",
    r"LengthError - ",
    r"1 True",
]


@pytest.mark.parametrize(("example", "shows"), list(zip(EXAMPLES, SHOWS, strict=True)))
def test_an_example_does_what_the_page_says(example, shows):
    done = subprocess.run([sys.executable, "-c", example], check=False, capture_output=True, text=True, timeout=110)  # noqa: S603 - the page's own code

    assert done.returncode == 0, done.stderr
    assert re.search(shows, done.stdout), done.stdout
