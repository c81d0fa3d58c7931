"""What the model said, and the tools it wants called. Types; no I/O."""

from collections.abc import Mapping
from typing import Any, Literal

from dragoman.openai.shape import BaseModel


class AnnotationURLCitation(BaseModel):
    """A web page that part of the text rests on."""

    end_index: int
    """Where the cited text ends in the message's content, in characters."""
    start_index: int
    """Where it begins."""
    title: str
    """The page's title."""
    url: str
    """The page's address."""


class Annotation(BaseModel):
    """A remark on part of the text."""

    type: str
    """`url_citation`, or a kind of the vendor's own."""
    url_citation: AnnotationURLCitation
    """The page."""


class ChatCompletionAudio(BaseModel):
    """The answer as sound."""

    id: str
    """What a later request may name to refer to this sound."""
    data: str
    """The sound, base64, in the format the request asked for."""
    expires_at: int
    """When the server forgets the id, in seconds since 1970."""
    transcript: str
    """What is said."""


class FunctionCall(BaseModel):
    """Which function the model wants called, in the older form."""

    arguments: str
    """The arguments as JSON text; a model wrote it."""
    name: str
    """The function's name."""


class Function(BaseModel):
    """Which function the model wants called, with what."""

    arguments: str
    """The arguments as JSON text. A model wrote it: it may not be valid, nor match the function's schema."""
    name: str
    """The function's name."""


class ChatCompletionMessageFunctionToolCall(BaseModel):
    """A call of a function."""

    id: str
    """What the answering `tool` message names as its `tool_call_id`."""
    function: Function
    """The call."""
    type: Literal["function"]
    """`function`."""

    @classmethod
    def describes(cls, value: Mapping[str, Any]) -> bool:
        """Whether it is a call of a function: some vendors do not say, so whatever is not custom is."""
        return value.get("type") != "custom"


ChatCompletionMessageToolCall = ChatCompletionMessageFunctionToolCall
"""The same; the original had this name for it before there were other tools."""


class Custom(BaseModel):
    """Which custom tool the model wants called, with what."""

    input: str
    """The input, free text."""
    name: str
    """The tool's name."""


class ChatCompletionMessageCustomToolCall(BaseModel):
    """A call of a custom tool."""

    id: str
    """What the answering `tool` message names as its `tool_call_id`."""
    custom: Custom
    """The call."""
    type: Literal["custom"]
    """`custom`."""


ChatCompletionMessageToolCallUnion = ChatCompletionMessageFunctionToolCall | ChatCompletionMessageCustomToolCall
"""A call of a tool, by its `type`."""


class ChatCompletionMessage(BaseModel):
    """What the model said. It can be put as it is into the messages of the next request."""

    content: str | None = None
    """The text; None when the model only called tools, refused, or spoke."""
    refusal: str | None = None
    """Why the model would not answer, in its own words."""
    role: Literal["assistant"]
    """`assistant`."""
    annotations: list[Annotation] | None = None
    """Remarks on the text, such as the web pages it cites."""
    audio: ChatCompletionAudio | None = None
    """The answer as sound, when the request asked for it."""
    function_call: FunctionCall | None = None
    """The call in the older form, where the request used `functions`."""
    tool_calls: list[ChatCompletionMessageToolCallUnion] | None = None
    """The tools the model wants called before it goes on."""
