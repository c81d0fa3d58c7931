"""Moments, and the order of fields, in the schemas of types that msgspec reads."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Generic, NamedTuple, TypedDict, TypeVar

import msgspec
import pytest

from dragoman.structured import json_schema, read
from dragoman.structured.amend import amend
from dragoman.tools import Tool

MOMENT = {"type": "string", "format": "date-time"}
Zoned = Annotated[dt.datetime, msgspec.Meta(tz=True)]
Local = Annotated[dt.datetime, msgspec.Meta(tz=False)]


class Visit(NamedTuple):
    at: dt.datetime


class Row(msgspec.Struct, array_like=True, tag=True):
    at: dt.datetime


class Cat(msgspec.Struct, tag=True):
    fed: dt.datetime


class Dog(msgspec.Struct, tag=True):
    fed: dt.datetime


@dataclass
class Chain:
    at: dt.datetime
    then: "Chain | None" = None


class Diary(TypedDict):
    opens: dt.time
    days: dict[str, list[tuple[int, dt.datetime]]]


T = TypeVar("T")


class Reasoned(TypedDict, Generic[T]):
    why: str
    answer: T
    but: "list[Reasoned[int]]"


def told(kind):
    schema = msgspec.json.schema(kind)
    amend(kind, schema)
    return schema


def formats(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [one for part in schema for one in formats(part)]
    if not isinstance(schema, dict):
        return []
    return [value for name, value in schema.items() if name == "format"] + formats(list(schema.values()))


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (dt.datetime, ["date-time"]),
        (dt.time, ["time"]),
        (Zoned, ["date-time"]),
        (Local, []),
        (Annotated[dt.datetime, msgspec.Meta(title="when")], ["date-time"]),
        (dt.datetime | None, ["date-time"]),
        (list[dt.datetime], ["date-time"]),
        (tuple[dt.datetime, ...], ["date-time"]),
        (tuple[str, dt.datetime], ["date-time"]),
        (dict[str, dt.datetime], ["date-time"]),
        (Diary, ["date-time", "time"]),
        (Visit, ["date-time"]),
        (Row, ["date-time"]),
        (Chain, ["date-time"]),
        (Cat | Dog, ["date-time"] * 2),
        (Cat | Dog | None, ["date-time"] * 2),
        (Cat | Dog | int | dt.datetime, ["date-time"] * 3),
        (Cat | list[dt.datetime], ["date-time"] * 2),
        (str | int | None, []),
        (list, []),
        (dict, []),
    ],
)
def test_each_moment_says_that_it_is_one(kind, found):
    assert sorted(formats(told(kind))) == found


def test_what_a_program_says_of_a_format_itself_holds():
    kind = Annotated[dt.datetime, msgspec.Meta(extra_json_schema={"format": "partial-date-time"})]

    assert told(kind)["format"] == "partial-date-time"


def test_a_model_is_told_of_an_answers_moments_and_of_a_tools():
    def remind(at: dt.datetime, again: dt.datetime | None = None) -> None:
        del at, again

    assert json_schema(Chain)["properties"]["at"] == MOMENT
    parameters = Tool(remind).definition["function"]["parameters"]
    assert parameters["properties"]["at"] == MOMENT
    assert parameters["properties"]["again"]["anyOf"] == [MOMENT, {"type": "null"}]
    assert read(Chain, '{"at": "1840-11-14T09:00:00Z"}').at.year == 1840


def test_a_model_is_asked_in_the_order_in_which_a_typed_dict_was_written_generic_or_not():
    assert list(json_schema(Diary)["properties"]) == ["opens", "days"]
    schema = json_schema(Reasoned[str])
    inner = schema["$defs"]["Reasoned_int_"]["properties"]
    assert list(schema["properties"]) == list(inner) == ["why", "answer", "but"]
