"""A response of the Responses API as a chat completion: what was said, why it stopped, what it used. No I/O.

What the message has no place for stands in its field `responses`, so that it goes back as the items that came; fields
of the response and of its usage that nobody here knows stay beside it, and those that say back what was asked do not.
"""

from __future__ import annotations

from typing import Any

import msgspec

from dragoman.dialect import RESPONSES
from dragoman.dialect.responses.items import CALLS, outlined
from dragoman.dialect.responses.response import ENDINGS
from dragoman.wire.tolerant import count_in, is_object, objects_in, read_object

Json = dict[str, Any]

FINISHES = {reason: finish for finish, reason in ENDINGS.items()}
"""Why a response is incomplete as `finish_reason`. Any other reason has no like in chat and stays itself."""

RESPONSE_FIELDS = frozenset({
    "background", "conversation", "created_at", "error", "id", "incomplete_details", "instructions",
    "max_output_tokens", "max_tool_calls", "metadata", "model", "object", "output", "output_text",
    "parallel_tool_calls", "previous_response_id", "prompt", "prompt_cache_key", "prompt_cache_options",
    "prompt_cache_retention", "reasoning", "safety_identifier", "service_tier", "status", "store", "temperature",
    "text", "tool_choice", "tools", "top_logprobs", "top_p", "truncation", "usage", "user",
})  # fmt: skip
"""The fields of a response that have a place in a completion, or say back what was asked."""

_COUNTS = frozenset({
    "input_tokens", "input_tokens_details", "output_tokens", "output_tokens_details", "total_tokens",
})  # fmt: skip


def whole(body: bytes, created: int) -> bytes:
    """A response as a completion's JSON; one that failed as its error; what is no response stays as it is.

    Args:
        body: the answer's body.
        created: when it came, in seconds since 1970, where it does not say.

    Raises:
        msgspec.DecodeError: it is not a JSON object, or its items are none.
    """
    received = read_object(body)
    failed = failure(received)
    if failed is not None:
        return msgspec.json.encode(failed)
    if not isinstance(received.get("output"), list):
        return body
    try:
        return msgspec.json.encode(completion(received, created))
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise msgspec.DecodeError(f"an item of the response lacks what its kind has: {error!r}") from None


def failure(received: Json) -> Json | None:
    """The error of a response that failed, in chat's form; None where it did not."""
    error = received.get("error")
    if received.get("status") not in ("failed", "cancelled") and not is_object(error):
        return None
    unsaid = {"message": f"the response is {received.get('status')}", "code": "server_error"}
    return {"error": error if is_object(error) else unsaid}


def completion(received: Json, created: int) -> Json:
    """A response as a completion."""
    items = objects_in(received["output"])
    message, outline = outlined(items)
    remarks = [remark for item, start in _placed(items) for remark in remarks_of(item, start)]
    message |= ({"annotations": remarks} if remarks else {}) | ({RESPONSES: outline} if outline else {})
    choice: Json = {"index": 0, "message": message, "finish_reason": finish(received, calls="tool_calls" in message)}
    likely = [each for item in items for each in logprobs_of(item)]
    if likely:
        choice["logprobs"] = {"content": likely}
    made = begun(received, created) | {"object": "chat.completion", "choices": [choice]}
    counted = usage(received.get("usage"))
    return made | ({} if counted is None else {"usage": counted}) | beyond(received)


def begun(received: Json, created: int) -> Json:
    """What a completion, and each of its chunks, says of the response it is."""
    return {
        "id": received.get("id") or "",
        "created": count_in(received, "created_at") or created,
        "model": received.get("model") or "",
    }


def finish(received: Json, *, calls: bool) -> str | None:
    """`finish_reason` of a response; None while it is under way."""
    status = received.get("status")
    if status in ("in_progress", "queued"):
        return None
    if status == "incomplete":
        details: Any = received.get("incomplete_details")
        reason = str(details.get("reason") or "") if is_object(details) else ""
        return FINISHES.get(reason, reason or "length")
    return "tool_calls" if calls else "stop"


def beyond(received: Json) -> Json:
    """The fields of a response that a completion has no place for."""
    made = {name: value for name, value in received.items() if name not in RESPONSE_FIELDS and value is not None}
    tier = received.get("service_tier")
    return made | ({"service_tier": tier} if tier else {})


def usage(received: object) -> Json | None:
    """This API's usage as chat's; None where it is unknown."""
    if not is_object(received):
        return None
    prompt, output = count_in(received, "input_tokens"), count_in(received, "output_tokens")
    made: Json = {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": count_in(received, "total_tokens") or prompt + output,
    }
    for ours, theirs in (("prompt", "input"), ("completion", "output")):
        details: Any = received.get(f"{theirs}_tokens_details")
        if is_object(details):
            made[f"{ours}_tokens_details"] = details
    return made | {name: value for name, value in received.items() if name not in _COUNTS and value is not None}


def remarks_of(item: Json, start: int) -> list[Json]:
    """What is remarked on the texts of an item, in chat's form.

    Args:
        item: the item.
        start: how many characters of the message's text come before it.
    """
    made: list[Json] = []
    for part in _texts(item):
        made += [_remark(each, start) for each in objects_in(part.get("annotations"))]
        start += len(part["text"])
    return made


def logprobs_of(item: Json) -> list[Json]:
    """How likely the tokens of an item's texts were: said the same way on both sides."""
    return [each for part in _texts(item) for each in objects_in(part.get("logprobs"))]


def is_call(item: Json) -> bool:
    """Whether an item is a call of one of the caller's own tools."""
    return item.get("type") in CALLS


def _placed(items: list[Json]) -> list[tuple[Json, int]]:
    """The items, and how many characters of text come before each."""
    placed: list[tuple[Json, int]] = []
    start = 0
    for item in items:
        placed.append((item, start))
        start += sum(len(part["text"]) for part in _texts(item))
    return placed


def _texts(item: Json) -> list[Json]:
    parts = objects_in(item.get("content")) if item.get("type") == "message" else []
    return [part for part in parts if part.get("type") == "output_text" and isinstance(part.get("text"), str)]


def _remark(said: Json, start: int) -> Json:
    """A remark as chat has it: under the name of its kind, its places counted from the beginning of the message."""
    kind = str(said.get("type"))
    inner = {name: value for name, value in said.items() if name != "type"}
    inner |= {name: inner[name] + start for name in ("start_index", "end_index") if isinstance(inner.get(name), int)}
    return {"type": kind, kind: inner}
