"""A request of Anthropic's Messages API as a chat request. No I/O.

Field by field `POST /v1/messages` of the API's reference. What chat has no word for is not lost: it travels in the
field `anthropic` of the chat request, for an upstream that speaks this API, and no other upstream sees it.
"""

from __future__ import annotations

from typing import Any, cast

from dragoman.dialect import ANTHROPIC
from dragoman.dialect.anthropic.calls import choice_of, tool_of
from dragoman.dialect.anthropic.turns import messages_of
from dragoman.dialect.form import allow, need, refuse
from dragoman.wire.rules import shown
from dragoman.wire.tolerant import is_object

Json = dict[str, Any]

MOST_STOPS = 4
"""The most stop sequences that chat takes; this API takes more."""

SCHEMA = "answer"
"""The name of an answer's schema, which chat wants and this API does not give."""

EFFORTS = ((4096, "low"), (12_288, "medium"))
"""Tokens of thought, up to which `reasoning_effort` is called so; beyond them it is high."""

TIERS = {"auto": "auto", "standard_only": "default"}

_AS_IT_IS = ("model", "max_tokens", "stream", "temperature", "top_p", "top_k")
_HEARD = frozenset({
    *_AS_IT_IS, "messages", "metadata", "output_config", "service_tier", "stop_sequences", "system", "tool_choice",
    "tools",
})  # fmt: skip
_ROLES = ("user", "assistant", "system")
_NEEDED: dict[str, dict[str, type]] = {
    "text": {"text": str},
    "image": {"source": dict},
    "document": {"source": dict},
    "thinking": {"thinking": str},
    "tool_use": {"id": str, "name": str, "input": dict},
    "tool_result": {"tool_use_id": str},
}
_CHATS = {"image_url": "image", "file": "document", "refusal": "text", "input_audio": None}
"""Chat's kinds of parts, and what this API calls the same; it has no sound."""

_SOURCES: dict[str, tuple[str, ...]] = {
    "base64": ("media_type", "data"),
    "text": ("media_type", "data"),
    "url": ("url",),
    "file": ("file_id",),
}
_KINDS: dict[str, type] = {
    "service_tier": str,
    "tools": list,
    "stop_sequences": list,
    "tool_choice": dict,
    "metadata": dict,
    "output_config": dict,
    "thinking": dict,
    "temperature": float,
    "top_p": float,
    "top_k": int,
    "stream": bool,
}


def hear(request: Json) -> tuple[Json, tuple[str, ...]]:
    """The chat request that a Messages request is, and what of it had to be changed.

    Raises:
        InvalidRequestError: it is no Messages request; `param` says where.
    """
    check(request)
    given = {name: value for name, value in request.items() if value is not None}
    changes: list[str] = []
    chat: Json = {name: given[name] for name in _AS_IT_IS if name in given}
    chat["messages"] = messages_of(given.get("system"), given["messages"], changes)
    private = {name: value for name, value in given.items() if name not in _HEARD}
    if given.get("tools"):
        chat["tools"] = [tool_of(each) for each in given["tools"]]
        chat |= choice_of(given.get("tool_choice") or {})
    stops: list[str] = given.get("stop_sequences") or []
    if stops:
        chat["stop"] = stops[:MOST_STOPS]
    if len(stops) > MOST_STOPS:
        private["stop_sequences"] = stops
        changes.append(f"stop_sequences: the first {MOST_STOPS}")
    _who(given, chat, private)
    _how(given, chat, private)
    # Always there: that it is says that marks for this API may stand in the messages and the tools.
    chat[ANTHROPIC] = private
    return chat, tuple(changes)


def check(request: Json, *, counting: bool = False) -> None:
    """See that decoded JSON is a Messages request, as far as its translation rests on it.

    Args:
        request: the body.
        counting: whether it only asks for its tokens to be counted, and needs no `max_tokens`.

    Raises:
        InvalidRequestError: it is not; `param` says where.
    """
    need(request, "model", str, "")
    if not counting or request.get("max_tokens") is not None:
        need(request, "max_tokens", int, "")
        if request["max_tokens"] < 1:
            refuse("max_tokens", f"must be at least 1, not {shown(request['max_tokens'])}")
    need(request, "messages", list, "")
    _check_turns(request["messages"])
    if request.get("system") is not None:
        _check_content(request["system"], "system")
    for name, kind in _KINDS.items():
        allow(request, name, kind, "")
    _check_tools(request)
    for place, text in enumerate(request.get("stop_sequences") or []):
        if not isinstance(text, str):
            refuse(f"stop_sequences[{place}]", f"must be a string, not {shown(text)}")


