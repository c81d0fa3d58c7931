"""What a run of tools is made of: limits, invocations, events, its result, and what is done for it. Types; no I/O."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from dragoman.amount import is_count, is_duration
from dragoman.errors import InvalidRequestError
from dragoman.stream.events import Event

if TYPE_CHECKING:
    from dragoman.exchange import Call
    from dragoman.tools import Tool
    from dragoman.wire.completion import Completion, Message, ToolCall, Usage
    from dragoman.wire.message import RequestMessage

T = TypeVar("T")

Toolish = Callable[..., Any] | Mapping[str, Any]
"""What a run takes as a tool: a function, a `Tool`, or the definition of one whose calls are the caller's to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where a run ends though the model has not answered.

    Attributes:
        rounds: how often the model is asked.
        tokens: how many tokens all rounds together may use; another is not begun once they have.
        seconds: how long all of it may take, tools included. A thread that a tool holds up is not waited for.

    Raises:
        InvalidRequestError: there are no rounds, or one of them is no such number.
    """

    rounds: int = 10
    tokens: int | None = None
    seconds: float = math.inf

    def __post_init__(self) -> None:
        """Refuse what is no limit."""
        if not is_count(self.rounds, 1):
            raise InvalidRequestError(f"rounds is a whole number from 1, not {self.rounds!r}", param="limits")
        if self.tokens is not None and not is_count(self.tokens, 1):
            raise InvalidRequestError(f"tokens is a whole number from 1, or None, not {self.tokens!r}", param="limits")
        if not is_duration(self.seconds):
            raise InvalidRequestError(f"seconds is a number above 0, not {self.seconds!r}", param="limits")


@dataclass(frozen=True, slots=True)
class Invocation:
    """A tool that is about to be called.

    Attributes:
        name: the tool's.
        arguments: what it is to be called with, as its parameters' own types.
        call: the same as the model wrote it.
        round: in which round, from 1.
    """

    name: str
    arguments: dict[str, Any]
    call: ToolCall
    round: int
    tool: Tool[..., Any] = field(repr=False)


Approve = Callable[[Invocation], bool | str | Awaitable[bool | str]]
"""Whether a tool may be called: True, False, or a sentence that tells the model why not."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of calling a tool.

    Attributes:
        value: what it returned.
        error: what it raised; None where it returned.
    """

    value: Any = None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Result(Generic[T]):
    """A run's end.

    Attributes:
        completion: the model's last answer.
        messages: the whole conversation, from what was asked to that answer: what a next request may go on from.
        usage: how many tokens all rounds used; None where the server did not say.
        rounds: how often the model was asked.
        parsed: the answer as `output`; None where none was asked for, or where calls are pending.
        pending: the calls that are the caller's to answer: those of tools it gave as definitions.
    """

    completion: Completion
    messages: list[RequestMessage | Message]
    usage: Usage | None
    rounds: int
    parsed: T
    pending: tuple[ToolCall, ...] = ()

    @property
    def text(self) -> str:
        """The answer's text."""
        return self.completion.text


@dataclass(frozen=True, slots=True)
class InvocationEvent:
    """A tool is called.

    Attributes:
        invocation: the call, its arguments read.
    """

    invocation: Invocation
    type: Literal["invocation"] = "invocation"


@dataclass(frozen=True, slots=True)
class ResultEvent:
    """What the model is told of a call.

    Attributes:
        call: the call.
        content: what it is told.
        failed: whether the tool was not called, or raised.
        value: what the tool returned.
    """

    call: ToolCall
    content: str
    failed: bool
    value: Any = None
    type: Literal["result"] = "result"


@dataclass(frozen=True, slots=True)
class RoundEvent:
    """The model has said all it says in a round.

    Attributes:
        completion: what it said.
        round: which round, from 1.
    """

    completion: Completion
    round: int
    type: Literal["round"] = "round"


RunEvent = Event | InvocationEvent | ResultEvent | RoundEvent
"""What a run tells as it goes."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Make a call; the outcome is a completion."""

    call: Call


@dataclass(frozen=True, slots=True)
class Open:
    """Open a stream; the outcome is the stream."""

    call: Call


@dataclass(frozen=True, slots=True)
class Next:
    """Read on; the outcome is a chunk, or None at the stream's end."""

    stream: Any


@dataclass(frozen=True, slots=True)
class Consent:
    """Ask whether a tool may be called; the outcome is what `approve` says."""

    approve: Approve
    invocation: Invocation


@dataclass(frozen=True, slots=True)
class Invoke:
    """Call tools, all at once; the outcome is a list of outcomes in the same order, None for what took too long."""

    invocations: list[Invocation]
    until: float


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell the caller; the outcome is nothing."""

    event: RunEvent


Effect = Ask | Open | Next | Consent | Invoke | Tell
Flow = Generator[Effect, Any, T]
