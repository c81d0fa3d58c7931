"""The asynchronous classes are the blocking ones, but for the words for waiting."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent.parent / "src" / "dragoman" / "openai"
WAITING = [
    (r"\bSyncPage\b", "Page"),
    (r"Async(?=[A-Z])", ""),
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\b__a(iter|next|enter|exit)__\b", r"__\1__"),
    (r"\banext\b", "next"),
    (r"\ba(drive|ask)\b", r"\1"),
    (r"\b_?async_(transport|page)\b", lambda found: found[0].replace("async_", "")),
]
APART = {
    # Their credential may have to be awaited.
    "Caller": {"config"},
    # A generator is the quickest loop; an asynchronous one would outlive a loop that was left.
    "Stream": {"__iter__", "close", "__exit__"},
    # What is listed may be walked through before it was asked for.
    "Models": {"list"},
}


def plain(text):
    for word, instead in WAITING:
        text = re.sub(word, instead, text)
    return text


def methods(node):
    found = {}
    for part in node.body:
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(part) is not None:
                part.body = part.body[1:] or [ast.Pass()]
            name = plain(part.name)
            found[name if name not in found else f"{name} {len(found)}"] = plain(ast.unparse(part))
    return found


def twins():
    for file in sorted(SOURCE.glob("*.py")):
        classes = {node.name: node for node in ast.parse(file.read_text()).body if isinstance(node, ast.ClassDef)}
        for name, node in classes.items():
            if plain(name) != name and plain(name) in classes:
                yield pytest.param(plain(name), classes[plain(name)], node, id=name)


@pytest.mark.parametrize(("name", "blocking", "waiting"), list(twins()))
def test_twins_are_equal_but_for_the_words_for_waiting(name, blocking, waiting):
    ours, theirs = methods(blocking), methods(waiting)

    assert ours.keys() - theirs.keys() == set()
    for method in ours.keys() - APART.get(name, set()):
        assert ours[method] == theirs[method]


def test_all_of_them_are_compared():
    assert len(list(twins())) == 15
