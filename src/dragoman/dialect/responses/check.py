"""Is this JSON a request of the Responses API, as far as its translation rests on it? No I/O.

What rests on something that somebody would have to have kept, and what nobody but a server of this API can read, is
refused with what to send instead. Kinds of items, parts and tools that nobody here knows pass.
"""

from __future__ import annotations

from typing import Any, cast

from dragoman.dialect.form import allow, need, refuse
from dragoman.dialect.responses.items import kind_of
from dragoman.dialect.responses.turns import OUTPUTS
from dragoman.errors import InvalidRequestError
from dragoman.wire.rules import shown
from dragoman.wire.tolerant import is_object

Json = dict[str, Any]

_KEPT = {
    "previous_response_id": "this gateway keeps no responses: send the whole conversation as input",
    "conversation": "this gateway keeps no conversations: send the whole of it as input",
    "prompt": "this gateway keeps no prompts: send its text as instructions and input",
    "background": "this gateway keeps no responses: wait for the answer, or stream it",
    "n": "this API answers once: leave it out",
}
"""What this gateway cannot do, and what to do instead."""

_OTHERWISE = {
    "messages": "input",
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
    "response_format": "text.format",
    "reasoning_effort": "reasoning.effort",
    "verbosity": "text.verbosity",
    "logprobs": "top_logprobs",
    "functions": "tools",
    "function_call": "tool_choice",
}
"""Chat's words, and this API's for the same."""

_FIELDS: dict[str, type] = {
    "model": str,
    "instructions": str,
    "tools": list,
    "text": dict,
    "reasoning": dict,
    "include": list,
    "metadata": dict,
    "store": bool,
    "background": bool,
    "stream": bool,
}
_ROLES = ("user", "system", "developer", "assistant")
_NEEDED: dict[str, dict[str, type]] = {
    "function_call": {"call_id": str, "name": str, "arguments": str},
    "custom_tool_call": {"call_id": str, "name": str, "input": str},
    "function_call_output": {"call_id": str},
    "custom_tool_call_output": {"call_id": str},
    "input_text": {"text": str},
    "output_text": {"text": str},
    "refusal": {"refusal": str},
    "input_audio": {"input_audio": dict},
}
_ALLOWED: dict[str, dict[str, type]] = {
    "reasoning": {"summary": list, "content": list, "encrypted_content": str},
    "input_image": {"image_url": str, "file_id": str, "detail": str},
    "input_file": {"file_data": str, "file_id": str, "filename": str},
}
_PARTS = {"text": "input_text", "image_url": "input_image", "file": "input_file"}
"""Chat's kinds of parts, and this API's."""

_OURS_ALONE = frozenset({
    "additional_tools", "apply_patch_call", "apply_patch_call_output", "compaction", "compaction_trigger",
    "computer_call", "computer_call_output", "local_shell_call", "local_shell_call_output", "mcp_approval_request",
    "mcp_approval_response", "program", "program_output", "shell_call", "shell_call_output", "tool_search_output",
})  # fmt: skip
"""Kinds of items without which the conversation is another, and for which chat has no form."""


def check(request: Json) -> None:
    """See that decoded JSON is a Responses request.

    Raises:
        InvalidRequestError: it is not, or cannot be answered here; `param` says where.
    """
    for name, instead in _KEPT.items():
        if request.get(name) is not None and not (name == "background" and request[name] is False):
            raise InvalidRequestError(f"{name}: {instead}", param=name)
    for name, known in _OTHERWISE.items():
        if request.get(name) is not None:
            raise InvalidRequestError(f"{name}: this API calls it {known}", param=name)
    need(request, "model", str, "")
    for name, kind in _FIELDS.items():
        allow(request, name, kind, "")
    _check_input(request.get("input"))
    _check_tools(request)
    text: Json = request.get("text") or {}
    allow(text, "format", dict, "text.")
    if text.get("format") is not None:
        need(text["format"], "type", str, "text.format.")


