"""The wire types as JSON Schema, with the sentences that stand beside their fields. Reads our own source; no other I/O."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from types import ModuleType, NoneType, UnionType
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

Json = dict[str, Any]

REF = "#/components/schemas/"
_PLAIN: dict[Any, Json] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Any: {},
}


def components(*types: Any) -> Json:  # noqa: ANN401 - TypedDicts and Structs
    """The schemas of these types and of all they are made of, by name."""
    found: Json = {}
    for wanted in types:
        _schema(wanted, found)
    return dict(sorted(found.items()))


def _schema(wanted: Any, found: Json) -> Json:  # noqa: ANN401, PLR0911 - any annotation of the wire types; one return a kind
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in {Required, NotRequired}:
        return _schema(arguments[0], found)
    if origin is Annotated:
        return _bounded(_schema(arguments[0], found), arguments[1])
    if origin in {Union, UnionType}:
        return _union(arguments, found)
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if is_typeddict(wanted) or (isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)):
        return _object(wanted, found)
    if origin is tuple or (origin is not None and issubclass(origin, Sequence)):
        return {"type": "array", "items": _schema(arguments[0], found)}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(arguments[1], found)}
    return dict(_PLAIN[wanted])


def _bounded(schema: Json, meta: msgspec.Meta) -> Json:
    array = schema.get("type") == "array"
    bounds = {
        "minimum": meta.ge,
        "maximum": meta.le,
        "maxItems" if array else "maxLength": meta.max_length,
        "minItems" if array else "minLength": meta.min_length,
    }
    return schema | {name: value for name, value in bounds.items() if value is not None}


def _union(options: tuple[Any, ...], found: Json) -> Json:
    schemas = [_schema(option, found) for option in options if option is not NoneType]
    if NoneType in options:
        schemas.append({"type": "null"})
    if (
        len(schemas) == 2
        and schemas[1] == {"type": "null"}
        and isinstance(schemas[0].get("type"), str)
        and "enum" not in schemas[0]
    ):  # noqa: PLR2004 - a type and null
        return schemas[0] | {"type": [schemas[0]["type"], "null"]}
    return {"anyOf": schemas}


def _object(wanted: Any, found: Json) -> Json:  # noqa: ANN401 - a TypedDict or a Struct
    # "Audio" is said of a completion by its own name: two types of one name would be one schema.
    name = wanted.__name__
    if name not in found:
        found[name] = {}
        found[name] = _described(wanted, found)
    return {"$ref": REF + name}


def _described(wanted: Any, found: Json) -> Json:  # noqa: ANN401 - a TypedDict or a Struct
    hints = get_type_hints(wanted, include_extras=True)
    says = sentences(sys.modules[wanted.__module__])
    properties: Json = {}
    for field, kind in hints.items():
        schema = _schema(kind, found)
        text = next((says[owner.__name__, field] for owner in _owners(wanted) if (owner.__name__, field) in says), "")
        properties[field] = schema | {"description": text} if text else schema
    required = sorted(_required(wanted, hints))
    described: Json = {"type": "object", "description": inspect.getdoc(wanted) or "", "properties": properties}
    return described | ({"required": required} if required else {})


def _owners(wanted: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a TypedDict or a Struct
    """The type and those it takes fields from: a TypedDict's own order of inheritance forgets them."""
    return (wanted, *getattr(wanted, "__orig_bases__", ()), *wanted.__mro__)


def _required(wanted: Any, hints: Mapping[str, Any]) -> set[str]:  # noqa: ANN401 - a TypedDict or a Struct
    if is_typeddict(wanted):
        return {name for name in wanted.__required_keys__ if get_origin(hints[name]) is not NotRequired}
    return {field.name for field in msgspec.structs.fields(cast("type[msgspec.Struct]", wanted)) if field.required}


@cache
def sentences(module: ModuleType) -> dict[tuple[str, str], str]:
    """What stands beside each field of a module's classes, by class and field."""
    found: dict[tuple[str, str], str] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef):
            for field, after in zip(node.body, node.body[1:], strict=False):
                match field, after:
                    case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str() as text)):
                        found[node.name, name] = " ".join(text.split())
                    case _:
                        pass
    return found
