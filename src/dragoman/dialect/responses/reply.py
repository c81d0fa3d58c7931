"""A chat completion as a response of the Responses API. No I/O."""

from __future__ import annotations

from typing import Any

from dragoman.dialect import RESPONSES
from dragoman.dialect.private import CONTENT
from dragoman.dialect.responses.items import items_of, texts_in
from dragoman.dialect.responses.output import reasoning, stamped, text_part
from dragoman.dialect.responses.response import begun, ending, name_of, summarised, usage
from dragoman.dialect.responses.sealed import sealed
from dragoman.wire.tolerant import is_object, objects_in

Json = dict[str, Any]

COMPLETION = frozenset({"choices", "created", "id", "model", "object", "service_tier", "usage"})
"""The fields of a completion, or a chunk, that have a place in a response."""

CHOICE = frozenset({"delta", "finish_reason", "index", "logprobs", "message"})
"""The same of a choice."""

_MESSAGE = frozenset({
    "annotations", "content", "function_call", "id", "reasoning", "reasoning_content", "refusal", "role", "status",
    "tool_calls", "type", RESPONSES,
})  # fmt: skip


def reply(completion: Json, asked: Json) -> Json:
    """The response that a completion's first choice is.

    Args:
        completion: the completion.
        asked: the chat request that the Responses request was heard as.
    """
    choice: Json = (objects_in(completion.get("choices")) or [{}])[0]
    name = name_of(completion.get("id"))
    made = begun(asked, name, completion.get("model") or "", completion.get("created") or 0)
    made |= ending(choice.get("finish_reason"))
    made["service_tier"] = completion.get("service_tier") or made["service_tier"]
    items = _items(choice, summary=summarised(asked))
    last = len(items) - 1
    made["output"] = [
        stamped(item, name, place, made["status"] if place == last else "completed") for place, item in enumerate(items)
    ]
    made["usage"] = usage(completion.get("usage"))
    return beyond(completion, COMPLETION) | beyond(choice, CHOICE) | made


def beyond(fields: Json, known: frozenset[str]) -> Json:
    """The fields that nobody here knows."""
    return {name: value for name, value in fields.items() if name not in known and value is not None}


def _items(choice: Json, *, summary: bool) -> list[Json]:
    message: Json = choice["message"] if is_object(choice.get("message")) else {}
    if RESPONSES in message:
        return items_of(message)
    said = texts_in(message)
    logprobs: Json = choice["logprobs"] if is_object(choice.get("logprobs")) else {}
    items = [item for item in items_of(message) if item["type"] != "reasoning"]
    more = beyond(message, _MESSAGE)
    remarks, likely = objects_in(message.get("annotations")), objects_in(logprobs.get("content"))
    if items and items[0]["type"] == "message":
        text = text_part(said["content"], remarks, likely)
        parts: list[Json] = items[0]["content"]
        items[0]["content"] = [text, *parts[1:]] if parts[0]["type"] == "output_text" else parts
        items[0] |= more
    elif more.keys() - {CONTENT}:
        empty: Json = {"type": "message", "role": "assistant", "content": []}
        items.insert(0, empty | more)
    signed = sealed(message.get(CONTENT))
    if said["reasoning_content"] or signed:
        items.insert(0, reasoning(said["reasoning_content"], summary=summary, encrypted=signed))
    return items
