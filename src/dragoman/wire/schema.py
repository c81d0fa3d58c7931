"""The wire types as JSON Schema, with the sentences that stand beside their fields. Reads our own source only.

Classes become schemas of the same name; kinds that a field tells apart get a discriminator. The dialect is JSON Schema
2020-12 with OpenAPI 3.1's own words.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from types import ModuleType, NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Required, Union, cast, get_args, get_origin, is_typeddict

import msgspec

from dragoman.wire import shape

Json = dict[str, Any]
Arguments = tuple[Any, ...]

REF = "#/components/schemas/"
"""What the name of a schema follows in a reference to it."""


def components(*types: Any) -> Json:  # noqa: ANN401 - TypedDicts and Structs
    """The schemas of these types and of all they are made of, by name.

    Raises:
        TypeError: two types have the same name, and would be one schema.
    """
    writer = _Writer()
    for wanted in types:
        writer.schema(wanted)
    return dict(sorted(writer.found.items()))


class _Writer:
    """Schemas being written: a type's name is taken before its fields are read, for types may hold themselves."""

    def __init__(self) -> None:
        self.found: Json = {}
        self._meant: dict[str, object] = {}
        self._composed: dict[Any, Callable[[Arguments], Json]] = {
            Required: lambda arguments: self.schema(arguments[0]),
            NotRequired: lambda arguments: self.schema(arguments[0]),
            Annotated: lambda arguments: _bounded(self.schema(arguments[0]), arguments[1]),
            Union: self._union,
            UnionType: self._union,
            Literal: lambda arguments: {"type": "string", "enum": list(arguments)},
            tuple: self._array,
            Sequence: self._array,
            dict: self._mapping,
            Mapping: self._mapping,
        }

    def schema(self, wanted: Any) -> Json:  # noqa: ANN401 - any annotation of the wire types
        """The schema of an annotation: of a class, a reference to it."""
        if is_typeddict(wanted) or (isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)):
            return self._reference(wanted)
        origin = get_origin(wanted)
        return dict(_PLAIN[wanted]) if origin is None else self._composed[origin](get_args(wanted))

    def _reference(self, wanted: Any) -> Json:  # noqa: ANN401 - a TypedDict or a Struct
        name = wanted.__name__
        if self._meant.setdefault(name, wanted) is not wanted:
            raise TypeError(f"two wire types are called {name}: each schema needs a name of its own")
        if name not in self.found:
            self.found[name] = {}
            self.found[name] = self._object(wanted)
        return {"$ref": REF + name}

    def _array(self, arguments: Arguments) -> Json:
        return {"type": "array", "items": self.schema(arguments[0])}

    def _mapping(self, arguments: Arguments) -> Json:
        return {"type": "object", "additionalProperties": self.schema(arguments[1])}

    def _union(self, arguments: Arguments) -> Json:
        objects = [option for option in arguments if is_typeddict(option)]
        others = [option for option in arguments if option is not NoneType and option not in objects]
        schemas = [*map(self.schema, others), *self._kinds(objects)]
        if NoneType in arguments:
            return _nullable(schemas)
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    def _kinds(self, objects: list[Any]) -> list[Json]:
        """Objects of several kinds: one schema with a discriminator, where there is a field that tells them apart."""
        tag = shape.tag(objects) if len(objects) > 1 else None
        # The field has to be there (OpenAPI 3.1.0, Discriminator Object): kinds that may go without it have none.
        if tag is None or tag.default is not None:
            return [self.schema(option) for option in objects]
        mapping = {value: self.schema(option)["$ref"] for value, option in tag.kinds.items()}
        told = {"propertyName": tag.field, "mapping": mapping}
        return [{"anyOf": [{"$ref": ref} for ref in mapping.values()], "discriminator": told}]

    def _object(self, wanted: Any) -> Json:  # noqa: ANN401 - a TypedDict or a Struct
        says = sentences(sys.modules[wanted.__module__])
        properties: Json = {}
        for field, kind in shape.fields(wanted).items():
            text = says.get((wanted.__name__, field), "")
            properties[field] = self.schema(kind) | ({"description": text} if text else {})
        needed = _required(wanted)
        described: Json = {"type": "object", "description": inspect.getdoc(wanted) or "", "properties": properties}
        return described | ({"required": needed} if needed else {})


def _bounded(schema: Json, meta: msgspec.Meta) -> Json:
    array = schema.get("type") == "array"
    bounds = {
        "minimum": meta.ge,
        "maximum": meta.le,
        "pattern": meta.pattern,
        "maxItems" if array else "maxLength": meta.max_length,
        "minItems" if array else "minLength": meta.min_length,
    }
    return schema | {name: value for name, value in bounds.items() if value is not None}


def _nullable(schemas: list[Json]) -> Json:
    first = schemas[0]
    if len(schemas) == 1 and not first:
        return first
    if len(schemas) == 1 and isinstance(first.get("type"), str) and "enum" not in first:
        return first | {"type": [first["type"], "null"]}
    return {"anyOf": [*schemas, {"type": "null"}]}


def _required(wanted: Any) -> list[str]:  # noqa: ANN401 - a TypedDict or a Struct
    if is_typeddict(wanted):
        return shape.required(wanted)
    return [field.name for field in msgspec.structs.fields(cast("type[msgspec.Struct]", wanted)) if field.required]


@cache
def sentences(module: ModuleType) -> dict[tuple[str, str], str]:
    """What stands beside the fields of a module's classes, by class and field."""
    found: dict[tuple[str, str], str] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef):
            # A TypedDict forgets its bases when it is made (before Python 3.12); the source remembers them.
            bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
            found |= {(node.name, field): text for (owner, field), text in found.items() if owner in bases}
            found |= {(node.name, field): text for field, text in _sentences(node.body)}
    return found


def _sentences(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, after in itertools.pairwise(body):
        match field, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str() as text)),
            ):
                yield name, " ".join(text.split())
            case _:
                pass


_PLAIN: dict[Any, Json] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    Any: {},
}
