"""A completion to the chunks it may be streamed as: the other way round than folding. No I/O.

A text comes in one piece: what is whole already has nothing to wait for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.dialect import RESPONSES
from dragoman.dialect.anthropic.outline import deltas_of
from dragoman.dialect.private import CONTENT
from dragoman.dialect.responses import reader
from dragoman.wire.chunk import read_chunk
from dragoman.wire.tolerant import is_object, objects_in

if TYPE_CHECKING:
    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion

Json = dict[str, Any]

_IN_EVERY_CHUNK = ("id", "created", "model", "system_fingerprint", "service_tier")
_SAID = (
    "reasoning_content",
    "reasoning",
    "content",
    "refusal",
    "tool_calls",
    "function_call",
    "audio",
    "annotations",
)
"""What a message says, in the order in which streams do; the rest of it comes with the role."""


def unfold(completion: Completion) -> list[Chunk]:
    """The chunks of a stream that is this answer.

    For each choice its role, what it says, field by field, and why it finished; at the end the usage, where there is
    one, in a chunk without choices. What a choice has beside its message comes with its end, and so does, with that of
    the first, what the completion has beside its choices.
    """
    document = completion.to_dict()
    choices = objects_in(document.pop("choices", None))
    usage = document.pop("usage", None)
    shared: Json = {"id": "", "object": "chat.completion.chunk", "created": 0, "model": ""}
    shared |= {name: document[name] for name in _IN_EVERY_CHUNK if document.get(name) is not None}
    beside = {name: value for name, value in document.items() if name not in {"object", *_IN_EVERY_CHUNK}}
    steps: list[Json] = []
    for place, choice in enumerate(choices):
        steps += [{"choices": [step]} for step in _steps(place, choice)]
        if place == 0:
            steps[-1] |= beside
    if usage or not steps:
        last: Json = {"choices": list[Json]()}
        steps.append(last | ({"usage": usage} if usage else {}) | ({} if choices else beside))
    return [read_chunk(msgspec.json.encode(shared | step)) for step in steps]


def _steps(place: int, choice: Json) -> list[Json]:
    """One choice as a stream says it, from the role to the reason why it finished."""
    message: object = choice.get("message")
    role, deltas = _deltas(message if is_object(message) else {})
    end = {name: value for name, value in choice.items() if name not in {"index", "message", "logprobs"}}
    common: Json = {"index": choice.get("index", place), "finish_reason": None}
    steps = [common | {"delta": delta} for delta in (role, *deltas)]
    if choice.get("logprobs") is not None:
        # They belong to the text: a reader that pairs the two finds them together.
        told = next((step for step in steps if step["delta"].keys() & {"content", "refusal"}), steps[-1])
        told["logprobs"] = choice["logprobs"]
    return [*steps, common | {"delta": {}} | end] if end else steps


def _deltas(message: Json) -> tuple[Json, list[Json]]:
    """The delta that begins a message, and those of what it says."""
    calls = [call | {"index": number} for number, call in enumerate(objects_in(message.get("tool_calls")))]
    said = message | ({"tool_calls": calls} if calls else {})
    if message.get(CONTENT):
        # Another API's blocks, which are told in their own order.
        return deltas_of(said)
    if message.get(RESPONSES):
        deltas = reader.deltas_of(message)
        told = {name for delta in deltas for name in delta}
        return {name: value for name, value in message.items() if name not in {*told, *_SAID}}, deltas
    role = {name: value for name, value in message.items() if name not in _SAID}
    return role, [{name: said[name]} for name in _SAID if said.get(name) is not None]
