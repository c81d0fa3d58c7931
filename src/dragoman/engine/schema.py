"""What holds the model to JSON, and what checks its answer afterwards. No I/O.

The grammar sees a narrower schema than the caller wrote: strings and arrays get an end, objects get no properties
that nobody named, so that a small model comes to one. What is valid for it is valid for the caller's schema. What the
grammar cannot hold (`not`, `if`, `uniqueItems`, `maxProperties`, …) is checked afterwards, against the schema as it
was written. What nothing could hold or check is refused by name.
"""

from __future__ import annotations

import re
from typing import Any, cast

import jsonschema
import msgspec
from referencing import Registry
from referencing.exceptions import Unresolvable

from dragoman.errors import InvalidRequestError

Json = dict[str, Any]

LONGEST_STRING = 256
"""Characters of a string whose schema does not say."""

MOST_ITEMS = 16
"""Items of an array whose schema does not say."""

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
    said: Any = part.get("type")
    kinds: list[Any] = cast("Any", said) if isinstance(said, list) else [said]
    if "string" in kinds and not part.keys() & {"maxLength", "enum", "const", "pattern", "format"}:
        part["maxLength"] = max(LONGEST_STRING, int(part.get("minLength", 0)))
    if "array" in kinds and "maxItems" not in part:
        part["maxItems"] = max(MOST_ITEMS, int(part.get("minItems", 0)))
    if "object" in kinds and "properties" in part and not part.keys() & {"additionalProperties", *_COMBINED}:
        named: Json = part["properties"]
        part["additionalProperties"] = not named.keys() >= set(cast("list[str]", part.get("required", [])))
    return part


def begun(text: str) -> bool:
    """Whether a text is JSON as far as it goes: what the grammar lets through always is."""
    return cut(text) or mismatch(text, {}) is None


def cut(text: str) -> bool:
    """Whether a text is the beginning of JSON, and no more than that."""
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        return "truncated" in str(error) or "invalid number" in str(error)
    return False


def mismatch(text: str, schema: Json) -> str | None:
    """Where and why a text is not JSON that matches a schema; None when it does."""
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        return f"it is not JSON: {error}"
    # A registry of its own: nothing is ever fetched.
    check: Any = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker(), registry=Registry())
    try:
        wrong = next(check.iter_errors(value), None)
    except Unresolvable as error:
        return f"the schema refers to {error.ref!r}, which is not in it"
    return None if wrong is None else f"{wrong.json_path}: {wrong.message[:200]}"
