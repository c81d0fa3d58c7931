"""What a user gives for a field, and what a field makes of JSON that came."""

import copy
import pickle
from collections import deque
from enum import Enum
from typing import Any, Literal

import pytest

from dragoman.errors import InvalidRequestError
from dragoman.face.field import UNSET, Unset, accepting, field, opening, taken_as_they_are
from dragoman.face.model import Model


class Colour(str, Enum):
    RED = "red"


class Point(Model):
    x: int
    y: int = 0


@pytest.mark.parametrize(
    ("given", "hint", "becomes"),
    [
        ("7", int, 7),
        (7.0, int, 7),
        (1, float, 1.0),
        ("0.5", float, 0.5),
        (True, bool, True),
        (None, int | None, None),
        (UNSET, int | Unset, UNSET),
        ("red", Colour, Colour.RED),
        (Colour.RED, Colour, Colour.RED),
        ("blue", Colour, "blue"),
        ("later", Literal["now"], "later"),
        ((1, "2"), list[int], [1, 2]),
        (deque([1]), list[int], [1]),
        ({1: "a"}.keys(), list[int], [1]),
        ({"a": 1}, dict[str, float], {"a": 1.0}),
        ({"x": 1}, Point, Point(x=1)),
        ({"anything": [None]}, Any, {"anything": [None]}),
        ("text", str | list[str], "text"),
    ],
)
def test_what_can_be_a_value_becomes_one(given, hint, becomes):
    assert accepting(hint)(given, "field") == becomes
    assert type(given) not in taken_as_they_are(hint) or given is becomes


@pytest.mark.parametrize("hint", [list[int], str | list[str] | list[int]], ids=["one way", "several ways"])
def test_a_generator_is_read_once_and_whole(hint):
    assert accepting(hint)((number for number in (1, 2)), "field") == [1, 2]


@pytest.mark.parametrize(
    ("given", "hint", "says"),
    [
        ("x", int, "field has to be a whole number, not str"),
        (7.5, int, "field has to be a whole number, not float"),
        (True, int, "field has to be a whole number, not bool"),
        (1, bool, "field has to be true or false, not int"),
        (1, str, "field has to be text, not int"),
        (b"x", str, "field has to be text, not bytes"),
        ("x", list[str], "field has to be a list, not str"),
        ({"x": 1}, list[str], "field has to be a list, not dict"),
        (Point(x=1), list[str], "field has to be a list, not Point"),
        (["x", 1], list[str], "field[1] has to be text, not int"),
        ({"a": "b"}, dict[str, int], "field.a has to be a whole number, not str"),
        ([1], dict[str, int], "field has to be an object, not list"),
        ({"y": 1}, Point, "field has no 'x'"),
        ({"x": "y"}, Point, "field.x has to be a whole number, not str"),
        (5, Point, "field has to be Point, not int"),
        (3, Colour, "field has to be one of red, not int"),
        (3, Literal["now", "then"], "field has to be one of now, then, not int"),
        ([{"x": []}], str | list[Point], "field[0].x has to be a whole number, not list"),
    ],
)
def test_what_cannot_is_refused_by_its_place(given, hint, says):
    with pytest.raises(InvalidRequestError) as caught:
        accepting(hint)(given, "field")

    assert type(given) not in taken_as_they_are(hint)
    assert str(caught.value) == says
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("came", "hint", "shown"),
    [
        ("red", Colour, Colour.RED),
        ("blue", Colour | None, "blue"),
        ({"x": 1, "z": 2}, Point | None, Point(x=1, z=2)),
        ([{"x": 1}, None, 5], list[Point], [Point(x=1), None, 5]),
        ("text", list[Point], "text"),
        ({"a": 1}, dict[str, int], {"a": 1}),
        (7, str, 7),
    ],
)
def test_what_came_is_shown_as_the_type_it_can_be_and_else_as_it_is(came, hint, shown):
    for kind, opened in opening(hint):
        came = opened(came) if type(came) is kind else came

    assert came == shown


def test_not_given_is_false_and_there_is_one_of_it():
    assert not UNSET
    assert repr(UNSET) == "Unset()"
    assert str(UNSET) == ""
    assert copy.deepcopy(UNSET) is UNSET
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET


def test_a_default_that_is_a_list_is_not_shared():
    class Basket(Model):
        fruits: list[str] = field(default=["apple"])

    Basket().fruits.append("pear")

    assert Basket().fruits == ["apple"]


def test_assigning_checks():
    point = Point(x=1)
    point.x = "5"
    assert point.x == 5
    with pytest.raises(InvalidRequestError, match=r"Point\.x has to be a whole number"):
        point.x = "five"
    assert point.x == 5
