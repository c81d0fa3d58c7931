"""What type checkers must accept of a program's tests; never run. mypy --strict and basedpyright read it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, assert_type

from dragoman import AsyncDragoman, Dragoman
from dragoman.testing import Asked, Cassette, Reply, Script, calls, chunks, cut, fails, raw, says, serving


def echo(asked: Asked) -> Reply:
    return says(str(asked.messages[-1]["content"]))


def scripts() -> None:
    script = Script(fails(429, retry_after=0), cut(says("a", "b"), after=1), echo, otherwise=raw(b"{}"))
    Dragoman("http://model.test/v1", transport=script)
    AsyncDragoman("http://model.test/v1", transport=script.asynchronous)
    assert_type(script.requests, tuple[Asked, ...])
    assert_type(script.requests[0].messages, list[dict[str, Any]])
    assert_type(calls(("f", {"x": 1}), ("g", "{")), Reply)
    assert_type(chunks({"choices": []}, done=False), Reply)
    with serving(script) as url:
        assert_type(url, str)


def cassettes(path: Path) -> None:
    with Cassette(path, mode="once", ignore=["seed"], secrets={"s"}, timed=True) as cassette:
        assert_type(cassette, Cassette)
        Dragoman("http://model.test/v1", transport=cassette)
        AsyncDragoman("http://model.test/v1", transport=cassette.asynchronous)
    with serving(Cassette("a.jsonl", mode="record"), to="https://api.openai.com/v1") as url:
        assert_type(url, str)


def test_with_the_plugin(dragoman_script: Callable[..., Script], dragoman_cassette: Cassette) -> None:
    assert_type(dragoman_script(says("a")), Script)
    assert_type(dragoman_cassette.recording, bool)
