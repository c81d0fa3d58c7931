"""What a model's field is: its name on the wire, its default, and how a value becomes one of its type. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import partial
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Literal, TypeGuard, TypeVar, Union, cast, get_args, get_origin, overload

from dragoman.errors import InvalidRequestError


class Unset:
    """The type of `UNSET`: a field that was not given, as distinct from one that is null."""

    __slots__ = ()

    def __reduce__(self) -> str:
        """The one there is: also when it was copied or pickled, it can be compared with `is`."""
        return "UNSET"

    def __bool__(self) -> bool:
        """Not given reads as false."""
        return False

    def __repr__(self) -> str:
        """As the originals write it."""
        return "Unset()"

    def __str__(self) -> str:
        """Nothing."""
        return ""


UNSET = Unset()
"""A field that was not given."""

REQUIRED = object()
"""The default of a field that has none."""

T = TypeVar("T")

Accept = Callable[[Any, str], Any]
"""What a user gave, and the place that errors name, to a value of one type; raises `InvalidRequestError`."""

Open = Callable[[Any], Any]
"""JSON that was received to what shows it."""


class Spec:
    """What `field` was told, until the class that holds it is made."""

    __slots__ = ("added", "default", "nullable", "wire")

    def __init__(self, default: object, wire: str, *, nullable: bool, added: bool) -> None:
        self.default = default
        self.wire = wire
        self.nullable = nullable
        self.added = added


@overload
def field(*, default: T, wire: str = "", nullable: bool = False, added: bool = False) -> T: ...
@overload
def field(*, wire: str = "", nullable: bool = False, added: bool = False) -> Any: ...  # noqa: ANN401 - what a required field is assigned
def field(*, default: object = REQUIRED, wire: str = "", nullable: bool = False, added: bool = False) -> Any:
    """Say more of a model's field than its type.

    Args:
        default: its value where none is given; without one it is required.
        wire: its name in JSON, where that is another.
        nullable: None is sent as null; else None is left out.
        added: the original has no such field, so models are shown without it where it was not given.
    """
    return Spec(default, wire, nullable=nullable, added=added)


class Field:
    """One field of a model. As its class's attribute it reads what the model itself does not hold: the default.

    Attributes:
        name: the attribute's name.
        wire: the name in JSON.
        default: the value where none is given, or `REQUIRED`.
        nullable: whether None is sent as null.
        added: whether it is shown only where it was given or received.
        owner: the class it was written in.
    """

    __slots__ = ("added", "default", "name", "nullable", "owner", "wire")

    def __init__(self, name: str, spec: object, owner: Any) -> None:  # noqa: ANN401 - a class of models
        given = spec if isinstance(spec, Spec) else Spec(spec, "", nullable=False, added=False)
        self.name = name
        self.wire = given.wire or name
        self.default = given.default
        self.nullable = given.nullable or given.default is UNSET or given.default is REQUIRED
        self.added = given.added
        self.owner = owner

    def __get__(self, model: Any, owner: Any = None) -> Any:  # noqa: ANN401 - a descriptor of any type
        """The value under its wire name, or the default: what is held under its own name is found before this."""
        if model is None:
            return self
        values: dict[str, Any] = model.__dict__
        if self.wire in values:
            return values[self.wire]
        if self.default is REQUIRED:
            return None
        # A list that was appended to is no default any more.
        return items_of(self.default) if type(self.default) is list else self.default  # pyright: ignore[reportUnknownMemberType] - a list, of whatever it is


def _is_model(hint: Any) -> bool:  # noqa: ANN401 - a type annotation
    return isinstance(hint, type) and hasattr(hint, "model_validate")


def _is_enum(hint: Any) -> bool:  # noqa: ANN401 - a type annotation
    return isinstance(hint, type) and issubclass(hint, Enum)


def options_of(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a type annotation
    """The members of a union, or the one type that it is."""
    return get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)


def _is_dict(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_several(value: object) -> bool:
    """Whether it is a list, or what the originals take for one: a tuple, a set, a generator, whatever gives items."""
    if _is_model(type(value)):
        return False
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | bytearray | Mapping)


def _is_given_once(value: object) -> bool:
    """Whether its items are gone once they were looked at."""
    return isinstance(value, Iterator)


def items_of(value: Any) -> list[Any]:  # noqa: ANN401 - a list, of whatever it is
    """A list's items."""
    return list(value)


def opening(hint: Any, opener: Callable[[Any], Open] = attrgetter("received")) -> list[tuple[type, Open]]:  # noqa: ANN401 - a type annotation
    """What makes received JSON the annotated type, by the type that JSON has; JSON of other types stays as it came.

    `opener` gives what opens a class of models.
    """
    options = options_of(hint)
    models = [option for option in options if _is_model(option)]
    items = [get_args(option)[0] for option in options if get_origin(option) is list]
    inner = [found for item in items for found in opening(item, opener)]
    words = next(({member.value: member for member in option} for option in options if _is_enum(option)), None)
    found: list[tuple[type, Open]] = [(list, _each(kind, opened)) for kind, opened in inner]
    if models:
        found.append((dict, opener(models[0]) if len(models) == 1 else partial(_described, models)))
    if words is not None:
        found.append((str, partial(_member, words)))
    return found


