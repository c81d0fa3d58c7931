"""One step of a streamed answer: the chunk, its choices and their deltas. Types; no I/O.

Field by field this is `CreateChatCompletionStreamResponse` of OpenAI's published API document, with the additions
that other vendors of the same API send. As in `completion`, enumerations are open and the bytes received are kept.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import force_setattr

from dragoman.wire.completion import Logprobs, Sourced, Usage, read_sourced
from dragoman.wire.tolerant import is_object, objects_in, read

Json = dict[str, Any]


class FunctionCallDelta(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """More of a function call."""

    name: str | None = None
    """The function's name; whole, in the call's first delta."""
    arguments: str | None = None
    """The next piece of the arguments' JSON text."""


class CustomCallDelta(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """More of a custom tool's call."""

    name: str | None = None
    """The tool's name; whole, in the call's first delta."""
    input: str | None = None
    """The next piece of the input."""


class ToolCallDelta(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """More of one tool call."""

    index: int | None = None
    """Which of the message's calls this belongs to. Vendors that leave it out: see `dragoman.answer.fold`."""
    id: str | None = None
    """The call's id; in its first delta, and with some vendors in each."""
    type: str | None = None
    """`function` or `custom`."""
    function: FunctionCallDelta | None = None
    """More of the function call."""
    custom: CustomCallDelta | None = None
    """More of the custom tool's call."""


class AudioDelta(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """More of the answer as sound."""

    id: str | None = None
    """What a later request may name to refer to this sound."""
    data: str | None = None
    """The next piece of the sound, base64."""
    transcript: str | None = None
    """The next piece of what is said."""
    expires_at: int | None = None
    """When the server forgets the id, in seconds since 1970."""


class Delta(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a chunk adds to one choice's message."""

    role: str | None = None
    """`assistant`, in the first chunk."""
    content: str | None = None
    """The next piece of the text."""
    refusal: str | None = None
    """The next piece of the refusal."""
    tool_calls: tuple[ToolCallDelta, ...] | None = None
    """More of the tool calls."""
    reasoning_content: str | None = None
    """The next piece of the reasoning, where the vendor shows it."""
    reasoning: str | None = None
    """The same under the name that OpenRouter, Groq and others give it."""
    audio: AudioDelta | None = None
    """More of the answer as sound."""
    function_call: FunctionCallDelta | None = None
    """More of the call in the older form, where the request used `functions`."""


_NOTHING = Delta()


class ChunkChoice(msgspec.Struct, frozen=True, gc=False):
    """What a chunk adds to one of the answers asked for with `n`."""

    index: int = 0
    """Which of the answers."""
    delta: Delta = _NOTHING
    """What it adds."""
    finish_reason: str | None = None
    """Why the model stopped; set in the answer's last chunk only."""
    logprobs: Logprobs | None = None
    """Log probabilities of the delta's tokens, when the request asked for them."""


class Chunk(Sourced, frozen=True, dict=True):
    """One step of a streamed answer."""

    id: str = ""
    """The server's name for the answer, the same in all its chunks."""
    object: str = "chat.completion.chunk"
    """`chat.completion.chunk`."""
    created: int = 0
    """When the answer was begun, in seconds since 1970."""
    model: str = ""
    """Which model answers."""
    choices: tuple[ChunkChoice, ...] = ()
    """What it adds to each choice; empty in the chunk that carries only the usage."""
    usage: Usage | None = None
    """How many tokens the answer used: in one of the last chunks, where the request asked for it."""
    error: Any = None
    """Why the server broke the answer off, as it says inside a stream; `Stream` raises it and gives it to nobody."""
    system_fingerprint: str | None = None
    """Changes when the server's set-up does."""
    service_tier: str | None = None
    """The tier that serves the request."""

    @property
    def text(self) -> str:
        """The text this adds to the first choice; empty when it adds none."""
        for choice in self.choices:
            if choice.index == 0:
                return choice.delta.content or ""
        return ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy as JSON, which keeps what the fields alone would lose."""
        return read_chunk, (self.to_json(),)


_decode = msgspec.json.Decoder(Chunk).decode


def read_chunk(data: bytes) -> Chunk:
    """Read a chunk from JSON, keeping the bytes beside its fields.

    Values of an unexpected type do not fail: see `dragoman.wire.tolerant`.

    Raises:
        msgspec.DecodeError: it is not a JSON object.
    """
    try:
        chunk = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        chunk = read_sourced(data, Chunk)
    else:
        # Spelt out, where a completion's reader calls another: this runs for each chunk of each stream.
        force_setattr(chunk, "source", data)
    if chunk.usage is None and chunk.choices and chunk.choices[-1].finish_reason:
        # Some vendors say it elsewhere, and all of them where they say why the answer finished.
        found = usage_in(chunk.to_dict()) if data.find(b'"usage"') >= 0 else None
        if found is not None:
            force_setattr(chunk, "usage", read(msgspec.json.encode(found), Usage)[0])
    return chunk


def usage_in(received: Json) -> Json | None:
    """What a chunk says of its usage: in its own place, in Groq's `x_groq`, or in a choice as with Moonshot."""
    places = [received, *objects_in([received.get("x_groq")]), *objects_in(received.get("choices"))]
    return next((found for found in (place.get("usage") for place in places) if is_object(found) and found), None)
