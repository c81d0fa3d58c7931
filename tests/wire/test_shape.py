"""What the wire types say of JSON: their fields, which are needed, and which field tells kinds apart."""

from typing import Literal, NotRequired, Required, TypedDict

import pytest

from dragoman.wire.message import AssistantMessage, TextPart
from dragoman.wire.request import ChatRequest
from dragoman.wire.shape import Tag, fields, required, tag


class Animal(TypedDict):
    name: str
    legs: NotRequired[int | None]


class Cat(Animal, total=False):
    kind: Required[Literal["cat"]]
    lives: int


class Dog(Animal):
    kind: Literal["dog"]


class Fish(TypedDict):
    kind: NotRequired[Literal["fish"] | None]


class Whale(TypedDict):
    kind: Literal["whale", "orca"]


class Stone(TypedDict):
    mass: float


def test_inherited_fields_come_first_and_keep_their_annotations():
    assert list(fields(Cat)) == ["name", "legs", "kind", "lives"]
    assert fields(Cat)["legs"] == NotRequired[int | None]


def test_a_field_is_needed_unless_something_says_that_it_is_not():
    assert required(Animal) == ["name"]
    assert required(Cat) == ["name", "kind"]
    assert required(Dog) == ["name", "kind"]


def test_annotations_that_were_written_as_text_are_read_too():
    # The wire types are (PEP 563): their classes do not know what is optional in them.
    assert required(AssistantMessage) == ["role"]
    assert required(TextPart) == ["type", "text"]
    assert required(ChatRequest) == ["messages", "model"]


def test_kinds_are_told_apart_by_the_field_that_each_has_one_value_of():
    assert tag([Cat, Dog]) == Tag("kind", {"cat": Cat, "dog": Dog}, default=None)


@pytest.mark.parametrize("order", [[Fish, Dog], [Dog, Fish]])
def test_the_kind_that_may_go_without_the_field_is_the_one_that_is_meant_without_it(order):
    assert tag(order) == Tag("kind", {"fish": Fish, "dog": Dog}, default="fish")


@pytest.mark.parametrize("kinds", [[Cat, Stone], [Stone, Cat], [Stone], [Cat, Whale]])
def test_there_is_no_such_field_where_one_kind_lacks_it_or_has_several_values(kinds):
    assert tag(kinds) is None
