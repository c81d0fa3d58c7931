"""A request's body as JSON, and where in it stands what JSON has no form for. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable

    Hook = Callable[[object], object]
    Encode = Callable[[object], bytes]

_LEAVES: frozenset[type[Any]] = frozenset({str, int, bool, msgspec.Raw})
_OBJECTS: type[Any] = Mapping
_ARRAYS: tuple[type[Any], ...] = (list, tuple, set, frozenset)


def written(body: object, encode: Encode, hook: Hook) -> bytes:
    """A request's body as JSON.

    Args:
        body: the body.
        encode: makes it JSON.
        hook: what `encode` makes of objects that JSON does not know; raises InvalidRequestError where it can't.

    Raises:
        InvalidRequestError: it holds what JSON cannot; `param` is where.
    """
    try:
        data = encode(body)
    except RecursionError:
        sentence = "the request cannot be written as JSON: it is nested too deep, or holds itself"
        raise InvalidRequestError(sentence) from None
    except (TypeError, ValueError, OverflowError) as error:
        raise _refusal(body, hook) or InvalidRequestError(f"the request cannot be written as JSON: {error}") from None
    # What JSON has no number for is written as null, which means something else.
    refusal = None if data.find(b"null") < 0 or _is_plain(body) else _refusal(body, hook)
    if refusal is not None:
        raise refusal
    return data


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - whatever a caller wrote
    """Whether a value is surely made of what JSON has a form for; seen at a glance, as nearly all are."""
    if value is None or value.__class__ in _LEAVES:
        return True
    try:
        if value.__class__ is dict:
            return all(map(_is_plain, value.values()))
        if value.__class__ is list:
            return all(map(_is_plain, value))
    except RecursionError:
        return False
    return value.__class__ is float and isfinite(value)


def _refusal(body: object, hook: Hook) -> InvalidRequestError | None:
    """What is said of the first thing in a body that JSON has no form for; None where there is none."""
    left: list[tuple[str, object]] = [("", body)]
    while left:
        path, value = left.pop()
        try:
            why = _why(value)
            inside = [] if why else _inside(path, value, hook)
        except InvalidRequestError as error:
            return InvalidRequestError(f"{error}{_stands(path)}", param=path or error.param)
        if why:
            sentence = f"a request cannot hold {why}: JSON has no form for it{_stands(path)}"
            return InvalidRequestError(sentence, param=path or None)
        left += reversed(inside)
    return None


def _stands(path: str) -> str:
    return f"; it stands at {path}" if path else ""


def _why(value: Any) -> str:  # noqa: ANN401 - as above
    """What JSON has no form for; empty where it is not this value itself."""
    if isinstance(value, float):
        return "" if isfinite(value) else repr(value)
    if isinstance(value, str):
        return "" if _is_text(value) else "half of a surrogate pair"
    if isinstance(value, _OBJECTS):
        for name in value:
            if not isinstance(name, str | int | float):
                return f"a {type(name).__name__} as a name"
            if isinstance(name, str) and not _is_text(name):
                return "half of a surrogate pair in a name"
    return ""


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _inside(path: str, value: Any, hook: Hook) -> list[tuple[str, Any]]:  # noqa: ANN401 - likewise
    """What a value is made of, each with its path.

    Raises:
        InvalidRequestError: it is nothing that JSON knows.
    """
    if value is None or isinstance(value, str | int | float | bytes | msgspec.Raw):
        return []
    if isinstance(value, _OBJECTS):
        return [(f"{path}.{name}" if path else f"{name}", one) for name, one in value.items()]
    if isinstance(value, _ARRAYS):
        return [(f"{path}[{place}]", one) for place, one in enumerate(value)]
    try:
        return [(path, msgspec.to_builtins(value, enc_hook=hook))]
    except InvalidRequestError:
        raise
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise InvalidRequestError(f"a request cannot hold a {type(value).__name__}: JSON has no form for it") from None
