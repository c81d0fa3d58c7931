"""What a client tells of each attempt of a call, as it happens. No I/O but what a hook does.

    from dragoman import Dragoman
    from dragoman.hooks import Ended, Failed, Moment

    def watch(moment: Moment) -> None:
        if isinstance(moment, Failed) and moment.again is not None:
            print(f"{type(moment.error).__name__}, again in {moment.again:.1f} s")
        elif isinstance(moment, Ended):
            print(moment.asked.model, moment.outcome, moment.spent)

    client = Dragoman("https://api.openai.com/v1", hooks=[watch])

Of each call a hook hears, for each attempt, that it `Began`, that it was `Answered` (again where a redirect was
followed) and that it `Failed`; and at the end of the call, once, that it `Ended`: after the answer, after the last
error, or when the caller left. A stream ends when its last byte has been read or it is closed.

A hook is called where the call is made, between its steps, so it has to return soon. It watches and changes nothing:
what it raises does not reach the caller, and is logged by the logger `dragoman` with its traceback, which Python prints
on standard error unless told otherwise. What a hook is given holds no credential; `Asked.body`, an answer's text and
an error's message hold what people said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast
from urllib.parse import urlsplit

import msgspec

from dragoman.answer.headers import KeptHeaders
from dragoman.answer.judge import request_id
from dragoman.answer.reading import Reading
from dragoman.answer.spent import Spent, of_chunks, of_completion, together
from dragoman.dialect.table import at
from dragoman.errors import APIError, CallCancelledError
from dragoman.secret import masked_url
from dragoman.wire.completion import Completion

if TYPE_CHECKING:
    from dragoman.errors import DragomanError
    from dragoman.exchange import Call
    from dragoman.exchange.attempt import Clock
    from dragoman.rates import RateLimits
    from dragoman.transport import Answer, AsyncAnswer, Outgoing

Outcome = Literal["done", "failed", "left"]
"""How a call ended: with its answer, with an error, or without its caller, who cancelled it or closed its stream."""


class _Said(msgspec.Struct, frozen=True):
    model: str = ""
    stream: bool | None = None


class Asked:
    """What a call asks: one object for all that is told of the call, so that calls made at once can be told apart.

    Attributes:
        method: in capitals.
        url: the address, its query included; what its query holds under the name of a credential is masked.
        body: the request's body, with what people said.
        at: when the call began, in seconds since 1970.
    """

    __slots__ = ("_said", "at", "body", "method", "url")

    def __init__(self, request: Outgoing, now: float) -> None:
        self.method = request.method
        self.url = masked_url(request.url)
        self.body = request.body
        self.at = now
        self._said: _Said | None = None

    @property
    def model(self) -> str:
        """The model that is asked; empty where the request names none."""
        return self._read().model

    @property
    def streamed(self) -> bool:
        """Whether the answer is to come piece by piece."""
        return self._read().stream is True

    @property
    def provider(self) -> str:
        """Who is asked: a row of `dragoman.dialect.table`; `plain` where nobody told us who is at that address."""
        return at(urlsplit(self.url).hostname or "").name

    def __repr__(self) -> str:
        """What and where; the body holds what people said."""
        return f"Asked({self.method} {self.url}, {len(self.body)} bytes)"

    def _read(self) -> _Said:
        if self._said is None:
            try:
                self._said = msgspec.json.decode(self.body, type=_Said)
            except msgspec.DecodeError:
                self._said = _Said()
        return self._said


class Began(msgspec.Struct, frozen=True):
    """An attempt begins: it is sent as soon as its pause is over."""

    asked: Asked
    """What the call asks."""
    attempt: int
    """Which attempt this is, from 1."""
    pause: float
    """Seconds that are waited first."""


class Answered(msgspec.Struct, frozen=True):
    """The head of an answer has arrived: of a success, an error or a redirect."""

    asked: Asked
    """What the call asks."""
    attempt: int
    """Which attempt this is, from 1."""
    status: int
    """The HTTP status."""
    headers: dict[str, str]
    """The answer's headers, names in any case, the credential masked where a server echoes it."""
    seconds: float
    """How long after sending."""
    at: float
    """When, in seconds since 1970."""

    @property
    def request_id(self) -> str | None:
        """What to quote to the vendor's support."""
        return request_id(self.headers)

    @property
    def rate_limits(self) -> RateLimits:
        """How much may still be asked, as the headers say."""
        from dragoman.rates import read_rate_limits  # noqa: PLC0415 - few hooks ask

        return read_rate_limits(self.headers, self.at)


