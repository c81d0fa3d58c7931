"""Tools: chat's functions and choices as the Messages API's, and back. No I/O."""

from __future__ import annotations

from typing import Any, cast

from dragoman.errors import InvalidRequestError

Json = dict[str, Any]

_NOTHING: Json = {"type": "object", "properties": {}}
_WORDS = {"auto": "auto", "none": "none", "required": "any", "any": "any"}
_OURS = {"auto": "auto", "none": "none", "any": "required"}
_OWN = {"type", "name", "description", "input_schema", "strict"}


def tool(offered: Json, path: str) -> Json:
    """A tool as this API spells it; a kind unknown here, such as Anthropic's own tools, stays as it is.

    Raises:
        InvalidRequestError: it takes free text, which no tool does here.
    """
    kind = offered.get("type")
    if kind == "custom":
        raise InvalidRequestError(f"{path}: Anthropic's tools take JSON, not free text", param=path)
    if kind != "function":
        return offered
    function: Json = offered["function"]
    made: Json = {"name": function["name"]}
    if function.get("description") is not None:
        made["description"] = function["description"]
    made["input_schema"] = {"type": "object"} | (function.get("parameters") or _NOTHING)
    if function.get("strict") is not None:
        made["strict"] = function["strict"]
    return made | {name: value for name, value in offered.items() if name not in {"type", "function"}}


def tool_of(offered: Json) -> Json:
    """A tool as chat spells it; one of Anthropic's own stays as it is."""
    if offered.get("type") not in {None, "custom"} or "input_schema" not in offered:
        return offered
    function: Json = {name: offered[name] for name in ("name", "description") if offered.get(name) is not None}
    function["parameters"] = offered["input_schema"]
    if offered.get("strict") is not None:
        function["strict"] = offered["strict"]
    return {n: v for n, v in offered.items() if n not in _OWN} | {"type": "function", "function": function}


def offers(request: Json) -> tuple[list[Json], Json | None]:
    """The tools of a chat request, and which of them it wants called; None where it does not say.

    Raises:
        InvalidRequestError: there is one that this API has no form for.
    """
    offered = cast("list[Json]", request.get("tools") or [])
    choice: Any = request.get("tool_choice")
    if isinstance(choice, dict):
        choice = cast("Json", choice)
        if choice.get("type") == "allowed_tools":
            allowed: Json = choice["allowed_tools"]
            names = {each["function"]["name"] for each in allowed["tools"] if each.get("type") == "function"}
            offered = [each for each in offered if each.get("type") == "function" and each["function"]["name"] in names]
            choice = allowed["mode"]
    made = [tool(each, f"tools[{place}]") for place, each in enumerate(offered)]
    chosen = _choice(choice)
    if made and request.get("parallel_tool_calls") is False and (chosen or {}).get("type") != "none":
        chosen = (chosen or {"type": "auto"}) | {"disable_parallel_tool_use": True}
    return made, chosen if made else None


def choice_of(chosen: Json) -> Json:
    """The fields of a chat request that a choice among tools is."""
    kind = chosen.get("type")
    fields: Json = {}
    if kind == "tool":
        fields["tool_choice"] = {"type": "function", "function": {"name": chosen["name"]}}
    elif kind in _OURS:
        fields["tool_choice"] = _OURS[str(kind)]
    if chosen.get("disable_parallel_tool_use"):
        fields["parallel_tool_calls"] = False
    return fields


def _choice(choice: Any) -> Json | None:  # noqa: ANN401 - a word, or an object
    if choice is None:
        return None
    if isinstance(choice, str):
        return {"type": _WORDS[choice]}
    named = cast("Json", choice)
    if named.get("type") != "function":
        raise InvalidRequestError("tool_choice must name a function", param="tool_choice")
    return {"type": "tool", "name": named["function"]["name"]}
