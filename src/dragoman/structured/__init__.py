"""Answers as a program's own types: the strict JSON Schema that asks for one, and the reading of what came. No I/O.

A type is a pydantic model or dataclass, where the program has pydantic, or anything msgspec reads: a Struct, a
dataclass, a TypedDict, an attrs class. *Strict* is OpenAI's word for schemas that a model is held to: each object
lists all its properties as required and allows no other, and `$ref` stands alone.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from dragoman.errors import InvalidRequestError
from dragoman.structured.amend import amend

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")
Json = dict[str, Any]


def response_format(kind: Any) -> Json:  # noqa: ANN401 - a TypedDict has no type of its own
    """The request's `response_format` that asks for an answer of a type.

    Raises:
        InvalidRequestError: the type has no JSON Schema, or is no object.
    """
    return {
        "type": "json_schema",
        "json_schema": {"schema": strict_schema(kind), "name": schema_name(kind), "strict": True},
    }


def schema_name(kind: Any) -> str:  # noqa: ANN401 - a TypedDict has no type of its own
    """A type's name, as far as it can be the name of a schema: letters, digits, underscores, dashes; at most 64."""
    return re.sub("[^a-zA-Z0-9_-]", "_", getattr(kind, "__name__", "answer"))[:64]


def strict_schema(kind: Any) -> Json:  # noqa: ANN401 - a TypedDict has no type of its own
    """The strict JSON Schema of a type.

    Raises:
        InvalidRequestError: it has none, or is no object: models are only held to objects.
    """
    schema = json_schema(kind)
    if not is_object_schema(schema):
        raise InvalidRequestError(f"an answer's type has to be an object with fields, which {kind!r} is not")
    return strict(schema)


def json_schema(kind: Any) -> Json:  # noqa: ANN401 - a TypedDict has no type of its own
    """The JSON Schema of a type, as it is written.

    Raises:
        InvalidRequestError: it has none.
    """
    try:
        if is_pydantic_model(kind):
            return cast("Json", kind.model_json_schema())
        if is_pydantic_dataclass(kind):
            return cast("Json", _adapter(kind).json_schema())
    except RuntimeError as error:
        # What pydantic says of a type that JSON has no form for; the rest of it is a link.
        why = str(error).partition("\n")[0]
        raise InvalidRequestError(f"{kind!r} has no JSON Schema: {why}") from None
    return _schema_by_msgspec(kind)


def is_object_schema(schema: Json) -> bool:
    """Whether a schema is one of objects; a reference at the top is a class that holds itself."""
    return schema.get("type") == "object" or "$ref" in schema


def read(kind: type[T], text: str | bytes) -> T:
    """An answer's text as a value of a type.

    Raises:
        ValueError: it is none: pydantic's `ValidationError` for pydantic's types, msgspec's for all others.
    """
    if is_pydantic_model(kind):
        return cast("T", cast("Any", kind).model_validate_json(text))
    if is_pydantic_dataclass(kind):
        return cast("T", _adapter(kind).validate_json(text))
    return read_json(kind, text)


def read_json(kind: type[T], text: str | bytes, *, exact: bool = True) -> T:
    """A text that a model wrote as what msgspec reads.

    Args:
        kind: the type.
        text: the JSON.
        exact: whether texts that stand for numbers and truths are refused.

    Raises:
        ValueError: it is none.
    """
    try:
        return msgspec.json.decode(text, type=kind, strict=exact)
    except RecursionError:
        # Models that have lost their way open one bracket after another.
        raise ValueError("the JSON is nested too deep") from None


def why_not(error: Exception) -> str:
    """Why a text is not of a type: what its library says, or what the type's own checks raised on it."""
    return str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"


def plain(value: object) -> object:
    """A value that `read` made as JSON types."""
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump()
    if is_pydantic_dataclass(type(value)):
        return cast("object", _adapter(type(value)).dump_python(value))
    return msgspec.to_builtins(value)


def is_pydantic_model(kind: object) -> bool:
    """Whether a type is a pydantic model; found by what it can do, so that nothing is imported."""
    return callable(getattr(kind, "model_json_schema", None)) and callable(getattr(kind, "model_validate_json", None))


def is_pydantic_dataclass(kind: object) -> bool:
    """Whether a type is a dataclass of pydantic's own."""
    return hasattr(kind, "__pydantic_validator__") and not is_pydantic_model(kind)


