"""Read JSON into a Struct though values are not of the documented type. No I/O.

Servers of this API send `null` for lists, objects for the JSON text of arguments, lists of parts for the text of a
message, numbers for ids. A client that refuses them is of no use; one that keeps them in fields typed otherwise
breaks its user's program later. So each field is converted by itself, the known deviations by rule, and what cannot
be converted is left at the field's default. Nothing is lost: the bytes received stay beside the fields.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


def read(data: bytes, cls: type[T]) -> T:
    """Read `data`, a JSON object, as a `cls`.

    Raises:
        msgspec.DecodeError: it is not JSON, or not an object.
    """
    value: Any = msgspec.json.decode(data)
    if not isinstance(value, dict):
        raise msgspec.DecodeError(f"expected a JSON object, got {_kind(value)}")
    return _struct(value, cls)


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


@lru_cache(maxsize=64)
def _hints(cls: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(cls)


def _struct(value: dict[str, Any], cls: type[T]) -> T:
    known: dict[str, Any] = {}
    for field in msgspec.structs.fields(cls):
        given = value.get(field.encode_name)
        if given is not None:
            found = _field(given, _hints(cls)[field.name])
            if found is not None:
                known[field.name] = found
        if field.required and field.name not in known:
            known[field.name] = _empty(_hints(cls)[field.name])
    return cls(**known)


def _empty(wanted: Any) -> Any:  # noqa: ANN401 - the value of a field, whatever its type is
    return _struct({}, wanted) if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct) else wanted()


def _field(value: Any, wanted: Any) -> Any:  # noqa: ANN401, PLR0911 - one return a rule; typed by the field
    try:
        return msgspec.convert(value, wanted, strict=False)
    except msgspec.ValidationError:
        pass
    for option in get_args(wanted) or (wanted,):
        if isinstance(option, type) and issubclass(option, msgspec.Struct) and isinstance(value, dict):
            return _struct(value, option)
        if option is str and isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
            return "".join(_part_text(part) for part in value)
        if option is str and isinstance(value, dict | list):
            return msgspec.json.encode(value).decode()
        if option is str and isinstance(value, int | float):
            return str(value)
        if getattr(option, "__origin__", None) is tuple:
            return _items(value, get_args(option)[0])
    return _items(value, get_args(wanted)[0]) if getattr(wanted, "__origin__", None) is tuple else None


def _items(value: Any, wanted: Any) -> tuple[Any, ...] | None:  # noqa: ANN401 - items of a field's tuple
    if not isinstance(value, list):
        return None
    found = (_field(item, wanted) for item in value if item is not None)
    return tuple(item for item in found if item is not None)


def _part_text(part: dict[str, Any]) -> str:
    text = part.get("text")
    return text if isinstance(text, str) else ""
