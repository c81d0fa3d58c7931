"""Functions as tools: what a model is told, what it is called with, and what it hears back."""

import copy
import datetime as dt
import enum
import functools
import inspect
import math
import pickle
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

import msgspec
import pydantic
import pytest

from dragoman import Tool, tool
from dragoman.errors import InvalidRequestError
from dragoman.tools import content_of
from dragoman.wire.check import check_request


@dataclass
class Place:
    city: str
    country: str = "FR"


class Unit(enum.Enum):
    CELSIUS = "c"
    FAHRENHEIT = "f"


class Model(pydantic.BaseModel):
    size: int


class Labels(TypedDict):
    colour: str


class Documented:
    documentation = "in days"


def weather(
    place: Place,
    unit: Unit = Unit.CELSIUS,
    days: Annotated[int, "how many days, from today"] = 3,
    *,
    labels: list[str] | None = None,
) -> str:
    """Say the weather.

    Args:
        place: where to look.
        days: not this sentence.
        labels: what else to say.

    Returns:
        a sentence.
    """
    return f"{place.city} {unit.name} {days} {labels}"


@tool(name="sum", strict=True, timeout=5)
def add(a: int, b: int = 1) -> int:
    """Add."""
    return a + b


@pytest.mark.parametrize("made", [Tool(weather), Tool(weather, name="w", description="", timeout=3), add])
def test_a_tool_goes_to_another_process_and_is_copied(made):
    for again in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):
        assert (again.name, again.definition, again.timeout) == (made.name, made.definition, made.timeout)
    assert pickle.loads(pickle.dumps(add)).call({"a": 2}) == 3


def test_a_signature_and_a_docstring_are_a_tool():
    made = Tool(weather)
    function = made.definition["function"]

    assert (made.name, function["name"], function["description"]) == ("weather", "weather", "Say the weather.")
    assert "strict" not in function
    assert function["parameters"]["required"] == ["place"]
    assert function["parameters"]["additionalProperties"] is False
    assert function["parameters"]["properties"] == {
        "place": {"$ref": "#/$defs/Place", "description": "where to look."},
        "unit": {"$ref": "#/$defs/Unit", "default": "c"},
        "days": {"type": "integer", "description": "how many days, from today", "default": 3},
        "labels": {
            "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}],
            "description": "what else to say.",
        },
    }
    check_request({"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": [made.definition]})


