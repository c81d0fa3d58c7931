"""A chat completion as an answer of Anthropic's Messages API. No I/O."""

from __future__ import annotations

from typing import Any

from dragoman.dialect.anthropic.answer import FINISHES, refusal_of
from dragoman.dialect.anthropic.outline import blocks_of, identified, thought_of
from dragoman.dialect.private import CONTENT
from dragoman.wire.tolerant import count_in, is_object, objects_in

Json = dict[str, Any]

STOPS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
}
"""`finish_reason` as `stop_reason`; any other stays itself."""

_COMPLETION = frozenset({"choices", "created", "id", "model", "object", "service_tier", "system_fingerprint", "usage"})
_USAGE = frozenset({
    "completion_tokens", "completion_tokens_details", "prompt_tokens", "prompt_tokens_details", "total_tokens",
})  # fmt: skip


def reply(completion: Json) -> Json:
    """The message that a completion's first choice is.

    Thoughts that come without a signature are a `thinking` block with an empty one: this API has no other form.
    """
    choice: Json = (objects_in(completion.get("choices")) or [{}])[0]
    message = _object(choice.get("message"))
    if refusal_of(choice):
        # They hold the refusal's words already.
        message = {name: value for name, value in message.items() if name != "refusal"}
    message = _named(message, str(completion.get("id") or ""))
    thought = thought_of(message)
    blocks = blocks_of(message, "message", [])
    if thought and not message.get(CONTENT):
        blocks.insert(0, {"type": "thinking", "thinking": thought, "signature": ""})
    made: Json = {
        "id": identity(completion.get("id")),
        "type": "message",
        "role": "assistant",
        "model": completion.get("model") or "",
        "content": blocks,
    }
    made |= ending(choice, calls=bool(message.get("tool_calls"))) | {"usage": usage(completion.get("usage"))}
    return made | {name: value for name, value in completion.items() if name not in _COMPLETION}


def identity(given: object) -> str:
    """A completion's id with the beginning that this API's clients know."""
    name = str(given or "")
    return name if name.startswith("msg_") else f"msg_{name}"


def ending(choice: Json, *, calls: bool) -> Json:
    """Why a choice stopped: in the word of the model's own vendor where it was this API's.

    Args:
        choice: the choice, or the end of it.
        calls: whether it calls tools.
    """
    finish = choice.get("finish_reason")
    if calls and finish == "stop":
        # OpenAI says so of a function that `tool_choice` names (seen in vllm-project/vllm#25054), others of any call.
        finish = "tool_calls"
    native = choice.get("native_finish_reason")
    own = str(native) in {*FINISHES, "pause_turn"}
    stop = native if own else STOPS.get(str(finish), finish)
    made: Json = {"stop_reason": stop, "stop_sequence": choice.get("stop_sequence")}
    return made | ({"stop_details": choice["stop_details"]} if choice.get("stop_details") else {})


def usage(received: object) -> Json:
    """Chat's usage as this API's: there the cached part counts in the prompt, here beside it. Unknown is 0."""
    known = _object(received)
    details = _object(known.get("prompt_tokens_details"))
    read, written = count_in(details, "cached_tokens"), count_in(details, "cache_write_tokens")
    made: Json = {
        "input_tokens": max(count_in(known, "prompt_tokens") - read - written, 0),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "output_tokens": count_in(known, "completion_tokens"),
    }
    spent = _object(known.get("completion_tokens_details"))
    if spent.get("reasoning_tokens") is not None:
        made["output_tokens_details"] = {"thinking_tokens": count_in(spent, "reasoning_tokens")}
    return made | {name: value for name, value in known.items() if name not in _USAGE}


def _named(message: Json, answer: str) -> Json:
    """A message whose calls all have an id."""
    calls = objects_in(message.get("tool_calls"))
    if all(call.get("id") for call in calls):
        return message
    named = [
        call if call.get("id") else call | {"id": identified(None, answer, place)} for place, call in enumerate(calls)
    ]
    return message | {"tool_calls": named}


def _object(value: object) -> Json:
    return value if is_object(value) else {}
