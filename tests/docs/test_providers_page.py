"""The examples of docs/providers.md, run as they are written: the model on this machine answers, and no vendor."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dragoman.dialect.table import named, names

PAGE = (Path(__file__).parent.parent.parent / "docs" / "providers.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SHOWS = [
    r"Dragoman\('https://api\.openai\.com/v1'\)\nDragoman\('http://127\.0\.0\.1:11434/v1'\)\n",
    r"^Dragoman\('https://api\.openai\.com/v1'\)\nDragoman\('https://house\.example/v1'\)\n$",
    r"^True\n$",
    r"^openai:gpt-5 None ConnectionFailedError\nlocal 200 \nTrue\n$",
    r"^200 application/json .*\nTrue \[200\]\nTrue b'\{'\n$",
]
# A port where nobody listens stands before whatever is not on this machine.
ALONE = {"OPENAI_API_KEY": "sk-of-a-test", "HTTPS_PROXY": "http://127.0.0.1:9"}


@pytest.mark.parametrize(("example", "shows"), list(zip(EXAMPLES, SHOWS, strict=True)))
def test_an_example_does_what_the_page_says(example, shows):
    done = subprocess.run(  # noqa: S603 - the page's own code
        [sys.executable, "-c", example],
        check=False,
        capture_output=True,
        text=True,
        timeout=110,
        env=os.environ | ALONE,
    )

    assert done.returncode == 0, done.stderr
    assert re.search(shows, done.stdout), done.stdout


def test_the_table_is_the_one_in_the_code():
    shown = dict(re.findall(r"\| `([a-z0-9.-]+)`(?:, a `\.gguf` path)? \| `?([A-Z0-9_]+|none)`? ", PAGE))

    rows = {name: named(name).credential or "none" for name in names() if named(name).base_url}
    assert shown == rows | {"local": "none"}
