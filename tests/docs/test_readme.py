"""The README's examples, run as they are written, against the model they name."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dragoman.gateway.config.load import parsed

README = (Path(__file__).parent.parent.parent / "README.md").read_text()
FIVE = README.split("## Five examples")[1].split("\n## ")[0]
EXAMPLES = re.findall(r"```python\n(.*?)```", FIVE, re.DOTALL)


def run(code):
    return subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=110)  # noqa: S603 - the README's own code


def test_there_are_five():
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize(
    ("number", "shows"),
    [
        (0, r"\w+"),
        (1, r"(?s)\w+.*Usage\(prompt_tokens=\d+, completion_tokens=\d+"),
        (2, r"\['.*Paris.*', '.*'\]"),
        (3, r"Painter\(name='.+', century=\d\d\)"),
        (4, r"ContextLengthError 400 context_length_exceeded False\n.*\d+"),
    ],
    ids=["ask", "stream", "async", "typed", "errors"],
)
def test_an_example_does_what_the_readme_says(number, shows):
    done = run(EXAMPLES[number])

    assert done.returncode == 0, done.stderr
    assert re.search(shows, done.stdout), done.stdout
    assert done.stderr == ""


def test_the_configuration_it_shows_is_one():
    (shown,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    config = parsed(shown.encode(), "dragoman.toml", secrets=False)

    assert set(config.upstreams) == {"openai", "house", "here"}


def test_what_it_says_of_others_is_what_was_measured():
    page = (Path(__file__).parent.parent.parent / "docs" / "comparison.md").read_text()
    names = re.search(r"^\| the vendor … \|(.*)\|$", page, re.MULTILINE)[1].split("|")
    wrong = re.search(r"^\| \*\*quirks, of 20.*?\|(.*)\|$", page, re.MULTILINE)[1].split("|")
    counted = {name.strip(" *").partition(" ")[0]: number.strip() for name, number in zip(names, wrong, strict=True)}

    said = re.search(r"openai-python reads (\d+) wrongly in one form or another, LiteLLM (\d+), this (\d+)", README)
    assert said.groups() == (counted["openai"], counted["litellm"], counted["dragoman"])
    create = re.search(r"^\| `create`, blocking \|[^|]*\|[^|]*\| (\d+) times as much", README, re.MULTILINE)
    assert int(create[1]) > 30, "less than a thirtieth"


def test_every_link_leads_somewhere():
    root = Path(__file__).parent.parent.parent
    pages = [root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} points at {target}"
