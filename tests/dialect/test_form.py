import pytest

from dragoman.dialect.form import allow, need, refuse
from dragoman.errors import InvalidRequestError


@pytest.mark.parametrize(
    ("value", "kind", "sentence"),
    [
        (None, str, "a[0].x is missing"),
        (5, str, "a[0].x must be a string, not 5"),
        (True, int, "a[0].x must be a whole number, not True"),
        (1, bool, "a[0].x must be true or false, not 1"),
        ("1", float, "a[0].x must be a number, not '1'"),
        ([], dict, "a[0].x must be an object, not []"),
        ({}, list, "a[0].x must be an array, not {}"),
    ],
)
def test_a_field_of_another_kind_is_refused_by_its_path(value, kind, sentence):
    with pytest.raises(InvalidRequestError) as caught:
        need({"x": value}, "x", kind, "a[0].")

    assert (str(caught.value), caught.value.param) == (sentence, "a[0].x")


@pytest.mark.parametrize(("value", "kind"), [("", str), (1, int), (1, float), (0.5, float), (False, bool), ([], list)])
def test_what_is_of_its_kind_passes(value, kind):
    need({"x": value}, "x", kind, "")
    allow({"x": value}, "x", kind, "")


def test_what_may_be_left_out_may_be_null_and_nothing_else():
    allow({}, "x", str, "")
    allow({"x": None}, "x", str, "")
    with pytest.raises(InvalidRequestError, match="x must be a string"):
        allow({"x": 1}, "x", str, "")


def test_a_sentence_begins_with_its_path():
    with pytest.raises(InvalidRequestError, match=r"^tools holds nothing$"):
        refuse("tools", "holds nothing")
