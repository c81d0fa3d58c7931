"""Types that are objects, types that are none, and unions: asked for, read, and drafted."""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
import pydantic
import pytest

from dragoman.errors import InvalidRequestError
from dragoman.structured.output import Output, output_of


@dataclass
class Painter:
    name: str
    born: int | None = None


@dataclass
class Painting:
    title: str
    by: Painter


class Model(pydantic.BaseModel):
    name: str


class Other(pydantic.BaseModel):
    title: str


class Names(pydantic.RootModel[list[str]]):
    pass


class Cat(msgspec.Struct, tag=True):
    name: str


class Dog(msgspec.Struct, tag=True):
    name: str


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Painter, '{"name":"Monet","born":1840}', Painter("Monet", 1840)),
        (Model, '{"name":"Monet"}', Model(name="Monet")),
        (dict[str, int], '{"a":1}', {"a": 1}),
        (int, '{"answer":3}', 3),
        (list[Painter], '{"answer":[{"name":"Monet","born":null}]}', [Painter("Monet")]),
        (Literal["yes", "no"], '{"answer":"no"}', "no"),
        (Painter | None, '{"answer":null}', None),
        (Cat | Dog, '{"answer":{"type":"Dog","name":"Rex"}}', Dog("Rex")),
        (Painter | Painting, '{"answer":{"kind":"Painter","value":{"name":"x","born":1}}}', Painter("x", 1)),
        (Painter | Painting | None, '{"answer":{"kind":"null","value":null}}', None),
        (list[Model], '{"answer":[{"name":"x"}]}', [Model(name="x")]),
        (Model | Other, '{"answer":{"title":"x"}}', Other(title="x")),
        (Names, '{"answer":["a"]}', Names(["a"])),
        (Annotated[list[int], ["not hashable"]], '{"answer":[1]}', [1]),
    ],
)  # fmt: skip
def test_any_type_is_asked_for_as_an_object_and_read(kind, text, value):
    output = output_of(kind)
    schema = output.response_format["json_schema"]["schema"]

    assert schema["type"] == "object"
    assert output.response_format["json_schema"]["strict"] is True
    assert "discriminator" not in str(schema)
    assert output.read(text) == value
    with pytest.raises(ValueError):  # noqa: PT011 - whose it is depends on the type
        output.read(text[:-1])


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Painter, "", None),
        (Painter, '{"na', Painter(None)),
        (Painter, '{"name": "Mo', Painter("Mo")),
        (Painter, '{"name": "Monet", "born": 18', Painter("Monet")),
        (int, '{"answer": 18', None),
        (list[Painter], '{"answer": [{"name": "a"}, {"name": "', [Painter("a"), Painter("")]),
        (list[Painter], '{"an', None),
        (Painter | Painting, '{"answer": {"kind": "Painting", "value": {"title": "W', Painting("W", None)),
        (Painter | Painting, '{"answer": {"kind": "Pai', None),
    ],
)
def test_the_beginning_of_an_answer_is_the_value_so_far(kind, text, value):
    assert output_of(kind).draft(text) == value


def test_a_type_is_worked_out_once():
    assert output_of(list[Painter]) is output_of(list[Painter])
    assert isinstance(output_of(Painter), Output)


class Odd:
    pass


@pytest.mark.parametrize("kind", [Odd, list[Odd], Painter | Odd, list[Painter | Painting], Painter | list[Odd]])
def test_what_json_has_no_form_for_is_refused(kind):
    with pytest.raises(InvalidRequestError, match=r"no JSON Schema|cannot be an answer's type"):
        output_of(kind)
