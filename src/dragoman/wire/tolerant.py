"""Read JSON into a Struct though values are not of the documented type. No I/O.

Servers of this API send `null` for lists, objects for the JSON text of arguments, lists of parts for the text of a
message, numbers for ids. A client that refuses them is of no use; one that keeps them in fields typed otherwise
breaks its user's program later. So each field is converted by itself, the known deviations by rule, and what cannot
be converted is left at the field's default. Nothing is lost: the bytes received stay beside the fields.

Text that was cut in the middle of a character, in its UTF-8 or in its escapes, is mended with U+FFFD. A byte order mark
before it is left out (RFC 8259 §8.1), and null stands for the `NaN` and `-Infinity` that Python's own `json` writes,
log probabilities of impossible tokens for the most part.
"""

from __future__ import annotations

import math
import re
import sys
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeGuard, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

T = TypeVar("T", bound=msgspec.Struct)
Json = dict[str, Any]

_PART_TEXTS = {"text": "content", "refusal": "refusal", "thinking": "reasoning_content"}
_BOM = b"\xef\xbb\xbf"
# A text, to its end or that of all, is left as it is.
_NO_NUMBER = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*"?)|-?Infinity|NaN', re.DOTALL)
# A pair of escaped surrogates, one that is alone, or any other escape: the first and the last are left as they are.
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)


def read(data: bytes, cls: type[T]) -> tuple[T, bytes]:
    """Read `data`, a JSON object, as a `cls`; the bytes beside it are those it was read from, mended where need be.

    Raises:
        msgspec.DecodeError: it is not JSON, or not an object, or nested too deep.
    """
    try:
        return _decoder(cls).decode(data), data
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if not isinstance(error, msgspec.ValidationError):
            data = mended(data)
        return _struct(read_object(data), cls), data


def read_object(data: bytes) -> Json:
    """Read a JSON object.

    Raises:
        msgspec.DecodeError: it is not JSON, or not an object, or nested too deep.
    """
    value = read_value(data)
    if not is_object(value):
        raise msgspec.DecodeError(f"expected a JSON object, got {_kind(value)}")
    return value


def read_value(data: bytes) -> object:
    """Read any JSON.

    Raises:
        msgspec.DecodeError: it is not JSON, or nested too deep.
    """
    try:
        return _decoded(data)
    except RecursionError:
        raise msgspec.DecodeError("the JSON is nested too deep") from None


def _decoded(data: bytes) -> object:
    try:
        return cast("object", msgspec.json.decode(data))
    except msgspec.ValidationError:
        # A number beyond a double's, such as 1e999, to which JSON sets no limit; `json` makes it infinite.
        # Imported here because nobody sends one.
        import json  # noqa: PLC0415

        return cast("object", json.loads(data, parse_int=_whole))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return cast("object", msgspec.json.decode(mended(data)))


def _whole(digits: str) -> float:
    """A whole number; one beyond a double's is infinite like any other: Python reads none of thousands of digits."""
    return int(digits) if len(digits) <= sys.float_info.max_10_exp else float(digits)


def mended(data: bytes) -> bytes:
    """JSON in which U+FFFD stands for what is not UTF-8, and for each escaped half of a surrogate pair.

    And null for numbers that are none; without a byte order mark.
    """
    data = data.removeprefix(_BOM).decode("utf-8", "replace").encode()
    data = _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], data)
    return _NO_NUMBER.sub(lambda found: found[1] or b"null", data) if b"NaN" in data or b"Infinity" in data else data


def without_nulls(value: Json) -> Json:
    """The same object, and the objects in it, without the fields that are null."""
    return {name: _without_nulls(item) for name, item in value.items() if item is not None}


def is_object(value: object) -> TypeGuard[Json]:
    """Whether a decoded value is an object."""
    return isinstance(value, dict)


def texts_of(parts: object) -> dict[str, str]:
    """Content in parts as the texts it stands for, by the field that each belongs to.

    Texts are `content`, refusals `refusal`; what Mistral calls thinking is `reasoning_content`. Parts of other kinds
    hold no text.
    """
    found: dict[str, str] = {}
    for part in cast("list[object]", parts) if isinstance(parts, list) else []:
        fields: Json = part if is_object(part) else {"text": part}
        for name, place in _PART_TEXTS.items():
            value = fields.get(name)
            texts = [value, *(inner.get("text") for inner in objects_in(value))]
            said = [text for text in texts if isinstance(text, str)]
            if said:
                found[place] = "".join([found.get(place, ""), *said])
    return found


def objects_in(value: object) -> list[Json]:
    """Those of a list's items that are objects; none where it is no list."""
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [item for item in items if is_object(item)]


def count_in(fields: Json, name: str) -> int:
    """How many an object says there are of something; 0 where it says nothing that is a count."""
    value: object = fields.get(name)
    return int(value) if isinstance(value, int | float) and 0 < value < float("inf") else 0


@lru_cache(maxsize=64)
def _decoder(cls: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(cls)


@lru_cache(maxsize=64)
def _hints(cls: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(cls)


def _is_struct(option: object) -> TypeGuard[type[msgspec.Struct]]:
    return isinstance(option, type) and issubclass(option, msgspec.Struct)


def _kind(value: object) -> str:
    kinds = {list: "an array", str: "a string", bool: "a boolean", NoneType: "null"}
    return next((name for cls, name in kinds.items() if isinstance(value, cls)), "a number")


def _without_nulls(value: object) -> object:
    if isinstance(value, list):
        return [_without_nulls(item) for item in cast("list[object]", value)]
    return without_nulls(value) if is_object(value) else value


def _struct(value: Json, cls: type[T]) -> T:
    hints = _hints(cls)
    if "reasoning_content" in hints and isinstance(value.get("content"), list):
        value = value | {"content": None} | texts_of(value["content"])
    known: Json = {}
    for field in msgspec.structs.fields(cls):
        given = value.get(field.encode_name)
        found = None if given is None else _field(given, hints[field.name])
        if found is not None:
            known[field.name] = found
    return cls(**known)


def _field(value: object, wanted: object) -> object:
    """A value as a field's type, or as the first of a union's it can be; None where it can be none."""
    try:
        return cast("object", msgspec.convert(value, wanted, strict=False))
    except msgspec.ValidationError:
        pass
    options = get_args(wanted) if get_origin(wanted) in (Union, UnionType) else (wanted,)
    return next((found for found in (_by_rule(value, option) for option in options) if found is not None), None)


def _by_rule(value: object, option: object) -> object:
    if _is_struct(option):
        return _struct(value, option) if is_object(value) else None
    if get_origin(option) is tuple and isinstance(value, list):
        found = (_field(item, get_args(option)[0]) for item in cast("list[object]", value) if item is not None)
        return tuple(item for item in found if item is not None)
    if option is str:
        return msgspec.json.encode(value).decode()
    return int(value) if option is int and isinstance(value, float) and math.isfinite(value) else None
