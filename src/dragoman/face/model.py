"""Models of the shape that pydantic gave the originals' users, over plain JSON. No I/O.

A model is a JSON object whose fields are its attributes, the documented ones and all others: what was received is
kept as it came, but that the objects in it which have a model of their own are opened, and a value of an unexpected
type is shown as it is. What a user gives is checked, with a sentence that names the place.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast, dataclass_transform, get_type_hints

import msgspec

from dragoman.errors import InvalidRequestError
from dragoman.face.field import REQUIRED, UNSET, Field, field, items_of
from dragoman.face.picked import Picked
from dragoman.face.plan import Plan

if TYPE_CHECKING:
    from dragoman.face.field import Open
    from dragoman.face.picked import Picking

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
        made.__plan__ = None
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

    # The JSON object itself: attributes are found in it without a call of ours.
    __slots__ = ("__dict__",)
    __fields__: ClassVar[dict[str, Field]] = {}
    __plan__: ClassVar[Plan | None] = None

    def __init__(self, /, **values: object) -> None:
        _hold(self, type(self).given(values, type(self).__name__).__dict__)

    @property
    def values_by_wire(self) -> Json:
        """The fields under their wire names; what is changed here is not checked."""
        return vars(self)

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
        """A model over a JSON object as it came, unchecked; the object is the model's from now on."""
        model: Self = (cls.__plan__ or cls.planned()).open(value)
        return model

    @classmethod
    def given(cls, values: Mapping[str, Any], place: str) -> Self:
        """A model from what a user gave; `place` is what errors call it."""
        plan = cls.__plan__ or cls.planned()
        found: Json = {}
        for name, value in values.items():
            known = plan.by_name.get(name)
            if known is None:
                found[name] = value
                continue
            wire, taken, accept = known
            found[wire] = value if type(value) in taken else accept(value, f"{place}.{wire}")
        for wire in plan.required:
            if wire not in found:
                raise InvalidRequestError(f"{place} has no {wire!r}", param=f"{place}.{wire}")
        return cls.received(found)

    @classmethod
    def sent(cls, values: Mapping[str, Any], place: str) -> Json:
        """What is sent for what a user gave, as `given(…).to_wire()`.

        Most requests are right as they are written: they are sent so, after a single look.
        """
        plan = cls.__plan__ or cls.planned()
        if plan.plain is not None:
            written = {
                name: value
                for name, value in (plan.defaults | dict(values)).items()
                if value is not UNSET and (value is not None or name not in plan.unsaid)
            }
            try:
                msgspec.convert(written, plan.plain)
            except (msgspec.ValidationError, RecursionError):
                pass
            else:
                return written
        return cls.given(values, place).to_wire()

    @classmethod
    def planned(cls) -> Plan:
        """How models of this class are read and written; at their first use, since models name each other."""
        if cls.__plan__ is None:
            cls.__plan__ = Plan(cls.__fields__, partial(_opener, cls))
            cls.__plan__.tie(cls.__fields__)
        return cls.__plan__

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take it to say that any attribute may be set.
        def __setattr__(self, name: str, value: object) -> None:
            """Put a value in, if it can be one of the field's type."""
            plan = type(self).__plan__ or type(self).planned()
            known = plan.by_name.get(name)
            if known is None:
                raise AttributeError(f"{type(self).__name__!r} object has no field {name!r}")
            wire, taken, accept = known
            self.__dict__[wire] = value if type(value) in taken else accept(value, f"{type(self).__name__}.{wire}")

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Pairs of name and value, documented fields first."""
        for name, spec in type(self).__fields__.items():
            if not spec.added or spec.wire in self.__dict__:
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
        return type(self).received(dict(self.__dict__))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A model and values of its own."""
        return type(self).received(copy.deepcopy(vars(self), memo))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the values."""
        return _again, (type(self), self.__dict__)

    @property
    def model_extra(self) -> Json:
        """The fields that the documents do not name."""
        known = {spec.wire for spec in type(self).__fields__.values()}
        return {name: value for name, value in self.__dict__.items() if name not in known}

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that were given or received."""
        fields = type(self).__fields__.values()
        return {spec.name for spec in fields if spec.wire in self.__dict__} | set(self.model_extra)

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

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, build: object) -> Any:  # noqa: ANN401 - pydantic's own type
        """What pydantic asks of a type that a field of its models is of: dicts are read, models are dumped as dicts."""
        # Only pydantic asks, so it is there.
        from pydantic_core import core_schema  # noqa: PLC0415

        def dumped(model: Self, info: core_schema.SerializationInfo) -> Json:
            names = ("mode", "by_alias", "exclude_none", "exclude_unset", "exclude_defaults", "include", "exclude")
            return model.model_dump(**{name: getattr(info, name) for name in names})

        return core_schema.no_info_plain_validator_function(
            cls.model_validate,
            json_schema_input_schema=core_schema.dict_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(
                dumped, info_arg=True, return_schema=core_schema.dict_schema()
            ),
        )

    def model_dump(  # noqa: PLR0913 - pydantic's own
        self,
        *,
        mode: str = "python",
        by_alias: bool = False,
        exclude_none: bool = False,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        include: Picking = None,
        exclude: Picking = None,
        context: object = None,  # noqa: ARG002 - as below
        round_trip: bool = False,  # noqa: ARG002 - as below
        warnings: bool | str = True,  # noqa: ARG002 - as below
        serialize_as_any: bool = False,  # noqa: ARG002 - as below
    ) -> Json:
        """The fields as a dict, models in them too.

        Args:
            mode: "json" makes enums their values.
            by_alias: under their wire names.
            exclude_none: without those that are None, but for a null where "null" and "not given" are told apart.
            exclude_unset: without those that were neither given nor received.
            exclude_defaults: without those that equal their default.
            include: only these; a mapping says for each what of it: `{"choices": {0: {"message": True}}}`.
            exclude: not these; as `include`, and "__all__" is each item of a list.
            context: pydantic's, as are the rest: nothing here changes what is shown, or warns of it.
            round_trip: see `context`.
            warnings: see `context`.
            serialize_as_any: see `context`.
        """
        options: dict[str, Any] = {
            "mode": mode, "by_alias": by_alias, "exclude_none": exclude_none, "exclude_unset": exclude_unset,
            "exclude_defaults": exclude_defaults,
        }  # fmt: skip
        picked = Picked(include, exclude)
        found: Json = {}
        given = self.model_fields_set if exclude_unset else None
        plan = type(self).planned()
        for name, value in self:
            spec = type(self).__fields__.get(name)
            inside = picked.inside(name)
            if value is UNSET or inside is None:
                continue
            if value is None and (spec.wire in plan.unsaid if plan.telling and spec is not None else exclude_none):
                continue
            if given is not None and name not in given:
                continue
            if exclude_defaults and spec is not None and value == spec.default:
                continue
            found[spec.wire if spec is not None and by_alias else name] = _dumped(value, inside, options)
        return found

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:  # noqa: ANN401 - as model_dump
        """The fields as JSON; the options are those of `model_dump`."""
        data = msgspec.json.encode(self.model_dump(mode="json", **options))
        return (data if indent is None else msgspec.json.format(data, indent=indent)).decode()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields changed, unchecked."""
        made = copy.deepcopy(self) if deep else self
        fields = type(self).__fields__
        changed: Json = {
            # A list is copied: what is in it may be opened, and it is the caller's.
            fields[name].wire if name in fields else name: items_of(value) if isinstance(value, list) else value
            for name, value in (update or {}).items()
        }
        return type(self).received(made.__dict__ | changed)

    def to_wire(self) -> Json:
        """What is sent: wire names, defaults that are values, null only for fields that may be null."""
        plan = type(self).__plan__ or type(self).planned()
        found: Json = {}
        for name, value in (plan.defaults | self.__dict__).items():
            if value is None:
                if name not in plan.unsaid:
                    found[name] = None
            elif value is not UNSET:
                found[name] = value if type(value) in _SCALARS else as_wire(value)
        return found


_new: Any = object.__new__
_hold: Any = vars(Model)["__dict__"].__set__
_SCALARS = frozenset({str, int, float, bool})


def _opener(cls: type[Model], opened: list[tuple[str, type, Open]]) -> Open:
    """What makes a model of this class over a JSON object; a function of its own, since each chunk of a stream is."""

    def open_model(value: Json) -> Model:
        for wire, kind, open_held in opened:
            held = value.get(wire)
            if type(held) is kind:
                value[wire] = open_held(held)
        model: Model = _new(cls)
        _hold(model, value)
        return model

    return open_model


def as_wire(value: Any) -> Any:  # noqa: ANN401 - any value of a field
    """What is sent for a value."""
    if isinstance(value, Model):
        # Through the class: a field that a server named so hides the method.
        return type(value).to_wire(value)
    if isinstance(value, list):
        return [as_wire(item) for item in items_of(value)]
    if isinstance(value, dict):
        return {name: as_wire(item) for name, item in cast("Json", value).items()}
    return value


def _dumped(value: Any, picked: Picked, options: Json) -> Any:  # noqa: ANN401 - any value of a field
    if isinstance(value, Model):
        return type(value).model_dump(value, include=picked.kept, exclude=picked.dropped, **options)
    if isinstance(value, list):
        items = items_of(value)
        placed = [(item, picked.item(place, len(items))) for place, item in enumerate(items)]
        return [_dumped(item, inside, options) for item, inside in placed if inside is not None]
    if isinstance(value, dict):
        named = [(name, item, picked.inside(name)) for name, item in cast("Json", value).items()]
        return {name: _dumped(item, inside, options) for name, item, inside in named if inside is not None}
    return getattr(value, "value", value) if options["mode"] == "json" else value


def _again(cls: type[Model], values: Json) -> Model:
    return cls.received(values)
