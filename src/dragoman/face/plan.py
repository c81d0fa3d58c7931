"""How the models of one class are read, checked and sent: worked out once, at the class's first use. No I/O."""

from __future__ import annotations

from contextlib import suppress
from enum import Enum
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

import msgspec

from dragoman.face.field import REQUIRED, UNSET, Accept, Field, Open, accepting, opening, options_of, taken_as_they_are

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# As values, since what is put into the brackets is known only at run time.
_LIST: Any = list
_DICT: Any = dict


class Plan:
    """What the fields of a class come to.

    Attributes:
        by_name: for each field, by its own and its wire name: the wire name, the types it takes as they are, and what
            accepts the others.
        required: the wire names of those without a default.
        opened: the wire names of those that received JSON is opened for, the type of that JSON, and what opens it.
        open: makes a model over a JSON object as it came.
        defaults: the wire names of those that are sent though they were not given, and as what.
        unsaid: the wire names of those that are left out where they are None.
        telling: whether a field tells "null" from "not given". As in the originals, a dump then has None for "null",
            and nothing else that is None.
        plain: the JSON objects that are sent as they were given, as a type of msgspec's: all fields that have to be
            sent, no others, and nothing in them to convert. None where there are no such objects.
    """

    __slots__ = ("by_name", "defaults", "open", "opened", "plain", "required", "telling", "unsaid")

    def __init__(self, fields: Mapping[str, Field], opener: Callable[[list[tuple[str, type, Open]]], Open]) -> None:
        hints: dict[Any, dict[str, Any]] = {field.owner: field.owner.hints() for field in fields.values()}
        self.by_name: dict[str, tuple[str, frozenset[type], Accept]] = {}
        self.opened: list[tuple[str, type, Open]] = []
        for field in fields.values():
            hint = hints[field.owner][field.name]
            # None stands for "not given", also where the annotation has no None.
            taken = taken_as_they_are(hint if field.default is REQUIRED else hint | None)
            self.by_name[field.name] = self.by_name[field.wire] = (field.wire, taken, accepting(hint))
            self.opened += [(field.wire, kind, opened) for kind, opened in opening(hint)]
        self.open = opener(self.opened)
        self.required = [field.wire for field in fields.values() if field.default is REQUIRED]
        self.unsaid = frozenset(field.wire for field in fields.values() if not field.nullable)
        self.telling = any(field.default is UNSET for field in fields.values())
        self.defaults = {
            field.wire: field.default
            for field in fields.values()
            if not (field.default is REQUIRED or field.default is UNSET)
            and not (field.default is None and field.wire in self.unsaid)
        }
        self.plain: type[msgspec.Struct] | None = None

    def tie(self, fields: Mapping[str, Field]) -> None:
        """Find out what takes the plans of other classes, once this one has its own: a model may hold its like."""
        hints = [(field.wire, field.owner.hints()[field.name]) for field in fields.values()]
        self.opened[:] = [(wire, kind, opened) for wire, hint in hints for kind, opened in opening(hint, _planned)]
        self._find_plain(fields)

    def _find_plain(self, fields: Mapping[str, Field]) -> None:
        found: list[tuple[str, Any] | tuple[str, Any, None]] = []
        for field in fields.values():
            kind = _plain_part(field.owner.hints()[field.name], nullable=field.nullable)
            if field.default is REQUIRED or field.wire in self.defaults:
                found.append((field.wire, kind))
            elif kind is not None:
                found.append((field.wire, kind, None))
        # msgspec knows no union of several kinds of object, or of list: such models are looked at field by field.
        with suppress(TypeError):
            plain = msgspec.defstruct("Plain", found, kw_only=True, forbid_unknown_fields=True, gc=False)
            msgspec.json.Decoder(plain)
            self.plain = plain


def _planned(model: Any) -> Open:  # noqa: ANN401 - a class of models
    """What its plan opens it with: a call less than the class itself."""
    opened: Open = model.planned().open
    return opened


def _plain_part(hint: Any, *, nullable: bool = True) -> Any:  # noqa: ANN401 - a type annotation
    """What of an annotation is sent as it is given; None where nothing is."""
    found: list[Any] = []
    for option in options_of(hint):
        origin = get_origin(option)
        if option in {str, int, float, bool} or (option is NoneType and nullable):
            found.append(option)
        elif origin is Literal or (isinstance(option, type) and issubclass(option, Enum)):
            found.append(str)
        elif origin in {list, dict}:
            inner = _plain_part(get_args(option)[-1])
            if inner is not None:
                found.append(_LIST[inner] if origin is list else _DICT[str, inner])
        elif isinstance(option, type) and hasattr(option, "model_validate"):
            model: Any = option
            found += [model.planned().plain] if model.planned().plain else []
    return Union[tuple(found)] if found else None  # noqa: UP007 - its members are known now and not before
