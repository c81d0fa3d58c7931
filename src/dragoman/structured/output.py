"""What a type asks of a model as `output`, and how the answer becomes a value of it. No I/O.

Models are held to JSON objects. A type that is none (a list, a number, a union) is asked for inside one, and taken out
again: `{"answer": …}`. Classes of a union that nothing tells apart are told apart by their names:
`{"answer": {"kind": "Painter", "value": {…}}}`.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from types import UnionType
from typing import Any, Generic, TypeVar, Union, cast, get_args, get_origin

import msgspec

from dragoman.errors import InvalidRequestError
from dragoman.stream.partial import read_partial
from dragoman.structured import (
    is_object_schema,
    is_pydantic_dataclass,
    is_pydantic_model,
    json_schema,
    read,
    response_format,
)
from dragoman.structured.draft import draft

T = TypeVar("T")
Json = dict[str, Any]


class Output(Generic[T]):
    """A type as a model is asked for it.

    Args:
        kind: the type.

    Attributes:
        response_format: the request's field of that name.

    Raises:
        InvalidRequestError: the type has no JSON Schema.
    """

    __slots__ = ("_asked", "_depth", "_kind", "response_format")

    def __init__(self, kind: Any) -> None:  # noqa: ANN401 - a union has no type of its own
        self._kind = kind
        self._asked, self._depth = _as_object(kind)
        self.response_format: Json = response_format(self._asked)

    def read(self, text: str) -> T:
        """An answer's text as a value of the type.

        Raises:
            ValueError: it is none: pydantic's `ValidationError` for pydantic's types, msgspec's for all others.
        """
        value: Any = read(self._asked, text)
        if self._depth:
            value = value.answer
        return cast("T", value.value if self._depth == _NAMED else value)

    def draft(self, text: str) -> T | None:
        """The beginning of an answer's text as the value it is so far; None where nothing has arrived.

        Fields that have not arrived are None: see `dragoman.structured.draft`.
        """
        value = draft(self._asked, read_partial(text, growing=True))
        if self._depth and value is not None:
            value = value.answer
        return cast("T | None", value.value if self._depth == _NAMED and value is not None else value)


_INSIDE, _NAMED = 1, 2


def output_of(kind: Any) -> Output[Any]:  # noqa: ANN401 - a union has no type of its own
    """A type as a model is asked for it; made once for each type.

    Raises:
        InvalidRequestError: the type has no JSON Schema.
    """
    try:
        return _made(kind)
    except TypeError:
        # Not hashable, as what stands beside a type in `Annotated` may be.
        return Output(kind)


@lru_cache(maxsize=128)
def _made(kind: Any) -> Output[Any]:  # noqa: ANN401 - as above
    return Output(kind)


def _as_object(kind: Any) -> tuple[Any, int]:  # noqa: ANN401 - as above
    """A type that is an object, and how deep in it the value is that was meant."""
    if is_pydantic_model(kind) or is_pydantic_dataclass(kind):
        return (kind, 0) if is_object_schema(json_schema(kind)) else (_pydantic_answer(kind), _INSIDE)
    if _holds_pydantic(kind):
        return _pydantic_answer(kind), _INSIDE
    try:
        schema = json_schema(kind)
    except InvalidRequestError:
        if get_origin(kind) not in {Union, UnionType}:
            raise
        return _answer(_by_name(kind)), _NAMED
    return (kind, 0) if is_object_schema(schema) else (_answer(kind), _INSIDE)


def _holds_pydantic(kind: Any) -> bool:  # noqa: ANN401 - as above
    return is_pydantic_model(kind) or is_pydantic_dataclass(kind) or any(map(_holds_pydantic, get_args(kind)))


def _pydantic_answer(kind: Any) -> Any:  # noqa: ANN401 - as above
    # Whoever has a class of pydantic's has imported it.
    return sys.modules["pydantic"].create_model("answer", answer=(kind, ...))


def _answer(kind: Any) -> type[msgspec.Struct]:  # noqa: ANN401 - as above
    return msgspec.defstruct("answer", [("answer", kind)])


def _by_name(kind: Any) -> Any:  # noqa: ANN401 - as above
    """A union whose members say what they are."""
    named: list[Any] = []
    for member in get_args(kind):
        name = getattr(member, "__name__", str(member)).replace("NoneType", "null")
        named.append(msgspec.defstruct(f"{name}_answer", [("value", member)], tag_field="kind", tag=name))
    try:
        json_schema(_answer(Union[tuple(named)]))  # noqa: UP007 - as many as there are
    except InvalidRequestError as error:
        raise InvalidRequestError(f"{kind!r} cannot be an answer's type: {error}", param="output") from None
    return Union[tuple(named)]  # noqa: UP007 - as many as there are