def test_a_model_calls_it_with_the_parameters_own_types():
    made = Tool(weather)
    arguments = made.read('{"place":{"city":"Paris"},"unit":"f","days":"4"}')

    assert arguments == {"place": Place("Paris"), "unit": Unit.FAHRENHEIT, "days": 4}
    assert made.call(arguments) == "Paris FAHRENHEIT 4 None"
    assert made(Place("Rome")) == "Rome CELSIUS 3 None"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("{}", "missing required field `place`"),
        ('{"place":{"city":1}}', r"Expected `str`, got `int` - at `\$.place.city`"),
        ('{"place":{"city":"x"},"mood":"good"}', "unknown field `mood`"),
        ('{"place":', "truncated"),
        ("[]", "Expected `object`"),
    ],
)
def test_what_it_does_not_take_is_refused_in_words(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        Tool(weather).read(arguments)


def test_strict_lists_all_as_required():
    function = Tool(weather, strict=True).definition["function"]

    assert function["strict"] is True
    assert function["parameters"]["required"] == ["place", "unit", "days", "labels"]


def test_pydantics_types_are_read_by_pydantic():
    def paint(model: Model, times: Annotated[int, pydantic.Field(ge=1, description="how often")] = 1):
        return model, times

    made = Tool(paint)
    properties = made.definition["function"]["parameters"]["properties"]

    assert properties["times"] == {"default": 1, "description": "how often", "minimum": 1, "type": "integer"}
    assert made.call(made.read('{"model":{"size":"3"}}')) == (Model(size=3), 1)
    for wrong in ('{"model":{"size":3},"times":0}', '{"model":{"size":3},"other":0}'):
        with pytest.raises(ValueError, match=r"times|other"):
            made.read(wrong)


def test_bounds_and_words_of_msgspec_and_of_doc_count():
    def wait(
        days: Annotated[int, msgspec.Meta(ge=1, description="from today")], until: Annotated[dt.date, Documented()]
    ): ...

    properties = Tool(wait).definition["function"]["parameters"]["properties"]

    assert properties["days"] == {"type": "integer", "minimum": 1, "description": "from today"}
    assert properties["until"]["description"] == "in days"


def test_pydantics_own_types_are_read_by_pydantic():
    def open_page(url: pydantic.HttpUrl, times: int = 1) -> str:
        return f"{url.host} {times}"

    made = Tool(open_page)
    assert made.definition["function"]["parameters"]["properties"]["url"]["format"] == "uri"
    assert made.call(made.read('{"url":"http://a.test/x"}')) == "a.test 1"
    with pytest.raises(ValueError, match="url"):
        made.read('{"url":"x"}')


@pytest.mark.parametrize("given", [int, "weather", 5])
def test_what_has_no_signature_is_no_tool(given):
    with pytest.raises(
        InvalidRequestError, match=f"{getattr(given, '__name__', type(given).__name__)} cannot be a tool"
    ):
        Tool(given)


def test_parameters_by_position_are_given_by_position():
    def power(base: int, exponent: int = 2, /):
        return base**exponent

    made = Tool(power)
    assert made.call(made.read('{"exponent":3,"base":2}')) == 8
    assert made.call(made.read('{"base":3}')) == 9


def test_one_that_is_left_out_before_one_that_is_not_has_its_default():
    def date(year: int, month: int = 1, day: int = 1, /):
        return year, month, day

    made = Tool(date)
    assert made.call(made.read('{"year":2026,"day":5}')) == (2026, 1, 5)


def any_names(__y: int, __dict__: int, __post_init__: int = 2, _: int = 3):  # noqa: PYI063 - the point
    return __y, __dict__, __post_init__, _


def any_names_and_pydantics(__y: Model, model_dump: int, _p: int = 3):  # noqa: PYI063 - the point
    return __y.size, model_dump, _p


@pytest.mark.parametrize(
    ("function", "written", "result"),
    [
        (any_names, '{"__y":1,"__dict__":4}', (1, 4, 2, 3)),
        (any_names_and_pydantics, '{"__y":{"size":1},"model_dump":4}', (1, 4, 3)),
    ],
)
def test_parameters_may_have_any_name(function, written, result):
    made = Tool(function)
    names = list(inspect.signature(function).parameters)

    assert list(made.definition["function"]["parameters"]["properties"]) == names
    assert made.call(made.read(written)) == result
    with pytest.raises(ValueError, match="__y"):
        made.read("{}")


def test_a_default_that_json_has_no_number_for_is_not_told():
    def within(seconds: float = math.inf, size: Annotated[float, pydantic.Field(gt=0)] = math.nan): ...

    properties = Tool(within).definition["function"]["parameters"]["properties"]
    assert ["default" in each for each in properties.values()] == [False, False]


def test_a_call_without_arguments_may_say_nothing():
    def now(zone: Literal["utc"] = "utc"):
        return zone

    made = Tool(now)
    assert made.call(made.read("")) == made.call(made.read("{}")) == "utc"


class Garden:
    def water(self, litres: int) -> int:
        """Water it."""
        return litres

    def __call__(self, name: str) -> str:
        return name


def test_methods_objects_and_partials_are_tools():
    water = Tool(Garden().water)
    assert water.definition["function"]["description"] == "Water it."
    assert water.call(water.read('{"litres":3}')) == 3
    assert Tool(Garden()).name == "Garden"
    partial = Tool(functools.partial(weather, days=9))
    assert partial.name == "weather"
    assert partial.call(partial.read('{"place":{"city":"x"}}')) == "x CELSIUS 9 None"


def test_what_a_partial_has_given_is_not_the_models_to_say():
    def delete(account: object, folder: str, *, really: bool) -> str:
        return f"{folder} of {account}: {really}"

    bound = Tool(functools.partial(functools.partial(delete, account="ana"), really=False))

    assert list(bound.definition["function"]["parameters"]["properties"]) == ["folder"]
    assert bound.call(bound.read('{"folder":"music"}')) == "music of ana: False"
    with pytest.raises(ValueError, match="account"):
        bound.read('{"folder":"music","account":"ben"}')


def test_what_a_function_returns_need_not_be_known():
    made: dict[str, Any] = {}
    exec("from __future__ import annotations\ndef look(place: int | None) -> DataFrame: ...", made)  # noqa: S102 - a module of its own
    said = Tool(made["look"]).definition["function"]["parameters"]

    assert said["properties"]["place"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]


def test_a_decorator_says_more():
    @tool
    def plain() -> None: ...

    @tool(name="other", description="Do it.", timeout=3)
    async def asynchronous() -> None: ...

    assert (plain.name, plain.is_asynchronous) == ("plain", False)
    assert "description" not in plain.definition["function"]
    assert (asynchronous.name, asynchronous.timeout, asynchronous.is_asynchronous) == ("other", 3, True)
    assert asynchronous.definition["function"]["description"] == "Do it."
    assert repr(plain) == "Tool('plain')"


def untyped(a): ...


def open_ended(*many: int): ...


def unknown(a: "Nowhere"): ...  # noqa: F821 - the point


def impossible(b: str, a: object): ...


def yielding(a: int):
    yield a


def broken(a: "int |"): ...  # noqa: F722 - the point


def aliased(a: Annotated[int, pydantic.Field(alias="b")]): ...


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (untyped, "its parameter a has no type"),
        (open_ended, r"what \*many takes"),
        (unknown, "Nowhere"),
        (impossible, "JSON has no form for <class 'object'>, the type of its parameter a"),
        (yielding, "it yields"),
        (broken, "its annotations cannot be read"),
        (aliased, "parameter a has another name"),
        (lambda: None, "'<lambda>' cannot be a tool's name"),
    ],
)
def test_what_cannot_be_a_tool_says_why(function, sentence):
    with pytest.raises(InvalidRequestError, match=sentence):
        Tool(function)


class Speechless(Exception):  # noqa: N818 - a value like any other
    def __str__(self):
        raise RuntimeError


class Odd:
    def __str__(self):
        return "odd"


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ("text", "text"),
        (None, "null"),
        (3, "3"),
        (Place("Paris"), '{"city":"Paris","country":"FR"}'),
        ([Model(size=1)], '[{"size":1}]'),
        ({"at": dt.date(2026, 1, 2)}, '{"at":"2026-01-02"}'),
        ([Unit.CELSIUS, {1}], '["c",[1]]'),
        ({"a": Odd()}, '{"a":"odd"}'),
        ({(1,): 2}, "{(1,): 2}"),
        (math.inf, '"inf"'),
        ({"far": [math.nan, None, 1.5]}, '{"far":["nan",null,1.5]}'),
        (Speechless(), '"a Speechless that has no text"'),
        ("caf\udce9 🎨", "caf\ufffd 🎨"),
    ],
)
def test_what_it_returns_is_told_as_text_or_json(value, content):
    assert content_of(value) == content
