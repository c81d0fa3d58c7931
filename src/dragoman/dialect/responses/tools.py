"""Tools and the choice among them: chat's nested form as the Responses API's flat one, and back. No I/O.

Functions and custom tools are known to both. A tool of another kind (a search, a server's own shell) only a server of
the Responses API runs; it stays as it is, and so does a choice that names one.
"""

from __future__ import annotations

from typing import Any, cast

from dragoman.dialect import RESPONSES
from dragoman.wire.tolerant import is_object

Json = dict[str, Any]

KINDS = frozenset({"function", "custom"})
"""The kinds of tools that both sides know."""

_OF_FUNCTIONS = ("name", "description", "parameters", "strict")
_OF_CUSTOMS = ("name", "description", "format")


def tool_of(offered: Json) -> Json:
    """A tool as chat spells it; what chat has no word for travels in its field `responses`."""
    kind = offered.get("type")
    if kind == "function":
        inner = {name: offered[name] for name in _OF_FUNCTIONS if offered.get(name) is not None}
    elif kind == "custom":
        inner = {name: offered[name] for name in _OF_CUSTOMS if offered.get(name) is not None}
        if inner.get("format", {}).get("type") == "grammar":
            inner["format"] = {"type": "grammar", "grammar": _without(inner["format"], "type")}
    else:
        return offered
    more = {name: value for name, value in offered.items() if name != "type" and name not in inner}
    more = {name: value for name, value in more.items() if value is not None}
    return {"type": kind, kind: inner} | ({RESPONSES: more} if more else {})


def tool(offered: Json) -> Json:
    """A tool as the Responses API spells it."""
    kind = offered.get("type")
    if kind not in KINDS:
        return offered
    inner: Json = offered[str(kind)]
    form: Json = inner.get("format") or {}
    if form.get("type") == "grammar":
        inner = inner | {"format": {"type": "grammar"} | form["grammar"]}
    mark: object = offered.get(RESPONSES)
    return {"type": kind} | inner | (mark if is_object(mark) else {})


def choice_of(chosen: str | Json) -> str | Json:
    """A choice among tools as chat spells it."""
    if isinstance(chosen, str):
        return chosen
    if chosen.get("type") == "allowed_tools":
        tools = [_nested(each) for each in cast("list[Json]", chosen["tools"])]
        return {"type": "allowed_tools", "allowed_tools": {"mode": chosen["mode"], "tools": tools}}
    return _nested(chosen)


def choice(chosen: str | Json) -> str | Json:
    """A choice among tools as the Responses API spells it; Mistral's `any` is `required` here."""
    if isinstance(chosen, str):
        return "required" if chosen == "any" else chosen
    if chosen.get("type") == "allowed_tools":
        allowed: Json = chosen["allowed_tools"]
        return {"type": "allowed_tools", "mode": allowed["mode"], "tools": [_flat(each) for each in allowed["tools"]]}
    return _flat(chosen)


def _nested(named: Json) -> Json:
    kind = named.get("type")
    return {"type": kind, kind: _without(named, "type")} if kind in KINDS else named


def _flat(named: Json) -> Json:
    kind = named.get("type")
    return {"type": kind} | named[str(kind)] if kind in KINDS else named


def _without(fields: Json, name: str) -> Json:
    return {each: value for each, value in fields.items() if each != name}
