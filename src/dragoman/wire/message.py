"""What is said in a request: messages by role, and the parts their content is made of. Types; no I/O.

Field by field the `ChatCompletionRequest…Message` schemas of OpenAI's published API document, with what other
vendors of the same API add (`prefix`, `reasoning_content`). Every optional field may be null.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict

from dragoman.wire.tool import CalledFunction, RequestToolCall


class CacheBreakpoint(TypedDict):
    """The end of what later requests will begin with too: the vendor may keep it in its prompt cache."""

    mode: str
    """`explicit`."""


class TextPart(TypedDict):
    """A piece of text."""

    type: Literal["text"]
    """`text`."""
    text: str
    """The text."""
    prompt_cache_breakpoint: NotRequired[CacheBreakpoint | None]
    """Whether a reusable beginning ends here."""


class ImageUrl(TypedDict):
    """Where an image is, and how closely to look."""

    url: str
    """An address, or the image itself as a `data:` URL."""
    detail: NotRequired[str | None]
    """`auto`, `low` or `high`; default `auto`."""


class ImagePart(TypedDict):
    """An image to look at."""

    type: Literal["image_url"]
    """`image_url`."""
    image_url: ImageUrl | str
    """The image; some vendors take the bare address."""
    prompt_cache_breakpoint: NotRequired[CacheBreakpoint | None]
    """Whether a reusable beginning ends here."""


class InputAudio(TypedDict):
    """Sound, and how it is encoded."""

    data: str
    """The sound, base64."""
    format: str
    """`wav` or `mp3`."""


class AudioPart(TypedDict):
    """Sound to listen to."""

    type: Literal["input_audio"]
    """`input_audio`."""
    input_audio: InputAudio
    """The sound."""
    prompt_cache_breakpoint: NotRequired[CacheBreakpoint | None]
    """Whether a reusable beginning ends here."""


class InputFile(TypedDict, total=False):
    """A file, by its content or by the id of an upload."""

    file_data: str | None
    """The content, base64."""
    file_id: str | None
    """The id of a file uploaded before."""
    filename: str | None
    """The name to show the model."""


class FilePart(TypedDict):
    """A file to read."""

    type: Literal["file"]
    """`file`."""
    file: InputFile
    """The file."""
    prompt_cache_breakpoint: NotRequired[CacheBreakpoint | None]
    """Whether a reusable beginning ends here."""


class RefusalPart(TypedDict):
    """What an assistant said instead of answering."""

    type: Literal["refusal"]
    """`refusal`."""
    refusal: str
    """Its words."""


Part = TextPart | ImagePart | AudioPart | FilePart
"""What a user's message may be made of."""

AssistantPart = TextPart | RefusalPart
"""What an assistant's message may be made of."""


class DeveloperMessage(TypedDict):
    """What the developer tells the model to do, whatever users say. Newer models' word for `system`."""

    role: Literal["developer"]
    """`developer`."""
    content: str | Sequence[TextPart]
    """The instruction."""
    name: NotRequired[str | None]
    """Tells participants of the same role apart."""


class SystemMessage(TypedDict):
    """What the developer tells the model to do, whatever users say."""

    role: Literal["system"]
    """`system`."""
    content: str | Sequence[TextPart]
    """The instruction."""
    name: NotRequired[str | None]
    """Tells participants of the same role apart."""


class UserMessage(TypedDict):
    """What a user says."""

    role: Literal["user"]
    """`user`."""
    content: str | Sequence[Part]
    """Text, or parts: text, images, sound, files."""
    name: NotRequired[str | None]
    """Tells participants of the same role apart."""


class SpokenReference(TypedDict):
    """Sound that the model made before."""

    id: str
    """The id that came with it."""


class AssistantMessage(TypedDict):
    """What the model said before. A completion's `message` fits here as it is."""

    role: Literal["assistant"]
    """`assistant`."""
    content: NotRequired[str | Sequence[AssistantPart] | None]
    """The text; needed unless the message has tool calls or a function call."""
    name: NotRequired[str | None]
    """Tells participants of the same role apart."""
    refusal: NotRequired[str | None]
    """Why the model would not answer, in its own words."""
    tool_calls: NotRequired[Sequence[RequestToolCall] | None]
    """The tools it wanted called."""
    function_call: NotRequired[CalledFunction | None]
    """The call in the older form."""
    audio: NotRequired[SpokenReference | None]
    """The answer as sound, by its id."""
    reasoning_content: NotRequired[str | None]
    """What it thought, for vendors that want it back."""
    prefix: NotRequired[bool | None]
    """Ask the model to go on from this text: Mistral's word, for the last message only."""


class ToolMessage(TypedDict):
    """What a tool answered."""

    role: Literal["tool"]
    """`tool`."""
    content: str | Sequence[TextPart]
    """The answer."""
    tool_call_id: str
    """Which call it answers."""
    name: NotRequired[str | None]
    """The tool's name, where a vendor wants it."""


class FunctionMessage(TypedDict):
    """What a function answered, in the older form."""

    role: Literal["function"]
    """`function`."""
    content: str | None
    """The answer."""
    name: str
    """The function's name."""


RequestMessage = DeveloperMessage | SystemMessage | UserMessage | AssistantMessage | ToolMessage | FunctionMessage
"""One message of a request, by its `role`."""

JsonObject = dict[str, Any]
"""A JSON object whose fields this API does not fix."""
