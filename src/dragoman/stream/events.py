"""What a streamed answer says, as it arrives: chunks in, typed events out. No I/O.

Each event holds what is new, and can tell what there is so far: that is put together only when it is looked at. Calls
of tools are told apart as `dragoman.answer.fold` does it, so the events add up to the completion that the stream does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from dragoman.stream.partial import read_partial
from dragoman.wire.completion import ToolCall, Usage
from dragoman.wire.growth import Pieces, add_call, is_whole
from dragoman.wire.tolerant import is_object, objects_in

if TYPE_CHECKING:
    from dragoman.wire.chunk import Chunk, ChunkChoice

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Grown:
    """A text that grows, as far as it had at some moment."""

    pieces: list[str]
    count: int

    def __str__(self) -> str:
        """The text."""
        return "".join(self.pieces[: self.count])


def _grown(text: str, pieces: list[str]) -> Grown:
    pieces.append(text)
    return Grown(pieces, len(pieces))


@dataclass(frozen=True, slots=True)
class _Piece:
    """More of a text."""

    text: str
    index: int = 0
    _grown: Grown = field(default_factory=lambda: Grown([], 0), repr=False, compare=False, kw_only=True)

    @property
    def so_far(self) -> str:
        """The whole text up to this piece."""
        return str(self._grown)


@dataclass(frozen=True, slots=True)
class TextEvent(_Piece):
    """More of the text.

    Attributes:
        text: the piece.
        index: which choice's.
        so_far: the text up to this piece; put together when it is looked at.
    """

    type: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class ReasoningEvent(_Piece):
    """More of what the model thinks, where the vendor shows it.

    Attributes:
        text: the piece.
        index: which choice's.
        so_far: the text up to this piece; put together when it is looked at.
    """

    type: Literal["reasoning"] = "reasoning"


@dataclass(frozen=True, slots=True)
class RefusalEvent(_Piece):
    """More of why the model will not answer.

    Attributes:
        text: the piece.
        index: which choice's.
        so_far: the text up to this piece; put together when it is looked at.
    """

    type: Literal["refusal"] = "refusal"


@dataclass(frozen=True, slots=True)
class ArgumentsEvent(_Piece):
    """A call of a tool begins, or more of what it is called with.

    Attributes:
        text: the piece of the arguments' JSON text; empty where the call begins without any.
        name: the tool's name.
        id: the call's id.
        call: its place among the message's calls.
        index: which choice's.
        so_far: the arguments' JSON text up to this piece; put together when it is looked at.
    """

    name: str = ""
    id: str = ""
    call: int = 0
    type: Literal["arguments"] = "arguments"

    @property
    def partial(self) -> Any:  # noqa: ANN401 - any JSON
        """The arguments so far as JSON types: strings as they grow, numbers once they are whole; None before any."""
        return read_partial(self.so_far, growing=True)


@dataclass(frozen=True, slots=True)
class CallEvent:
    """A call of a tool is whole.

    Attributes:
        call: the call.
        place: its place among the message's calls.
        index: which choice's.
    """

    call: ToolCall
    place: int = 0
    index: int = 0
    type: Literal["call"] = "call"


@dataclass(frozen=True, slots=True)
class FinishEvent:
    """A choice is finished.

    Attributes:
        reason: why: `stop`, `length`, `tool_calls`, `content_filter`, or the vendor's own.
        index: which choice.
    """

    reason: str
    index: int = 0
    type: Literal["finish"] = "finish"


@dataclass(frozen=True, slots=True)
class UsageEvent:
    """How many tokens the answer used: the last event, where the server says.

    Attributes:
        usage: the numbers.
    """

    usage: Usage
    type: Literal["usage"] = "usage"


Event = TextEvent | ReasoningEvent | RefusalEvent | ArgumentsEvent | CallEvent | FinishEvent | UsageEvent
"""What a streamed answer says; `type` or the class tells which."""


class _Following:
    """One choice as far as it has arrived."""

    __slots__ = ("_calls", "_index", "_told", "reasoning", "refusal", "text")

    def __init__(self, index: int) -> None:
        self.text: list[str] = []
        self.reasoning: list[str] = []
        self.refusal: list[str] = []
        self._index = index
        self._calls: list[Json] = []
        self._told = 0

    def take(self, part: ChunkChoice, calls: list[Json]) -> list[Event]:
        """The events of a chunk's part of this choice; `calls` are its deltas of tool calls, as received."""
        found: list[Event] = []
        index, delta = self._index, part.delta
        # A vendor that says it under both names says it twice.
        thought = delta.reasoning_content or delta.reasoning
        if thought:
            found.append(ReasoningEvent(thought, index, _grown=_grown(thought, self.reasoning)))
        if delta.content:
            found.append(TextEvent(delta.content, index, _grown=_grown(delta.content, self.text)))
        if delta.refusal:
            found.append(RefusalEvent(delta.refusal, index, _grown=_grown(delta.refusal, self.refusal)))
        for call in calls:
            found += self._call(call)
        if part.finish_reason:
            found += self.done()
            found.append(FinishEvent(part.finish_reason, index))
        return found

    def _call(self, delta: Json) -> list[Event]:
        count = len(self._calls)
        call = add_call(self._calls, delta)
        # Once the next begins, those before it may be whole; some vendors say several in turns.
        found = self._whole(count, certain=False) if len(self._calls) > count else []
        called = _called(call)
        pieces = called.get("arguments", called.get("input"))
        said = pieces.pieces if isinstance(pieces, Pieces) else []
        before = len(said) - 1 if _said(delta) else len(said)
        text = "".join(said[before:])
        place = next(place for place, one in enumerate(self._calls) if one is call)
        name, identity = str(called.get("name") or ""), str(call.get("id") or "")
        grown = Grown(said, len(said))
        found.append(ArgumentsEvent(text, self._index, name, identity, place, _grown=grown))
        return found

    def done(self) -> list[Event]:
        """The events of what is whole now that the choice has finished."""
        return self._whole(len(self._calls), certain=True)

    def _whole(self, count: int, *, certain: bool) -> list[Event]:
        whole: list[Event] = []
        for place in range(self._told, count):
            if not certain and not is_whole(_called(self._calls[place]).get("arguments")):
                break
            received = {name: value for name, value in self._calls[place].items() if name != "index"}
            kind = "custom" if "custom" in received and "function" not in received else "function"
            call = msgspec.convert({"type": kind, **_joined(received)}, ToolCall)
            whole.append(CallEvent(call, place, self._index))
        self._told += len(whole)
        return whole


