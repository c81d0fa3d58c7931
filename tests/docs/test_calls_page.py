"""The examples of docs/calls.md, run as they are written."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parent.parent.parent / "docs" / "calls.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SHOWS = [
    r"1 unknown\n",
    (
        r"Claude Monet, of course\.\n"
        r"\[\(200, 'TruncatedError'\), \(200, ''\)\]\n"
        r"\{'role': 'assistant', 'content': 'Claude Monet,', 'prefix': True\}\n"
    ),
    r"30 <Limiter, 0 under way, 0 waiting>\n",
]


@pytest.mark.parametrize(("example", "shows"), list(zip(EXAMPLES, SHOWS, strict=True)))
def test_an_example_does_what_the_page_says(example, shows, capsys):
    exec(compile(example, "calls.md", "exec"), {"__name__": "__main__"})  # noqa: S102 - the page's own code

    said = capsys.readouterr().out
    assert re.fullmatch(shows, said), said
