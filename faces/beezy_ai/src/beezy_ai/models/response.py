"""What a chat completion is answered with, whole and streamed. Unknown fields and words are kept as they came."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, NotRequired, TypedDict

from beezy_ai.models.request import ToolType
from dragoman.face.field import field
from dragoman.face.model import Model


class FinishReason(str, Enum):
    """Why an answer ended; other words stay text."""

    STOP = "stop"
    LENGTH = "length"
    MODEL_LENGTH = "model_length"
    ERROR = "error"
    TOOL_CALLS = "tool_calls"


class Role(str, Enum):
    """Who speaks; other words stay text."""

    USER = "user"
    ASSISTANT = "assistant"


class UsageTypedDict(TypedDict):
    """How many tokens a call took, as a dict."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Usage(Model):
    """How many tokens a call took."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class MessageTypedDict(TypedDict):
    """What the model said, as a dict."""

    role: NotRequired[Role | str]
    content: NotRequired[str]


class Message(Model):
    """What the model said."""

    role: Role | str | None = None
    content: str | None = None


class ToolCallsFunctionTypedDict(TypedDict):
    """Which function to call, as a dict."""

    name: NotRequired[str]
    arguments: NotRequired[str]


class ToolCallsFunction(Model):
    """Which function to call."""

    name: str | None = None
    arguments: str | None = None


class ToolCallsTypedDict(TypedDict):
    """A call of a tool, as a dict."""

    id: NotRequired[str]
    type: NotRequired[ToolType | str]
    function: NotRequired[ToolCallsFunctionTypedDict]


class ToolCalls(Model):
    """A call of a tool."""

    id: str | None = None
    type: ToolType | str | None = None
    function: ToolCallsFunction | None = None


class ChatCompletionResponseFunctionCallMessageTypedDict(TypedDict):
    """What the model said, with the tools it calls, as a dict."""

    role: NotRequired[Role | str]
    content: NotRequired[str]
    tool_calls: NotRequired[list[ToolCallsTypedDict]]


class ChatCompletionResponseFunctionCallMessage(Model):
    """What the model said, with the tools it calls."""

    role: Role | str | None = None
    content: str | None = None
    tool_calls: list[ToolCalls] | None = None


class ChoicesTypedDict(TypedDict):
    """One answer, as a dict."""

    index: int
    finish_reason: FinishReason | str | None
    message: NotRequired[MessageTypedDict]


class Choices(Model):
    """One answer."""

    index: int
    finish_reason: FinishReason | str | None
    message: Message | None = None


class ChatCompletionResponseFunctionCallChoicesTypedDict(TypedDict):
    """One answer that calls tools, as a dict."""

    index: int
    finish_reason: FinishReason | str | None
    message: NotRequired[ChatCompletionResponseFunctionCallMessageTypedDict]


class ChatCompletionResponseFunctionCallChoices(Model):
    """One answer that calls tools."""

    index: int
    finish_reason: FinishReason | str | None
    message: ChatCompletionResponseFunctionCallMessage | None = None


class ChatCompletionResponseTypedDict(TypedDict):
    """The completion, as a dict."""

    id: NotRequired[str]
    object: NotRequired[str]
    created: NotRequired[int]
    model: NotRequired[str]
    choices: NotRequired[list[ChoicesTypedDict]]
    usage: NotRequired[UsageTypedDict]


class ChatCompletionResponse(Model):
    """The completion."""

    id: str | None = None
    object: str | None = None
    created: int | None = None
    model: str | None = None
    choices: list[Choices] | None = None
    usage: Usage | None = None


class ChatCompletionResponseFunctionCallTypedDict(TypedDict):
    """The completion, where it calls tools, as a dict."""

    id: NotRequired[str]
    object: NotRequired[str]
    created: NotRequired[int]
    model: NotRequired[str]
    choices: NotRequired[list[ChatCompletionResponseFunctionCallChoicesTypedDict]]
    usage: NotRequired[UsageTypedDict]


class ChatCompletionResponseFunctionCall(Model):
    """The completion, where it calls tools."""

    id: str | None = None
    object: str | None = None
    created: int | None = None
    model: str | None = None
    choices: list[ChatCompletionResponseFunctionCallChoices] | None = None
    usage: Usage | None = None

    @classmethod
    def describes(cls, value: Mapping[str, Any]) -> bool:
        """Whether a completion calls tools."""
        choices = value.get("choices")
        messages = [choice.get("message") for choice in choices or [] if isinstance(choice, dict)]
        return any(isinstance(message, dict) and message.get("tool_calls") for message in messages)


class FunctionCallTypedDict(TypedDict):
    """Which function to call, as a dict."""

    name: NotRequired[str]
    arguments: NotRequired[str]


class FunctionCall(Model):
    """Which function to call; in a stream, the name comes first and the arguments in pieces."""

    name: str | None = None
    arguments: str | None = None


class ToolCallTypedDict(TypedDict):
    """A call of a tool, as a dict."""

    id: NotRequired[str]
    function: NotRequired[FunctionCallTypedDict]
    type: NotRequired[ToolType | str]
    index: NotRequired[int]


class ToolCall(Model):
    """A call of a tool; in a stream, later pieces have no id."""

    id: str | None = None
    function: FunctionCall | None = None
    type: ToolType | str | None = None
    index: int | None = field(default=None, added=True)


class DeltaMessageTypedDict(TypedDict):
    """What a chunk adds, as a dict."""

    role: NotRequired[Role | str]
    content: NotRequired[str]
    tool_calls: NotRequired[list[ToolCallTypedDict]]


class DeltaMessage(Model):
    """What a chunk adds."""

    role: Role | str | None = None
    content: str | None = None
    tool_calls: list[ToolCall] | None = None


class ChatCompletionResponseStreamChoiceTypedDict(TypedDict):
    """What a chunk adds to one answer, as a dict."""

    index: int
    delta: DeltaMessageTypedDict
    finish_reason: NotRequired[FinishReason | str | None]


class ChatCompletionResponseStreamChoice(Model):
    """What a chunk adds to one answer."""

    index: int
    delta: DeltaMessage
    finish_reason: FinishReason | str | None = None


class UsageInfoTypedDict(TypedDict):
    """How many tokens a stream took, as a dict."""

    prompt_tokens: int
    total_tokens: int
    completion_tokens: NotRequired[int]


class UsageInfo(Model):
    """How many tokens a stream took."""

    prompt_tokens: int
    total_tokens: int
    completion_tokens: int | None = None


class ChatCompletionChoicesTypedDict(TypedDict):
    """A chunk, as a dict."""

    id: str
    model: str
    choices: list[ChatCompletionResponseStreamChoiceTypedDict]
    object: NotRequired[str]
    created: NotRequired[int]
    usage: NotRequired[UsageInfoTypedDict]


class ChatCompletionChoices(Model):
    """A chunk."""

    id: str
    model: str
    choices: list[ChatCompletionResponseStreamChoice]
    object: str | None = None
    created: int | None = None
    usage: UsageInfo | None = None


class ChatCompletionChoicesEventTypedDict(TypedDict):
    """An event that holds a chunk, as a dict."""

    data: ChatCompletionChoicesTypedDict


class ChatCompletionChoicesEvent(Model):
    """An event that holds a chunk."""

    data: ChatCompletionChoices


class ChatCompletionSentinelEventTypedDict(TypedDict):
    """The last event of a stream that ended well, as a dict."""

    data: Literal["[DONE]"]


class ChatCompletionSentinelEvent(Model):
    """The last event of a stream that ended well."""

    DATA: Literal["[DONE]"] = field(default="[DONE]", wire="data")

    @property
    def data(self) -> str:
        """The same under the name that the other events have."""
        return self.DATA


CreateChatCompletionResponseBody = ChatCompletionResponse | ChatCompletionResponseFunctionCall
ChatCompletionEvent = ChatCompletionChoicesEvent | ChatCompletionSentinelEvent
ChatCompletionResponseJSONMode = ChatCompletionResponse
ChatCompletionResponseJSONModeChoices = Choices
ChatCompletionResponseJSONModeMessage = Message
ChatCompletionResponseStreamChoiceFinishReason = FinishReason
CreateChatCompletionResponseBodyTypedDict = (
    ChatCompletionResponseTypedDict | ChatCompletionResponseFunctionCallTypedDict
)
ChatCompletionEventTypedDict = ChatCompletionChoicesEventTypedDict | ChatCompletionSentinelEventTypedDict
ChatCompletionResponseJSONModeTypedDict = ChatCompletionResponseTypedDict
ChatCompletionResponseJSONModeChoicesTypedDict = ChoicesTypedDict
ChatCompletionResponseJSONModeMessageTypedDict = MessageTypedDict
