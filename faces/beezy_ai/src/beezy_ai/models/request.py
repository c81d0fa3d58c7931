"""What a chat completion is asked for with: a dict, or one of these.

The vendor's page has one model for each use (plain, JSON, functions), which may all be combined here. Fields that
the page does not name are kept and sent.
"""

from enum import Enum
from typing import Any, NotRequired, TypedDict

from dragoman.face.field import field
from dragoman.face.model import Model


class ChatCompletionRole(str, Enum):
    """Who speaks; other roles may be given as text."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class ToolType(str, Enum):
    """The kinds of tool."""

    FUNCTION = "function"


class MessagesTypedDict(TypedDict):
    """A message, as a dict."""

    role: NotRequired[ChatCompletionRole | str]
    content: NotRequired[str | list[Any] | None]
    prefix: NotRequired[bool]
    name: NotRequired[str]
    tool_calls: NotRequired[list[Any]]
    tool_call_id: NotRequired[str]


class Messages(Model):
    """A message; with `prefix` the answer begins with it."""

    role: ChatCompletionRole | str | None = None
    content: str | list[Any] | None = None
    prefix: bool | None = None


class ResponseFormatTypedDict(TypedDict):
    """The form of the answer, as a dict."""

    type: NotRequired[str]
    json_schema: NotRequired[dict[str, Any]]


class ResponseFormat(Model):
    """The form of the answer."""

    type: str | None = None


class ParametersTypedDict(TypedDict):
    """A function's JSON Schema, as a dict: any keys."""


class Parameters(Model):
    """A function's JSON Schema: any fields, all of them sent."""


class FunctionTypedDict(TypedDict):
    """A function the model may call, as a dict."""

    name: str
    description: NotRequired[str]
    parameters: NotRequired[dict[str, Any]]


class Function(Model):
    """A function the model may call."""

    name: str
    description: str | None = None
    parameters: Parameters | None = None


class ToolsTypedDict(TypedDict):
    """A tool, as a dict."""

    type: ToolType | str
    function: FunctionTypedDict


class Tools(Model):
    """A tool."""

    type: ToolType | str
    function: Function


class ChatCompletionRequestTypedDict(TypedDict):
    """The request, as a dict."""

    model: str
    messages: list[MessagesTypedDict]
    temperature: NotRequired[float | None]
    top_p: NotRequired[float | None]
    max_tokens: NotRequired[int | None]
    random_seed: NotRequired[int | None]
    safe_prompt: NotRequired[bool | None]
    response_format: NotRequired[ResponseFormatTypedDict]
    tools: NotRequired[list[ToolsTypedDict]]
    tool_choice: NotRequired[str | dict[str, Any]]
    stop: NotRequired[str | list[str]]
    n: NotRequired[int]


class ChatCompletionRequest(Model):
    """The request; temperature, top_p, max_tokens and random_seed are always sent, as null where they are None."""

    model: str
    messages: list[Messages]
    temperature: float | None = field(default=0.7, nullable=True)
    top_p: float | None = field(default=1.0, nullable=True)
    max_tokens: int | None = field(default=None, nullable=True)
    random_seed: int | None = field(default=None, nullable=True)
    safe_prompt: bool | None = None


class ChatCompletionRequestJSONMode(ChatCompletionRequest):
    """The request for JSON."""

    response_format: ResponseFormat | None = None


class ChatFunctionCall1(ChatCompletionRequest):
    """The request with functions; `tool_choice` is "none", "auto", "any", or one tool."""

    safe_prompt: bool | None = False
    tools: list[Tools] | None = None
    tool_choice: str | dict[str, Any] | None = "auto"
    response_format: ResponseFormat | None = None


class ChatCompletionStreamRequest(ChatCompletionRequest):
    """The request for a stream."""

    STREAM: bool = field(default=True, wire="stream")


class JSONMode(ChatCompletionRequestJSONMode):
    """The request for a stream of JSON."""

    STREAM: bool = field(default=True, wire="stream")


class ChatFunctionCall(ChatFunctionCall1):
    """The request for a stream, with functions."""

    STREAM: bool = field(default=True, wire="stream")


CreateChatCompletionRequestBody = ChatCompletionRequest | ChatCompletionRequestJSONMode | ChatFunctionCall1
StreamChatCompletionsRequestBody = ChatCompletionStreamRequest | JSONMode | ChatFunctionCall
CreateChatCompletionRequestBodyTypedDict = ChatCompletionRequestTypedDict
StreamChatCompletionsRequestBodyTypedDict = ChatCompletionRequestTypedDict
ChatCompletionRequestJSONModeTypedDict = ChatCompletionRequestTypedDict
ChatFunctionCall1TypedDict = ChatCompletionRequestTypedDict
ChatCompletionStreamRequestTypedDict = ChatCompletionRequestTypedDict
JSONModeTypedDict = ChatCompletionRequestTypedDict
ChatFunctionCallTypedDict = ChatCompletionRequestTypedDict
ChatCompletionRequestMessages = Messages
ChatCompletionRequestJSONModeMessages = Messages
ChatFunctionCallMessages = Messages
JSONModeMessages = Messages
ChatCompletionRequestMessagesTypedDict = MessagesTypedDict
ChatCompletionRequestJSONModeMessagesTypedDict = MessagesTypedDict
ChatFunctionCallMessagesTypedDict = MessagesTypedDict
JSONModeMessagesTypedDict = MessagesTypedDict
ChatCompletionRequestJSONModeResponseFormat = ResponseFormat
ChatCompletionRequestJSONModeResponseFormatTypedDict = ResponseFormatTypedDict
