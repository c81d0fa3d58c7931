"""Is this JSON a request? What is wrong with it, where, and what would be right, in one sentence. No I/O.

The checks are made from the TypedDicts of `request`, once, when this module is imported: of each field, which types of
JSON it may have, and for each of them what has to hold besides. What the server behind should judge passes: fields
nobody knows, and roles, kinds of content, tools and choices nobody knows. What every server of this API refuses does
not: wrong types, numbers out of their bounds, and the few rules that hold between fields.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    NoReturn,
    NotRequired,
    Required,
    Union,
    cast,
    get_args,
    get_origin,
    is_typeddict,
)

import msgspec

from dragoman.errors import InvalidRequestError
from dragoman.wire.message import AssistantPart, Part, RequestMessage
from dragoman.wire.request import ChatRequest
from dragoman.wire.rules import RULES, Wrong, shown
from dragoman.wire.shape import fields, required, tag
from dragoman.wire.tool import AllowedTools, NamedCustom, NamedFunction, Tool

Json = dict[str, Any]
Check = Callable[[Any], None]

DEPTH_BOUND = 200
"""How deeply a body may be nested. The schemas of real tools stay far below; what is deeper ends decoders and
encoders further on with a `RecursionError`, at a place that depends on their own depth of calls."""

OPEN = frozenset(
    {
        *get_args(RequestMessage),
        *get_args(Part),
        *get_args(AssistantPart),
        *get_args(Tool),
        NamedFunction,
        NamedCustom,
        AllowedTools,
    }
)
"""Kinds of objects that vendors add to: of a kind not among them nothing is checked."""


def decode_body(raw: bytes) -> Json:
    """A request's body as a JSON object. Of a name that is there twice the last is meant.

    Raises:
        InvalidRequestError: it is not one: not UTF-8, not JSON, not an object, or nested beyond `DEPTH_BOUND`.
    """
    if raw.startswith(_MARK):
        # RFC 8259 §8.1 lets whoever reads it pass over it.
        raw = raw.removeprefix(_MARK)
    if not raw.strip():
        raise InvalidRequestError("the body is empty: it must be a JSON object with messages and a model")
    try:
        value: Any = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise InvalidRequestError(f"the body is not JSON: {_reason(raw, error)}") from None
    except UnicodeDecodeError:
        raise InvalidRequestError(f"the body is not UTF-8{_undecodable(raw)}") from None
    except RecursionError:
        raise InvalidRequestError(_TOO_DEEP) from None
    if type(value) is not dict:
        raise InvalidRequestError(f"the body must be a JSON object with messages and a model, not {_kind(value)}")
    # A body cannot be nested more deeply than it has brackets: of most bodies that is all there is to see.
    if raw.count(b"{") + raw.count(b"[") > DEPTH_BOUND and is_deep(cast("Json", value), DEPTH_BOUND):
        raise InvalidRequestError(_TOO_DEEP)
    return cast("Json", value)


def decode_text(text: str | bytes) -> object:
    """JSON that stands in a text of a request, where no check of the body sees it.

    Raises:
        msgspec.DecodeError: it is none: not JSON, not UTF-8, or nested beyond `DEPTH_BOUND`.
    """
    try:
        value = cast("object", msgspec.json.decode(text))
    except (RecursionError, UnicodeError) as error:
        raise msgspec.DecodeError(str(error)) from None
    if is_deep([value], DEPTH_BOUND + 1):
        raise msgspec.DecodeError(_TOO_DEEP)
    return value


def is_deep(value: object, bound: int) -> bool:
    """Whether more than `bound` objects and arrays of decoded JSON are in one another."""
    level: list[Any] = [value]
    for _ in range(bound):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def check_request(body: object) -> None:
    """See that decoded JSON is a chat completion's request.

    Raises:
        InvalidRequestError: it is not; `param` says where.
    """
    if type(body) is not dict:
        raise InvalidRequestError(f"the request must be an object, not {_kind(body)}")
    try:
        _check_body(body)
    except Wrong as wrong:
        path = "".join(_path(wrong.steps))
        raise InvalidRequestError(f"{path} {wrong.sentence}", param=path) from None


_MARK = codecs.BOM_UTF8

_TOO_DEEP = f"the body is nested too deeply: more than {DEPTH_BOUND} objects and arrays in one another"

# msgspec takes half a surrogate pair for the end of the input (RFC 8259 §8.2 leaves it open what it is).
_HALF_PAIR = re.compile(
    rb"(?<!\\)(?:\\\\)*(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F])"
)


def _reason(raw: bytes, error: msgspec.DecodeError) -> str:
    spelt = json.detect_encoding(raw)
    if spelt != "utf-8":
        return f"it is {spelt.upper()}, and JSON travels as UTF-8"
    sentence = str(error).removeprefix("JSON is malformed: ")
    if sentence != "Input data was truncated":
        return sentence[0].lower() + sentence[1:]
    half = _HALF_PAIR.search(raw)
    return f"it ends too early, at byte {len(raw)}" if half is None else f"half a surrogate pair (byte {half.start()})"


def _undecodable(raw: bytes) -> str:
    # The decoder says where in the text, not where in the body.
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return f": byte {error.start} is 0x{raw[error.start]:02x}"
    return ""


def _inside(value: Any) -> Iterable[Any]:  # noqa: ANN401 - JSON
    return cast("Json", value).values() if isinstance(value, dict) else cast("list[Any]", value)


class _Expected(NamedTuple):
    """What a value may be.

    Attributes:
        checks: by its type, what has to hold besides; None is nothing.
        words: the types in words.
    """

    checks: dict[type, Check | None]
    words: str

    def refuse(self, value: Any) -> NoReturn:  # noqa: ANN401 - JSON
        raise Wrong(f"must be {self.words}, not {_kind(value)}")


_PLAIN_NAME = re.compile(r"[\w-]{1,60}")


def _path(steps: list[str | int]) -> Iterator[str]:
    for place, step in enumerate(steps):
        if isinstance(step, int):
            yield f"[{step}]"
        elif _PLAIN_NAME.fullmatch(step):
            yield f".{step}" if place else step
        else:
            yield f"[{shown(step)}]"


def _kind(value: object) -> str:
    words: dict[type, str] = {dict: "an object", list: "an array", bool: str(value).lower(), NoneType: "null"}
    return words.get(type(value)) or shown(value)


def _either(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _one_of(values: Sequence[str]) -> str:
    return ("one of " if len(values) > 2 else "") + _either([repr(value) for value in values])  # noqa: PLR2004 - more than a pair


def _expected(wanted: Any) -> _Expected:  # noqa: ANN401 - any annotation of the wire types
    if is_typeddict(wanted):
        return _Expected({dict: _kinds([wanted])}, "an object")
    origin = get_origin(wanted)
    return _PLAIN[wanted] if origin is None else _COMPOSED[origin](get_args(wanted))


def _bounded(arguments: tuple[Any, ...]) -> _Expected:
    inner, meta = _expected(arguments[0]), cast("msgspec.Meta", arguments[1])
    within = {int: _number_within, float: _number_within, list: _count_within, str: _text_within}
    checks: dict[type, Check | None] = {kind: _both(within[kind](meta), check) for kind, check in inner.checks.items()}
    return _Expected(checks, inner.words)


def _both(first: Check, second: Check | None) -> Check:
    if second is None:
        return first

    def check(value: Any) -> None:  # noqa: ANN401 - JSON
        first(value)
        second(value)

    return check


def _number_within(meta: msgspec.Meta) -> Check:
    least, most = meta.ge, meta.le

    def check(value: float) -> None:
        if least is not None and value < least:
            raise Wrong(f"must be at least {least}, not {shown(value)}")
        if most is not None and value > most:
            raise Wrong(f"must be at most {most}, not {shown(value)}")

    return check


def _count_within(meta: msgspec.Meta) -> Check:
    least, most = meta.min_length, meta.max_length

    def check(value: list[Any]) -> None:
        if least is not None and len(value) < least:
            raise Wrong("must not be empty" if least == 1 else f"must have at least {least} items, not {len(value)}")
        if most is not None and len(value) > most:
            raise Wrong(f"must have at most {most} items, not {len(value)}")

    return check


def _text_within(meta: msgspec.Meta) -> Check:
    # Matched in full: Python's `$` would let a line end pass that JSON Schema's does not.
    matches = re.compile(meta.pattern or ".*", re.DOTALL).fullmatch

    def check(value: str) -> None:
        if matches(value) is None:
            raise Wrong(f"must be {meta.description}, not {shown(value)}")

    return check


def _union(options: tuple[Any, ...]) -> _Expected:
    objects = [option for option in options if is_typeddict(option)]
    others = [_expected(option) for option in options if option is not NoneType and option not in objects]
    if objects:
        others.append(_Expected({dict: _kinds(objects)}, "an object"))
    checks: dict[type, Check | None] = {kind: check for other in others for kind, check in other.checks.items()}
    # Null stands for a field that is left out: that it may be null is no news to anyone who wrote another value.
    return _Expected(
        checks | ({NoneType: None} if NoneType in options else {}), _either([other.words for other in others])
    )


def _literal(values: tuple[Any, ...]) -> _Expected:
    words = _one_of(values)

    def check(value: str) -> None:
        if value not in values:
            raise Wrong(f"must be {words}, not {shown(value)}")

    return _Expected({str: check}, words)


def _mapping(arguments: tuple[Any, ...]) -> _Expected:
    inner = _expected(arguments[1])

    def check(value: Json) -> None:
        _each(inner, value.items())

    return _Expected({dict: None if inner is _PLAIN[Any] else check}, "an object")


def _sequence(arguments: tuple[Any, ...]) -> _Expected:
    inner = _expected(arguments[0])

    def check(value: list[Any]) -> None:
        _each(inner, enumerate(value))

    return _Expected({list: check}, "an array")


def _each(expected: _Expected, values: Iterable[tuple[str | int, Any]]) -> None:
    step: str | int = ""
    checks = expected.checks
    try:
        for step, value in values:  # noqa: B007 - the step is for the way out
            check = checks[type(value)] if type(value) in checks else expected.refuse(value)
            if check is not None:
                check(value)
    except Wrong as wrong:
        wrong.steps.insert(0, step)
        raise


def _kinds(options: list[Any]) -> Check:
    """One of several objects, told apart by a field that each has a value of its own for."""
    by = tag(options)
    if by is None:
        return _fields(options[0])
    checks = {value: _fields(option) for value, option in by.kinds.items()}
    is_open = OPEN.issuperset(options)
    words = _one_of(list(checks))

    def check(value: Json) -> None:
        said = value.get(by.field)
        if said is None:
            said = by.default
        known = checks.get(said) if type(said) is str else None
        if known is not None:
            known(value)
        elif by.field not in value:
            raise Wrong(f"is missing: it must be {words}", by.field)
        elif not (is_open and type(said) is str):
            raise Wrong(f"must be {words}, not {_kind(said)}", by.field)

    return check


def _fields(wanted: Any) -> Check:  # noqa: ANN401 - a TypedDict
    expected = {name: _expected(kind) for name, kind in fields(wanted).items()}
    checks = {name: each.checks for name, each in expected.items()}
    needed = required(wanted)
    present = frozenset(needed)
    rules = RULES.get(wanted, ())

    # `_each` with checks of their own: a request has some forty fields, and this is where its time goes.
    def check(value: Json) -> None:
        if not present <= value.keys():
            raise Wrong("is missing", next(name for name in needed if name not in value))
        name = ""
        try:
            for name, found in value.items():
                known = checks.get(name)
                if known is not None:
                    inner = known[type(found)] if type(found) in known else expected[name].refuse(found)
                    if inner is not None:
                        inner(found)
        except Wrong as wrong:
            wrong.steps.insert(0, name)
            raise
        for rule in rules:
            rule(value)

    return check


_PLAIN: dict[Any, _Expected] = {
    str: _Expected({str: None}, "a string"),
    bool: _Expected({bool: None}, "true or false"),
    # 3.0 is no whole number here as it is none to OpenAI, though JSON Schema would have it so.
    int: _Expected({int: None}, "a whole number"),
    float: _Expected({float: None, int: None}, "a number"),
    Any: _Expected(dict.fromkeys((str, bool, int, float, dict, list, NoneType)), "anything"),
}

_COMPOSED: dict[Any, Callable[[tuple[Any, ...]], _Expected]] = {
    Required: lambda arguments: _expected(arguments[0]),
    NotRequired: lambda arguments: _expected(arguments[0]),
    Annotated: _bounded,
    Union: _union,
    UnionType: _union,
    Literal: _literal,
    Mapping: _mapping,
    Sequence: _sequence,
}

_check_body = _fields(ChatRequest)
