"""The examples of docs/testing.md, run as they are written; what it says of faults is held in testing/test_faults.py."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dragoman.testing import Script, says, serving

pytest_plugins = ["pytester"]

PAGE = (Path(__file__).parent.parent.parent / "docs" / "testing.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
PLUGIN = [example for example in EXAMPLES if example.startswith("# ")]
SHOWS = [
    r"^Claude Monet\.\n2 \[\{'role': 'user', 'content': 'Who is the best French painter\?'\}\]\n$",
    r"^Hello\.\nARE YOU THERE\? 15\nTrue Bearer \[credential\]\n$",
    r"^Claude Monet\.\n$",
    r'^Paris\.\nParis\.\n\{"request":\{"method":"POST","target":"/v1/chat/completions","json":.*\nFalse\n$',
]


@pytest.mark.parametrize(
    ("example", "shows"), list(zip([example for example in EXAMPLES if example not in PLUGIN], SHOWS, strict=True))
)
def test_an_example_does_what_the_page_says(example, shows):
    done = subprocess.run([sys.executable, "-c", example], check=False, capture_output=True, text=True, timeout=60)  # noqa: S603 - the page's own code

    assert done.returncode == 0, done.stderr
    assert re.search(shows, done.stdout), done.stdout


def test_the_tests_it_shows_pass_once_they_are_recorded(pytester, monkeypatch):
    for example in PLUGIN:
        name = example.partition("\n")[0].removeprefix("# ")
        (pytester.path / name).write_text(example)
    plain = ("-p", "no:cacheprovider", "-W", "error")

    with serving(Script(says("Claude Monet."))) as url:
        monkeypatch.setenv("MODEL_URL", url)
        monkeypatch.setenv("MODEL_KEY", "sk-planted-credential")
        pytester.runpytest_inprocess(*plain, "--dragoman-record").assert_outcomes(passed=2)
    monkeypatch.delenv("MODEL_URL")
    pytester.runpytest_inprocess(*plain).assert_outcomes(passed=2)

    (cassette,) = (pytester.path / "cassettes").rglob("*.jsonl")
    assert str(cassette.relative_to(pytester.path)) == "cassettes/test_painter/test_from_a_cassette.jsonl"
    assert "planted" not in cassette.read_text()
