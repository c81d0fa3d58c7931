"""The pytest plugin: scripts that are checked, and a cassette for each test. Touches files.

    # conftest.py
    pytest_plugins = ["dragoman.testing.pytest"]

`pytest --dragoman-record` asks the real servers and writes the cassettes anew; without it nothing is asked.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Literal

import pytest

from dragoman.testing.cassette import Cassette
from dragoman.testing.script import Answering, Script

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

MARKER = "dragoman_cassette"
FOLDER = "cassettes"
"""Where cassettes lie, beside the file of the test."""

LONGEST = 120
"""Characters of a file's name, of the 255 bytes that file systems take."""

_FAILED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--dragoman-record`."""
    parser.getgroup("dragoman").addoption(
        "--dragoman-record",
        action="store_true",
        help="ask the real servers, and write the cassettes of the tests that pass anew",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(name=None, ignore=(), secrets=(), timed=False): the cassette of this test: its file's name, fields "
        "of the body that may differ, more values to mask, whether to take the time that was taken",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep whether the test failed: a cassette of half a test is not written."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture
def dragoman_script() -> Iterator[Callable[..., Script]]:
    """Makes scripts, with the arguments of `Script`; at the test's end each has to be used up."""
    made: list[Script] = []

    def script(*replies: Answering, otherwise: Answering | None = None, timed: bool = False) -> Script:
        made.append(Script(*replies, otherwise=otherwise, timed=timed))
        return made[-1]

    yield script
    for one in made:
        one.close()
    for one in made:
        one.check()


@pytest.fixture
def dragoman_cassette(request: pytest.FixtureRequest) -> Iterator[Cassette]:
    """The cassette of this test, `cassettes/<file>/<test>.jsonl` beside it; see `Cassette` for what it checks."""
    node: pytest.Item = request.node
    options: dict[str, Any] = {}
    for mark in node.iter_markers(MARKER):
        # The nearest mark says what holds, and comes first.
        options = dict(mark.kwargs) | options
    path = _place(node, options.pop("name", None))
    mode: Literal["record", "replay"] = "record" if node.config.getoption("--dragoman-record") else "replay"
    cassette = Cassette(path, mode=mode, **options)
    yield cassette
    cassette.close()
    if not node.stash.get(_FAILED, False):
        cassette.check()
        cassette.save()


def _place(node: pytest.Item, name: str | None) -> Path:
    """A test's file, beside the file of the test."""
    named = name or _name(node.nodeid.partition("::")[2].replace("::", "."))
    return node.path.parent / FOLDER / node.path.stem / f"{named}.jsonl"


def _name(test: str) -> str:
    """A name that no other test has, made of what no file system refuses: `test_place-Paris` of `test_place[Paris]`."""
    told = test.removesuffix("]").replace("[", "-", 1)
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", told).strip("-")
    if kept == told and len(kept) <= LONGEST:
        return kept
    # `a b` and `a-b`, `+` and `*` would be one.
    return f"{kept[:LONGEST]}-{hashlib.sha256(test.encode('utf-8', 'replace')).hexdigest()[:8]}"