def _check_input(said: object) -> None:
    if said is None or said in ("", []):
        refuse("input", "is missing: send what the model is to answer, a text or items")
    if isinstance(said, str):
        return
    if not isinstance(said, list):
        refuse("input", f"must be a string or an array of items, not {shown(said)}")
    for place, item in enumerate(cast("list[object]", said)):
        path = f"input[{place}]"
        if not is_object(item):
            refuse(path, f"must be an object, not {shown(item)}")
        allow(item, "type", str, f"{path}.")
        _check_item(item, kind_of(item), path)


def _check_item(item: Json, kind: str, path: str) -> None:
    if kind == "item_reference":
        refuse(
            path, "refers to an item: this gateway keeps none, so send the item itself, as clients do with store false"
        )
    if kind in _OURS_ALONE:
        refuse(path, f"is a {kind}, which only a server of this API can read: leave it out, or say it as text")
    if kind == "message":
        if item.get("role") not in _ROLES:
            refuse(
                f"{path}.role", f"must be 'user', 'system', 'developer' or 'assistant', not {shown(item.get('role'))}"
            )
        _check_content(item.get("content"), f"{path}.content")
    elif kind in OUTPUTS:
        _check_content(item.get("output"), f"{path}.output")
    _check_fields(item, kind, f"{path}.")


def _check_content(content: object, path: str) -> None:
    if isinstance(content, str):
        return
    if not isinstance(content, list):
        refuse(path, "is missing" if content is None else "must be a string or an array of parts")
    for place, part in enumerate(cast("list[object]", content)):
        where = f"{path}[{place}]"
        if not is_object(part) or not isinstance(part.get("type"), str):
            refuse(where, "must be a part: an object with a type")
        kind: str = part["type"]
        if kind in _PARTS:
            refuse(f"{where}.type", f"is {kind!r}, which this API calls {_PARTS[kind]!r}")
        _check_fields(part, kind, f"{where}.")
        _check_part(part, kind, where)


def _check_part(part: Json, kind: str, path: str) -> None:
    if kind == "input_image" and not (part.get("image_url") or part.get("file_id")):
        refuse(path, "must have an image_url or a file_id")
    if kind == "input_file" and not (part.get("file_data") or part.get("file_id")):
        instead = "is no form of chat's: send" if part.get("file_url") else "must have"
        refuse(f"{path}.file_url" if part.get("file_url") else path, f"{instead} file_data or a file_id")
    if kind == "input_audio":
        for name in ("data", "format"):
            need(part["input_audio"], name, str, f"{path}.input_audio.")
    mark = part.get("prompt_cache_breakpoint")
    if mark is not None:
        need(part, "prompt_cache_breakpoint", dict, f"{path}.")
        need(mark, "mode", str, f"{path}.prompt_cache_breakpoint.")


def _check_fields(fields: Json, kind: str, path: str) -> None:
    for name, wanted in _NEEDED.get(kind, {}).items():
        need(fields, name, wanted, path)
    for name, wanted in _ALLOWED.get(kind, {}).items():
        allow(fields, name, wanted, path)


def _check_tools(request: Json) -> None:
    for place, offered in enumerate(cast("list[object]", request.get("tools") or [])):
        path = f"tools[{place}]"
        if not is_object(offered):
            refuse(path, f"must be an object, not {shown(offered)}")
        need(offered, "type", str, f"{path}.")
        if offered["type"] in {"function", "custom"}:
            need(offered, "name", str, f"{path}.")
            if offered["type"] == "custom":
                allow(offered, "format", dict, f"{path}.")
    chosen: Any = request.get("tool_choice")
    if chosen is None or isinstance(chosen, str):
        return
    need(request, "tool_choice", dict, "")
    _check_choice(chosen, "tool_choice")


def _check_choice(chosen: Json, path: str) -> None:
    need(chosen, "type", str, f"{path}.")
    if chosen["type"] in {"function", "custom"}:
        need(chosen, "name", str, f"{path}.")
    if chosen["type"] == "allowed_tools":
        need(chosen, "mode", str, f"{path}.")
        need(chosen, "tools", list, f"{path}.")
        for place, each in enumerate(cast("list[object]", chosen["tools"])):
            where = f"{path}.tools[{place}]"
            if not is_object(each):
                refuse(where, f"must be an object, not {shown(each)}")
            _check_choice(each, where)
