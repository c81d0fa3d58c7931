"""Chunks to the completion they add up to. No I/O.

What is folded is the JSON that was received, so that fields nobody told us about survive into `to_dict()`. Within a
choice's delta: text under the known names grows, tool calls are told apart and grow, and of any other field lists
grow and the last value wins. A call's id, type and name never grow: some vendors repeat them in every delta.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman.wire.completion import Completion, read_completion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dragoman.wire.chunk import Chunk

Json = dict[str, Any]

_GROWING = frozenset(
    {"content", "refusal", "reasoning_content", "reasoning", "transcript", "data", "arguments", "input"}
)


def fold(chunks: Iterable[Chunk]) -> Completion:
    """The completion that chunks add up to, as far as they go; with no chunks it has no choices."""
    whole: Json = {}
    choices: dict[int, Json] = {}
    for chunk in chunks:
        received = chunk.to_dict()
        for delta in _objects(received.pop("choices", None)):
            index = delta.get("index")
            place = index if isinstance(index, int) else 0
            _add_choice(choices.setdefault(place, {"index": place, "message": {"role": "assistant"}}), delta)
        usage = received.get("usage") or _groq_usage(received)
        whole |= {name: value for name, value in received.items() if value is not None}
        if usage:
            whole["usage"] = usage
    whole["object"] = "chat.completion"
    whole["choices"] = [_finished(choices[place]) for place in sorted(choices)]
    return read_completion(msgspec.json.encode(whole))


def _groq_usage(received: Json) -> object:
    aside = received.get("x_groq")
    return cast("Json", aside).get("usage") if isinstance(aside, dict) else None


def _objects(value: Any) -> list[Json]:  # noqa: ANN401 - whatever was received
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict)]


def _add_choice(choice: Json, received: Json) -> None:
    for name, value in received.items():
        if value is None or name == "index":
            continue
        if name == "delta" and isinstance(value, dict):
            _add_delta(choice["message"], cast("Json", value))
        elif name == "logprobs" and isinstance(value, dict):
            _grow(choice.setdefault("logprobs", {}), cast("Json", value))
        else:
            choice[name] = value


def _add_delta(message: Json, delta: Json) -> None:
    for name, value in delta.items():
        if value is None or name == "role":
            continue
        if name == "tool_calls":
            calls = message.setdefault("tool_calls", [])
            for call in _objects(value):
                _add_call(calls, call)
        elif name == "content" and isinstance(value, list):
            for part in _objects(value):
                _add_part(message, part)
        elif name in {"audio", "function_call"} and isinstance(value, dict):
            _grow(message.setdefault(name, {}), cast("Json", value))
        else:
            _grow(message, {name: value})


def _add_part(message: Json, part: Json) -> None:
    """Mistral's content in parts: text is content, thinking is reasoning."""
    if isinstance(part.get("text"), str):
        _grow(message, {"content": part["text"]})
    thinking = part.get("thinking")
    if isinstance(thinking, str):
        _grow(message, {"reasoning_content": thinking})
    for inner in _objects(thinking):
        if isinstance(inner.get("text"), str):
            _grow(message, {"reasoning_content": inner["text"]})


def _add_call(calls: list[Json], delta: Json) -> None:
    """More of a call. A new id is a new call, whatever its index says; without an id the index decides; without
    either it is more of the last."""
    identity, index = delta.get("id"), delta.get("index")
    call: Json | None = None
    if identity:
        call = next((known for known in calls if known.get("id") == identity), None)
        if call is None and index is not None:
            call = next((known for known in calls if known.get("index") == index and not known.get("id")), None)
    elif index is not None:
        call = next((known for known in reversed(calls) if known.get("index") == index), None)
    elif calls:
        call = calls[-1]
    if call is None:
        call = {"index": index, "type": "function"}
        calls.append(call)
    for name, value in delta.items():
        if name in {"function", "custom"} and isinstance(value, dict):
            _grow(call.setdefault(name, {}), cast("Json", value))
        elif value is not None and not (name in {"id", "type"} and call.get(name) and not value):
            call[name] = value


def _grow(known: Json, more: Json) -> None:
    for name, value in more.items():
        before = known.get(name)
        if value is None:
            continue
        if name == "name" and before:
            continue
        if isinstance(value, dict | list) and name in {"arguments", "input"}:
            known[name] = (before or "") + msgspec.json.encode(value).decode()
        elif isinstance(value, str) and isinstance(before, str) and name in _GROWING:
            known[name] = before + value
        elif isinstance(value, list) and isinstance(before, list):
            known[name] = [*cast("list[Any]", before), *cast("list[Any]", value)]
        else:
            known[name] = value


def _finished(choice: Json) -> Json:
    message = choice["message"]
    message.setdefault("content", None)
    for call in message.get("tool_calls", []):
        call.pop("index", None)
    return choice