def _each(kind: type, opened: Open) -> Open:
    def open_each(value: list[Any]) -> list[Any]:
        # In place: what was received is the model's own.
        for number, item in enumerate(value):
            if type(item) is kind:
                value[number] = opened(item)
        return value

    return open_each


def _described(models: list[Any], value: Any) -> Any:  # noqa: ANN401 - JSON, and what shows it
    return next((model.received(value) for model in models if model.describes(value)), value)


def _member(words: dict[str, Enum], value: str) -> Enum | str:
    return words.get(value, value)


def taken_as_they_are(hint: Any) -> frozenset[type]:  # noqa: ANN401 - a type annotation
    """The types whose values `accepting` would hand back as they are: nearly all that is given, told at a glance."""
    options = options_of(hint)
    found: set[type] = {option for option in options if option in {str, int, float, bool, NoneType, Unset}}
    if any(get_origin(option) is Literal for option in options):
        found.add(str)
    if any(_is_enum(option) for option in options) or found & {int, float}:
        # A text may be one of the words, or may be read as a number.
        found.discard(str)
    return frozenset(found - {int, float}) if found >= {int, float} else frozenset(found)


def accepting(hint: Any) -> Accept:  # noqa: ANN401 - a type annotation
    """What makes of a user's value one of the annotated type."""
    ways = [_accepting(option) for option in options_of(hint)]
    return ways[0] if len(ways) == 1 else partial(_any, ways)


def _accepting(option: Any) -> Accept:  # noqa: ANN401 - a type annotation
    if option is Any or option is object:
        return _as_it_is
    origin = get_origin(option)
    if origin in {list, dict}:
        inner = get_args(option)[-1]
        return partial(_list if origin is list else _dict, accepting(inner), taken_as_they_are(inner))
    if _is_model(option):
        return partial(_model, option)
    return partial(_word if origin is Literal or _is_enum(option) else _scalar, option)


def _any(ways: list[Accept], value: Any, place: str) -> Any:  # noqa: ANN401 - what a user wrote
    failure: InvalidRequestError | None = None
    if _is_given_once(value):
        value = items_of(value)
    for accept in ways:
        try:
            return accept(value, place)
        except InvalidRequestError as error:
            # The deepest complaint is the one about the option that was meant.
            if failure is None or len(error.param or "") > len(failure.param or ""):
                failure = error
    raise failure or InvalidRequestError(f"{place} cannot be {value!r}", param=place)


def _as_it_is(value: Any, _place: str) -> Any:  # noqa: ANN401 - what a user wrote
    return value


def _word(option: Any, value: Any, place: str) -> Any:  # noqa: ANN401 - what a user wrote, and a type annotation
    """One of a vendor's words. Open: the next word of the vendor is not refused by this client."""
    words = get_args(option) or tuple(member.value for member in option)
    if not isinstance(value, str):
        raise InvalidRequestError(
            f"{place} has to be one of {', '.join(map(str, words))}, not {type(value).__name__}", param=place
        )
    if isinstance(option, type):
        text = value.value if isinstance(value, Enum) else value
        return option(text) if text in words else text
    return value


def _list(accept: Accept, taken: frozenset[type], value: Any, place: str) -> list[Any]:  # noqa: ANN401 - what a user wrote
    if not _is_several(value):
        raise _wrong(value, list, place)
    return [
        item if type(item) in taken else accept(item, f"{place}[{number}]")
        for number, item in enumerate(items_of(value))
    ]


def _dict(accept: Accept, taken: frozenset[type], value: Any, place: str) -> dict[str, Any]:  # noqa: ANN401 - what a user wrote
    if not isinstance(value, dict):
        raise _wrong(value, dict, place)
    items = cast("dict[str, Any]", value)
    return {name: item if type(item) in taken else accept(item, f"{place}.{name}") for name, item in items.items()}


def _model(option: Any, value: Any, place: str) -> Any:  # noqa: ANN401 - what a user wrote, and a class of models
    if isinstance(value, option):
        return value
    given: dict[str, Any] | None = value if _is_dict(value) else getattr(value, "values_by_wire", None)
    if given is not None and option.describes(given):
        return option.given(given, place)
    raise _wrong(value, option, place)


_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


def _scalar(option: Any, value: Any, place: str) -> Any:  # noqa: ANN401 - what a user wrote, and a type
    if option in {NoneType, None, Unset}:
        if value is None or value is UNSET:
            return value
    elif option is bool and isinstance(value, bool):
        return value
    elif option in {int, float} and isinstance(value, int | float) and not isinstance(value, bool):
        if option is float or value % 1 == 0:
            return option(value)
    elif option in {int, float} and isinstance(value, str):
        # "7" is 7 to the originals, and settings often come as text.
        try:
            return option(value)
        except ValueError:
            raise _wrong(value, option, place) from None
    elif option is str and isinstance(value, str):
        return value
    raise _wrong(value, option, place)


def _wrong(value: object, wanted: Any, place: str) -> InvalidRequestError:  # noqa: ANN401 - a type annotation
    words = _WORDS.get(wanted) or getattr(wanted, "__name__", str(wanted))
    return InvalidRequestError(f"{place} has to be {words}, not {type(value).__name__}", param=place)
