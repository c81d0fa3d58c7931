"""A value of JSON that is still arriving, as the type it will be. No I/O.

What has not arrived is None, whatever its field's type says, and nothing is validated; what cannot be the field's type
yet, as the beginning of a date, is None too. Of a TypedDict the names that have arrived are there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, MutableMapping, MutableSequence, MutableSet, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from inspect import get_annotations
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

import msgspec

from dragoman.structured import is_pydantic_model

Json = dict[str, Any]
_UNIONS = (Union, UnionType)
_LISTS = frozenset({list, Collection, Iterable, MutableSequence, Sequence})
_SETS: dict[Any, Any] = {set: set, frozenset: frozenset, AbstractSet: set, MutableSet: set}
_MAPS = frozenset({dict, Mapping, MutableMapping})


class Field:
    """One field of a class.

    Attributes:
        name: what JSON calls it.
        attribute: what the class does.
        hint: its type.
    """

    __slots__ = ("attribute", "hint", "name")

    def __init__(self, name: str, attribute: str, hint: Any) -> None:  # noqa: ANN401 - any annotation
        self.name = name
        self.attribute = attribute
        self.hint = hint


def draft(kind: Any, value: object) -> Any:  # noqa: ANN401 - an instance of the type, as far as it goes
    """A value of JSON as an instance of a type, as far as it goes; None where it cannot be one yet."""
    kind = _bare(kind)
    if value is None or kind in (Any, object):
        return value
    if get_origin(kind) in _UNIONS:
        return _of_union(tuple(map(_bare, get_args(kind))), value)
    if getattr(kind, "__pydantic_root_model__", False):
        root = draft(fields_of(kind)[0].hint, value)
        return None if root is None else kind.model_construct(root)
    if isinstance(value, list):
        return _items(kind, cast("list[object]", value))
    return _object(kind, cast("Json", value)) if isinstance(value, dict) else _leaf(kind, value)


def _bare(kind: Any) -> Any:  # noqa: ANN401 - any annotation
    """A type without notes beside it and without further names of its own."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif hasattr(kind, "__supertype__"):
            kind = kind.__supertype__
        elif type(kind).__name__ == "TypeAliasType":
            kind = kind.__value__
        else:
            return kind


@lru_cache(maxsize=256)
def fields_of(kind: Any) -> tuple[Field, ...]:  # noqa: ANN401 - any type
    """A class's fields; none where it is no class with fields."""
    cls: Any = get_origin(kind) or kind
    if _is_struct(cls):
        return tuple(Field(one.encode_name, one.name, one.type) for one in msgspec.structs.fields(kind))
    if is_pydantic_model(cls):
        # Pydantic's own record of them; it is the program's, and no type of it is ours to name.
        models: dict[str, Any] = cls.model_fields
        return tuple(
            Field(one.validation_alias if isinstance(one.validation_alias, str) else name, name, one.annotation)
            for name, one in models.items()
        )
    hints = _hints(kind) if _names(cls) else {}
    return tuple(Field(name, name, hints.get(name, Any)) for name in _names(cls))


def _names(cls: Any) -> list[str]:  # noqa: ANN401 - any type
    if dataclasses.is_dataclass(cls):
        # Not what stands beside them in its annotations, as a ClassVar.
        return [one.name for one in dataclasses.fields(cls)]
    if hasattr(cls, "__attrs_attrs__"):
        return [one.name for one in cls.__attrs_attrs__]
    if _is_named_tuple(cls):
        return [*cls._fields]
    return [*get_type_hints(cls)] if is_typeddict(cls) else []


def _hints(kind: Any) -> Json:  # noqa: ANN401 - a class, or one of a generic class
    """The types of a class's fields, those of a generic one as it is filled in."""
    cls: Any = get_origin(kind) or kind
    known = dict(zip(getattr(cls, "__parameters__", ()), get_args(kind), strict=False))
    found = get_type_hints(cls)
    own = {} if is_typeddict(cls) else get_annotations(cls)
    for base in getattr(cls, "__orig_bases__", ()):
        # A base's own parameter may have the name of one of this class.
        if _names(get_origin(base)):
            found |= {name: hint for name, hint in _hints(base).items() if name not in own}
    return {name: _filled(hint, known) for name, hint in found.items()}


def _filled(hint: Any, known: dict[Any, Any]) -> Any:  # noqa: ANN401 - any annotation
    if isinstance(hint, TypeVar):
        return known.get(hint, Any)
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(known.get(one, Any) for one in parameters)] if parameters and get_origin(hint) else hint


