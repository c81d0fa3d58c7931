"""The examples of docs/observing.md, run as they are written."""

import re
from pathlib import Path

import pytest

from dragoman.answer.spent import Source
from dragoman.hooks import Moment

PAGE = (Path(__file__).parent.parent.parent / "docs" / "observing.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SHOWS = [
    r"17 reported\n2 partial\n",
    r"160000 0 360\.0\n",
    r"attempt 1: OverloadedError, again in 0\.01 s\nm done 2 reported\n",
    r"curl --no-buffer https://api\.openai\.com/v1/chat/completions \\\n(.*\\\n)+  --data-raw '\{.*\"stream\":true.*\}'\n",
    r"True True\n12 False 0\.00003 0\.00103\n",
]


@pytest.mark.parametrize(("example", "shows"), list(zip(EXAMPLES, SHOWS, strict=True)))
def test_an_example_does_what_the_page_says(example, shows, capsys):
    exec(compile(example, "observing.md", "exec"), {"__name__": "__main__"})  # noqa: S102 - the page's own code

    said = capsys.readouterr().out
    assert re.fullmatch(shows, said), said


def test_every_source_and_every_moment_has_its_row():
    for name in (*Source.__args__, *(kind.__name__ for kind in Moment.__args__)):
        assert f"| `{name}` |" in PAGE


def test_the_variables_own_name_is_in_the_command_and_the_key_is_not(capsys):
    exec(compile(EXAMPLES[3], "observing.md", "exec"), {"__name__": "__main__"})  # noqa: S102 - the page's own code

    said = capsys.readouterr().out
    assert '"$OPENAI_API_KEY"' in said
    assert "sk-…" not in said