def _called(call: Json) -> Json:
    return next(iter(objects_in([call.get("function"), call.get("custom")])), Json())


def _said(delta: Json) -> bool:
    """Whether a delta holds a piece of what its tool is called with, an empty one included."""
    called = _called(delta)
    return (called.get("arguments") if "arguments" in called else called.get("input")) is not None


def _joined(call: Json) -> Json:
    return {
        name: str(value) if isinstance(value, Pieces) else _joined(value) if is_object(value) else value
        for name, value in call.items()
        if value is not None
    }


class Following:
    """A streamed answer being followed: give it each chunk, and the usage at the end."""

    __slots__ = ("_choices",)

    def __init__(self) -> None:
        self._choices: dict[int, _Following] = {}

    def take(self, chunk: Chunk) -> list[Event]:
        """The events that a chunk is."""
        found: list[Event] = []
        for place, part in enumerate(chunk.choices):
            known = self._choices.get(part.index)
            if known is None:
                known = self._choices[part.index] = _Following(part.index)
            found += known.take(part, _calls(chunk, place) if part.delta.tool_calls else [])
        return found

    def end(self, usage: Usage | None) -> list[Event]:
        """The events of a stream's end: what the server never said to be whole, and the usage."""
        found = [event for choice in self._choices.values() for event in choice.done()]
        return [*found, UsageEvent(usage)] if usage is not None else found


def _calls(chunk: Chunk, place: int) -> list[Json]:
    """The deltas of tool calls in one of a chunk's choices, as received."""
    choice = objects_in(chunk.to_dict()["choices"])[place]
    return [call for delta in objects_in([choice.get("delta")]) for call in objects_in(delta.get("tool_calls"))]
