"""Messages and what they are made of."""

from typing import Literal, NotRequired, TypedDict

from dragoman.face.field import UNSET, Unset, field
from dragoman.face.model import Model

Role = Literal["system", "user", "assistant", "tool"]
Type = Literal["text", "image_url"]
Detail = Literal["auto", "low", "high"]


class ImageURLTypedDict(TypedDict):
    """An image, as a dict."""

    url: str
    detail: NotRequired[Detail]


class ImageURL(Model):
    """An image by its address, which may be a `data:` one."""

    url: str
    detail: Detail | None = None


class MessageContentTypedDict(TypedDict):
    """A part of a message, as a dict."""

    type: str
    text: NotRequired[str]
    image_url: NotRequired[ImageURLTypedDict]


class MessageContent(Model):
    """A part of a message; kinds the documents do not name, such as `input_audio`, are sent as they are."""

    type: str
    text: str | None = None
    image_url: ImageURL | None = None


Content = str | list[MessageContent]
ContentTypedDict = str | list[MessageContentTypedDict]


class FunctionCallTypedDict(TypedDict):
    """Which function to call, as a dict."""

    name: str
    arguments: NotRequired[str]


class FunctionCall(Model):
    """Which function to call; in a stream, the name comes first and the arguments in pieces."""

    name: str
    arguments: str | None = None


class ToolCallTypedDict(TypedDict):
    """A call of a tool, as a dict."""

    id: str
    type: str
    function: FunctionCallTypedDict


class ToolCall(Model):
    """A call of a tool; in a stream, `index` says which call a piece belongs to, and later pieces have no id."""

    id: str
    type: str
    function: FunctionCall
    index: int | None = field(default=None, added=True)


class MessageTypedDict(TypedDict):
    """A message, as a dict."""

    role: Role
    content: NotRequired[ContentTypedDict | None]
    name: NotRequired[str]
    reasoning_content: NotRequired[str]
    tool_calls: NotRequired[list[ToolCallTypedDict]]
    tool_call_id: NotRequired[str]


class Message(Model):
    """A message, asked or answered; content that is None is sent as null, content not given is left out."""

    role: Role
    content: Content | None | Unset = UNSET
    name: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
