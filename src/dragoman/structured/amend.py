"""What msgspec's schemas do not say: the formats of moments, and the order in which a TypedDict was written. No I/O.

msgspec reads a moment with a zone and one without, for which JSON Schema has no format, and so names none. A model that
is told of a text writes one: "the 14th of November". It is told of the format that has a zone, which is read as well.

A model answers in the order of the schema, and msgspec sorts a TypedDict's fields by their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_origin, get_type_hints

from msgspec import inspect

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]


def amend(kind: Any, schema: Json) -> None:  # noqa: ANN401 - any annotation
    """Add to a type's schema, in place, the formats of moments where it names none, and the order of fields."""
    _Walk(schema.get("$defs", {})).take(inspect.type_info(kind), schema)


class _Walk:
    """Goes through a type and its schema side by side.

    Args:
        definitions: the schema's.
    """

    def __init__(self, definitions: Json) -> None:
        self._definitions = definitions
        self._seen: set[str] = set()

    def take(self, found: inspect.Type, schema: Json) -> None:
        """Take a part of the type, and what stands for it."""
        while isinstance(found, inspect.Metadata):
            found = found.type
        if "$ref" in schema:
            name: str = schema["$ref"].rpartition("/")[2]
            if name in self._seen:
                return
            self._seen.add(name)
            schema = self._definitions[name]
        match found:
            case inspect.DateTimeType(tz=None):
                schema.setdefault("format", "date-time")
            case inspect.TimeType(tz=None):
                schema.setdefault("format", "time")
            case inspect.UnionType(types=types):
                self._union(types, schema)
            case inspect.TupleType(item_types=types):
                self._each(types, schema.get("prefixItems", ()))
            case inspect.CollectionType(item_type=inner):
                self.take(inner, schema.get("items", {}))
            case inspect.DictType(value_type=inner):
                self.take(inner, schema.get("additionalProperties", {}))
            case _:
                self._fields(found, schema)

    def _fields(self, found: inspect.Type, schema: Json) -> None:
        fields: tuple[inspect.Field, ...] = getattr(found, "fields", ())
        if "properties" in schema:
            parts: list[Json] = [schema["properties"][field.encode_name] for field in fields]
        else:
            # A class that is written as a list may have its tag before them.
            parts = schema.get("prefixItems", [])[-len(fields) :]
        self._each((field.type for field in fields), parts)
        if isinstance(found, inspect.TypedDictType):
            written = get_type_hints(get_origin(found.cls) or found.cls)
            schema["properties"] = {name: schema["properties"][name] for name in written}

    def _union(self, types: Iterable[inspect.Type], schema: Json) -> None:
        """Take a union: msgspec puts its objects behind the others, several into a union of their own, None last."""
        others: list[inspect.Type] = []
        objects: list[inspect.Type] = []
        for one in types:
            bare = one
            while isinstance(bare, inspect.Metadata):
                bare = bare.type
            if isinstance(bare, inspect.StructType) and not bare.array_like:
                objects.append(one)
            elif not isinstance(bare, inspect.NoneType):
                others.append(one)
        parts: list[Json] = schema.get("anyOf", [])
        if len(objects) > 1 and "discriminator" not in schema:
            self._each(objects, next(part["anyOf"] for part in parts if "discriminator" in part))
            self._each(others, parts)
        else:
            self._each([*others, *objects], parts)

    def _each(self, types: Iterable[inspect.Type], parts: Iterable[Any]) -> None:
        for found, part in zip(types, parts, strict=False):
            self.take(found, cast("Json", part))
