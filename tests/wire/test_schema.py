"""The wire types as JSON Schema: each annotation, references, kinds, and the sentences beside the fields."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import jsonschema
import msgspec
import pytest

from dragoman.wire.completion import Completion
from dragoman.wire.request import ChatRequest
from dragoman.wire.schema import REF, components, sentences


class Leaf(TypedDict):
    """The end of a branch."""

    kind: Literal["leaf"]
    """`leaf`."""
    colour: str
    """In words,
    such as green."""


class Fork(TypedDict):
    """Where branches part."""

    kind: Literal["fork"]
    """`fork`."""
    branches: "Sequence[Leaf | Fork]"
    """What grows from here."""


class Bud(TypedDict):
    """What may become anything."""

    kind: NotRequired[Literal["bud"]]


class Tree(Leaf, total=False):
    """A leaf that went on."""

    height: float
    """In metres."""


class Record(msgspec.Struct):
    """A Struct."""

    name: str
    """Needed: it has no default."""
    items: tuple[int, ...] = ()
    """Not needed."""


def schema_of(annotation):
    """The schema of a field that has this annotation."""

    class Holder(TypedDict):
        field: annotation

    return components(Holder)["Holder"]["properties"]["field"]


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (str, {"type": "string"}),
        (bool, {"type": "boolean"}),
        (int, {"type": "integer"}),
        (float, {"type": "number"}),
        (Any, {}),
        (Any | None, {}),
        (str | None, {"type": ["string", "null"]}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal["a"] | None, {"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]}),
        (Sequence[int], {"type": "array", "items": {"type": "integer"}}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (Mapping[str, bool], {"type": "object", "additionalProperties": {"type": "boolean"}}),
        (dict[str, Any] | None, {"type": ["object", "null"], "additionalProperties": {}}),
        (str | Sequence[str], {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
        (Annotated[float, msgspec.Meta(ge=0, le=2)] | None, {"type": ["number", "null"], "minimum": 0, "maximum": 2}),
        (Annotated[str, msgspec.Meta(pattern="^a$", max_length=4)], {"type": "string", "pattern": "^a$", "maxLength": 4}),
        (Annotated[Sequence[str], msgspec.Meta(min_length=1, max_length=4)], {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 4}),
        (NotRequired[int], {"type": "integer"}),
        (Leaf, {"$ref": f"{REF}Leaf"}),
        (Leaf | None, {"anyOf": [{"$ref": f"{REF}Leaf"}, {"type": "null"}]}),
        (Record, {"$ref": f"{REF}Record"}),
    ],
)  # fmt: skip
def test_an_annotation_is_written_as_the_json_it_allows(annotation, schema):
    assert schema_of(annotation) == schema


def test_an_object_says_what_it_is_what_it_holds_and_what_it_needs():
    assert components(Tree) == {
        "Tree": {
            "type": "object",
            "description": "A leaf that went on.",
            "properties": {
                "kind": {"type": "string", "enum": ["leaf"], "description": "`leaf`."},
                "colour": {"type": "string", "description": "In words, such as green."},
                "height": {"type": "number", "description": "In metres."},
            },
            "required": ["kind", "colour"],
        }
    }


def test_of_a_struct_those_fields_are_needed_that_have_no_default():
    record = components(Record)["Record"]

    assert record["required"] == ["name"]
    assert list(record["properties"]) == ["name", "items"]


def test_types_may_hold_themselves_and_are_each_written_once_in_the_order_of_their_names():
    found = components(Fork, Leaf)

    assert list(found) == ["Fork", "Leaf"]
    assert found["Fork"]["properties"]["branches"]["items"] == {
        "anyOf": [{"$ref": f"{REF}Leaf"}, {"$ref": f"{REF}Fork"}],
        "discriminator": {"propertyName": "kind", "mapping": {"leaf": f"{REF}Leaf", "fork": f"{REF}Fork"}},
    }


def test_kinds_that_may_go_without_their_field_have_no_discriminator():
    assert schema_of(Leaf | Bud) == {"anyOf": [{"$ref": f"{REF}Leaf"}, {"$ref": f"{REF}Bud"}]}


def another_leaf():
    class Leaf(TypedDict):
        other: int

    return Leaf


def test_two_types_of_one_name_are_a_mistake_that_is_told():
    with pytest.raises(TypeError, match="two wire types are called Leaf: each schema needs a name of its own"):
        components(Leaf, another_leaf())


def test_sentences_are_those_beside_the_fields_inherited_ones_too():
    found = sentences(sys.modules[__name__])

    assert found["Tree", "height"] == "In metres."
    assert found["Tree", "colour"] == "In words, such as green."
    assert ("Bud", "kind") not in found


@pytest.mark.parametrize("wanted", [ChatRequest, Completion])
def test_every_type_on_the_wire_and_every_field_of_it_is_described(wanted):
    for name, schema in components(wanted).items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["description"], name
        for field, inner in schema["properties"].items():
            assert inner["description"], f"{name}.{field}"


@pytest.mark.parametrize(
    ("tree", "grows"),
    [
        ({"kind": "leaf", "colour": "green"}, True),
        ({"kind": "fork", "branches": [{"kind": "leaf", "colour": "red"}, {"kind": "fork", "branches": []}]}, True),
        ({"kind": "fork", "branches": [{"kind": "leaf"}]}, False),
        ({"kind": "root"}, False),
    ],
)
def test_the_schemas_judge_documents(tree, grows):
    schemas = {"components": {"schemas": components(Fork)}}
    either = {"anyOf": [{"$ref": f"{REF}Leaf"}, {"$ref": f"{REF}Fork"}]}

    assert jsonschema.Draft202012Validator(schemas | either).is_valid(tree) == grows
