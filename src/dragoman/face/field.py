"""What a model's field is: its name on the wire, its default, and how a value becomes one of its type. No I/O."""

from __future__ import annotations

from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, overload

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


class Spec:
    """What `field` was told, until the class that holds it is made."""

    __slots__ = ("default", "nullable", "wire")

    def __init__(self, default: object, wire: str, *, nullable: bool) -> None:
        self.default = default
        self.wire = wire
        self.nullable = nullable


@overload
def field(*, default: T, wire: str = "", nullable: bool = False) -> T: ...
@overload
def field(*, wire: str = "", nullable: bool = False) -> Any: ...  # noqa: ANN401 - what a required field is assigned
def field(*, default: object = REQUIRED, wire: str = "", nullable: bool = False) -> Any:
    """Say more of a model's field than its type.

    Args:
        default: its value where none is given; without one it is required.
        wire: its name in JSON, where that is another.
        nullable: None is sent as null; else None is left out.
    """
    return Spec(default, wire, nullable=nullable)


class Field:
    """One field of a model, and the descriptor that reads and writes it.

    Attributes:
        name: the attribute's name.
        wire: the name in JSON.
        default: the value where none is given, or `REQUIRED`.
        nullable: whether None is sent as null.
    """

    __slots__ = ("_hint", "default", "name", "nullable", "owner", "wire")

    def __init__(self, name: str, spec: object, owner: Any) -> None:  # noqa: ANN401 - a class of models
        given = spec if isinstance(spec, Spec) else Spec(spec, "", nullable=False)
        self.name = name
        self.wire = given.wire or name
        self.default = given.default
        self.nullable = given.nullable or given.default is UNSET or given.default is REQUIRED
        self.owner = owner
        self._hint: Any = REQUIRED

    @property
    def hint(self) -> Any:  # noqa: ANN401 - a type annotation
        """The annotation, read when it is first needed: models name each other."""
        if self._hint is REQUIRED:
            self._hint = self.owner.hints()[self.name]
        return self._hint

    def __get__(self, model: Any, owner: Any = None) -> Any:  # noqa: ANN401 - a descriptor of any type
        """The value; what came as plain JSON becomes the annotated model or enum when it is first looked at."""
        if model is None:
            return self
        values: dict[str, Any] = model.values_by_wire
        if self.wire not in values:
            return _fresh(self.default)
        value = values[self.wire]
        if type(value) in {dict, list, str}:
            value = values[self.wire] = opened(value, self.hint)
        return value

    def accept(self, value: object, place: str) -> object:
        """What a user gave for this field of the model that errors call `place`; None stands for "not given".

        Raises:
            InvalidRequestError: it cannot be a value of it.
        """
        if value is None and self.default is not REQUIRED:
            return None
        return accepted(value, self.hint, f"{place}.{self.wire}")

    def __set__(self, model: Any, value: object) -> None:  # noqa: ANN401 - a descriptor of any type
        """Put a value in, if it can be one of the field's type."""
        model.values_by_wire[self.wire] = self.accept(value, type(model).__name__)


def _fresh(default: object) -> object:
    if default is REQUIRED:
        return None
    return list(cast("list[object]", default)) if isinstance(default, list) else default


def _is_model(hint: Any) -> bool:  # noqa: ANN401 - a type annotation
    return isinstance(hint, type) and hasattr(hint, "model_validate")


def options_of(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a type annotation
    """The members of a union, or the one type that it is."""
    return get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)


def opened(value: Any, hint: Any) -> Any:  # noqa: ANN401 - JSON, and a type annotation
    """JSON that was received as the annotated type, as far as it can be; it stays as it is where it cannot."""
    for option in options_of(hint):
        if isinstance(value, dict) and _is_model(option) and option.describes(value):
            return option.received(value)
        if isinstance(value, list) and get_origin(option) is list:
            inner = get_args(option)[0]
            return [opened(item, inner) for item in items_of(value)]
        if isinstance(value, str) and isinstance(option, type) and issubclass(option, Enum):
            return next((member for member in option if member.value == value), value)
    return value  # pyright: ignore[reportUnknownVariableType]


def items_of(value: Any) -> list[Any]:  # noqa: ANN401 - a list, of whatever it is
    """A list's items."""
    return list(value)


def accepted(value: Any, hint: Any, place: str) -> Any:  # noqa: ANN401 - what a user wrote, and a type annotation
    """What a user gave, as the annotated type.

    Raises:
        InvalidRequestError: it cannot be one; the sentence says where.
    """
    options = options_of(hint)
    failure: InvalidRequestError | None = None
    for option in options:
        try:
            return _as(value, option, place)
        except InvalidRequestError as error:
            # The deepest complaint is the one about the option that was meant.
            if failure is None or len(error.param or "") > len(failure.param or ""):
                failure = error
    raise failure or InvalidRequestError(f"{place} cannot be {value!r}", param=place)


def _as(value: Any, option: Any, place: str) -> Any:  # noqa: ANN401 - one kind of type after the other
    if option is Any or option is object:
        return value
    origin = get_origin(option)
    if origin is list:
        return _list(value, get_args(option)[0], place)
    if origin is dict:
        return _dict(value, get_args(option)[1], place)
    if _is_model(option):
        return _model(value, option, place)
    if origin is Literal or (isinstance(option, type) and issubclass(option, Enum)):
        return _word(value, option, place)
    return _scalar(value, option, place)


def _word(value: Any, option: Any, place: str) -> Any:  # noqa: ANN401 - what a user wrote, and a type annotation
    """One of a vendor's words. Open: the next word of the vendor is not refused by this client."""
    words = get_args(option) or tuple(member.value for member in option)
    if not isinstance(value, str):
        raise InvalidRequestError(
            f"{place} has to be one of {', '.join(map(str, words))}, not {type(value).__name__}", param=place
        )
    if isinstance(option, type):
        return opened(value.value if isinstance(value, Enum) else value, option)
    return value


def _list(value: Any, inner: Any, place: str) -> list[Any]:  # noqa: ANN401 - what a user wrote, and a type annotation
    if not isinstance(value, list | tuple):
        raise _wrong(value, list, place)
    return [accepted(item, inner, f"{place}[{number}]") for number, item in enumerate(items_of(value))]


def _dict(value: Any, inner: Any, place: str) -> dict[str, Any]:  # noqa: ANN401 - what a user wrote, and a type annotation
    if not isinstance(value, dict):
        raise _wrong(value, dict, place)
    items = cast("dict[str, Any]", value)
    return {name: accepted(item, inner, f"{place}.{name}") for name, item in items.items()}


def _model(value: Any, option: Any, place: str) -> Any:  # noqa: ANN401 - what a user wrote, and a class of models
    if isinstance(value, option):
        return value
    given: Any = getattr(value, "values_by_wire", value)
    if isinstance(given, dict) and option.describes(cast("dict[str, Any]", given)):
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


def _scalar(value: Any, option: Any, place: str) -> Any:  # noqa: ANN401 - what a user wrote, and a type
    if option in {NoneType, None, Unset}:
        if value is None or value is UNSET:
            return value
    elif option is bool and isinstance(value, bool):
        return value
    elif option in {int, float} and isinstance(value, int | float) and not isinstance(value, bool):
        if option is float or value == int(value):
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
