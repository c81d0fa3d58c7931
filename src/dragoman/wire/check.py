"""Is this JSON a request? What is wrong with it, where, and what would be right, in one sentence. No I/O.

The checks are made from the TypedDicts of `request`, once: each field's type becomes a function that raises. What a
server behind should judge passes: fields nobody knows, and kinds of content, tools and choices nobody knows. What
every server of this API refuses does not: wrong types, roles that do not exist, numbers out of their bounds, and the
few rules that hold between fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import msgspec

from dragoman.errors import InvalidRequestError
from dragoman.wire.message import Part
from dragoman.wire.request import ChatRequest
from dragoman.wire.tool import Tool

Json = dict[str, Any]
Check = Callable[[Any, str], None]

SHOWN = 40
"""How many characters of a wrong value are shown."""

OPEN = (Part, Tool)
"""Unions whose kinds a vendor may add to; of an unknown kind nothing is checked."""

NAME = re.compile(r"[a-zA-Z0-9_.-]{1,64}")
"""What a function may be called; the dot is some vendors'."""


def decode_body(raw: bytes) -> Json:
    """A request's body as a JSON object.

    Raises:
        InvalidRequestError: it is not one.
    """
    if not raw.strip():
        raise InvalidRequestError("the body is empty: it has to be a JSON object with messages and a model")
    try:
        value: Any = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise InvalidRequestError(f"the body is not JSON: {error}") from None
    except RecursionError:
        raise InvalidRequestError("the body is nested too deeply") from None
    except UnicodeDecodeError:
        raise InvalidRequestError("the body is not UTF-8") from None
    if not isinstance(value, dict):
        raise InvalidRequestError(f"the body is {_kind(value)}: it has to be a JSON object with messages and a model")
    return cast("Json", value)


def check_request(body: Json) -> None:
    """See that a body is a chat completion's request.

    Raises:
        InvalidRequestError: it is not; `param` says where.
    """
    _check_fields(body, "")
    for rule in RULES:
        rule(body)


def _fail(path: str, sentence: str) -> None:
    raise InvalidRequestError(f"{path} {sentence}" if path else f"the request {sentence}", param=path or None)


def _kind(value: object) -> str:
    kinds: dict[type, str] = {dict: "an object", list: "an array", bool: "a boolean", NoneType: "null"}
    return kinds.get(type(value)) or _shown(value)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= SHOWN else value[:SHOWN] + "…")
    return str(value)[:SHOWN]


def _compile(wanted: Any) -> Check:  # noqa: ANN401, PLR0911 - any annotation of the wire types; one return a kind
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in {Required, NotRequired}:
        return _compile(arguments[0])
    if origin is Annotated:
        return _bounded(_compile(arguments[0]), arguments[1])
    if origin in {Union, UnionType}:
        return _union(wanted, arguments)
    if origin is Literal:
        return _literal(arguments)
    if is_typeddict(wanted):
        return _fields(wanted)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(_compile(arguments[1]))
    if origin is not None and issubclass(origin, Sequence):
        return _sequence(_compile(arguments[0]))
    return _SIMPLE[wanted]


def _simple(types: type | tuple[type, ...], words: str) -> Check:
    wants_bool = types is bool

    def check(value: Any, path: str) -> None:  # noqa: ANN401 - JSON
        # True is an int to Python and is none to JSON.
        if not isinstance(value, types) or (isinstance(value, bool) and not wants_bool):
            _fail(path, f"has to be {words}, not {_kind(value)}")

    return check


def _anything(value: object, path: str) -> None:
    del value, path


_SIMPLE: dict[Any, Check] = {
    str: _simple(str, "a string"),
    bool: _simple(bool, "true or false"),
    int: _simple(int, "a whole number"),
    float: _simple((int, float), "a number"),
    Any: _anything,
}


