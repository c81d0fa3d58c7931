"""What of a request that was heard in another API's words no server but one of that API does. No I/O.

Its clients offer tools that its servers run themselves (a search, a shell), some of them with every request, and the
model may do without them; they are sent to nobody who cannot run them. That one has to be used is another thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, cast

from dragoman.dialect import ANTHROPIC, RESPONSES
from dragoman.dialect.private import formed
from dragoman.dialect.responses.tools import KINDS
from dragoman.errors import InvalidRequestError
from dragoman.wire.rules import SHOWN
from dragoman.wire.tolerant import is_object

if TYPE_CHECKING:
    from dragoman.gateway.fit import Policy

Json = dict[str, Any]


class _Heard(NamedTuple):
    """What is known of the API that a request was heard in.

    Attributes:
        api: what a row that speaks it calls it.
        name: what it is called in a sentence.
        untold: fields that are heeded here, that ask for more than is needed, or that bound what is not done: no news
            to anyone.
        heeded: of some of them the fields that are.
        tools: fields that name whole servers of tools.
    """

    api: str
    name: str
    untold: frozenset[str]
    heeded: dict[str, frozenset[str]]
    tools: frozenset[str]


_HEARD = {
    RESPONSES: _Heard(
        "responses",
        "the Responses API",
        frozenset({"include", "instructions", "max_tool_calls", "metadata", "reasoning", "text", "truncation"}),
        {"reasoning": frozenset({"summary", "generate_summary"}), "text": frozenset()},
        frozenset(),
    ),
    ANTHROPIC: _Heard(
        "messages",
        "Anthropic's Messages API",
        frozenset({"cache_control", "diagnostics", "metadata", "output_config", "stop_sequences", "thinking"}),
        {},
        frozenset({"mcp_servers"}),
    ),
}
"""In the order in which they are asked after: what was heard as a response may hold marks of Anthropic's as well."""


def fitted(api: str, policy: Policy, request: Json, changes: list[str]) -> Json:
    """A request without what only a server of the API does that it was heard in; the one given is left as it was.

    Args:
        api: which API an upstream speaks, as its row says.
        policy: what becomes of such tools. To pass them on would have most upstreams refuse the request, so they are
            dropped then too, but not where one of them has to be used.
        request: the chat request, its form checked.
        changes: what is left out is added here.

    Raises:
        InvalidRequestError: it offers, or insists on, such a tool, and that is not to be left out; or one of its fields
            for that API is not of its kind.
    """
    field = next((name for name in _HEARD if is_object(request.get(name))), None)
    if field is None or _HEARD[field].api == api:
        return request
    heard, private = _HEARD[field], request[field]
    formed(private, field, f"{field}.")
    _tell(heard, private, policy, changes)
    tools: list[Json] = request.get("tools") or []
    kept = _among(tools)
    for place, tool in enumerate(tools):
        if tool["type"] not in KINDS:
            if policy == "refuse":
                _refuse(heard, f"tools[{place}]", tool["type"])
            changes.append(f"tools[{place}]: dropped")
    insisted = _insisted(request.get("tool_choice"), tools, kept)
    if insisted and policy != "drop":
        _refuse(heard, "tool_choice", insisted)
    if insisted:
        changes.append("tool_choice: dropped")
    choice = None if insisted else _choice(request.get("tool_choice"), kept)
    left = {"tools", "tool_choice"} if kept else {"tools", "tool_choice", "parallel_tool_calls"}
    made = {name: value for name, value in request.items() if name not in left}
    return made | ({"tools": kept} if kept else {}) | ({} if choice is None else {"tool_choice": choice})


def _tell(heard: _Heard, private: Json, policy: Policy, changes: list[str]) -> None:
    for name in heard.tools:
        if private.get(name) and policy == "refuse":
            _refuse(heard, name, f"what {name} names")
    changes += [f"{name}: dropped" for name in private if name not in heard.untold and private[name] is not None]
    for name, heeded in heard.heeded.items():
        inner: Json = private.get(name) or {}
        changes += [f"{name}.{field}: dropped" for field in inner if field not in heeded]
    if private.get("truncation") not in (None, "disabled"):
        changes.append("truncation: dropped")


def _insisted(choice: Any, tools: list[Json], kept: list[Json]) -> str:  # noqa: ANN401 - a word, an object or nothing
    """What a choice insists on that is not among the tools which are left; empty where that is nothing."""
    if choice == "required":
        return "" if kept else "such tools"
    if not isinstance(choice, dict):
        return ""
    named = cast("Json", choice)
    kind: str = named["type"]
    if kind in KINDS:
        # Anthropic's own tools are chosen by their names, as functions are.
        name = named[kind]["name"]
        return next((str(tool["type"]) for tool in tools if tool["type"] not in KINDS and tool.get("name") == name), "")
    if kind != "allowed_tools":
        return kind
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


def _refuse(heard: _Heard, path: str, kind: str) -> NoReturn:
    raise InvalidRequestError(
        f"{path}: only an upstream that speaks {heard.name} runs {kind[:SHOWN]}; leave it out", param=path
    )
