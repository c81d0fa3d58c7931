"""What of a request that was heard in the Responses API's words no server of another API does. No I/O.

Its clients offer tools that its servers run themselves (a search, a shell) with every request, and the model may do
without them; they are sent to nobody who cannot run them. That one of them has to be used is another thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, cast

from dragoman.dialect import RESPONSES
from dragoman.dialect.private import formed
from dragoman.dialect.responses.tools import KINDS
from dragoman.errors import InvalidRequestError
from dragoman.wire.rules import SHOWN

if TYPE_CHECKING:
    from dragoman.gateway.fit import Policy

Json = dict[str, Any]

UNTOLD = frozenset({"include", "instructions", "max_tool_calls", "metadata", "reasoning", "text", "truncation"})
"""Fields that are heeded here, that ask for more than is needed, or that bound what is not done: no news to anyone."""

HEEDED = {"reasoning": frozenset({"summary", "generate_summary"}), "text": frozenset[str]()}
"""Of two of them the fields that are."""


def fitted(policy: Policy, request: Json, changes: list[str]) -> Json:
    """A request without what only a server of the Responses API does; the one that was given is left as it was.

    Args:
        policy: what becomes of such tools. To pass them on would have most upstreams refuse the request, so they are
            dropped then too, but not where one of them has to be used.
        request: the chat request, its form checked.
        changes: what is left out is added here.

    Raises:
        InvalidRequestError: it offers, or insists on, such a tool, and that is not to be left out; or one of its fields
            for that API is not of its kind.
    """
    formed(request[RESPONSES], RESPONSES, f"{RESPONSES}.")
    _tell(request[RESPONSES], changes)
    tools: list[Json] = request.get("tools") or []
    kept = _among(tools)
    for place, tool in enumerate(tools):
        if tool["type"] not in KINDS:
            if policy == "refuse":
                _refuse(f"tools[{place}]", tool["type"])
            changes.append(f"tools[{place}]: dropped")
    insisted = _insisted(request.get("tool_choice"), kept)
    if insisted and policy != "drop":
        _refuse("tool_choice", insisted)
    if insisted:
        changes.append("tool_choice: dropped")
    choice = None if insisted else _choice(request.get("tool_choice"), kept)
    left = {"tools", "tool_choice"} if kept else {"tools", "tool_choice", "parallel_tool_calls"}
    made = {name: value for name, value in request.items() if name not in left}
    return made | ({"tools": kept} if kept else {}) | ({} if choice is None else {"tool_choice": choice})


def _tell(private: Json, changes: list[str]) -> None:
    changes += [f"{name}: dropped" for name in private if name not in UNTOLD]
    for name, heeded in HEEDED.items():
        inner: Json = private.get(name) or {}
        changes += [f"{name}.{field}: dropped" for field in inner if field not in heeded]
    if private.get("truncation") not in (None, "disabled"):
        changes.append("truncation: dropped")


def _insisted(choice: Any, kept: list[Json]) -> str:  # noqa: ANN401 - a word, an object or nothing
    """What a choice insists on that is not among the tools which are left; empty where that is nothing."""
    if choice == "required":
        return "" if kept else "such tools"
    if not isinstance(choice, dict):
        return ""
    named = cast("Json", choice)
    if named["type"] != "allowed_tools":
        return "" if named["type"] in KINDS else str(named["type"])
    allowed: Json = named["allowed_tools"]
    return "such tools" if allowed["mode"] == "required" and not _among(allowed["tools"]) else ""


def _choice(choice: Any, kept: list[Json]) -> Any:  # noqa: ANN401 - likewise
    """What is left of a choice that does not."""
    if not kept or choice is None or isinstance(choice, str):
        return choice if kept else None
    named = cast("Json", choice)
    if named["type"] != "allowed_tools":
        return named
    allowed: Json = named["allowed_tools"]
    left = _among(allowed["tools"])
    return named | {"allowed_tools": allowed | {"tools": left}} if left else "none"


def _among(tools: list[Json]) -> list[Json]:
    return [tool for tool in tools if tool["type"] in KINDS]


def _refuse(path: str, kind: str) -> NoReturn:
    raise InvalidRequestError(
        f"{path}: only an upstream that speaks the Responses API runs {kind[:SHOWN]}; leave it out", param=path
    )
