"""What every model of this face can do: the methods that the original's users call on its answers. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from dragoman.face.model import Model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.face.picked import Picking

Json = dict[str, Any]


class BaseModel(Model):
    """A JSON object with its documented fields as attributes, and all others too; it can be changed.

    Keyword arguments are fields. Values are checked.

    Raises:
        InvalidRequestError: (a ValueError) a field is missing or of a wrong type.
    """

    @classmethod
    def hints(cls) -> Json:
        """The annotations: as they are, where they were written as types; read, where as text (PEP 563)."""
        found: Json = {}
        for base in reversed(cls.__mro__):
            found |= getattr(base, "__annotations__", {})
        written = any(isinstance(found[name], str) for name in cls.__fields__)
        return super().hints() if written else found

    @classmethod
    def construct(cls, _fields_set: object = None, **values: object) -> Self:
        """A model of these values, unchecked."""
        return cls.received(values)

    @classmethod
    def model_construct(cls, _fields_set: object = None, **values: object) -> Self:
        """A model of these values, unchecked."""
        return cls.received(values)

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take it to say that any attribute may be set.
        def __setattr__(self, name: str, value: object) -> None:
            """Set a field, if it can be of this value; a name that the documents do not know becomes one more."""
            if name in type(self).__fields__:
                super().__setattr__(name, value)
            else:
                self.__dict__[name] = value

    def __str__(self) -> str:
        """As it could be written."""
        return repr(self)

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
        context: object = None,
        round_trip: bool = False,
        warnings: bool | str = True,
        serialize_as_any: bool = False,
    ) -> Json:
        """The fields as a dict, models in them too: documented ones that did not come as None, unless told otherwise.

        Args:
            mode: "json" makes enums their values.
            by_alias: under their wire names.
            exclude_none: without those that are None.
            exclude_unset: without those that were neither given nor received.
            exclude_defaults: without those that equal their default.
            include: only these; a mapping says for each what of it: `{"choices": {0: {"message": True}}}`.
            exclude: not these; as `include`, and "__all__" is each item of a list.
            context: pydantic's, as are the rest: nothing here changes what is shown, or warns of it.
            round_trip: see `context`.
            warnings: see `context`.
            serialize_as_any: see `context`.
        """
        return super().model_dump(
            mode=mode,
            by_alias=by_alias,
            exclude_none=exclude_none,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            include=include,
            exclude=exclude,
            context=context,
            round_trip=round_trip,
            warnings=warnings,
            serialize_as_any=serialize_as_any,
        )

    def to_dict(self, *, mode: str = "python", exclude_unset: bool = True, **options: Any) -> Json:  # noqa: ANN401 - as model_dump
        """What was received or given, as a dict; the options are those of `model_dump`."""
        return self.model_dump(mode=mode, exclude_unset=exclude_unset, **_renamed(options))

    def to_json(self, *, indent: int | None = 2, exclude_unset: bool = True, **options: Any) -> str:  # noqa: ANN401 - as model_dump
        """What was received or given, as JSON; the options are those of `model_dump`."""
        return self.model_dump_json(indent=indent, exclude_unset=exclude_unset, **_renamed(options))

    def dict(self, **options: Any) -> Json:  # noqa: ANN401 - as model_dump
        """`model_dump` in its older spelling."""
        return self.model_dump(**options)

    def json(self, **options: Any) -> str:  # noqa: ANN401 - as model_dump
        """`model_dump_json` in its older spelling."""
        return self.model_dump_json(**options)


def _renamed(options: Json) -> Json:
    """The options of `to_dict` under the names that `model_dump` has for them."""
    named = options.pop("use_api_names", None)
    return options if named is None else options | {"by_alias": named}


class Answered(BaseModel):
    """A model that is the whole of an answer."""

    __slots__ = ("answer_headers",)

    @property
    def _request_id(self) -> str | None:
        """What to quote to the vendor's support; None where the server named none, or the model was made here."""
        headers: Mapping[str, str] = getattr(self, "answer_headers", {})
        return headers.get("x-request-id")

    @classmethod
    def answered(cls, value: Json, headers: Mapping[str, str]) -> Self:
        """A model over the body of an answer with these headers."""
        model = cls.received(value)
        object.__setattr__(model, "answer_headers", headers)
        return model
