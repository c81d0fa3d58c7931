"""What the wire types say of JSON: an object's fields, which of them it must have, which tells kinds apart. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType
from typing import Any, Literal, NamedTuple, NotRequired, Required, Union, get_args, get_origin, get_type_hints


class Tag(NamedTuple):
    """The field that tells kinds of objects apart, such as a message's `role`."""

    field: str
    """Its name."""
    kinds: dict[str, Any]
    """The TypedDict that each of its values stands for."""
    default: str | None
    """The value that is meant where the field is left out or null; None where it has to be there."""


def fields(wanted: Any) -> dict[str, Any]:  # noqa: ANN401 - a TypedDict has no type of its own
    """The fields of a TypedDict, inherited ones first, with their annotations whole."""
    return get_type_hints(wanted, include_extras=True)


def required(wanted: Any) -> list[str]:  # noqa: ANN401 - a TypedDict has no type of its own
    """The fields a TypedDict must have, in the order they are written in."""
    # A NotRequired that was written as text (PEP 563) is not seen when the class is made, only here.
    return [
        name
        for name, kind in fields(wanted).items()
        if name in wanted.__required_keys__ and get_origin(kind) is not NotRequired
    ]


def tag(options: Sequence[Any]) -> Tag | None:
    """The field that tells these TypedDicts apart: each has one value of its own for it; None where there is none."""
    hints = [fields(option) for option in options]
    for name in hints[0]:
        values = [_only_value(hint.get(name)) for hint in hints]
        if None not in values:
            kinds = {value: option for value, option in zip(values, options, strict=True) if value is not None}
            default = next((value for value, option in kinds.items() if name not in required(option)), None)
            return Tag(name, kinds, default)
    return None


def _only_value(kind: Any) -> str | None:  # noqa: ANN401 - any annotation
    """The text that a Literal of one text holds, be it optional; None of any other annotation."""
    values = get_args(kind)
    if get_origin(kind) in {NotRequired, Required, Union}:
        told = [value for value in values if value is not NoneType]
        return _only_value(told[0]) if len(told) == 1 else None
    return values[0] if get_origin(kind) is Literal and len(values) == 1 else None
