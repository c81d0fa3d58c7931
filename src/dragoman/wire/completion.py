"""A finished answer: the completion, its choices, messages, tool calls, log probabilities and usage. Types; no I/O.

Field by field this is `CreateChatCompletionResponse` of OpenAI's published API document, with the additions that
other vendors of the same API send (`reasoning_content`). Enumerations are open: a finish reason nobody knew when
this was written is a value like any other.

Objects are frozen. Those that were read from a server keep the bytes they were read from, so that `to_dict` gives
every field of them back, known or not, and so that pickling and copying lose nothing.
"""

from __future__ import annotations

from typing import Any, Self, TypeVar

import msgspec
from msgspec.structs import force_setattr

from dragoman.wire.tolerant import objects_in, read, read_object, without_nulls


class FunctionCall(msgspec.Struct, frozen=True, gc=False):
    """Which function the model wants called, with what."""

    name: str = ""
    """The function's name, as the request's `tools` spell it."""
    arguments: str = ""
    """The arguments as JSON text. A model wrote it: it may not be valid, nor match the function's schema."""


class CustomCall(msgspec.Struct, frozen=True, gc=False):
    """Which custom tool the model wants called, with what."""

    name: str = ""
    """The tool's name, as the request's `tools` spell it."""
    input: str = ""
    """The input the model generated, free text."""


