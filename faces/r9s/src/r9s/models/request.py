"""What a chat completion is asked for with."""

from typing import Any, Literal, NotRequired, TypedDict

from dragoman.face.field import field
from dragoman.face.model import Model
from r9s.models.message import Message, MessageTypedDict
from r9s.models.tool import (
    ChatCompletionRequestToolChoice,
    ChatCompletionRequestToolChoiceTypedDict,
    Tool,
    ToolTypedDict,
)

Modalities = Literal["text", "audio"]
ServiceTier = Literal["auto", "default"]
ReasoningEffort = Literal["low", "medium", "high"]
ResponseFormatType = Literal["text", "json_object", "json_schema"]
Voice = Literal["alloy", "echo", "fable", "onyx", "nova", "shimmer"]
Format = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]
Stop = str | list[str]
StopTypedDict = str | list[str]


class AudioTypedDict(TypedDict):
    """How spoken answers sound, as a dict."""

    voice: NotRequired[Voice]
    format_: NotRequired[Format]


class Audio(Model):
    """How spoken answers sound."""

    voice: Voice | None = None
    format_: Format | None = field(default=None, wire="format")


class JSONSchemaTypedDict(TypedDict):
    """The JSON Schema that the answer is held to, as a dict."""

    name: NotRequired[str]
    description: NotRequired[str]
    schema_: NotRequired[dict[str, Any]]
    strict: NotRequired[bool]


class JSONSchema(Model):
    """The JSON Schema that the answer is held to."""

    name: str | None = None
    description: str | None = None
    schema_: dict[str, Any] | None = field(default=None, wire="schema")
    strict: bool | None = field(default=None, added=True)


class ResponseFormatTypedDict(TypedDict):
    """The form of the answer, as a dict."""

    type: NotRequired[ResponseFormatType]
    json_schema: NotRequired[JSONSchemaTypedDict]


class ResponseFormat(Model):
    """The form of the answer."""

    type: ResponseFormatType | None = None
    json_schema: JSONSchema | None = None


class StreamOptionsTypedDict(TypedDict):
    """What a stream says besides, as a dict."""

    include_usage: NotRequired[bool]


class StreamOptions(Model):
    """What a stream says besides."""

    include_usage: bool | None = None


class SecurityTypedDict(TypedDict):
    """The credential, as a dict."""

    api_key: str


class Security(Model):
    """The credential."""

    api_key: str


class ChatCompletionRequestTypedDict(TypedDict):
    """The request, as a dict."""

    model: str
    messages: list[MessageTypedDict]
    frequency_penalty: NotRequired[float]
    logit_bias: NotRequired[dict[str, float]]
    logprobs: NotRequired[bool]
    top_logprobs: NotRequired[int]
    max_tokens: NotRequired[int]
    n: NotRequired[int]
    modalities: NotRequired[list[Modalities]]
    audio: NotRequired[AudioTypedDict]
    presence_penalty: NotRequired[float]
    response_format: NotRequired[ResponseFormatTypedDict]
    seed: NotRequired[int]
    service_tier: NotRequired[ServiceTier]
    stop: NotRequired[StopTypedDict]
    stream: NotRequired[bool]
    stream_options: NotRequired[StreamOptionsTypedDict]
    temperature: NotRequired[float]
    top_p: NotRequired[float]
    top_k: NotRequired[int]
    tools: NotRequired[list[ToolTypedDict]]
    tool_choice: NotRequired[ChatCompletionRequestToolChoiceTypedDict]
    parallel_tool_calls: NotRequired[bool]
    user: NotRequired[str]
    reasoning_effort: NotRequired[ReasoningEffort]
    max_completion_tokens: NotRequired[int]
    store: NotRequired[bool]
    metadata: NotRequired[dict[str, Any]]


class ChatCompletionRequest(Model):
    """The request; every field that is None is left out."""

    model: str
    messages: list[Message]
    frequency_penalty: float | None = None
    logit_bias: dict[str, float] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    max_tokens: int | None = None
    n: int | None = None
    modalities: list[Modalities] | None = None
    audio: Audio | None = None
    presence_penalty: float | None = None
    response_format: ResponseFormat | None = None
    seed: int | None = None
    service_tier: ServiceTier | None = None
    stop: Stop | None = None
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    tools: list[Tool] | None = None
    tool_choice: ChatCompletionRequestToolChoice | None = None
    parallel_tool_calls: bool | None = None
    user: str | None = None
    reasoning_effort: ReasoningEffort | None = None
    max_completion_tokens: int | None = None
    store: bool | None = None
    metadata: dict[str, Any] | None = None
