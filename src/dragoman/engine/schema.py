"""What holds the model to JSON, and what checks its answer afterwards. No I/O.

The grammar sees a narrower schema than the caller wrote: strings, numbers and arrays get an end, objects get no
properties that nobody named, so that a small model comes to one. What is valid for it is valid for the caller's
schema. What the grammar cannot hold (`not`, `if`, `uniqueItems`, `maxProperties`, …) is checked afterwards, against the
schema as it was written. What nothing could hold or check is refused by name.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import jsonschema
import msgspec
from jsonschema import validators
from referencing import Registry
from referencing.exceptions import Unresolvable

from dragoman.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

LONGEST_STRING = 256
"""Characters of a string whose schema does not say."""

MOST_ITEMS = 16
"""Items of an array whose schema does not say."""

MOST = 10**15 - 1
"""The largest number whose schema does not say, and the least below zero. A double holds every whole one up to it."""

STEP = 1e-6
"""What numbers are multiples of whose schema does not say: after so many decimal places they end."""

_DAY = (
    "[1-9][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|"
    "02-(0[1-9]|1[0-9]|2[0-8]))"
)
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_MINUTES = "[0-9]{1,4}M([0-9]{1,4}S)?"

FORMS = {
    "date-time": f"^{_DAY}T{_TIME}$",
    "time": f"^{_TIME}$",
    # RFC 3339, appendix A, without years, months and weeks: how long they are, nobody knows.
    "duration": f"^P([0-9]{{1,4}}D|([0-9]{{1,4}}D)?T([0-9]{{1,4}}H({_MINUTES})?|{_MINUTES}|[0-9]{{1,4}}S))$",
    # msgspec's word for a number that is written as a text.
    "decimal": r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$",
    "base64": "^([A-Za-z0-9+/]{4}){0,48}$",
}
"""Formats that the grammar does not know, or that in it have no end, as patterns; so is one encoding."""

_KNOWN = frozenset({"date", "email", "hostname", "ipv4", "ipv6", "uri", "uuid"})
"""Formats that it holds to by itself."""

_COUNTS = frozenset({"maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties"})

_IN_QUOTES = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)

ANY_OBJECT: Json = {"type": "object"}
"""What `json_object` asks for."""

_VALUES = frozenset({"const", "enum", "default", "examples", "required", "description", "title"})
"""Keywords whose values are data, not schemas."""

_TURNED = frozenset({"not", "if", "then", "else", "allOf", "contains", "propertyNames", "dependentSchemas"})
"""Keywords whose schemas are left as they are: with fewer answers valid for such a part, others would be for the whole,
or none."""

_BESIDE = frozenset({"anyOf", "oneOf"})
"""The same, where they stand beside properties of the whole."""

_COMBINED = frozenset({"$ref", "allOf", "anyOf", "oneOf", "if", "dependentSchemas", "unevaluatedProperties"})
"""Keywords beside which an object's further properties are another part's to name."""

_BEYOND = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]")
"""Lookaround and references back: no grammar holds them."""


def checked(schema: Any, param: str) -> Json:  # noqa: ANN401 - whatever the caller sent
    """The schema, if it is one.

    Raises:
        InvalidRequestError: it is not.
    """
    if not isinstance(schema, dict):
        raise InvalidRequestError(f"{param} has to be an object", param=param)
    found = cast("Json", schema)
    try:
        jsonschema.Draft202012Validator.check_schema(found)
        _possible(found, param)
    except jsonschema.SchemaError as error:
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
        where = "".join([param, *steps])
        raise InvalidRequestError(f"{where} is no JSON Schema: {error.message[:200]}", param=where) from None
    except RecursionError:
        raise InvalidRequestError(f"{param} is nested too deeply", param=param) from None
    return found


def _possible(part: Any, path: str) -> None:  # noqa: ANN401 - any part of a schema
    """Refuse by name what neither grammar nor check can do."""
    if isinstance(part, list):
        parts: list[Any] = cast("Any", part)
        for place, inner in enumerate(parts):
            _possible(inner, f"{path}[{place}]")
    if not isinstance(part, dict):
        return
    for name, value in cast("Json", part).items():
        where = f"{path}.{name}"
        if name == "$ref" and isinstance(value, str) and not value.startswith("#"):
            raise InvalidRequestError(
                f"{where}: only what is in the schema itself can be referred to (#…)", param=where
            )
        if name == "$dynamicRef" and isinstance(value, str):
            raise InvalidRequestError(f"{where}: it is not known here; use $ref and $defs", param=where)
        if name == "pattern" and isinstance(value, str) and _BEYOND.search(value):
            raise InvalidRequestError(f"{where}: lookaround and references back cannot be held to", param=where)
        if name not in _VALUES:
            _possible(value, where)


def grammar(schema: Json) -> str:
    """The grammar that holds the model to a schema, in llguidance's Lark; without white space it does not stray.

    `lenient` lets it pass over keywords it does not know; llama.cpp would pass over the whole grammar without a word.
    """
    options = {"whitespace_flexible": False, "lenient": True, "coerce_one_of": True}
    body = msgspec.json.encode({"x-guidance": options, **cast("Json", _bounded(schema))}).decode()
    return f"%llguidance {{}}\nstart: %json {body}"


def _bounded(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    if isinstance(schema, list):
        parts: list[Any] = cast("Any", schema)
        return [_bounded(part) for part in parts]
    if not isinstance(schema, dict):
        return schema
    whole = cast("Json", schema)
    kept: frozenset[str] = _VALUES | _TURNED | (_BESIDE if "properties" in whole else _TURNED)
    part: Json = {name: value if name in kept else _bounded(value) for name, value in whole.items()}
    # 2.0 is a whole number (JSON Schema 2020-12, 6.1.1's integer), but not to the grammar.
    part |= {name: int(part[name]) for name in _COUNTS & part.keys()}
    said: Any = part.get("type")
    kinds: list[Any] = cast("Any", said) if isinstance(said, list) else [said]
    if not part.keys() & {"enum", "const"}:
        if "string" in kinds:
            _end_text(part)
        if "integer" in kinds or "number" in kinds:
            _end_number(part, whole="number" not in kinds)
    if "array" in kinds and "maxItems" not in part:
        part["maxItems"] = max(MOST_ITEMS, part.get("minItems", 0))
    if "object" in kinds and "properties" in part and not part.keys() & {"additionalProperties", *_COMBINED}:
        named: Json = part["properties"]
        part["additionalProperties"] = not named.keys() >= set(cast("list[str]", part.get("required", [])))
    return part


def _end_text(part: Json) -> None:
    form = part.get("format", part.get("contentEncoding"))
    if form in FORMS and not part.keys() & {"pattern", "minLength", "maxLength"}:
        part.pop("format", None)
        part["pattern"] = FORMS[form]
    elif not part.keys() & {"maxLength", "pattern"} and form not in _KNOWN and form not in FORMS:
        part["maxLength"] = max(LONGEST_STRING, part.get("minLength", 0))


def _end_number(part: Json, *, whole: bool) -> None:
    low = max((part[name] for name in ("minimum", "exclusiveMinimum") if name in part), default=None)
    high = min((part[name] for name in ("maximum", "exclusiveMaximum") if name in part), default=None)
    if high is None:
        part["maximum"] = high = MOST + max(0, low or 0)
    if low is None:
        part["minimum"] = low = -MOST + min(0, high)
    # In a narrower place there may be no such number.
    if not whole and "multipleOf" not in part and high - low >= 1000 * STEP:
        part["multipleOf"] = STEP


def begun(text: str) -> bool:
    """Whether a text is JSON without white space as far as it goes: what the grammar lets through always is."""
    return not re.search(r"\s", _IN_QUOTES.sub("", text)) and (cut(text) or mismatch(text, {}) is None)


def cut(text: str) -> bool:
    """Whether a text is the beginning of JSON, and no more than that."""
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        return "truncated" in str(error) or "invalid number" in str(error)
    return False


def _multiple_of(check: Any, step: Any, value: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:  # noqa: ANN401 - jsonschema's own signature
    """Whether a number is a multiple of another as both are written: as doubles, 0.07 is none of 0.01."""
    del schema
    if check.is_type(value, "number") and Fraction(repr(value)) % Fraction(repr(step)):
        yield jsonschema.ValidationError(f"{value!r} is not a multiple of {step!r}")


_Check: Any = cast("Any", validators).extend(jsonschema.Draft202012Validator, {"multipleOf": _multiple_of})

_FORMATS: Any = cast("Any", jsonschema.Draft202012Validator).FORMAT_CHECKER
"""Those of JSON Schema 2020-12: what jsonschema otherwise checks has draft 3's `time`, which knows no zone."""


def mismatch(text: str, schema: Json) -> str | None:
    """Where and why a text is not JSON that matches a schema; None when it does."""
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        return f"it is not JSON: {error}"
    # A registry of its own: nothing is ever fetched.
    registry: Registry[Any] = Registry()
    check: Any = _Check(schema, format_checker=_FORMATS, registry=registry)
    try:
        wrong = next(check.iter_errors(value), None)
    except Unresolvable as error:
        return f"the schema refers to {error.ref!r}, which is not in it"
    return None if wrong is None else f"{wrong.json_path}: {wrong.message[:200]}"
