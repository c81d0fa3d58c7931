"""The form of the configuration as JSON Schema, for editors that check TOML. Reads our own source only.

A file that begins with `#:schema URL` is checked against the schema at that address.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any, cast

import msgspec

from dragoman.dialect.table import names
from dragoman.gateway.config import shape
from dragoman.gateway.config.read import SHORT
from dragoman.gateway.config.source import Address
from dragoman.wire.schema import sentences

Json = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_WHEREABOUTS = {"type": "string", "pattern": "^(env:[A-Za-z_][A-Za-z0-9_]*|file:/.*)$"}


def schema() -> Json:
    """The JSON Schema of the configuration's file, with a sentence for everything in it."""
    _, components = msgspec.json.schema_components([shape.Config], schema_hook=_hook, ref_template="#/$defs/{name}")
    described = {name: _described(name, table) for name, table in components.items()}
    root = described.pop("Config")
    described["UpstreamConfig"]["properties"]["vendor"]["examples"] = list(names())
    return {"$schema": DRAFT, "title": "The configuration of dragoman's gateway", **root, "$defs": described}


def document() -> bytes:
    """The schema as it is published."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2) + b"\n"


def _hook(kind: type) -> Json:
    return {"type": "string"} if issubclass(kind, Address) else dict(_WHEREABOUTS)


def _described(name: str, table: Json) -> Json:
    cls = getattr(shape, name)
    told = sentences(sys.modules[cls.__module__])
    fields: Json = {
        field: _plain(given) | {"description": told[name, field]} for field, given in table["properties"].items()
    }
    described: Json = {"type": "object", "description": _first(cls), "properties": fields}
    if table["required"]:
        described["required"] = table["required"]
    described["additionalProperties"] = False
    if cls in SHORT:
        short = {"type": "string", "description": fields[SHORT[cls]]["description"]}
        return {"description": described.pop("description"), "anyOf": [short, described]}
    return described


def _first(cls: type) -> str:
    """The first paragraph of what a class is for; what follows is for who reads its code."""
    return " ".join((inspect.getdoc(cls) or "").partition("\n\n")[0].split())


def _plain(given: Json) -> Json:
    """A field's schema as TOML has it: without null, and without defaults that say nothing."""
    options = [option for option in given.get("anyOf", []) if option != {"type": "null"}]
    kept = {name: value for name, value in given.items() if name != "anyOf"}
    if options:
        (only,) = cast("list[Json]", options)
        kept = only | kept
    if kept.get("default") in (None, {}, ()) or "$ref" in kept:
        kept.pop("default", None)
    return kept
