"""The items of an answer: what each is called, how far it came, and what is always said of it. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.wire.tolerant import objects_in

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]

PREFIXES = {"message": "msg", "reasoning": "rs", "function_call": "fc", "custom_tool_call": "ctc"}
"""How the id of each kind of item begins."""


def stamped(item: Json, name: str, place: int, status: str) -> Json:
    """An item with an id and a status, where it is of a kind that is made here and has none of its own.

    Args:
        item: the item.
        name: what the completion is called.
        place: which item of its output it is.
        status: how far it came: `in_progress`, `completed` or `incomplete`.
    """
    kind: str = item["type"]
    if kind not in PREFIXES:
        return item
    made: Json = {"id": f"{PREFIXES[kind]}_{name}_{place}", "type": kind}
    if kind != "reasoning":
        # Of a reasoning item it says nothing: OpenAI's own have none, and servers refuse to be given it back.
        made["status"] = status
    made |= item
    if "call_id" in made and not made["call_id"]:
        made["call_id"] = f"call_{name}_{place}"
    return made


def text_part(text: str, annotations: Iterable[object] = (), logprobs: Iterable[object] = ()) -> Json:
    """A text, with what is remarked on it and how likely its tokens were, both in chat's form."""
    return {
        "type": "output_text",
        "text": text,
        "annotations": [annotation(each) for each in objects_in(list(annotations))],
        "logprobs": [logprob(each) for each in objects_in(list(logprobs))],
    }


def annotation(said: Json) -> Json:
    """A remark as this API has it: flat, where chat puts what it says under the name of its kind."""
    kind = said.get("type")
    inner = said.get(str(kind))
    return {"type": kind} | inner if isinstance(inner, dict) else said


def reasoning(thought: str, *, summary: bool, encrypted: str | None = None) -> Json:
    """What was thought, as a summary where one was asked for."""
    made: Json = {"type": "reasoning", "summary": []}
    if thought and summary:
        made["summary"] = [{"type": "summary_text", "text": thought}]
    elif thought:
        made["content"] = [{"type": "reasoning_text", "text": thought}]
    return made | ({"encrypted_content": encrypted} if encrypted else {})


def logprob(said: Json) -> Json:
    """How likely a token was, as this API has it: with its bytes, and those of its like, be they unknown."""
    likely = [_with_bytes(each) for each in said.get("top_logprobs") or ()]
    return _with_bytes(said) | {"top_logprobs": likely}


def _with_bytes(said: Json) -> Json:
    return said | {"bytes": said.get("bytes") or []}