class ToolCall(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One call of a tool that the model asks for."""

    id: str = ""
    """What the answering `tool` message names as its `tool_call_id`."""
    type: str = "function"
    """`function` or `custom`."""
    function: FunctionCall | None = None
    """Set when `type` is `function`."""
    custom: CustomCall | None = None
    """Set when `type` is `custom`."""


class UrlCitation(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A web page that part of the text rests on."""

    url: str = ""
    """The page's address."""
    title: str = ""
    """The page's title."""
    start_index: int = 0
    """Where the cited text begins in the message's content, in characters."""
    end_index: int = 0
    """Where it ends."""


class Annotation(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A remark on part of the message's text."""

    type: str = ""
    """`url_citation`, or a kind of the vendor's own."""
    url_citation: UrlCitation | None = None
    """Set when `type` is `url_citation`."""


class SpokenAudio(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The answer as sound."""

    id: str = ""
    """What a later request may name to refer to this sound."""
    data: str = ""
    """The sound, base64, in the format the request asked for."""
    transcript: str = ""
    """What is said."""
    expires_at: int = 0
    """When the server forgets the id, in seconds since 1970."""


class Sourced(msgspec.Struct, frozen=True, dict=True):
    """What a server sent, with the bytes it was read from kept beside its fields.

    One that was made here, or changed by `msgspec.structs.replace`, is its named fields and nothing else.
    """

    def to_dict(self) -> dict[str, Any]:
        """All that was received, fields unknown here included, as JSON types; made anew at each call."""
        source: bytes | None = self.__dict__.get("source")
        return without_nulls(read_object(msgspec.json.encode(self))) if source is None else read_object(source)

    def to_json(self) -> bytes:
        """All that was received, as JSON."""
        source: bytes | None = self.__dict__.get("source")
        return msgspec.json.encode(self.to_dict()) if source is None else source

    @property
    def extra(self) -> dict[str, Any]:
        """The fields that were received and that this type does not name."""
        known = self.__struct_fields__
        return {name: value for name, value in self.to_dict().items() if name not in known}

    def __copy__(self) -> Self:
        """Itself: it cannot change."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy as JSON, which keeps what the fields alone would lose."""
        return _again, (type(self), self.to_json())


S = TypeVar("S", bound=Sourced)


def read_sourced(data: bytes, cls: type[S]) -> S:
    """Read a `cls` from JSON, keeping the bytes beside its fields.

    Values of an unexpected type do not fail: see `dragoman.wire.tolerant`.

    Raises:
        msgspec.DecodeError: it is not a JSON object.
    """
    value, data = read(data, cls)
    force_setattr(value, "source", data)
    return value


def _again(cls: type[Sourced], data: bytes) -> Sourced:
    return read_completion(data) if cls is Completion else read_sourced(data, cls)


class Message(Sourced, frozen=True, dict=True):
    """What the model said. It can be put as it is into the messages of the next request."""

    role: str = "assistant"
    """`assistant`."""
    content: str | None = None
    """The text; None when the model only called tools, refused, or spoke."""
    refusal: str | None = None
    """Why the model would not answer, in its own words."""
    tool_calls: tuple[ToolCall, ...] | None = None
    """The tools the model wants called before it goes on."""
    reasoning_content: str | None = None
    """What the model thought before it answered, where the vendor shows it."""
    reasoning: str | None = None
    """The same under the name that OpenRouter, Groq and others give it."""
    annotations: tuple[Annotation, ...] | None = None
    """Remarks on the text, such as the web pages it cites."""
    audio: SpokenAudio | None = None
    """The answer as sound, when the request asked for it."""
    function_call: FunctionCall | None = None
    """The call in the older form, where the request used `functions`."""

    def to_dict(self) -> dict[str, Any]:
        """All that was received of this message, unknown fields included, ready for the next request."""
        answer: tuple[bytes, int] | None = self.__dict__.get("answer")
        if answer is None:
            return super().to_dict()
        # `choices` was read from the objects in the list, so this one is where it was counted.
        choice = objects_in(read_object(answer[0])["choices"])[answer[1]]
        received: dict[str, Any] = {"role": self.role}
        for message in objects_in([choice.get("message")]):
            received |= message
        return received

    def to_json(self) -> bytes:
        """All that was received of this message, as JSON."""
        return msgspec.json.encode(self.to_dict()) if "answer" in self.__dict__ else super().to_json()


class TopLogprob(msgspec.Struct, frozen=True, gc=False):
    """One of the likeliest tokens at a place."""

    token: str = ""
    """The token."""
    logprob: float = -9999.0
    """Its natural-log probability; -9999.0 stands for "very unlikely"."""
    bytes: tuple[int, ...] | None = None
    """The token's UTF-8 bytes, for tokens that are parts of a character."""


class TokenLogprob(msgspec.Struct, frozen=True, gc=False):
    """A token of the answer and how likely it was."""

    token: str = ""
    """The token."""
    logprob: float = -9999.0
    """Its natural-log probability; -9999.0 stands for "very unlikely"."""
    bytes: tuple[int, ...] | None = None
    """The token's UTF-8 bytes, for tokens that are parts of a character."""
    top_logprobs: tuple[TopLogprob, ...] = ()
    """The likeliest tokens at this place, as many as the request's `top_logprobs`."""


class Logprobs(msgspec.Struct, frozen=True, gc=False):
    """Log probabilities of a choice's tokens."""

    content: tuple[TokenLogprob, ...] | None = None
    """Those of the text."""
    refusal: tuple[TokenLogprob, ...] | None = None
    """Those of the refusal."""


class Choice(msgspec.Struct, frozen=True, gc=False):
    """One of the answers asked for with `n`."""

    message: Message = msgspec.field(default_factory=Message)
    """The answer."""
    index: int = 0
    """Its place among the choices."""
    finish_reason: str | None = None
    """Why the model stopped: `stop`, `length`, `tool_calls`, `content_filter`, `function_call`, or the vendor's own."""
    logprobs: Logprobs | None = None
    """Log probabilities, when the request asked for them."""


class PromptTokensDetails(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What the prompt's tokens were."""

    cached_tokens: int | None = None
    """Tokens found in the server's prompt cache."""
    cache_write_tokens: int | None = None
    """Tokens written to that cache."""
    audio_tokens: int | None = None
    """Tokens of sound."""
    image_tokens: int | None = None
    """Tokens of images."""
    text_tokens: int | None = None
    """Tokens of text."""


class CompletionTokensDetails(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What the answer's tokens were."""

    reasoning_tokens: int | None = None
    """Tokens of reasoning, billed and perhaps not shown."""
    audio_tokens: int | None = None
    """Tokens of sound."""
    text_tokens: int | None = None
    """Tokens of text."""
    accepted_prediction_tokens: int | None = None
    """Tokens of the request's `prediction` that came true."""
    rejected_prediction_tokens: int | None = None
    """Tokens of the request's `prediction` that did not, billed all the same."""


class Usage(msgspec.Struct, frozen=True, gc=False):
    """How many tokens a completion used."""

    prompt_tokens: int = 0
    """Tokens of the request."""
    completion_tokens: int = 0
    """Tokens of the answer, over all choices."""
    total_tokens: int = 0
    """Both together."""
    prompt_tokens_details: PromptTokensDetails | None = None
    """What the prompt's tokens were."""
    completion_tokens_details: CompletionTokensDetails | None = None
    """What the answer's tokens were."""
    cost: float | None = None
    """US dollars that it cost; None where the server did not say. OpenRouter does, and this project's gateway where it
    is to."""


class Completion(Sourced, frozen=True, dict=True):
    """A finished answer."""

    id: str = ""
    """The server's name for this answer."""
    object: str = "chat.completion"
    """`chat.completion`."""
    created: int = 0
    """When it was made, in seconds since 1970."""
    model: str = ""
    """Which model answered; often more exact than the name that was asked for."""
    choices: tuple[Choice, ...] = ()
    """The answers: as many as the request's `n`, usually one."""
    usage: Usage | None = None
    """How many tokens it used; None where the server did not say."""
    system_fingerprint: str | None = None
    """Changes when the server's set-up does, which is when `seed` stops giving the same answer."""
    service_tier: str | None = None
    """The tier that served the request."""
    metadata: dict[str, str] | None = None
    """What the request attached to be found by, where the server stores completions."""

    @property
    def message(self) -> Message:
        """The first choice's message."""
        return self.choices[0].message

    @property
    def text(self) -> str:
        """The first choice's text; empty when it has none."""
        return (self.choices[0].message.content or "") if self.choices else ""

    @property
    def finish_reason(self) -> str | None:
        """Why the first choice stopped."""
        return self.choices[0].finish_reason if self.choices else None

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The first choice's tool calls; empty when it has none."""
        return (self.choices[0].message.tool_calls or ()) if self.choices else ()


def read_completion(data: bytes) -> Completion:
    """Read a completion from JSON, keeping the bytes beside its fields and those of its messages.

    Values of an unexpected type do not fail: see `dragoman.wire.tolerant`.

    Raises:
        msgspec.DecodeError: it is not a JSON object.
    """
    try:
        completion = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        completion, data = read(data, Completion)
    force_setattr(completion, "source", data)
    for place, choice in enumerate(completion.choices):
        force_setattr(choice.message, "answer", (data, place))
    return completion


_decode = msgspec.json.Decoder(Completion).decode
