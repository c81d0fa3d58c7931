"""What a chat completion is answered with, whole and streamed. Unknown fields and words are kept as they came."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal

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


class Usage(Model):
    """How many tokens a call took."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Message(Model):
    """What the model said."""

    role: Role | str | None = None
    content: str | None = None


class ToolCallsFunction(Model):
    """Which function to call."""

    name: str | None = None
    arguments: str | None = None


class ToolCalls(Model):
    """A call of a tool."""

    id: str | None = None
    type: ToolType | str | None = None
    function: ToolCallsFunction | None = None


class ChatCompletionResponseFunctionCallMessage(Model):
    """What the model said, with the tools it calls."""

    role: Role | str | None = None
    content: str | None = None
    tool_calls: list[ToolCalls] | None = None


class Choices(Model):
    """One answer."""

    index: int
    finish_reason: FinishReason | str | None
    message: Message | None = None


class ChatCompletionResponseFunctionCallChoices(Model):
    """One answer that calls tools."""

    index: int
    finish_reason: FinishReason | str | None
    message: ChatCompletionResponseFunctionCallMessage | None = None


class ChatCompletionResponse(Model):
    """The completion."""

    id: str | None = None
    object: str | None = None
    created: int | None = None
    model: str | None = None
    choices: list[Choices] | None = None
    usage: Usage | None = None


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


class FunctionCall(Model):
    """Which function to call; in a stream, the name comes first and the arguments in pieces."""

    name: str | None = None
    arguments: str | None = None


class ToolCall(Model):
    """A call of a tool; in a stream, later pieces have no id."""

    id: str | None = None
    function: FunctionCall | None = None
    type: ToolType | str | None = None
    index: int | None = None


class DeltaMessage(Model):
    """What a chunk adds."""

    role: Role | str | None = None
    content: str | None = None
    tool_calls: list[ToolCall] | None = None


class ChatCompletionResponseStreamChoice(Model):
    """What a chunk adds to one answer."""

    index: int
    delta: DeltaMessage
    finish_reason: FinishReason | str | None = None


class UsageInfo(Model):
    """How many tokens a stream took."""

    prompt_tokens: int
    total_tokens: int
    completion_tokens: int | None = None


class ChatCompletionChoices(Model):
    """A chunk."""

    id: str
    model: str
    choices: list[ChatCompletionResponseStreamChoice]
    object: str | None = None
    created: int | None = None
    usage: UsageInfo | None = None


class ChatCompletionChoicesEvent(Model):
    """An event that holds a chunk."""

    data: ChatCompletionChoices


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
