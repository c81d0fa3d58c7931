"""What a chat request carries for Anthropic alone, and the same request without it, for everyone else. No I/O.

A request that was heard in Anthropic's words holds more than chat can say: marks for the prompt cache, signed
thoughts, how to think. They travel in fields of their own, and the field `anthropic` of the request says that there
are any. A caller of chat may set it too: its fields go into the Messages request as they are.
"""

from __future__ import annotations

from typing import Any, cast

from dragoman.dialect import PRIVATE
from dragoman.dialect.anthropic.outline import CONTENT

Json = dict[str, Any]

MARK = PRIVATE
"""The request's field that holds fields of a Messages request, and says that private ones may stand elsewhere too."""

_OF_MESSAGES = frozenset({CONTENT, "is_error", "cache_control"})
_OF_PARTS = frozenset({"cache_control", "citations", "context", "transformations"})
_OF_TOOLS = frozenset({"type", "function"})


def public(request: Json) -> Json:
    """A request as any server of chat may read it."""
    made = {name: value for name, value in request.items() if name != MARK}
    made["messages"] = [_message(each) for each in cast("list[object]", request.get("messages") or [])]
    if request.get("tools"):
        made["tools"] = [_tool(each) for each in request["tools"]]
    return made


def _message(message: Any) -> Any:  # noqa: ANN401 - one that was received stays the bytes it was
    if not isinstance(message, dict):
        return message
    made = _without(cast("Json", message), _OF_MESSAGES)
    if isinstance(made.get("content"), list):
        made["content"] = [_without(part, _OF_PARTS) for part in made["content"]]
    return made


def _tool(tool: Json) -> Json:
    return {name: tool[name] for name in tool if name in _OF_TOOLS} if tool.get("type") == "function" else tool


def _without(value: Json, names: frozenset[str]) -> Json:
    return {name: item for name, item in value.items() if name not in names}
