"""Beginnings of JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jiter import from_json

from dragoman.stream.partial import read_partial

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ('{"a": "x', {}),
        ('{"a": "x", "b', {"a": "x"}),
        ('{"a": {"b": [1, 2', {"a": {"b": [1, 2]}}),
        ("[1.", []),
        ("[tru", []),
        ('["\\"', []),
        ("]", None),
        ("[}", None),
        ("[1 2]", None),
    ],
)
def test_what_is_whole_of_it_is_read(text, value):
    assert read_partial(text) == value


def test_brackets_without_end_are_not_counted_again_for_each_of_them():
    """A quarter of a million of them would take minutes, for each piece of the text that arrives."""
    assert read_partial('{"a":' * 250_000) is None
    assert read_partial("[" * 200 + "1") == json.loads("[" * 200 + "1" + "]" * 200)


@given(st.data())
def test_every_beginning_is_read_as_jiter_reads_it(data):
    value = data.draw(st.lists(VALUES) | st.dictionaries(st.text(), VALUES))
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    cut = text[: data.draw(st.integers(1, len(text)))]

    assert read_partial(cut) == from_json(cut.encode(), partial_mode=True)


@given(st.lists(VALUES) | st.dictionaries(st.text(), VALUES))
def test_a_whole_text_is_its_value(value):
    assert read_partial(json.dumps(value)) == value
