"""The response object: what it says of its request, what it is called, what it used, why it ended. No I/O."""

from __future__ import annotations

import re
from typing import Any

from dragoman.dialect import RESPONSES
from dragoman.dialect.responses.tools import choice, tool
from dragoman.wire.tolerant import count_in, is_object

Json = dict[str, Any]

ENDINGS = {"length": "max_output_tokens", "content_filter": "content_filter"}
"""`finish_reason` as the reason why a response is incomplete; with any other it is complete."""

LONGEST = 40
"""Characters of a completion's id in those of its items: this API takes ids of 64."""

_PREFIX = re.compile(r"^(?:chatcmpl|cmpl|resp|msg|req|gen)[-_]")
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_-]")
_ECHOED = (
    "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "safety_identifier", "temperature", "top_p",
    "user",
)  # fmt: skip
_USAGE = frozenset({
    "completion_tokens", "completion_tokens_details", "prompt_tokens", "prompt_tokens_details", "total_tokens",
})  # fmt: skip


def name_of(given: object) -> str:
    """What a completion is called, without the beginning that its own vendor's ids have."""
    return _NOT_IN_IDS.sub("_", _PREFIX.sub("", str(given or "")))[-LONGEST:] or "0"


def begun(asked: Json, name: str, model: str, created: int) -> Json:
    """A response under way.

    Args:
        asked: the chat request that the Responses request was heard as.
        name: what it is called, in its id and those of its items.
        model: which model answers.
        created: when it was begun, in seconds since 1970.
    """
    private: Json = asked.get(RESPONSES) or {}
    made: Json = {
        "id": f"resp_{name}",
        "object": "response",
        "created_at": created,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": private.get("instructions"),
        "max_output_tokens": asked.get("max_completion_tokens"),
        "max_tool_calls": private.get("max_tool_calls"),
        "metadata": private.get("metadata") or {},
        "model": model,
        "output": [],
        "parallel_tool_calls": asked.get("parallel_tool_calls", True),
        "previous_response_id": None,
        "reasoning": {"effort": asked.get("reasoning_effort"), "summary": None} | (private.get("reasoning") or {}),
        "service_tier": asked.get("service_tier"),
        "store": False,
        "text": _text(asked) | (private.get("text") or {}),
        "tool_choice": choice(asked.get("tool_choice") or "auto"),
        "tools": [tool(each) for each in asked.get("tools") or ()],
        "top_logprobs": asked.get("top_logprobs") or 0,
        "truncation": private.get("truncation") or "disabled",
        "usage": None,
    }
    return made | {name: asked.get(name) for name in _ECHOED}


def summarised(asked: Json) -> bool:
    """Whether a request wants what is thought told as a summary."""
    private: Json = asked.get(RESPONSES) or {}
    wanted: Json = private.get("reasoning") or {}
    return bool(wanted.get("summary") or wanted.get("generate_summary"))


def ending(finish: object) -> Json:
    """Why a response ended, by the completion's `finish_reason`."""
    reason = ENDINGS.get(str(finish))
    return {
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
    }


def usage(received: object) -> Json | None:
    """Chat's usage as this API's; None where it is unknown."""
    if not is_object(received):
        return None
    read, spent = _object(received, "prompt_tokens_details"), _object(received, "completion_tokens_details")
    made: Json = {
        "input_tokens": count_in(received, "prompt_tokens"),
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0} | read,
        "output_tokens": count_in(received, "completion_tokens"),
        "output_tokens_details": {"reasoning_tokens": 0} | spent,
        "total_tokens": count_in(received, "total_tokens"),
    }
    return made | {name: value for name, value in received.items() if name not in _USAGE}


def _object(fields: Json, name: str) -> Json:
    value: object = fields.get(name)
    return {each: said for each, said in value.items() if said is not None} if is_object(value) else {}


def _text(asked: Json) -> Json:
    wanted: Json = asked.get("response_format") or {"type": "text"}
    made: Json = {"format": {"type": wanted["type"]} | (wanted.get("json_schema") or {})}
    return made | ({"verbosity": asked["verbosity"]} if asked.get("verbosity") else {})
