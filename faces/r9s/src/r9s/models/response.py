"""What a chat completion is answered with, whole and streamed. Unknown fields and words are kept as they came."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Literal, NotRequired, Self, TypedDict

from dragoman.face.events import EventStream, EventStreamAsync
from dragoman.face.field import UNSET, Unset, field
from dragoman.face.model import Model
from r9s.models.message import Message, MessageTypedDict, ToolCall, ToolCallTypedDict

if TYPE_CHECKING:
    from types import TracebackType

FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]
ChatCompletionStreamChoiceFinishReason = FinishReason
ChatCompletionStreamDeltaRole = Literal["system", "user", "assistant"]


class PromptTokensDetailsTypedDict(TypedDict):
    """What the prompt's tokens were, as a dict."""

    cached_tokens: NotRequired[int]
    audio_tokens: NotRequired[int]


class PromptTokensDetails(Model):
    """What the prompt's tokens were."""

    cached_tokens: int | None = None
    audio_tokens: int | None = None


class CompletionTokensDetailsTypedDict(TypedDict):
    """What the answer's tokens were, as a dict."""

    reasoning_tokens: NotRequired[int]
    audio_tokens: NotRequired[int]
    accepted_prediction_tokens: NotRequired[int]
    rejected_prediction_tokens: NotRequired[int]


class CompletionTokensDetails(Model):
    """What the answer's tokens were."""

    reasoning_tokens: int | None = None
    audio_tokens: int | None = None
    accepted_prediction_tokens: int | None = None
    rejected_prediction_tokens: int | None = None


class UsageTypedDict(TypedDict):
    """How many tokens a call took, as a dict."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: NotRequired[PromptTokensDetailsTypedDict]
    completion_tokens_details: NotRequired[CompletionTokensDetailsTypedDict]


class Usage(Model):
    """How many tokens a call took."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptTokensDetails | None = None
    completion_tokens_details: CompletionTokensDetails | None = None


class LogprobsTypedDict(TypedDict):
    """The tokens' log probabilities, as a dict."""


class Logprobs(Model):
    """The tokens' log probabilities: `content`, and whatever else came."""


ChatCompletionStreamChoiceLogprobs = Logprobs
ChatCompletionStreamChoiceLogprobsTypedDict = LogprobsTypedDict


class ChatCompletionChoiceTypedDict(TypedDict):
    """One answer, as a dict."""

    index: int
    message: MessageTypedDict
    finish_reason: FinishReason
    logprobs: NotRequired[LogprobsTypedDict]


class ChatCompletionChoice(Model):
    """One answer."""

    index: int
    message: Message
    finish_reason: FinishReason
    logprobs: Logprobs | None = None


class ChatCompletionResponseTypedDict(TypedDict):
    """The completion, as a dict."""

    id: str
    created: int
    model: str
    choices: list[ChatCompletionChoiceTypedDict]
    object: Literal["chat.completion"]
    usage: NotRequired[UsageTypedDict]
    system_fingerprint: NotRequired[str]


class ChatCompletionResponse(Model):
    """The completion.

    It may be entered like a stream, and gives itself once: the documented example does so with `stream=False`.
    """

    id: str
    created: int
    model: str
    choices: list[ChatCompletionChoice]
    OBJECT: Literal["chat.completion"] = field(default="chat.completion", wire="object")
    usage: Usage | None = None
    system_fingerprint: str | None = None

    def __enter__(self) -> _Once:
        """What gives it once."""
        return _Once(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""

    async def __aenter__(self) -> _Once:
        """What gives it once."""
        return _Once(self)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""


class _Once(Iterator[ChatCompletionResponse], AsyncIterator[ChatCompletionResponse]):
    """Gives one completion, then ends; in both colours."""

    def __init__(self, completion: ChatCompletionResponse) -> None:
        self._left = [completion]

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ChatCompletionResponse:
        if not self._left:
            raise StopIteration
        return self._left.pop()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ChatCompletionResponse:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


class ChatCompletionStreamDeltaTypedDict(TypedDict):
    """What a chunk adds, as a dict."""

    role: NotRequired[ChatCompletionStreamDeltaRole]
    content: NotRequired[str]
    tool_calls: NotRequired[list[ToolCallTypedDict]]
    reasoning_content: NotRequired[str]


class ChatCompletionStreamDelta(Model):
    """What a chunk adds."""

    role: ChatCompletionStreamDeltaRole | None = None
    content: str | None = None
    tool_calls: list[ToolCall] | None = None
    reasoning_content: str | None = None


class ChatCompletionStreamChoiceTypedDict(TypedDict):
    """What a chunk adds to one answer, as a dict."""

    index: int
    delta: ChatCompletionStreamDeltaTypedDict
    finish_reason: NotRequired[ChatCompletionStreamChoiceFinishReason | None]
    logprobs: NotRequired[ChatCompletionStreamChoiceLogprobsTypedDict]


class ChatCompletionStreamChoice(Model):
    """What a chunk adds to one answer."""

    index: int
    delta: ChatCompletionStreamDelta
    finish_reason: ChatCompletionStreamChoiceFinishReason | Unset | None = UNSET
    logprobs: ChatCompletionStreamChoiceLogprobs | None = None


class ChatCompletionStreamEventTypedDict(TypedDict):
    """A chunk, as a dict."""

    id: str
    created: int
    model: str
    choices: list[ChatCompletionStreamChoiceTypedDict]
    object: Literal["chat.completion.chunk"]
    system_fingerprint: NotRequired[str]
    usage: NotRequired[UsageTypedDict]


class ChatCompletionStreamEvent(Model):
    """A chunk; that of the usage has no choices."""

    id: str
    created: int
    model: str
    choices: list[ChatCompletionStreamChoice]
    OBJECT: Literal["chat.completion.chunk"] = field(default="chat.completion.chunk", wire="object")
    system_fingerprint: str | None = None
    usage: Usage | None = None


class CreateChatCompletionResponseBodyTypedDict(TypedDict):
    """An event of the stream, as a dict."""

    data: ChatCompletionStreamEventTypedDict
    id: NotRequired[str]
    event: NotRequired[str]
    retry: NotRequired[int]


class CreateChatCompletionResponseBody(Model):
    """An event of the stream; iterating gives its `data`."""

    data: ChatCompletionStreamEvent
    id: str | None = None
    event: str | None = None
    retry: int | None = None


CreateChatCompletionResponse = (
    ChatCompletionResponse | EventStream[ChatCompletionStreamEvent] | EventStreamAsync[ChatCompletionStreamEvent]
)
CreateChatCompletionResponseTypedDict = (
    ChatCompletionResponseTypedDict
    | EventStream[ChatCompletionStreamEventTypedDict]
    | EventStreamAsync[ChatCompletionStreamEventTypedDict]
)
