"""Types as strict JSON Schemas, and answers as types."""

import dataclasses
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import attrs
import msgspec
import pydantic
import pytest
from openai.lib._pydantic import to_strict_json_schema
from pydantic import dataclasses as pydantic_dataclasses

from dragoman.structured import plain, read, response_format, schema_name, strict, strict_schema


class Model(pydantic.BaseModel):
    """A painter."""

    name: str
    born: int | None = None


@pydantic_dataclasses.dataclass
class Decorated:
    name: str
    born: int | None = None


@dataclass
class Plain:
    name: str
    born: int | None = None


class Struct(msgspec.Struct):
    name: str
    born: int | None = None


class Typed(TypedDict):
    name: str
    born: NotRequired[int | None]


@attrs.define
class Defined:
    name: str
    born: int | None = None


KINDS = [Model, Decorated, Plain, Struct, Typed, Defined]


@pytest.mark.parametrize("kind", KINDS)
def test_any_type_becomes_the_same_strict_schema(kind):
    schema = strict_schema(kind)

    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["name", "born"]
    assert schema["properties"]["name"]["type"] == "string"
    assert {one["type"] for one in schema["properties"]["born"]["anyOf"]} == {"integer", "null"}
    assert "default" not in schema["properties"]["born"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_read_as_any_type_and_back(kind):
    value = read(kind, '{"name":"Monet","born":1840}')

    assert plain(value) == {"name": "Monet", "born": 1840}
    assert value == kind(name="Monet", born=1840)
    with pytest.raises(ValueError, match="name"):
        read(kind, "{}")


def test_it_is_asked_for_by_name():
    asked = response_format(Plain)

    assert asked == {
        "type": "json_schema",
        "json_schema": {"name": "Plain", "strict": True, "schema": strict_schema(Plain)},
    }
    assert schema_name(type("Answer[int]", (), {})) == "Answer_int_"
    assert len(schema_name(type("x" * 80, (), {}))) == 64


class Part(pydantic.BaseModel):
    kind: Literal["a", "b"]
    size: int = 3


class Whole(pydantic.BaseModel):
    first: Part = pydantic.Field(description="the first")
    parts: list[Part]
    either: Part | str | None = None
    table: dict[str, Part] = {}
    again: "Whole | None" = None


def test_a_pydantic_schema_is_the_originals():
    assert strict_schema(Whole) == to_strict_json_schema(Whole)
    assert strict_schema(Model) == to_strict_json_schema(Model)


class Inner(TypedDict):
    z: int
    a: int


class Outer(TypedDict):
    of: list[Inner]
    a: "Struct"


def test_fields_keep_the_order_they_are_written_in():
    schema = strict_schema(Outer)

    assert schema["required"] == ["of", "a"]
    assert schema["$defs"]["Inner"]["required"] == ["z", "a"]


@dataclass
class Tree:
    leaf: str
    branches: list["Tree"] = field(default_factory=list)


@dataclass
class Wood:
    trees: Annotated[list[Tree], msgspec.Meta(description="all of them")]


def test_a_type_that_holds_itself_is_defined_once():
    schema = strict_schema(Tree)

    assert schema["properties"]["branches"]["items"] == {"$ref": "#/$defs/Tree"}
    assert schema["$defs"]["Tree"]["required"] == ["leaf", "branches"]
    assert read(Tree, '{"leaf":"a","branches":[{"leaf":"b","branches":[]}]}') == Tree("a", [Tree("b")])


def test_types_inside_are_strict_too_and_the_top_is_no_reference():
    schema = strict_schema(Wood)

    assert schema["properties"]["trees"] == {
        "type": "array",
        "items": {"$ref": "#/$defs/Tree"},
        "description": "all of them",
    }
    assert set(schema["$defs"]) == {"Tree"}
    assert schema["$defs"]["Tree"]["additionalProperties"] is False


def test_a_map_of_anything_is_not_held_to_be_empty():
    class Empty(msgspec.Struct): ...

    class Page(msgspec.Struct):
        labels: dict[str, Any]

    assert strict_schema(dict[str, Any]) == {"type": "object", "additionalProperties": True}
    assert strict_schema(dict[str, int])["additionalProperties"] == {"type": "integer"}
    assert strict_schema(Page)["properties"]["labels"]["additionalProperties"] is True
    assert strict_schema(Empty)["additionalProperties"] is False


def test_a_reference_to_itself_with_words_beside_it_ends():
    schema = {
        "type": "object",
        "properties": {"next": {"$ref": "#/$defs/Node", "description": "the next"}},
        "$defs": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node", "description": "more"}}}},
    }

    made = strict(schema)
    assert made["properties"]["next"]["description"] == "the next"
    assert made["properties"]["next"]["properties"]["next"] == {"$ref": "#/$defs/Node"}
    assert "required" not in schema


def test_one_part_of_all_is_that_part():
    assert strict({"allOf": [{"type": "object", "properties": {"a": {}}}]}) == {
        "type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False,
    }  # fmt: skip
    assert len(strict({"allOf": [{"type": "string"}, {"minLength": 1}]})["allOf"]) == 2


@pytest.mark.parametrize("kind", [int, list[int], str, Literal["a"]])
def test_what_is_no_object_is_refused(kind):
    with pytest.raises(ValueError, match="has to be an object"):
        strict_schema(kind)


def test_what_has_no_schema_is_refused():
    class Odd:
        pass

    with pytest.raises(ValueError, match="has no JSON Schema"):
        strict_schema(Odd)
    with pytest.raises(ValueError, match="has no JSON Schema: name 'Nowhere' is not defined where it is written"):
        strict_schema(dataclasses.make_dataclass("Lost", [("a", "Nowhere")]))
    with pytest.raises(ValueError, match="refers to '#/nowhere'"):
        strict({"type": "object", "properties": {"a": {"$ref": "#/nowhere", "description": "b"}}})


@pytest.mark.parametrize(("kind", "piece"), [(Any, "["), (list[Any], "["), (dict[str, Any], '{"a":')])
def test_brackets_without_end_are_of_no_type(kind, piece):
    with pytest.raises(ValueError, match="nested too deep"):
        read(kind, piece * 100_000)
