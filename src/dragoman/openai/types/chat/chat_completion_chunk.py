"""One step of a streamed answer. Types; no I/O."""

from dragoman.openai.shape import BaseModel
from dragoman.openai.types.chat.chat_completion import ChoiceLogprobs, Moderation
from dragoman.openai.types.completion_usage import CompletionUsage


class ChoiceDeltaAudio(BaseModel):
    """More of the answer as sound."""

    id: str | None = None
    """What a later request may name to refer to this sound."""
    data: str | None = None
    """The next piece of the sound, base64."""
    expires_at: int | None = None
    """When the server forgets the id, in seconds since 1970."""
    transcript: str | None = None
    """The next piece of what is said."""


class ChoiceDeltaFunctionCall(BaseModel):
    """More of a function call in the older form."""

    arguments: str | None = None
    """The next piece of the arguments' JSON text."""
    name: str | None = None
    """The function's name."""


class ChoiceDeltaToolCallFunction(BaseModel):
    """More of a function call."""

    arguments: str | None = None
    """The next piece of the arguments' JSON text."""
    name: str | None = None
    """The function's name; whole, in the call's first delta."""


class ChoiceDeltaToolCall(BaseModel):
    """More of one tool call."""

    index: int
    """Which of the message's calls this belongs to; None with vendors that do not say."""
    id: str | None = None
    """The call's id; in its first delta, and with some vendors in each."""
    function: ChoiceDeltaToolCallFunction | None = None
    """More of the function call."""
    type: str | None = None
    """`function`, or a kind of the vendor's own."""


class ChoiceDelta(BaseModel):
    """What a chunk adds to one choice's message."""

    audio: ChoiceDeltaAudio | None = None
    """More of the answer as sound."""
    content: str | None = None
    """The next piece of the text."""
    function_call: ChoiceDeltaFunctionCall | None = None
    """More of the call in the older form."""
    refusal: str | None = None
    """The next piece of the refusal."""
    role: str | None = None
    """`assistant`, in the first chunk."""
    tool_calls: list[ChoiceDeltaToolCall] | None = None
    """More of the tool calls."""


class Choice(BaseModel):
    """What a chunk adds to one of the answers asked for with `n`."""

    delta: ChoiceDelta
    """What it adds."""
    index: int
    """Which of the answers."""
    finish_reason: str | None = None
    """Why the model stopped; set in the answer's last chunk only."""
    logprobs: ChoiceLogprobs | None = None
    """Log probabilities of the delta's tokens, when the request asked for them."""


class ChatCompletionChunk(BaseModel):
    """One step of a streamed answer."""

    id: str
    """The server's name for the answer, the same in all its chunks."""
    choices: list[Choice]
    """What it adds to each choice; empty in the chunk that carries only the usage."""
    created: int
    """When the answer was begun, in seconds since 1970."""
    model: str
    """Which model answers."""
    object: str
    """`chat.completion.chunk`."""
    moderation: Moderation | None = None
    """The judgement of the conversation, where the request asked for it."""
    obfuscation: str | None = None
    """Padding, so that a chunk's size tells nothing."""
    service_tier: str | None = None
    """The tier that serves the request."""
    system_fingerprint: str | None = None
    """Changes when the server's set-up does."""
    usage: CompletionUsage | None = None
    """How many tokens the answer used: in one of the last chunks, where the request asked for it."""
