"""Values that are still arriving, as the types they will be."""

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, NewType, TypedDict, TypeVar

import attrs
import msgspec
import pydantic
import pytest

from dragoman.structured.draft import draft, fields_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Painter:
    name: str
    born: int | None = None


class Struct(msgspec.Struct, rename="camel"):
    full_name: str
    painters: list[Painter] = []


class Model(pydantic.BaseModel):
    name: str = pydantic.Field(alias="fullName")
    born: int


class Typed(TypedDict):
    name: str
    by: Painter


@attrs.define
class Defined:
    name: str
    born: int


class Style(enum.Enum):
    REAL = "realism"


class Box(msgspec.Struct, Generic[T]):
    inside: T


@dataclass
class Page(Generic[T]):
    items: list[T]
    first: T | None = None


@dataclass
class Pages(Page[list[T]], Generic[T]):
    more: T | None = None


class TypedPage(TypedDict, Generic[T]):
    items: list[T]


@attrs.define
class AttrsPage(Generic[T]):
    items: tuple[T, ...]


class Pair(NamedTuple):
    by: Painter
    year: int


@dataclass(slots=True)
class Kind:
    name: str
    kind: ClassVar[str] = "a kind"


class Names(pydantic.RootModel[list[Model]]):
    pass


class Red(pydantic.BaseModel):
    tag: Literal["red"]
    size: int


class Blue(pydantic.BaseModel):
    tag: Literal["blue"]
    size: int


class Cat(msgspec.Struct, tag=True):
    name: str


class Dog(msgspec.Struct, tag=True):
    name: str


class Checked(msgspec.Struct):
    name: str

    def __post_init__(self):
        self.name.strip()


@pytest.mark.parametrize(
    ("kind", "value", "drawn"),
    [
        (Painter, {"name": "Mo"}, Painter("Mo", None)),
        (Painter, {}, Painter(None, None)),
        (Struct, {"fullName": "x", "painters": [{"name": "Mo"}]}, Struct("x", [Painter("Mo")])),
        (Typed, {"name": "x"}, {"name": "x"}),
        (Typed, {"name": "x", "by": {}}, {"name": "x", "by": Painter(None)}),
        (Defined, {"name": "x"}, Defined("x", None)),
        (Style, "realism", Style.REAL),
        (Style, "rea", None),
        (dt.date, "1840-11-14", dt.date(1840, 11, 14)),
        (dt.date, "1840-1", None),
        (Literal["a", "bc"], "b", None),
        (Annotated[str, msgspec.Meta(min_length=5)], "x", "x"),
        (list[int], [1, 2], [1, 2]),
        (list, [1, {"a": 1}], [1, {"a": 1}]),
        (dict[str, Painter], {"m": {"name": "M"}}, {"m": Painter("M")}),
        (dict, {"a": 1}, {"a": 1}),
        (Any, {"a": 1}, {"a": 1}),
        (Painter, None, None),
        (Painter, "x", None),
        (Painter | None, {"name": "M"}, Painter("M")),
        (int | str, "x", "x"),
        (Painter | Typed, {"by": {}}, {"by": Painter(None)}),
        (Painter | Typed, {"other": 1}, None),
        (Cat | Dog, {"type": "Dog", "name": "x"}, Dog("x")),
        (Cat | Dog, {"name": "x"}, None),
        (Box[int], {"inside": 3}, Box(3)),
        (Page[Painter], {"items": [{"name": "Mo"}]}, Page([Painter("Mo")], None)),
        (Pages[Painter], {"items": [[{"name": "M"}]], "more": {}}, Pages([[Painter("M")]], None, Painter(None))),
        (Page, {"items": [{"name": "Mo"}]}, Page([{"name": "Mo"}], None)),
        (TypedPage[Painter], {"items": [{}]}, {"items": [Painter(None)]}),
        (AttrsPage[Painter], {"items": [{}]}, AttrsPage((Painter(None),))),
        (tuple[str, ...], ["a", "b"], ("a", "b")),
        (tuple[int, Painter], [1], (1, None)),
        (tuple, [1], (1,)),
        (set[int], [1, 2], {1, 2}),
        (frozenset[Style], ["realism", "re"], frozenset({Style.REAL})),
        (set[Page], [{}], None),
        (Sequence[Painter], [{}], [Painter(None)]),
        (Pair, [{"name": "M"}], Pair(Painter("M"), None)),
        (Pair | Painter, {"name": "M"}, Painter("M")),
        (Pair, {"by": {}}, None),
        (str | list[Painter], [{"name": "M"}], [Painter("M")]),
        (str | dict[str, Painter], {"m": {}}, {"m": Painter(None)}),
        (Painter | dict[str, int], {"m": 3}, {"m": 3}),
        (dict[int, str], {"1": "x"}, {1: "x"}),
        (dict[Style, int], {"realism": 1, "rea": 2}, {Style.REAL: 1}),
        (NewType("Name", Painter), {}, Painter(None)),
        (str, [1], None),
        (int, {"a": 1}, None),
        (object, [{"a": 1}], [{"a": 1}]),
        (Checked, {}, None),
        (Checked, {"name": "x"}, Checked("x")),
    ],
)  # fmt: skip
def test_what_has_arrived_is_there_and_the_rest_is_none(kind, value, drawn):
    assert draft(kind, value) == drawn


def test_a_pydantic_model_is_made_without_validation():
    made = draft(Model, {"fullName": "Mo"})

    assert isinstance(made, Model)
    assert (made.name, made.born) == ("Mo", None)


def test_what_stands_beside_a_classs_fields_stays_as_it_is():
    assert draft(Kind, {"name": "x"}).kind == "a kind"


def test_a_pydantic_model_of_a_list_is_one_while_it_grows():
    made = draft(Names, [{"fullName": "Mo"}])

    assert isinstance(made, Names)
    assert [(type(one), one.name) for one in made.root] == [(Model, "Mo")]
    assert draft(Names, None) is None


def test_classes_that_name_themselves_are_told_apart_by_that():
    assert isinstance(draft(Red | Blue, {"tag": "blue"}), Blue)
    assert draft(Red | Blue, {"tag": "bl"}) is None


def test_a_dataclass_is_made_without_its_checks():
    @dataclass
    class Whole:
        parts: list[int] = field(default_factory=list)

        def __post_init__(self):
            raise AssertionError("half a value is not to be checked")

    assert draft(Whole, {"parts": [1]}).parts == [1]


def test_a_type_that_only_its_own_library_reads_is_there_at_the_end():
    assert draft(pydantic.SecretStr, "x") is None


def test_what_is_no_class_has_no_fields():
    assert fields_of(int) == fields_of(list[int]) == ()
    assert [one.name for one in fields_of(Struct)] == ["fullName", "painters"]
