"""A value of JSON that is still arriving, as the type it will be. No I/O.

What has not arrived is None, whatever its field's type says, and nothing is validated; what cannot be the field's type
yet, as the beginning of a date, is None too. Of a TypedDict the names that have arrived are there.
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

import msgspec

from dragoman.structured import is_pydantic_model

Json = dict[str, Any]
_UNIONS = (Union, UnionType)


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
    origin = get_origin(kind)
    if value is None or kind is Any:
        return value
    if origin is Annotated:
        return draft(get_args(kind)[0], value)
    if origin in _UNIONS:
        return _of_union(get_args(kind), value)
    if isinstance(value, list):
        inner = next(iter(get_args(kind)), Any)
        return [draft(inner, item) for item in cast("list[object]", value)]
    return _object(kind, cast("Json", value)) if isinstance(value, dict) else _leaf(kind, value)


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
    if dataclasses.is_dataclass(cls) or is_typeddict(cls) or hasattr(cls, "__attrs_attrs__"):
        return tuple(Field(name, name, hint) for name, hint in get_type_hints(cls).items())
    return ()


def _is_struct(cls: object) -> bool:
    return isinstance(cls, type) and issubclass(cls, msgspec.Struct)


def _object(kind: Any, value: Json) -> Any:  # noqa: ANN401 - an instance of the type
    if fields_of(kind):
        return _instance(kind, value)
    inner = get_args(kind)[1] if len(get_args(kind)) > 1 else Any
    return {name: draft(inner, item) for name, item in value.items()}


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
        objects = [option for option in options if fields_of(option)]
        near = (draft(option, given) for option in objects if _may_be(option, given))
        if objects:
            return next(near, None)
    drawn = (draft(option, plain) for option in options if not fields_of(option))
    return next((found for found in drawn if found is not None), None)


def _may_be(option: Any, value: Json) -> bool:  # noqa: ANN401 - a class with fields
    cls: Any = get_origin(option) or option
    config: Any = getattr(cls, "__struct_config__", None)
    tags: Json = {} if config is None or config.tag_field is None else {config.tag_field: config.tag}
    if any(value.get(name) != tag for name, tag in tags.items()):
        return False
    return value.keys() <= {one.name for one in fields_of(option)} | tags.keys()


def _leaf(kind: Any, value: object) -> object:  # noqa: ANN401 - any annotation
    try:
        return cast("object", msgspec.convert(value, kind))
    except (msgspec.ValidationError, TypeError):
        # Not yet; or a type that only its own library reads, once all of it is there.
        return None
