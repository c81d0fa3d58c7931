"""What holds the model to JSON, and what checks its answer afterwards. No I/O.

The grammar sees a narrower schema than the caller wrote: strings and arrays get an end, objects get no properties
that nobody named, so that a small model comes to one. What is valid for it is valid for the caller's schema. What a
grammar cannot hold (`not`, `maxProperties`, …) is checked afterwards against the schema as it was written.
"""

from __future__ import annotations

from typing import Any, cast

import jsonschema
import msgspec

from dragoman.errors import InvalidRequestError

Json = dict[str, Any]

LONGEST_STRING = 256
MOST_ITEMS = 16
ANY_OBJECT: Json = {"type": "object"}


def checked(schema: Any, param: str) -> Json:  # noqa: ANN401 - whatever the caller sent
    """The schema, if it is one.

    Raises:
        InvalidRequestError: it is not.
    """
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
        raise InvalidRequestError(f"{param} is no JSON Schema: {error.message[:200]}", param=param + place) from None
    if not isinstance(schema, dict):
        raise InvalidRequestError(f"{param} has to be an object", param=param)
    return cast("Json", schema)


def grammar(schema: Json) -> str:
    """The grammar that holds the model to a schema, in llguidance's Lark; without white space it does not stray."""
    bounded = cast("Json", _bounded(schema))
    return (
        "%llguidance {}\nstart: %json "
        + msgspec.json.encode({"x-guidance": {"whitespace_flexible": False}, **bounded}).decode()
    )


def _bounded(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    if isinstance(schema, list):
        return [_bounded(part) for part in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    part = {name: _bounded(value) for name, value in cast("Json", schema).items() if name not in _VALUES}
    part |= {name: value for name, value in cast("Json", schema).items() if name in _VALUES}
    kinds = part.get("type")
    kinds = cast("list[Any]", kinds) if isinstance(kinds, list) else [kinds]
    if "string" in kinds and not part.keys() & {"maxLength", "enum", "const", "pattern", "format"}:
        part["maxLength"] = max(LONGEST_STRING, int(part.get("minLength", 0)))
    if "array" in kinds and "maxItems" not in part:
        part["maxItems"] = max(MOST_ITEMS, int(part.get("minItems", 0)))
    if "object" in kinds and "properties" in part and "additionalProperties" not in part:
        part["additionalProperties"] = False
    return part


_VALUES = frozenset({"const", "enum", "default", "examples", "required", "description", "title"})
"""Keywords whose values are data, not schemas."""


def mismatch(text: str, schema: Json) -> str | None:
    """Where and why a text is not JSON that matches a schema; None when it does."""
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        return f"it is not JSON: {error}"
    errors = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).iter_errors(value)
    worst = jsonschema.exceptions.best_match(errors)
    return None if worst is None else f"{worst.json_path}: {worst.message[:200]}"
