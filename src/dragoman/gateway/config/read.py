"""A parsed TOML document as a `Config`, with every value that is not what it should be. No I/O.

A value that cannot be used is replaced by its default, or by nothing at all, so that the rest can be looked at too.
"""

from __future__ import annotations

import sys
from datetime import date, time
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct, inspect

from dragoman.gateway.config.mistakes import Mistake, Path, dotted, suggestion
from dragoman.gateway.config.shape import Candidate, Config

if TYPE_CHECKING:
    from dragoman.gateway.config.source import Source

Table = dict[str, Any]

SHORT: dict[type, str] = {Candidate: "upstream"}
"""Tables that a text may stand for, and the field that it is then."""


def read(document: Table) -> tuple[Config, list[Mistake]]:
    """What a document says, and what is wrong with it."""
    reader = _Reader()
    config = cast("Config", reader.value(_form(), document, ()))
    return config, reader.mistakes


@cache
def _form() -> inspect.Type:
    return inspect.type_info(Config)


class _Reader:
    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def value(self, kind: inspect.Type, given: Any, path: Path) -> Any:  # noqa: ANN401 - any value of the file
        """The value as it is meant; a blank of its kind where it cannot be used."""
        match kind:
            case inspect.StructType():
                return self._struct(kind, given, path)
            case inspect.DictType(value_type=inner):
                return self._entries(inner, given, path)
            case inspect.VarTupleType(item_type=inner, min_length=least):
                items = given if self._is(list, given, path) else ()
                if given == [] and least:
                    self._wrong(path, f"{dotted(path)} is empty: it takes at least one")
                return tuple(self._item(inner, item, (*path, place)) for place, item in enumerate(items))
            case inspect.UnionType(types=types):
                return self.value(next(option for option in types if type(option) is not inspect.NoneType), given, path)
            case inspect.CustomType(cls=cls):
                return self._source(cls, given, path)
            case _:
                return self._scalar(kind, given, path)

    def _item(self, kind: inspect.Type, given: Any, path: Path) -> Any:  # noqa: ANN401 - the same
        """An array's item, which leaves its place to a blank: those behind it stand where they stood."""
        before = len(self.mistakes)
        value = self.value(kind, given, path)
        return value if len(self.mistakes) == before or not _is_plain(kind) else _blank(kind)

    def _entries(self, kind: inspect.Type, given: Any, path: Path) -> Table:  # noqa: ANN401 - the same
        found: Table = {}
        for name, item in given.items() if self._is(dict, given, path) else ():
            before = len(self.mistakes)
            value = self.value(kind, item, (*path, name))
            if len(self.mistakes) == before or not _is_plain(kind):
                found[name] = value
        return found

    def _struct(self, kind: inspect.StructType, given: Any, path: Path) -> Struct:  # noqa: ANN401 - the same
        if kind.cls in SHORT and isinstance(given, str):
            given = {SHORT[kind.cls]: given}
        table: Table = given if self._is(dict, given, path) else {}
        known = {field.name: field for field in kind.fields}
        for name in table.keys() - known.keys():
            place = dotted(path) or "the file"
            self._wrong((*path, name), f'{place} has no "{name}"{suggestion(name, known)}')
        values: Table = {}
        for name, field in known.items():
            inside = (*path, name)
            if name in table:
                before = len(self.mistakes)
                value = self.value(field.type, table[name], inside)
                if len(self.mistakes) == before or not _is_plain(field.type):
                    values[name] = value
                    continue
            elif field.required and isinstance(given, dict):
                self._wrong(path, f'{dotted(path)} lacks "{name}"')
            if field.required:
                values[name] = _blank(field.type)
        return kind.cls(**values)

    def _source(self, cls: type[Source], given: Any, path: Path) -> Source:  # noqa: ANN401 - the same
        if self._is(str, given, path):
            try:
                return cls(given)
            except ValueError as error:
                self._wrong(path, f"{dotted(path)}: {error}")
        return cls("env:_")

    def _scalar(self, kind: inspect.Type, given: Any, path: Path) -> Any:  # noqa: ANN401 - the same
        match kind:
            case inspect.LiteralType(values=values):
                if given in values and isinstance(given, str):
                    return given
                words = " or ".join(f'"{word}"' for word in values)
                meant = suggestion(given, map(str, values)) if isinstance(given, str) else ""
                self._wrong(path, f"{dotted(path)} takes {words}{meant if 'mean' in meant else ''}")
            case inspect.BoolType():
                self._is(bool, given, path)
            case inspect.StrType(min_length=least):
                if self._is(str, given, path) and len(given) < (least or 0):
                    self._wrong(path, f"{dotted(path)} is empty: leave it out, or say something")
            case inspect.IntType() | inspect.FloatType():
                self._number(kind, given, path)
            case _:
                raise TypeError(f"the configuration's form holds {kind}, which nobody reads")
        return given

    def _number(self, kind: inspect.IntType | inspect.FloatType, given: object, path: Path) -> None:
        whole = isinstance(kind, inspect.IntType)
        fits = isinstance(given, int if whole else int | float) and not isinstance(given, bool)
        if not (fits and _is_within(kind, cast("float", given))):
            said = "" if fits else f", not {_kind_of(given)}"
            self._wrong(path, f"{dotted(path)} takes {'a whole' if whole else 'a'} number{_range(kind)}{said}")

    def _is(self, wanted: type, given: object, path: Path) -> bool:
        if isinstance(given, wanted):
            return True
        self._wrong(path, f"{dotted(path)} takes {_KINDS[wanted]}, not {_kind_of(given)}")
        return False

    def _wrong(self, path: Path, sentence: str) -> None:
        self.mistakes.append(Mistake(path, sentence))


def _is_plain(kind: inspect.Type) -> bool:
    """Whether a value is one thing, so that a mistake in it leaves nothing of it."""
    options = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return not any(isinstance(o, inspect.StructType | inspect.DictType | inspect.VarTupleType) for o in options)


def _blank(kind: inspect.Type) -> object:
    if isinstance(kind, inspect.CustomType):
        return kind.cls("env:_")
    return () if isinstance(kind, inspect.VarTupleType) else 0.0 if isinstance(kind, inspect.FloatType) else ""


def _is_within(kind: inspect.IntType | inspect.FloatType, given: float) -> bool:
    return (
        abs(given) <= sys.float_info.max  # neither endless, nor a whole number that no float comes near
        and (kind.ge is None or given >= kind.ge)
        and (kind.gt is None or given > kind.gt)
        and (kind.le is None or given <= kind.le)
    )


def _range(kind: inspect.IntType | inspect.FloatType) -> str:
    if kind.gt is not None:
        return f" above {kind.gt:g}"
    return (f" from {kind.ge:g}" if kind.ge is not None else "") + (f" to {kind.le:g}" if kind.le is not None else "")


_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "an array",
    dict: "a table",
    date: "a date",
    time: "a time",
}


def _kind_of(given: object) -> str:
    return next(name for kind, name in _KINDS.items() if isinstance(given, kind))
