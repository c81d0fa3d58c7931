"""The examples of docs/connections.md, run as they are written; none of them connects."""

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parent.parent.parent / "docs" / "connections.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SHOWS = [
    r"^Dragoman\('https://models\.example/v1'\)\nAsyncDragoman\(.*\nDragoman\('http://engine/v1'\)\nConnections\((?!.*password)",
    r"^Dragoman\('http://127\.0\.0\.1:8000/v1'\)\n$",
]


@pytest.mark.parametrize(("example", "shows"), list(zip(EXAMPLES, SHOWS, strict=True)))
def test_an_example_does_what_the_page_says(example, shows):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(example, "docs/connections.md", "exec"), {})  # noqa: S102 - the page's own code

    assert re.search(shows, said.getvalue()), said.getvalue()
