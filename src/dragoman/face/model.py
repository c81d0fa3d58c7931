"""Models of the shape that pydantic gave the originals' users, over plain JSON. No I/O.

A model is a JSON object with its documented fields as attributes. What was received stays as it came until it is
looked at: a chunk costs one dict, unknown fields are kept and are attributes too, and a value of an unexpected type
is shown as it is. What a user gives is checked, with a sentence that names the place.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast, dataclass_transform, get_type_hints

import msgspec

from dragoman.errors import InvalidRequestError
from dragoman.face.field import REQUIRED, UNSET, Field, field, items_of

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
class _Models(type):
    """Turns annotations into fields."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: Json, **options: Any) -> Any:  # noqa: ANN401 - a class
        own = [key for key, hint in body.get("__annotations__", {}).items() if _is_field(key, hint)]
        specs = {key: body.pop(key, REQUIRED) for key in own}
        body.setdefault("__slots__", ())
        made: Any = super().__new__(cls, name, bases, body, **options)
        inherited: dict[str, Field] = getattr(made, "__fields__", {})
        made.__fields__ = inherited | {key: Field(key, spec, made) for key, spec in specs.items()}
        for key in own:
            setattr(made, key, made.__fields__[key])
        return made


def _is_field(name: str, hint: object) -> bool:
    return not name.startswith("_") and "ClassVar" not in str(hint)