class Failed(msgspec.Struct, frozen=True):
    """An attempt failed."""

    asked: Asked
    """What the call asks."""
    attempt: int
    """Which attempt this is, from 1."""
    error: APIError
    """How."""
    seconds: float
    """How long after sending."""
    again: float | None
    """Seconds until the next attempt; None where this was the last, and the call fails with the error."""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A call is over; told once, whatever happened."""

    asked: Asked
    """What the call asked."""
    attempts: int
    """How often it was sent."""
    outcome: Outcome
    """How it ended."""
    seconds: float
    """How long it took, pauses and the reading of a stream included."""
    first: float | None = None
    """Of a stream, seconds from sending the attempt that was answered to its first content."""
    error: DragomanError | None = None
    """What the call ended with: an `APIError`, but where nothing could be sent; None where it has its answer."""
    result: Any = None
    """What was read: a `Completion`, the reading of a stream, or another document; None where nothing was."""
    lost: tuple[Spent, ...] = ()
    """What the attempts that failed may have used."""

    @property
    def completion(self) -> Completion | None:
        """The answer, as far as it arrived; None where nothing did."""
        if self.error is not None:
            return self.error.partial if isinstance(self.error, APIError) else None
        if isinstance(self.result, Reading):
            return self.result.completion if self.result.seen else None
        return _completion_of(self.result)

    @property
    def spent(self) -> Spent:
        """What the call used over all attempts, and who says so."""
        if isinstance(self.result, Reading):
            return together((*self.lost, _of_reading(self.result, self.asked.body)))
        completion = _completion_of(self.result)
        if completion is not None:
            return together((*self.lost, of_completion(completion, self.asked.body)))
        if self.error is not None or not self.asked.body:
            return together(self.lost)
        return together((*self.lost, Spent(source="unknown", attempts=("unknown",))))


Moment = Began | Answered | Failed | Ended
"""What a hook is told."""

Hook = Callable[[Moment], object]
"""What is told of each attempt; what it returns is not looked at."""


def spent_by(reading: Reading, sent: bytes) -> Spent:
    """What a stream has used so far, failed attempts before it included; `sent` is the request's body."""
    part = reading.parts.part if reading.parts is not None else None
    if part is None or part.attempt is None:
        return together((*reading.lost, _of_reading(reading, sent)))
    return together((*reading.lost, _of_reading(part, part.attempt.call.request.body)))


def _completion_of(result: object) -> Completion | None:
    """The completion that a call came to, alone or beside the answer it came in."""
    found = result if isinstance(result, Completion) else getattr(result, "completion", None)
    return found if isinstance(found, Completion) else None


def _of_reading(reading: Reading, sent: bytes) -> Spent:
    ended = reading.over and reading.failure is None and not reading.left
    partial = reading.failure.partial if reading.failure is not None else None
    completion = partial if partial is not None else reading.completion
    return of_chunks(reading.seen, completion, sent, ended=ended)


class Watcher(Protocol):
    """What is told of a call's attempts; `Watch` is one, and `dragoman.limiter.Seat`."""

    def begins(self, pause: float) -> None:
        """Take that an attempt begins, after a pause."""
        ...

    def answered(self, answer: Answer | AsyncAnswer) -> None:
        """Take the head of an answer."""
        ...

    def failed(self, error: APIError, again: float | None, spent: Spent) -> None:
        """Take that an attempt failed, when the next begins, and what this one may have used."""
        ...

    def left(self, reason: DragomanError | GeneratorExit) -> None:
        """Take that nothing could be sent, or that the caller does not wait for the answer any more."""
        ...

    def finished(self, result: object) -> None:
        """Take what was read; a stream is over when it says so."""
        ...

    def read(self, reading: Reading) -> None:
        """Take that a stream is over."""
        ...


