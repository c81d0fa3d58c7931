"""What a chat completion is answered with, whole and streamed. Unknown fields are kept as they came."""

from typing import Any, NotRequired, TypedDict

from atoma_sdk.models.request import ChatCompletionMessage, ChatCompletionMessageTypedDict
from dragoman.face.field import UNSET, Unset, field
from dragoman.face.model import Model


class CompletionUsageTypedDict(TypedDict):
    """How many tokens a call took, as a dict."""

    completion_tokens: int
    prompt_tokens: int
    total_tokens: int


class CompletionUsage(Model):
    """How many tokens a call took."""

    completion_tokens: int
    prompt_tokens: int
    total_tokens: int


class ChatCompletionChoiceTypedDict(TypedDict):
    """One answer, as a dict."""

    index: int
    message: ChatCompletionMessageTypedDict
    finish_reason: NotRequired[str | None]
    logprobs: NotRequired[Any]


class ChatCompletionChoice(Model):
    """One answer."""

    index: int
    message: ChatCompletionMessage
    finish_reason: str | None | Unset = UNSET
    logprobs: Any = None


class ChatCompletionResponseTypedDict(TypedDict):
    """The completion, as a dict."""

    choices: list[ChatCompletionChoiceTypedDict]
    created: int
    id: str
    model: str
    system_fingerprint: NotRequired[str | None]
    usage: NotRequired[CompletionUsageTypedDict | None]
    service_tier: NotRequired[str | None]
    object: NotRequired[str | None]


class ChatCompletionResponse(Model):
    """The completion."""

    choices: list[ChatCompletionChoice]
    created: int
    id: str
    model: str
    system_fingerprint: str | None | Unset = UNSET
    usage: CompletionUsage | None | Unset = UNSET
    service_tier: str | None | Unset = UNSET
    object: str | None | Unset = UNSET


class UsageTypedDict(TypedDict):
    """How many tokens a stream took, as a dict."""

    prompt_tokens: int
    total_tokens: int
    completion_tokens: NotRequired[int | None]
    completion_tokens_details: NotRequired[Any]


class Usage(Model):
    """How many tokens a stream took."""

    prompt_tokens: int
    total_tokens: int
    completion_tokens: int | None | Unset = UNSET
    completion_tokens_details: Any = None


class ChatCompletionChunkDeltaTypedDict(TypedDict):
    """What a chunk adds, as a dict."""

    content: NotRequired[str | None]
    function_call: NotRequired[Any]
    role: NotRequired[str | None]
    tool_calls: NotRequired[list[Any] | None]


class ChatCompletionChunkDelta(Model):
    """What a chunk adds."""

    content: str | None | Unset = UNSET
    function_call: Any = None
    role: str | None | Unset = UNSET
    tool_calls: list[Any] | None | Unset = UNSET


class ChatCompletionChunkChoiceTypedDict(TypedDict):
    """What a chunk adds to one answer, as a dict."""

    delta: ChatCompletionChunkDeltaTypedDict
    index: int
    finish_reason: NotRequired[str | None]


class ChatCompletionChunkChoice(Model):
    """What a chunk adds to one answer."""

    delta: ChatCompletionChunkDelta
    index: int
    finish_reason: str | None | Unset = UNSET


class ChatCompletionChunkTypedDict(TypedDict):
    """A chunk, as a dict."""

    choices: list[ChatCompletionChunkChoiceTypedDict]
    created: int
    id: str
    model: str
    system_fingerprint: NotRequired[str | None]
    usage: NotRequired[UsageTypedDict | None]
    service_tier: NotRequired[str | None]
    object: NotRequired[str | None]


class ChatCompletionChunk(Model):
    """A chunk; that of the usage has no choices."""

    choices: list[ChatCompletionChunkChoice]
    created: int
    id: str
    model: str
    system_fingerprint: str | None = None
    usage: Usage | None = None
    service_tier: str | None = None
    object: str | None = field(default=None, added=True)


class ChatCompletionStreamResponseTypedDict(TypedDict):
    """An event of the stream, as a dict."""

    data: ChatCompletionChunkTypedDict


class ChatCompletionStreamResponse(Model):
    """An event of the stream."""

    data: ChatCompletionChunk
