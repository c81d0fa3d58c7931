"""A finished answer as the stream it could have come as: the other way round than folding, to hold folding to."""

import msgspec

from dragoman.wire.chunk import Chunk, read_chunk
from dragoman.wire.completion import Completion

IN_EVERY_CHUNK = ("id", "created", "model", "system_fingerprint", "service_tier")
SAID = (
    "reasoning_content",
    "reasoning",
    "content",
    "refusal",
    "tool_calls",
    "function_call",
    "audio",
    "annotations",
)


def unfold(completion: Completion) -> list[Chunk]:
    """The chunks of a stream that is this answer.

    For each choice its role, what it says, piece by piece, and why it finished; at the end the usage, where there is
    one, in a chunk without choices. Fields unknown to us come with the first chunk of what had them.
    """
    document = completion.to_dict()
    shared = {"id": "", "object": "chat.completion.chunk", "created": 0, "model": ""}
    shared |= {name: document[name] for name in IN_EVERY_CHUNK if name in document}
    known = {"object", "choices", "usage", *IN_EVERY_CHUNK}
    rest = {name: value for name, value in document.items() if name not in known}
    steps = [{"choices": [step]} for choice in document["choices"] for step in _steps(choice)]
    if document.get("usage") or not steps:
        steps.append({"choices": []} | ({"usage": document["usage"]} if document.get("usage") else {}))
    steps[0] = rest | steps[0]
    return [read_chunk(msgspec.json.encode(shared | step)) for step in steps]


def _steps(choice):
    """One choice as a stream says it, from the role to the reason why it finished."""
    message = dict(choice["message"])
    said = {name: message.pop(name) for name in SAID if message.get(name) is not None}
    message.pop("content", None)
    if "tool_calls" in said:
        said["tool_calls"] = [call | {"index": number} for number, call in enumerate(said["tool_calls"])]
    end = {name: value for name, value in choice.items() if name not in {"index", "message", "logprobs"}}
    common = {"index": choice["index"], "finish_reason": None}
    steps = [common | {"delta": message}, *(common | {"delta": {name: value}} for name, value in said.items())]
    if choice.get("logprobs") is not None:
        # They belong to the text: a reader that pairs the two finds them together.
        told = next((step for step in steps if step["delta"].keys() & {"content", "refusal"}), steps[-1])
        told["logprobs"] = choice["logprobs"]
    return [*steps, common | {"delta": {}} | end] if end else steps