class Watch:
    """Tells the hooks of one call what becomes of it.

    Args:
        call: the call.
        clock: what tells the time.
    """

    __slots__ = ("_asked", "_attempt", "_began_at", "_call", "_clock", "_first", "_lost", "_open", "_sent_at")

    def __init__(self, call: Call, clock: Clock) -> None:
        self._call = call
        self._clock = clock
        self._asked = Asked(call.request, clock.time())
        self._attempt = 0
        self._began_at = self._sent_at = clock.monotonic()
        self._first: float | None = None
        self._lost: tuple[Spent, ...] = ()
        # Taken by whoever ends the call first: a stream may be closed by one thread while another reads it.
        self._open = [True]

    def begins(self, pause: float) -> None:
        """Take that an attempt begins, after a pause."""
        self._attempt += 1
        self._sent_at = self._clock.monotonic() + pause
        self._tell(Began(self._asked, self._attempt, pause))

    def answered(self, answer: Answer | AsyncAnswer) -> None:
        """Take the head of an answer."""
        headers = KeptHeaders({name: self._call.secret.mask(value) for name, value in answer.headers.items()})
        now = self._clock.time()
        self._tell(Answered(self._asked, self._attempt, answer.status, headers, self._seconds(), now))

    def failed(self, error: APIError, again: float | None, spent: Spent) -> None:
        """Take that an attempt failed, when the next begins, and what this one may have used."""
        self._lost = (*self._lost, spent)
        self._tell(Failed(self._asked, self._attempt, error, self._seconds(), again))
        if again is None:
            self._end("left" if isinstance(error, CallCancelledError) else "failed", error=error)

    def left(self, reason: DragomanError | GeneratorExit) -> None:
        """Take that nothing could be sent, or that the caller does not wait for the answer any more."""
        if isinstance(reason, GeneratorExit):
            self._end("left")
        else:
            self._end("failed", error=reason)

    def finished(self, result: object) -> None:
        """Take what was read; a stream is over when it says so."""
        if not isinstance(result, Reading):
            self._end("done", result=result)
            return
        self._first = result.spoke_at - self._sent_at if result.spoke else None
        if result.over:
            self.read(result)
        else:
            result.watch = self

    def read(self, reading: Reading) -> None:
        """Take that a stream is over."""
        outcome: Outcome = "left" if reading.left else "done" if reading.failure is None else "failed"
        self._end(outcome, result=reading, error=reading.failure)

    def _seconds(self) -> float:
        return max(self._clock.monotonic() - self._sent_at, 0.0)

    def _end(self, outcome: Outcome, **known: Any) -> None:  # noqa: ANN401 - Ended types them
        try:
            self._open.pop()
        except IndexError:
            return
        seconds = self._clock.monotonic() - self._began_at
        ended = Ended(
            asked=self._asked,
            attempts=self._attempt,
            outcome=outcome,
            seconds=seconds,
            first=self._first,
            lost=self._lost,
            **known,
        )
        self._tell(ended)

    def _tell(self, moment: Moment) -> None:
        for hook in self._call.hooks:
            try:
                hook(moment)
            except Exception as error:  # noqa: BLE001 - whatever a hook raises, it is not the caller's
                _complain(hook, error)


def _complain(hook: Hook, error: Exception) -> None:
    # Imported here because hooks seldom fail.
    import logging  # noqa: PLC0415

    name = cast("str", getattr(hook, "__qualname__", type(hook).__name__))
    logging.getLogger("dragoman").error("the hook %s failed; the call goes on", name, exc_info=error)