def _check_tools(request: Json) -> None:
    for place, offered in enumerate(request.get("tools") or []):
        path = f"tools[{place}]"
        if not is_object(offered):
            refuse(path, f"must be an object, not {shown(offered)}")
        need(offered, "name", str, f"{path}.")
        for name, kind in (("type", str), ("description", str), ("input_schema", dict), ("strict", bool)):
            allow(offered, name, kind, f"{path}.")
        if offered.get("type") == "function":
            refuse(f"{path}.type", "is 'function', which this API calls 'custom': its schema is input_schema")
        if offered.get("type") in {None, "custom"}:
            need(offered, "input_schema", dict, f"{path}.")
    choice: Json = request.get("tool_choice") or {}
    if choice:
        need(choice, "type", str, "tool_choice.")
    if choice.get("type") == "tool":
        need(choice, "name", str, "tool_choice.")


def _check_turns(said: list[object]) -> None:
    if not said:
        refuse("messages", "must not be empty")
    for place, turn in enumerate(said):
        path = f"messages[{place}]"
        if not is_object(turn):
            refuse(path, f"must be an object, not {shown(turn)}")
        if turn.get("role") not in _ROLES:
            refuse(f"{path}.role", f"must be 'user', 'assistant' or 'system', not {shown(turn.get('role'))}")
        _check_content(turn.get("content"), f"{path}.content")


def _check_content(content: object, path: str) -> None:
    if isinstance(content, str):
        return
    if not isinstance(content, list):
        refuse(path, "must be a string or an array of content blocks")
    for place, block in enumerate(cast("list[object]", content)):
        where = f"{path}[{place}]"
        if not is_object(block) or not isinstance(block.get("type"), str):
            refuse(where, "must be a content block: an object with a type")
        if block["type"] in _CHATS:
            instead = _CHATS[block["type"]]
            refuse(
                f"{where}.type",
                f"is {block['type']!r}, which this API " + (f"calls {instead!r}" if instead else "has not"),
            )
        for name, kind in _NEEDED.get(block["type"], {}).items():
            need(block, name, kind, f"{where}.")
        allow(block, "title", str, f"{where}.")
        if isinstance(block.get("source"), dict):
            _check_source(block["source"], f"{where}.source.")
        inner: Any = block.get("content")
        if block["type"] == "tool_result" and inner is not None:
            _check_content(inner, f"{where}.content")


def _check_source(source: Json, path: str) -> None:
    need(source, "type", str, path)
    for name in _SOURCES.get(source["type"], ()):
        need(source, name, str, path)


def _who(given: Json, chat: Json, private: Json) -> None:
    """For whom it is, and how urgent."""
    metadata: Json = given.get("metadata") or {}
    user = metadata.get("user_id")
    if isinstance(user, str):
        chat["user"] = user
    if metadata and (len(metadata) > 1 or "user" not in chat):
        private["metadata"] = metadata
    tier = given.get("service_tier")
    if tier in TIERS:
        chat["service_tier"] = TIERS[tier]
    elif tier is not None:
        private["service_tier"] = tier


def _how(given: Json, chat: Json, private: Json) -> None:
    """In what form to answer, and how hard to think first."""
    config: Json = dict(given.get("output_config") or {})
    wanted: Any = config.get("format")
    if is_object(wanted) and wanted.get("type") == "json_schema" and is_object(wanted.get("schema")):
        held = {"name": SCHEMA, "schema": wanted["schema"], "strict": True}
        chat["response_format"] = {"type": "json_schema", "json_schema": held}
        private["output_config"] = config
    elif config:
        private["output_config"] = config
    thinking: Json = given.get("thinking") or {}
    kind = thinking.get("type")
    budget: Any = thinking.get("budget_tokens")
    if isinstance(config.get("effort"), str) and kind != "disabled":
        chat["reasoning_effort"] = config["effort"]
    elif kind == "enabled" and isinstance(budget, int):
        chat["reasoning_effort"] = next((word for most, word in EFFORTS if budget <= most), "high")
    if chat.get("reasoning_effort") is not None and not thinking:
        # Effort alone does not ask for thinking: what the model does of itself stands.
        private["thinking"] = None
