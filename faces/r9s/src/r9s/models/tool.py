"""Tools, and which of them the model is to call."""

from typing import Any, Literal, NotRequired, TypedDict

from dragoman.face.field import field
from dragoman.face.model import Model

ToolType = Literal["function"]
One = Literal["none", "auto", "required"]


class FunctionTypedDict(TypedDict):
    """A function the model may call, as a dict."""

    name: str
    description: NotRequired[str]
    parameters: NotRequired[dict[str, Any]]
    strict: NotRequired[bool]


class Function(Model):
    """A function the model may call; `parameters` is a JSON Schema."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = field(default=None, added=True)


class ToolTypedDict(TypedDict):
    """A tool, as a dict."""

    type: ToolType
    function: FunctionTypedDict


class Tool(Model):
    """A tool."""

    type: ToolType
    function: Function


class ChatCompletionRequestFunctionTypedDict(TypedDict):
    """The function to call, as a dict."""

    name: NotRequired[str]


class ChatCompletionRequestFunction(Model):
    """The function to call."""

    name: str | None = None


class TwoTypedDict(TypedDict):
    """The one tool to call, as a dict."""

    type: Literal["function"]
    function: NotRequired[ChatCompletionRequestFunctionTypedDict]


class Two(Model):
    """The one tool to call."""

    TYPE: Literal["function"] = field(default="function", wire="type")
    function: ChatCompletionRequestFunction | None = None


class ToolChoiceFunctionTypedDict(TypedDict):
    """The function to call, as a dict."""

    name: str


class ToolChoiceFunction(Model):
    """The function to call."""

    name: str


class ToolChoiceTypedDict(TypedDict):
    """The one tool to call, as a dict."""

    function: ToolChoiceFunctionTypedDict
    type: Literal["function"]


class ToolChoice(Model):
    """The one tool to call."""

    function: ToolChoiceFunction
    TYPE: Literal["function"] = field(default="function", wire="type")


ChatCompletionRequestToolChoice = Two | One
ChatCompletionRequestToolChoiceTypedDict = TwoTypedDict | One
