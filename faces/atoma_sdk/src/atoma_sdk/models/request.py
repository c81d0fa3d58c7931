"""What a chat completion is asked for with. A field not given is left out; one that is None is sent as null."""

from typing import Any, NotRequired, TypedDict

from dragoman.face.field import UNSET, Unset, field
from dragoman.face.model import Model


class ChatCompletionMessageTypedDict(TypedDict):
    """A message, as a dict."""

    content: str | list[Any] | None
    role: str
    name: NotRequired[str | None]
    tool_calls: NotRequired[list[Any]]
    tool_call_id: NotRequired[str]


class ChatCompletionMessage(Model):
    """A message, asked or answered; fields the documents do not name, such as `tool_calls`, are kept and sent."""

    content: str | list[Any] | None = field(nullable=True)
    role: str
    name: str | None | Unset = UNSET


class CreateChatCompletionRequestTypedDict(TypedDict):
    """The request, as a dict."""

    messages: list[ChatCompletionMessageTypedDict]
    model: str
    frequency_penalty: NotRequired[float | None]
    function_call: NotRequired[Any]
    functions: NotRequired[list[Any] | None]
    logit_bias: NotRequired[dict[str, float] | None]
    max_tokens: NotRequired[int | None]
    n: NotRequired[int | None]
    presence_penalty: NotRequired[float | None]
    response_format: NotRequired[Any]
    seed: NotRequired[int | None]
    stop: NotRequired[list[str] | None]
    stream: NotRequired[bool | None]
    temperature: NotRequired[float | None]
    tool_choice: NotRequired[Any]
    tools: NotRequired[list[Any] | None]
    top_p: NotRequired[float | None]
    user: NotRequired[str | None]


class CreateChatCompletionRequest(Model):
    """The request for an answer in one piece."""

    messages: list[ChatCompletionMessage]
    model: str
    frequency_penalty: float | None | Unset = UNSET
    function_call: Any = None
    functions: list[Any] | None | Unset = UNSET
    logit_bias: dict[str, float] | None | Unset = UNSET
    max_tokens: int | None | Unset = UNSET
    n: int | None | Unset = UNSET
    presence_penalty: float | None | Unset = UNSET
    response_format: Any = None
    seed: int | None | Unset = UNSET
    stop: str | list[str] | None | Unset = UNSET
    stream: bool | None = field(default=False, nullable=True)
    temperature: float | None | Unset = UNSET
    tool_choice: Any = None
    tools: list[Any] | None | Unset = UNSET
    top_p: float | None | Unset = UNSET
    user: str | None | Unset = UNSET


CreateChatCompletionStreamRequestTypedDict = CreateChatCompletionRequestTypedDict


class CreateChatCompletionStreamRequest(CreateChatCompletionRequest):
    """The request for a stream."""

    stream: bool | None = True


class SecurityTypedDict(TypedDict):
    """The credential, as a dict."""

    bearer_auth: NotRequired[str]


class Security(Model):
    """The credential."""

    bearer_auth: str | None = None
