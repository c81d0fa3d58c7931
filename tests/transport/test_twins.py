"""The two shells are one text: take the words for waiting out of the asynchronous one and the blocking one is left."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from dragoman.transport import line_aio, line_blocking

SOURCE = Path(line_aio.__file__).parent

WORDS = {
    r"\bAsyncio(Answer|Transport)\b": r"Blocking\1",
    r"\bAsync(Answer|Transport)\b": r"\1",
    r"\b(line|dial)_aio\b": r"\1_blocking",
    r"\basync def\b": "def",
    r"\bawait ": "",
}

SPEAK_TO_DIFFERENT_READERS = {"", "AsyncioTransport", "BlockingTransport"}
"""Whose docstrings may differ: the module's own, and the class's that says who may share a transport."""


def text(name, waiting):
    tree = ast.parse((SOURCE / name).read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef) and getattr(node, "name", "") in SPEAK_TO_DIFFERENT_READERS:
            node.body = node.body[1:]
    # Unparsed from its tree, so that line breaks, which `await` moves, do not count; docstrings and order do.
    found = ast.unparse(tree)
    for word, plain in WORDS.items() if waiting else ():
        found = re.sub(word, plain, found)
    return found


@pytest.mark.parametrize(
    ("blocking", "waiting"), [("blocking.py", "aio.py"), ("dial_blocking.py", "dial_aio.py")], ids=["shell", "dial"]
)
def test_the_twins_differ_by_the_words_for_waiting_only(blocking, waiting):
    assert text(waiting, waiting=True) == text(blocking, waiting=False)
    assert re.search(r"\bawait ", text(waiting, waiting=False))


def public(module):
    """What a module's own classes and functions offer: names, parameters, and their order."""
    offered = {}
    for name, found in vars(module).items():
        if name.startswith("_") or getattr(found, "__module__", "") != module.__name__:
            continue
        members = {name: found} if inspect.isfunction(found) else {
            f"{name}.{part}": method
            for part, method in vars(found).items()
            if inspect.isfunction(method) and (part == "__init__" or not part.startswith("_"))
        }  # fmt: skip
        offered |= {part: list(inspect.signature(member).parameters) for part, member in members.items()}
    return offered


ONLY_WHERE_TASKS_ARE_WOKEN = "Line.pour"


def test_what_the_twins_stand_on_has_the_same_shape():
    waiting = public(line_aio)
    assert waiting.pop(ONLY_WHERE_TASKS_ARE_WOKEN)
    assert waiting == public(line_blocking)
    assert {"Line.receive", "Line.room", "Turn.wait", "Pools.current", "places", "ready"} <= public(line_aio).keys()


def test_the_shells_touch_no_socket_themselves():
    for name in ("blocking.py", "aio.py"):
        tree = ast.parse((SOURCE / name).read_text())
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert imported == set()
