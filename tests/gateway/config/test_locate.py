import tomllib

import hypothesis.strategies as st
import pytest
from hypothesis import given

from configurations import WHOLE
from dragoman.gateway.config.locate import Lines


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1\nb = 2", ("b",), 2),
        ("# one\n\n[t]\n  a = 1 # why\n", ("t", "a"), 4),
        ("[t]\na = 1", ("t",), 1),
        ("x.y.z = 1", ("x", "y"), 1),
        ("[a.b]\nc.d = 1", ("a", "b", "c", "d"), 2),
        ("[[r]]\n[[r]]\nm = 1\n[[r]]", ("r", 1, "m"), 3),
        ("[[r]]\n[r.t]\na = 1\n[[r]]\n[r.t]\na = 2", ("r", 1, "t", "a"), 6),
        ("[[r]]\n[[r.s]]\n[[r.s]]\na = 1", ("r", 0, "s", 1, "a"), 4),
        ("a = [\n  1, # one\n  2,\n\n  [3]\n]\nb = 1", ("a", 2, 0), 5),
        ("a = [\n 1 ]\nb = 1", ("b",), 3),
        ("a = { b = { c = 1 },\td = [ 2 ] }\ne = 1", ("a", "d", 0), 1),
        ("a = {}\nb = []\nc = 1", ("c",), 3),
        ('a = """\n\\"""\nb = 1\n"""\nb = 2', ("b",), 5),
        ('a = """x"""""\nb = 2', ("b",), 2),
        ("a = '''\n\"b = 1\n'''\nb = 2", ("b",), 4),
        ("a = '''x'''''\nb = 2", ("b",), 2),
        ('a = "#]}\\""\nb = 2', ("b",), 2),
        ("a = '\\'\nb = 2", ("b",), 2),
        ('"x y"."é" = 1', ("x y", "é"), 1),
        ("\n'a.b' = 1", ("a.b",), 2),
        ("[ a . 'b c' ]\nd = 1", ("a", "b c", "d"), 2),
        ("at = 1979-05-27 07:32:00\nb = 1", ("b",), 2),
        ("a = 1\r\nb = 2\r\n", ("b",), 2),
        ('"\\u0061" = 1', ("a",), 1),
    ],
)
def test_a_key_is_found_in_its_line(text, path, line):
    tomllib.loads(text)

    assert Lines(text).of(path) == line


def test_what_is_not_there_is_where_it_would_be():
    assert Lines("a = 1\n[t]\nb = 2\n").of(("t", "c", 3)) == 2
    assert Lines("a = 1").of(("nothing",)) == 1


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=4)


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def values(draw, depth=2):
    kind = draw(st.integers(0, 5 if depth else 3))
    if kind == 4:
        gap = st.sampled_from(["", "\n", " # ]\n"])
        inside = "".join(f"{draw(gap)}{item},{draw(gap)}" for item in draw(st.lists(values(depth - 1), max_size=3)))
        return f"[{inside}]"
    if kind == 5:
        # An inline table stands in one line.
        names = draw(st.lists(TEXTS, unique=True, max_size=3))
        return "{ " + ", ".join(f"{quoted(name)} = {draw(values(0))}" for name in names) + " }"
    many = f'"""\n{draw(TEXTS)}'.replace("\\", "") + ' """'
    return [str(draw(st.integers())), quoted(draw(TEXTS)), "1e3", many if depth else "true"][kind]


@st.composite
def documents(draw):
    lines = []
    for number in range(draw(st.integers(0, 4))):
        lines += draw(st.sampled_from([[], [""], ["# a remark = [ ' "]]))
        lines.append(draw(st.sampled_from([f"[t{number}]", "[[r]]", f"[[r]]\n[r.'in {number}']"])))
        names = draw(st.lists(TEXTS, unique=True, max_size=3))
        lines += [f"{quoted(name)} = {draw(values())}" for name in names]
    return "\n".join(lines)


@given(documents())
def test_every_key_and_item_of_a_document_is_found_in_a_line_that_names_it(text):
    lines = Lines(text)
    written = text.split("\n")

    for path in places(tomllib.loads(text)):
        line = lines.of(path)
        assert 1 <= line <= len(written)
        if path and isinstance(path[-1], str) and path[0] == "r" and len(path) == 3 and not path[-1].startswith("in "):
            assert written[line - 1].startswith(quoted(path[-1]))


def test_every_line_of_a_whole_configuration_is_right():
    lines, written = Lines(WHOLE), WHOLE.split("\n")

    for path in places(tomllib.loads(WHOLE)):
        if path and isinstance(path[-1], str):
            assert path[-1] in written[lines.of(path) - 1]