def _bounded(check: Check, meta: msgspec.Meta) -> Check:
    def bounded(value: Any, path: str) -> None:  # noqa: ANN401 - JSON
        check(value, path)
        if meta.ge is not None and value < meta.ge:
            _fail(path, f"has to be at least {meta.ge:g}, not {_shown(value)}")
        if meta.le is not None and value > meta.le:
            _fail(path, f"has to be at most {meta.le:g}, not {_shown(value)}")
        if meta.max_length is not None and len(value) > meta.max_length:
            _fail(path, f"may have at most {meta.max_length} items, not {len(value)}")
        if meta.min_length is not None and len(value) < meta.min_length:
            _fail(path, "is empty")

    return bounded


def _literal(values: tuple[Any, ...]) -> Check:
    words = " or ".join(repr(value) for value in values)

    def check(value: Any, path: str) -> None:  # noqa: ANN401 - JSON
        if value not in values:
            _fail(path, f"has to be {words}, not {_kind(value)}")

    return check


def _mapping(item: Check) -> Check:
    def check(value: Any, path: str) -> None:  # noqa: ANN401 - JSON
        if not isinstance(value, dict):
            _fail(path, f"has to be an object, not {_kind(value)}")
        for name, inner in cast("Json", value).items():
            item(inner, f"{path}.{name}")

    return check


def _sequence(item: Check) -> Check:
    def check(value: Any, path: str) -> None:  # noqa: ANN401 - JSON
        if not isinstance(value, list):
            _fail(path, f"has to be an array, not {_kind(value)}")
        for place, inner in enumerate(cast("list[Any]", value)):
            item(inner, f"{path}[{place}]")

    return check


def _fields(wanted: Any) -> Check:  # noqa: ANN401 - a TypedDict
    hints = get_type_hints(wanted, include_extras=True)
    checks = {name: _compile(kind) for name, kind in hints.items()}
    # A NotRequired that was written as text (PEP 563) is not seen when the class is made, only here.
    required = {name for name in wanted.__required_keys__ if get_origin(hints[name]) is not NotRequired}

    def check(value: Any, path: str) -> None:  # noqa: ANN401 - JSON
        if not isinstance(value, dict):
            _fail(path, f"has to be an object, not {_kind(value)}")
        before = f"{path}." if path else ""
        given = cast("Json", value)
        for name in sorted(required - given.keys()):
            _fail(before + name, "is missing")
        for name, inner in given.items():
            known = checks.get(name)
            if known is not None:
                known(inner, before + name)

    return check


def _union(wanted: Any, options: tuple[Any, ...]) -> Check:  # noqa: ANN401 - an annotation
    """One of several kinds: told apart by JSON's own, and among objects by the field that says which."""
    objects = [option for option in options if is_typeddict(option)]
    others = [option for option in options if option is not NoneType and not is_typeddict(option)]
    nullable = NoneType in options
    object_check = _tagged(objects, is_open=any(set(objects) == set(get_args(kind)) for kind in OPEN)) if objects else None
    plain = [(_kinds(option), _compile(option)) for option in others]

    def check(value: Any, path: str) -> None:  # noqa: ANN401 - JSON
        if value is None and nullable:
            return
        if isinstance(value, dict) and object_check is not None:
            object_check(value, path)
            return
        for kinds, option in plain:
            if isinstance(value, kinds) and not (isinstance(value, bool) and bool not in kinds):
                option(value, path)
                return
        words = [_words(option) for option in others] + (["an object"] if objects else [])
        _fail(path, f"has to be {' or '.join(dict.fromkeys(words))}, not {_kind(value)}")

    del wanted
    return check


def _kinds(option: Any) -> tuple[type, ...]:  # noqa: ANN401 - an annotation
    origin = get_origin(option)
    if origin is Annotated:
        return _kinds(get_args(option)[0])
    if origin is Literal:
        return (str,)
    if origin is not None:
        return (dict,) if issubclass(origin, Mapping) else (list,)
    return (int, float) if option is float else (option,)


