"""The form of a request in another API's words: what is wrong with a field, where, and what would be right. No I/O."""

from __future__ import annotations

from typing import Any, NoReturn

from dragoman.errors import InvalidRequestError
from dragoman.wire.rules import shown

Json = dict[str, Any]

_WORDS: dict[object, str] = {
    str: "a string",
    dict: "an object",
    list: "an array",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def need(fields: Json, name: str, kind: type, path: str) -> None:
    """See that an object has a field of a kind.

    Args:
        fields: the object.
        name: the field's.
        kind: one of JSON's own types; `float` is any number.
        path: the object's, up to where the name follows.

    Raises:
        InvalidRequestError: it has not.
    """
    value: Any = fields.get(name)
    if value is None:
        refuse(path + name, "is missing")
    fits = (int, float) if kind is float else kind
    if not isinstance(value, fits) or isinstance(value, bool) is not (kind is bool):
        refuse(path + name, f"must be {_WORDS[kind]}, not {shown(value)}")


def allow(fields: Json, name: str, kind: type, path: str) -> None:
    """The same of a field that may be left out, or null.

    Raises:
        InvalidRequestError: it is there, and of another kind.
    """
    if fields.get(name) is not None:
        need(fields, name, kind, path)


def refuse(path: str, sentence: str) -> NoReturn:
    """Refuse a request for what stands at a path, with the end of a sentence that begins with it.

    Raises:
        InvalidRequestError: always.
    """
    raise InvalidRequestError(f"{path} {sentence}", param=path)