class Model(metaclass=_Models):
    """A JSON object with its documented fields as attributes.

    Keyword arguments are fields, by their Python or their wire name; others are kept and sent. Values are checked.

    Raises:
        InvalidRequestError: (a ValueError) a field is missing or of a wrong type.
    """

    __slots__ = ("values_by_wire",)
    __fields__: ClassVar[dict[str, Field]] = {}

    def __init__(self, /, **values: object) -> None:
        self.values_by_wire: Json = type(self).given(values, type(self).__name__).values_by_wire

    @classmethod
    def hints(cls) -> Json:
        """The annotations, resolved where each class was written."""
        return get_type_hints(cls)

    @classmethod
    def describes(cls, value: Mapping[str, Any]) -> bool:  # noqa: ARG003 - subclasses look at it
        """Whether a JSON object is one of these rather than another member of a union; every object is, by default."""
        return True

    @classmethod
    def received(cls, value: Json) -> Self:
        """A model over a JSON object as it came, unchecked."""
        model = cls.__new__(cls)
        model.values_by_wire = value
        return model

    @classmethod
    def given(cls, values: Mapping[str, Any], place: str) -> Self:
        """A model from what a user gave; `place` is what errors call it."""
        left = dict(values)
        found: Json = {}
        for name, known in cls.__fields__.items():
            key = name if name in left else known.wire
            if key in left:
                value = left.pop(key)
                found[known.wire] = known.accept(value, place)
            elif known.default is REQUIRED:
                raise InvalidRequestError(f"{place} has no {known.wire!r}", param=f"{place}.{known.wire}")
        return cls.received(found | left)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the server sent under that name
        """A field the documents do not name, as it came."""
        if name != "values_by_wire" and name in self.values_by_wire:
            return self.values_by_wire[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Pairs of name and value, documented fields first."""
        for name in type(self).__fields__:
            yield name, getattr(self, name)
        yield from self.model_extra.items()

    def __eq__(self, other: object) -> bool:
        """Equal where the class and all fields are."""
        return isinstance(other, type(self)) and dict(self) == dict(other)

    def __hash__(self) -> int:
        """Refuse: it can change."""
        raise TypeError(f"unhashable type: {type(self).__name__!r}")

    def __repr__(self) -> str:
        """As it could be written."""
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self)})"

    def __str__(self) -> str:
        """The fields."""
        return " ".join(f"{name}={value!r}" for name, value in self)

    def __copy__(self) -> Self:
        """A model of its own over the same values."""
        return type(self).received(dict(self.values_by_wire))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A model and values of its own."""
        return type(self).received(copy.deepcopy(self.values_by_wire, memo))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the values."""
        return _again, (type(self), self.values_by_wire)

    @property
    def model_extra(self) -> Json:
        """The fields that the documents do not name."""
        known = {spec.wire for spec in type(self).__fields__.values()}
        return {name: value for name, value in self.values_by_wire.items() if name not in known}

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that were given or received."""
        fields = type(self).__fields__.values()
        return {spec.name for spec in fields if spec.wire in self.values_by_wire} | set(self.model_extra)

    @classmethod
    def model_validate(cls, obj: object) -> Self:
        """A model from a dict, checked, or from another model.

        Raises:
            InvalidRequestError: (a ValueError) a field is missing or of a wrong type.
        """
        if isinstance(obj, cls):
            return obj
        values = obj.values_by_wire if isinstance(obj, Model) else obj
        if not isinstance(values, Mapping):
            raise InvalidRequestError(f"{cls.__name__} is made from an object, not from {type(obj).__name__}")
        return cls.given(cast("Mapping[str, Any]", values), cls.__name__)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray) -> Self:
        """A model from JSON, checked.

        Raises:
            InvalidRequestError: (a ValueError) it is not JSON, or a field is missing or of a wrong type.
        """
        try:
            return cls.model_validate(msgspec.json.decode(json_data))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InvalidRequestError(f"{cls.__name__} cannot be read: {error}") from None

    def model_dump(  # noqa: PLR0913 - pydantic's own
        self,
        *,
        mode: str = "python",
        by_alias: bool = False,
        exclude_none: bool = False,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
    ) -> Json:
        """The fields as a dict, models in them too.

        Args:
            mode: "json" makes enums their values.
            by_alias: under their wire names.
            exclude_none: without those that are None.
            exclude_unset: without those that were neither given nor received.
            exclude_defaults: without those that equal their default.
            include: only these.
            exclude: not these.
        """
        kept = None if include is None else set(include)
        dropped = set(exclude or ())
        options: dict[str, Any] = {"by_alias": by_alias, "exclude_none": exclude_none, "exclude_unset": exclude_unset}
        found: Json = {}
        given = self.model_fields_set if exclude_unset else None
        for name, value in self:
            spec = type(self).__fields__.get(name)
            if value is UNSET or (exclude_none and value is None) or name in dropped:
                continue
            if (kept is not None and name not in kept) or (given is not None and name not in given):
                continue
            if exclude_defaults and spec is not None and value == spec.default:
                continue
            found[spec.wire if spec is not None and by_alias else name] = _dumped(value, mode, options)
        return found

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:  # noqa: ANN401 - as model_dump
        """The fields as JSON; the options are those of `model_dump`."""
        data = msgspec.json.encode(self.model_dump(mode="json", **options))
        return (data if indent is None else msgspec.json.format(data, indent=indent)).decode()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields changed, unchecked."""
        made = copy.deepcopy(self) if deep else copy.copy(self)
        for name, value in (update or {}).items():
            spec = type(self).__fields__.get(name)
            made.values_by_wire[spec.wire if spec is not None else name] = value
        return made

    def to_wire(self) -> Json:
        """What is sent: wire names, defaults that are values, null only for fields that may be null."""
        found: Json = {}
        for spec in type(self).__fields__.values():
            value = self.values_by_wire.get(spec.wire, spec.default)
            if value is UNSET or value is REQUIRED or (value is None and not spec.nullable):
                continue
            found[spec.wire] = as_wire(value)
        return found | {name: as_wire(value) for name, value in self.model_extra.items()}


def as_wire(value: Any) -> Any:  # noqa: ANN401 - any value of a field
    """What is sent for a value."""
    if isinstance(value, Model):
        return value.to_wire()
    if isinstance(value, list):
        return [as_wire(item) for item in items_of(value)]
    if isinstance(value, dict):
        return {name: as_wire(item) for name, item in cast("Json", value).items()}
    return value


def _dumped(value: Any, mode: str, options: dict[str, Any]) -> Any:  # noqa: ANN401 - any value of a field
    if isinstance(value, Model):
        return value.model_dump(mode=mode, **options)
    if isinstance(value, list):
        return [_dumped(item, mode, options) for item in items_of(value)]
    if isinstance(value, dict):
        return {name: _dumped(item, mode, options) for name, item in cast("Json", value).items()}
    return getattr(value, "value", value) if mode == "json" else value


def _again(cls: type[Model], values: Json) -> Model:
    return cls.received(values)
