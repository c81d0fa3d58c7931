"""A Messages answer as a chat completion: what was said, why it stopped, what it used. No I/O.

What chat has no place for stays beside it: the stop reason in the API's own word, the sequence it stopped at, details
of a refusal, fields of the message and of its usage that nobody here knows.
"""

from __future__ import annotations

from typing import Any

import msgspec

from dragoman.dialect.anthropic.outline import message_of
from dragoman.wire.tolerant import count_in, is_object, objects_in, read_object

Json = dict[str, Any]

FINISHES = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
"""`stop_reason` as `finish_reason`. Any other, such as `pause_turn`, has no like in chat and stays itself."""

MESSAGE_FIELDS = frozenset({
    "content", "id", "model", "role", "stop_details", "stop_reason", "stop_sequence", "type", "usage",
})  # fmt: skip
"""The fields of a message that have a place in a completion."""

_COUNTS = frozenset({
    "cache_creation_input_tokens", "cache_read_input_tokens", "input_tokens", "output_tokens",
    "output_tokens_details",
})  # fmt: skip


def whole(body: bytes, created: int, answer: str = "") -> bytes:
    """A Messages answer as a completion's JSON; what is no message stays as it is, to be judged.

    Args:
        body: the answer's body.
        created: when it came, in seconds since 1970: the API does not say.
        answer: the tool whose input is the answer, where one was asked for.

    Raises:
        msgspec.DecodeError: it is not a JSON object, or its blocks are none.
    """
    received = read_object(body)
    if not isinstance(received.get("content"), list):
        return body
    try:
        return msgspec.json.encode(completion(received, created, answer))
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise msgspec.DecodeError(f"a block of the message lacks what its kind has: {error!r}") from None


def completion(received: Json, created: int, answer: str = "") -> Json:
    """A message as a completion."""
    blocks = objects_in(received["content"])
    answered = [each for each in blocks if _is_answer(each, answer)]
    said = [as_text(each) if each in answered else each for each in blocks]
    message = message_of(said)
    stop = received.get("stop_reason")
    choice: Json = {"index": 0, "message": message} | ending(received, answered=bool(answered))
    refused = refusal_of(received)
    if refused:
        message["refusal"] = refused
    if stop is None:
        choice["finish_reason"] = None
    made: Json = {
        "id": received.get("id", ""),
        "object": "chat.completion",
        "created": created,
        "model": received.get("model", ""),
        "choices": [choice],
    }
    counted = usage(received.get("usage"))
    if counted is not None:
        made["usage"] = counted
    return made | beyond(received)


def ending(received: Json, *, answered: bool) -> Json:
    """The fields of a choice that say why it stopped; none while it has not."""
    stop = received.get("stop_reason")
    if stop is None:
        return {}
    finish = "stop" if answered and stop == "tool_use" else FINISHES.get(stop, stop)
    kept = {name: received[name] for name in ("stop_sequence", "stop_details") if received.get(name) is not None}
    return {"finish_reason": finish, "native_finish_reason": stop} | kept


def refusal_of(received: Json) -> str | None:
    """Why the model would not answer, where it says so."""
    details: Any = received.get("stop_details")
    return details.get("explanation") if is_object(details) else None


def beyond(received: Json) -> Json:
    """The fields of a message that a completion has no place for."""
    return {name: value for name, value in received.items() if name not in MESSAGE_FIELDS and value is not None}


def usage(received: object) -> Json | None:
    """The API's usage as chat's: there what the cache held counts as input, here it is a part of the prompt."""
    if not is_object(received):
        return None
    read = count_in(received, "cache_read_input_tokens")
    written = count_in(received, "cache_creation_input_tokens")
    prompt = count_in(received, "input_tokens") + read + written
    output = count_in(received, "output_tokens")
    made: Json = {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
    }
    details: Any = received.get("output_tokens_details")
    if is_object(details):
        named = {"reasoning_tokens" if name == "thinking_tokens" else name: value for name, value in details.items()}
        made["completion_tokens_details"] = named
    return made | {name: value for name, value in received.items() if name not in _COUNTS and value is not None}


def as_text(use: Json) -> Json:
    """The call of the answering tool as the text it stands for."""
    return {"type": "text", "text": msgspec.json.encode(use["input"]).decode()}


def _is_answer(each: Json, answer: str) -> bool:
    return bool(answer) and each.get("type") == "tool_use" and each.get("name") == answer