def _is_named_tuple(cls: object) -> bool:
    return isinstance(cls, type) and issubclass(cls, tuple) and hasattr(cast("object", cls), "_fields")


def _is_struct(cls: object) -> bool:
    return isinstance(cls, type) and issubclass(cls, msgspec.Struct)


def _is_object(kind: Any) -> bool:  # noqa: ANN401 - any type
    # A named tuple is written as a list.
    return bool(fields_of(kind)) and not _is_named_tuple(get_origin(kind) or kind)


def _object(kind: Any, value: Json) -> Any:  # noqa: ANN401 - an instance of the type
    if _is_object(kind):
        return _instance(kind, value)
    if (get_origin(kind) or kind) not in _MAPS:
        return _leaf(kind, value)
    named, inner = get_args(kind) or (Any, Any)
    return {key: draft(inner, item) for name, item in value.items() if (key := _key(named, name)) is not None}


def _key(kind: Any, name: str) -> Any:  # noqa: ANN401 - whatever a mapping is by
    try:
        return next(iter(msgspec.convert({name: None}, dict[kind, None], str_keys=True)))
    except (msgspec.ValidationError, TypeError):
        return None


def _items(kind: Any, values: list[object]) -> Any:  # noqa: ANN401 - what has items
    cls: Any = get_origin(kind) or kind
    inner = get_args(kind) or (Any, ...)
    if _is_named_tuple(cls):
        return cls._make(_placed([one.hint for one in fields_of(kind)], values))
    if cls is tuple and inner[-1] is not ...:
        return tuple(_placed([*inner], values))
    if cls is not tuple and cls not in _LISTS and cls not in _SETS:
        return _leaf(kind, values)
    drawn = [draft(inner[0], item) for item in values]
    if cls in _SETS:
        try:
            return cast("object", _SETS[cls](one for one in drawn if one is not None))
        except TypeError:
            # An object that cannot be in a set, at least not while it grows.
            return None
    return tuple(drawn) if cls is tuple else drawn


def _placed(hints: list[Any], values: list[object]) -> list[object]:
    """Items that each have a type of their own; those that have not arrived are None."""
    return [draft(hint, value) for hint, value in zip(hints, [*values, *[None] * len(hints)], strict=False)]


def _instance(kind: Any, value: Json) -> Any:  # noqa: ANN401 - an instance of the type
    cls: Any = get_origin(kind) or kind
    found = {one.attribute: draft(one.hint, value.get(one.name)) for one in fields_of(kind)}
    if is_typeddict(cls):
        return {one.name: found[one.attribute] for one in fields_of(kind) if one.name in value}
    if is_pydantic_model(cls):
        return cls.model_construct(**found)
    if _is_struct(cls):
        try:
            return cls(**found)
        except Exception:  # noqa: BLE001 - a `__post_init__` was not written for half a value: it is not there yet
            return None
    # Made without `__init__`, which may check what has not arrived.
    made = object.__new__(cls)
    for name, item in found.items():
        object.__setattr__(made, name, item)
    return made


def _of_union(options: tuple[Any, ...], value: object) -> object:
    plain = value
    if isinstance(value, dict):
        given = cast("Json", value)
        near = (draft(option, given) for option in options if _is_object(option) and _may_be(option, given))
        found = next(near, None)
        if found is not None:
            return found
        options = tuple(option for option in options if not _is_object(option))
    drawn = (draft(option, plain) for option in options)
    return next((found for found in drawn if found is not None), None)


def _may_be(option: Any, value: Json) -> bool:  # noqa: ANN401 - a class with fields
    cls: Any = get_origin(option) or option
    config: Any = getattr(cls, "__struct_config__", None)
    tags: Json = {} if config is None or config.tag_field is None else {config.tag_field: config.tag}
    if any(value.get(name) != tag for name, tag in tags.items()):
        return False
    # What another class calls itself, or the beginning of what this one does.
    said = ((one.hint, value.get(one.name)) for one in fields_of(option) if get_origin(_bare(one.hint)) is Literal)
    if any(word is not None and draft(hint, word) is None for hint, word in said):
        return False
    return value.keys() <= {one.name for one in fields_of(option)} | tags.keys()


def _leaf(kind: Any, value: object) -> object:  # noqa: ANN401 - any annotation
    try:
        return cast("object", msgspec.convert(value, kind))
    except (msgspec.ValidationError, TypeError):
        # Not yet; or a type that only its own library reads, once all of it is there.
        return None