def _words(option: Any) -> str:  # noqa: ANN401 - an annotation
    if get_origin(option) is Literal:
        return " or ".join(repr(value) for value in get_args(option))
    words: dict[type, str] = {str: "a string", bool: "true or false", int: "a whole number", float: "a number"}
    words |= {dict: "an object", list: "an array"}
    return words[_kinds(option)[-1]]


def _tagged(options: list[Any], *, is_open: bool) -> Check:
    """One of several objects, told apart by the one field that each has a single value for."""
    if len(options) == 1:
        return _compile(options[0])
    hints = [get_type_hints(option) for option in options]
    tag = "role" if "role" in hints[0] else "type"
    by_value = {get_args(hint[tag])[0]: _compile(option) for hint, option in zip(hints, options, strict=True) if tag in hint}
    without = next((_compile(option) for hint, option in zip(hints, options, strict=True) if tag not in hint), None)
    words = " or ".join(repr(value) for value in by_value)

    def check(value: Any, path: str) -> None:  # noqa: ANN401 - JSON
        said = value.get(tag)
        known = by_value.get(said) if isinstance(said, str) else None
        if known is not None:
            known(value, path)
        elif tag not in value:
            if without is None:
                _fail(f"{path}.{tag}", f"is missing: it has to be {words}")
            else:
                without(value, path)
        elif not (is_open and isinstance(said, str)):
            _fail(f"{path}.{tag}", f"has to be {words}, not {_kind(said)}")

    return check


def _assistant_says_something(body: Json) -> None:
    for place, message in enumerate(body["messages"]):
        if message["role"] == "assistant" and message.get("content") is None:
            rest = ("tool_calls", "function_call", "refusal", "audio", "reasoning_content")
            if not any(message.get(name) for name in rest):
                _fail(f"messages[{place}].content", "is missing: an assistant's message without tool calls says something")


def _logprobs_before_top(body: Json) -> None:
    if body.get("top_logprobs") and not body.get("logprobs"):
        _fail("top_logprobs", "needs logprobs to be true")


def _options_of_a_stream(body: Json) -> None:
    if body.get("stream_options") and not body.get("stream"):
        _fail("stream_options", "is for streams only: stream is not true")


def _bias_in_bounds(body: Json) -> None:
    for token, bias in (body.get("logit_bias") or {}).items():
        if not -100 <= bias <= 100:  # noqa: PLR2004 - OpenAI's API document, logit_bias
            _fail(f"logit_bias.{token}", f"has to be from -100 to 100, not {_shown(bias)}")


def _names_of_functions(body: Json) -> None:
    for place, tool in enumerate(body.get("tools") or []):
        if tool["type"] == "function" and not NAME.fullmatch(tool["function"]["name"]):
            where = f"tools[{place}].function.name"
            _fail(where, f"has to be 1 to 64 letters, digits, underscores or dashes, not {_shown(tool['function']['name'])}")


def _choice_among_the_tools(body: Json) -> None:
    choice, tools = body.get("tool_choice"), body.get("tools") or []
    if choice in (None, "none", "auto"):  # noqa: PLR6201 - it may be an object, which no set holds
        return
    if not tools:
        _fail("tool_choice", "is given without tools to choose among")
    if isinstance(choice, dict) and cast("Json", choice).get("type") == "function":
        name = cast("Json", choice)["function"]["name"]
        if name not in {tool["function"]["name"] for tool in tools if tool["type"] == "function"}:
            _fail("tool_choice.function.name", f"names {_shown(name)}, which is not among the tools")


RULES = (
    _assistant_says_something,
    _logprobs_before_top,
    _options_of_a_stream,
    _bias_in_bounds,
    _names_of_functions,
    _choice_among_the_tools,
)
"""What holds between fields with every server of this API."""

_check_fields = _fields(ChatRequest)
