"""A configuration as the file that would say all of it. Looks where credentials are, to say whether they are there.

What it writes is TOML that means the same, but for passwords in addresses, and for headers and fields of a query whose
names say that they hold a credential; no credential is in it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct

from dragoman.errors import ConfigurationError
from dragoman.gateway.config.source import Source
from dragoman.gateway.config.upstream import row_of
from dragoman.secret import MASK, names_credential

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dragoman.gateway.config.shape import Config

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def show(config: Config) -> str:
    """The whole configuration as TOML; a remark beside each credential says whether it is there."""
    parts = [_section(name, getattr(config, name)) for name in ("server", "bounds", "store", "timeouts")]
    for name, upstream in config.upstreams.items():
        remark = f"# speaks as: {row_of(upstream).name}\n"
        parts.append(remark + _section(f"upstreams.{key(name)}", upstream))
    parts += [_section("routes", route, array=True) for route in config.routes]
    parts += [_section(name, getattr(config, name)) for name in ("cache", "repeats", "log", "telemetry")]
    if config.prices:
        parts.append("".join(["[prices]\n", *(f"{line}\n" for line in _pairs(config.prices))]))
    return "\n".join(part for part in parts if part)


def literal(value: object) -> str:
    """A value as TOML; of an address with a password, and of a table of texts, what may be shown."""
    match value:
        case bool():
            return "true" if value else "false"
        case str() | Source():
            # JSON's strings are TOML's, but for one control character that JSON leaves as it is (TOML v1.0.0, String).
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
        case int() | float():
            return f"{value!r}"
        case tuple():
            return f"[{', '.join(map(literal, cast('tuple[object, ...]', value)))}]"
        case dict() | Struct():
            table = cast("Struct | Mapping[str, Any]", value)
            inside = ", ".join(f"{key(name)} = {literal(item)}" for name, item in _masked(said(table)))
            return f"{{ {inside} }}" if inside else "{}"
        case _:
            return "none"


def _masked(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, item in table.items():
        yield name, MASK if isinstance(item, str) and names_credential(name) else item


def said(value: Struct | Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a table that hold something."""
    fields = {name: getattr(value, name) for name in value.__struct_fields__} if isinstance(value, Struct) else value
    return {name: item for name, item in fields.items() if item is not None}


def key(name: str) -> str:
    """A key as TOML."""
    return name if _BARE.fullmatch(name) else literal(name)


def _section(name: str, table: Struct | None, *, array: bool = False) -> str:
    if table is None:
        return ""
    head = f"[[{name}]]" if array else f"[{name}]"
    return "".join(f"{line}\n" for line in [head, *_pairs(table)])


def _pairs(table: Struct | Mapping[str, Any]) -> Iterator[str]:
    for name, value in said(table).items():
        # Nothing under a key that may hold several things says no more than the key's absence.
        if value != {} and not (isinstance(value, Struct) and not said(value)):
            yield f"{key(name)} = {literal(value)}{_remark(value)}"


def _remark(value: object) -> str:
    values = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
    states = [_state(each) for each in values if isinstance(each, Source) and each.kind != "text"]
    return f"  # {', '.join(states)}" if states else ""


def _state(source: Source) -> str:
    try:
        source.read()
    except ConfigurationError:
        return "<missing>"
    return "<set>"
