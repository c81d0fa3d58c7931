"""What `chat.completions.stream` tells as an answer arrives. Types; no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from dragoman.openai.shape import BaseModel
from dragoman.stream.partial import read_partial
from dragoman.structured import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.openai.types.chat.chat_completion import ChatCompletionTokenLogprob
    from dragoman.openai.types.chat.chat_completion_chunk import ChatCompletionChunk
    from dragoman.openai.types.chat.parsed_chat_completion import ParsedChatCompletion

T = TypeVar("T")
Json = dict[str, Any]


class _Event:
    """What every event can do."""

    def to_dict(self) -> Json:
        """The fields as a dict, models in them too."""
        shown = [name for name in self._names() if not name.startswith("_")]
        return {name: _dumped(getattr(self, name)) for name in shown}

    def model_dump(self) -> Json:
        """As `to_dict`."""
        return self.to_dict()

    @classmethod
    def _names(cls) -> list[str]:
        own = [one.name for one in fields(cls)]  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - each subclass is a dataclass
        return [*own, *(name for name, value in vars(cls).items() if isinstance(value, property))]


def _dumped(value: Any) -> Any:  # noqa: ANN401 - any field of an event
    if isinstance(value, list):
        return [_dumped(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, BaseModel):
        return value.to_dict()
    return value if value is None or isinstance(value, str | int) else plain(value)


@dataclass(frozen=True, slots=True)
class ChunkEvent(_Event):
    """A chunk arrived; there is one for each.

    Attributes:
        chunk: the chunk.
    """

    chunk: ChatCompletionChunk
    _snapshot: Callable[[], ParsedChatCompletion[Any]] = field(repr=False)
    type: Literal["chunk"] = "chunk"

    @property
    def snapshot(self) -> ParsedChatCompletion[Any]:
        """What the chunks up to this one add up to; put together when it is looked at."""
        return self._snapshot()


@dataclass(frozen=True, slots=True)
class ContentDeltaEvent(_Event):
    """More text.

    Attributes:
        delta: the piece.
        snapshot: the choice's text so far.
    """

    delta: str
    snapshot: str
    _typed: bool = field(default=False, repr=False)
    type: Literal["content.delta"] = "content.delta"

    @property
    def parsed(self) -> object:
        """Where a type was asked for, the JSON so far as far as it is whole."""
        return read_partial(self.snapshot) if self._typed else None


@dataclass(frozen=True, slots=True)
class ContentDoneEvent(_Event, Generic[T]):
    """A choice's text is whole.

    Attributes:
        content: the text.
        parsed: the same as the type asked for.
    """

    content: str
    parsed: T | None = None
    type: Literal["content.done"] = "content.done"


@dataclass(frozen=True, slots=True)
class RefusalDeltaEvent(_Event):
    """More of a refusal.

    Attributes:
        delta: the piece.
        snapshot: the refusal so far.
    """

    delta: str
    snapshot: str
    type: Literal["refusal.delta"] = "refusal.delta"


@dataclass(frozen=True, slots=True)
class RefusalDoneEvent(_Event):
    """A refusal is whole.

    Attributes:
        refusal: the refusal.
    """

    refusal: str
    type: Literal["refusal.done"] = "refusal.done"


@dataclass(frozen=True, slots=True)
class FunctionToolCallArgumentsDeltaEvent(_Event):
    """More of the arguments of a function call.

    Attributes:
        name: the function's.
        index: the call's place among the message's.
        arguments: the JSON text so far.
        arguments_delta: the piece; empty where the call begins.
    """

    name: str
    index: int
    arguments: str
    arguments_delta: str
    _typed: bool = field(default=False, repr=False)
    type: Literal["tool_calls.function.arguments.delta"] = "tool_calls.function.arguments.delta"

    @property
    def parsed_arguments(self) -> object:
        """For a strict function, the JSON so far as far as it is whole."""
        return read_partial(self.arguments) if self._typed else None


@dataclass(frozen=True, slots=True)
class FunctionToolCallArgumentsDoneEvent(_Event):
    """The arguments of a function call are whole.

    Attributes:
        name: the function's.
        index: the call's place among the message's.
        arguments: the JSON text.
        parsed_arguments: the same as the type its tool was made of; JSON values for a strict schema.
    """

    name: str
    index: int
    arguments: str
    parsed_arguments: Any
    type: Literal["tool_calls.function.arguments.done"] = "tool_calls.function.arguments.done"


@dataclass(frozen=True, slots=True)
class LogprobsContentDeltaEvent(_Event):
    """More log probabilities of the text.

    Attributes:
        content: those that came.
        snapshot: all so far.
    """

    content: list[ChatCompletionTokenLogprob]
    snapshot: list[ChatCompletionTokenLogprob]
    type: Literal["logprobs.content.delta"] = "logprobs.content.delta"


@dataclass(frozen=True, slots=True)
class LogprobsContentDoneEvent(_Event):
    """The log probabilities of the text are whole.

    Attributes:
        content: all of them.
    """

    content: list[ChatCompletionTokenLogprob]
    type: Literal["logprobs.content.done"] = "logprobs.content.done"


@dataclass(frozen=True, slots=True)
class LogprobsRefusalDeltaEvent(_Event):
    """More log probabilities of a refusal.

    Attributes:
        refusal: those that came.
        snapshot: all so far.
    """

    refusal: list[ChatCompletionTokenLogprob]
    snapshot: list[ChatCompletionTokenLogprob]
    type: Literal["logprobs.refusal.delta"] = "logprobs.refusal.delta"


@dataclass(frozen=True, slots=True)
class LogprobsRefusalDoneEvent(_Event):
    """The log probabilities of a refusal are whole.

    Attributes:
        refusal: all of them.
    """

    refusal: list[ChatCompletionTokenLogprob]
    type: Literal["logprobs.refusal.done"] = "logprobs.refusal.done"


ChatCompletionStreamEvent = (
    ChunkEvent
    | ContentDeltaEvent
    | ContentDoneEvent[T]
    | RefusalDeltaEvent
    | RefusalDoneEvent
    | FunctionToolCallArgumentsDeltaEvent
    | FunctionToolCallArgumentsDoneEvent
    | LogprobsContentDeltaEvent
    | LogprobsContentDoneEvent
    | LogprobsRefusalDeltaEvent
    | LogprobsRefusalDoneEvent
)
"""One event, told apart by its `type`."""