def _adapter(kind: object) -> Any:  # noqa: ANN401 - pydantic is the program's, not ours
    # Whoever has a class of pydantic's has imported it.
    return sys.modules["pydantic"].TypeAdapter(kind)


def _schema_by_msgspec(kind: Any) -> Json:  # noqa: ANN401 - any annotation
    try:
        schema = msgspec.json.schema(kind)
    except (TypeError, NameError) as error:
        why = str(error).partition("\n")[0].rstrip(":")
        where = " where it is written" if isinstance(error, NameError) else ""
        raise InvalidRequestError(f"{kind!r} has no JSON Schema: {why}{where}") from None
    amend(kind, schema)
    schema = cast("Json", _without_discriminators(schema))
    definitions: Json = schema.get("$defs", {})
    # The top has to be an object itself, not a reference to one.
    top = _resolve(schema, schema["$ref"]) if "$ref" in schema else None
    if top is None:
        return schema
    name = cast("str", schema["$ref"]).rpartition("/")[2]
    if _names(definitions, schema["$ref"]) == 0:
        definitions = {key: value for key, value in definitions.items() if key != name}
    return top | ({"$defs": definitions} if definitions else {})


def _without_discriminators(schema: object) -> object:
    """A schema in JSON Schema's own words: the one that OpenAPI adds is refused where schemas are strict."""
    if isinstance(schema, list):
        return [_without_discriminators(item) for item in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    fields = cast("Json", schema)
    told = isinstance(fields.get("discriminator"), dict) and "propertyName" in fields["discriminator"]
    return {
        name: _without_discriminators(value) for name, value in fields.items() if not (told and name == "discriminator")
    }


def _names(schema: object, ref: str) -> int:
    """How often a reference stands in a schema."""
    if isinstance(schema, list):
        return sum(_names(item, ref) for item in cast("list[object]", schema))
    if not isinstance(schema, dict):
        return 0
    fields = cast("Json", schema)
    return (fields.get("$ref") == ref) + sum(_names(value, ref) for value in fields.values())


def strict(schema: Mapping[str, Any]) -> Json:
    """A JSON Schema made strict; the one given stays as it is."""
    return _strict(dict(schema), schema, ())


_BY_NAME = ("$defs", "definitions", "properties")
_IN_LIST = ("anyOf", "allOf", "oneOf", "prefixItems")


def _strict(schema: Json, root: Mapping[str, Any], within: tuple[str, ...]) -> Json:
    """One schema made strict; `within` are the references that it is the expansion of."""
    ref = schema.get("$ref")
    if ref is not None and len(schema) > 1:
        if ref in within:
            # A type that holds itself cannot be expanded for ever; what stood beside the reference has to go.
            return {"$ref": ref}
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        return _strict(_resolve(root, ref) | beside, root, (*within, ref))
    made = {name: _inner(name, value, root, within) for name, value in schema.items()}
    if made.get("type") == "object":
        # One that names no properties is a map of anything: closed, it could only be empty.
        made.setdefault("additionalProperties", "properties" not in made)
    if isinstance(made.get("properties"), dict):
        made["required"] = list(made["properties"])
    if "default" in made and made["default"] is None:
        # A field that may be null is said to be so by its type.
        del made["default"]
    parts: list[Json] = made.get("allOf", [])
    if len(parts) == 1:
        del made["allOf"]
        return _strict(made | parts[0], root, within)
    return made


def _inner(name: str, value: Any, root: Mapping[str, Any], within: tuple[str, ...]) -> Any:  # noqa: ANN401 - any JSON
    if name in _BY_NAME and isinstance(value, dict):
        return {key: _strict(dict(inner), root, within) for key, inner in cast("dict[str, Json]", value).items()}
    if name in _IN_LIST and isinstance(value, list):
        return [_strict(dict(inner), root, within) for inner in cast("list[Json]", value)]
    return _strict(dict(cast("Json", value)), root, within) if name == "items" and isinstance(value, dict) else value


def _resolve(root: Mapping[str, Any], ref: str) -> Json:
    found: Any = root
    for step in ref.removeprefix("#/").split("/"):
        found = cast("Json", found).get(step) if isinstance(found, dict) else None
    if not ref.startswith("#/") or not isinstance(found, dict):
        raise InvalidRequestError(f"the JSON Schema refers to {ref!r}, which is not in it")
    return cast("Json", found)
