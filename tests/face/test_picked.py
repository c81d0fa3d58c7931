"""What of a value is dumped, as pydantic's `include` and `exclude` say it."""

import pytest

from dragoman.face.picked import Picked


def named(picked, *names):
    return {name for name in names if picked.inside(name) is not None}


@pytest.mark.parametrize(
    ("include", "exclude", "left"),
    [
        (None, None, {"a", "b"}),
        ({"a"}, None, {"a"}),
        (["a"], None, {"a"}),
        ({"a": True}, None, {"a"}),
        ({"a": {"x"}}, None, {"a"}),
        (None, {"a"}, {"b"}),
        (None, {"a": True}, {"b"}),
        (None, {"a": ...}, {"b"}),
        (None, {"a": {"x"}}, {"a", "b"}),
        ({"a", "b"}, {"b"}, {"a"}),
        (set(), None, set()),
    ],
)
def test_fields_are_picked_by_name(include, exclude, left):
    assert named(Picked(include, exclude), "a", "b") == left


def test_what_is_inside_is_picked_by_what_a_mapping_says_of_it():
    inside = Picked({"a": {"x", "y"}}, {"a": {"y"}}).inside("a")
    assert inside is not None
    assert named(inside, "x", "y", "z") == {"x"}


def test_items_are_picked_by_their_place_from_either_end_or_all_at_once():
    def places(exclude):
        return [place for place in range(3) if Picked(None, exclude).item(place, 3) is not None]

    assert places({0}) == [1, 2]
    assert places({-1: True}) == [0, 1]
    assert places({"__all__"}) == []


def test_what_is_said_of_all_items_and_of_one_adds_up():
    picked = Picked(None, {"__all__": {"a"}, 0: {"b"}})
    first, second = picked.item(0, 2), picked.item(1, 2)
    assert first is not None
    assert second is not None
    assert (named(first, "a", "b", "c"), named(second, "a", "b", "c")) == ({"c"}, {"b", "c"})
