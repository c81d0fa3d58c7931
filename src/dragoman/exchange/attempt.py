"""What an exchange asks of whoever drives it, and what holds for one attempt of a call. No I/O."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from msgspec import Struct

from dragoman.answer.judge import evidence
from dragoman.answer.reading import Reading
from dragoman.errors import (
    APIError,
    CallCancelledError,
    ConnectionFailedError,
    ProtocolError,
    TimeLimitError,
    TruncatedError,
)
from dragoman.secret import masked_url
from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.answer.spent import Spent
    from dragoman.errors import DragomanError, Limit
    from dragoman.exchange import Call
    from dragoman.exchange.cancellation import Cancellation
    from dragoman.hooks import Watcher
    from dragoman.transport import Answer, AsyncAnswer, Outgoing
    from dragoman.tried import Tried


class Clock(Protocol):
    """What tells the time; Python's `time` module is one."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""
        ...

    def time(self) -> float:
        """Seconds since 1970."""
        ...


class Seat(Protocol):
    """What waits for a turn; `dragoman.limiter.Seat` is one."""

    def ask(self, now: float, wake: Callable[[], None]) -> float | None:
        """None when its turn has come; else when to ask again, unless `wake` is called earlier, from any thread."""
        ...

    def leave(self) -> None:
        """Give up waiting."""
        ...


class Send(Struct, gc=False, eq=False):
    """Wait `after` seconds, then send; the outcome is an answer."""

    request: Outgoing
    after: float
    until: float


class Sent(Struct, eq=False):
    """A request that was sent before its exchange began.

    Attributes:
        at: when.
        outcome: what came of it, as after `Send`; or the `DragomanError` for which it could not be sent.
    """

    at: float
    outcome: Any


class Whole(Struct, gc=False, eq=False):
    """Read the rest of the body, of so many bytes at most; the outcome is bytes."""

    answer: Any
    until: float
    bound: int


class Turn(Struct, eq=False):
    """Wait `after` seconds, then for a turn; the outcome is True, or a `NoAnswer` when `until` has come before it."""

    seat: Seat
    after: float
    until: float


class Carrier(Struct, gc=False, eq=False):
    """Say what carries the call; the outcome is the transport."""


class Guarded(Struct, eq=False):
    """Perform an effect for as long as nobody cancels; the outcome is the effect's.

    Whoever performs it raises a `CallCancelledError` instead, and leaves nothing of the effect open.
    """

    effect: Any
    cancel: Cancellation


class Read(Struct, gc=False, eq=False):
    """Read the next piece of the body; the outcome is bytes."""

    answer: Any
    until: float


T = TypeVar("T")
Effect = Send | Whole | Read | Turn | Carrier | Guarded
Outcome = Any
"""An `Answer` or `AsyncAnswer` after `Send`, bytes after `Whole` and `Read`, a `NoAnswer` after any of them."""
Flow = Generator[Effect, Outcome, T]


class Attempt(Struct, eq=False):
    """What holds for the attempts of one call.

    Attributes:
        call: the call.
        clock: what tells the time.
        deadline: when the whole call has to be over.
        streamed: whether an attempt has to begin within the limit of the first token, not to be over within its own.
        until: when the attempt that is under way has to be; of a stream, when it has to have begun.
        sent_at: when that attempt was sent.
        over_at: when it failed; of a stream, when its first content had arrived.
        pause: seconds to wait before the first.
        tried: the attempts that failed so far.
        lost: what those of this call may have used.
        watch: is told of them: the call's hooks, its limiter; None where there are none.
    """

    call: Call
    clock: Clock
    deadline: float
    streamed: bool = False
    tried: list[Tried] = []
    lost: tuple[Spent, ...] = ()
    pause: float = 0.0
    until: float = 0.0
    sent_at: float = 0.0
    over_at: float = 0.0
    watch: Watcher | None = None
    _sent: bool = True

    def watched(self) -> None:
        """Tell the call's hooks of what follows."""
        # Imported here because most clients have no hooks.
        from dragoman.hooks import Watch  # noqa: PLC0415

        self.watch = Watch(self.call, self.clock)

    def send(self, request: Outgoing, pause: float) -> Send:
        """The effect that sends a request after a pause, and begins an attempt."""
        limits = self.call.timeouts
        self._sent = True
        self.sent_at = sent_at = self.clock.monotonic() + pause
        self.until = until = min(sent_at + (limits.first_token if self.streamed else limits.attempt), self.deadline)
        if self.watch is not None:
            self.watch.begins(pause)
        return Send(request, pause, until)

    def begun(self, sent: Sent) -> Outcome:
        """What came of an attempt that has begun already."""
        limits = self.call.timeouts
        self.sent_at = sent.at
        self.until = min(sent.at + limits.attempt, self.deadline)
        return sent.outcome

    def answered(self, outcome: Outcome) -> Answer | AsyncAnswer:
        """Take the outcome of sending.

        Raises:
            APIError: it is no answer.
            DragomanError: nothing could be sent.
        """
        if isinstance(outcome, Exception):
            if not isinstance(outcome, NoAnswer):
                raise outcome
            self._sent = outcome.sent
            raise self.no_answer(outcome)
        if self.watch is not None:
            self.watch.answered(outcome)
        answer: Answer | AsyncAnswer = outcome
        return answer

    def late(self, limit: Limit, seconds: float, why: str = "", **known: Any) -> TimeLimitError:  # noqa: ANN401 - APIError types them
        """The error of a limit that ran out, and why. The total leaves no time to try again."""
        words = {
            "connect": f"no connection within {seconds:g} s",
            "first token": f"no content within {seconds:g} s of asking",
            "idle": f"no more content for {seconds:g} s",
            "attempt": f"no whole answer within {seconds:g} s",
            "total": f"the call was not over within {seconds:g} s",
        }
        return TimeLimitError(words[limit] + why, limit=limit, seconds=seconds, retryable=limit != "total", **known)

    def no_turn(self, why: str) -> TimeLimitError:
        """The error of a turn that did not come in time: nothing was sent."""
        self._sent = False
        return self.late("total", self.call.timeouts.total, f": {why}")

    def no_answer(self, outcome: NoAnswer, **known: Any) -> APIError:  # noqa: ANN401 - APIError types them
        """The error that the lack of an answer is."""
        limits = self.call.timeouts
        if outcome.kind == "timeout":
            # What was sent is connected, so the limit is the nearer of the two others, whatever a clock says by now.
            if outcome.sent or self.clock.monotonic() >= self.until:
                if self.until >= self.deadline or self.clock.monotonic() >= self.deadline:
                    return self.late("total", limits.total, **known)
                own: Limit = "first token" if self.streamed else "attempt"
                return self.late(own, limits.first_token if self.streamed else limits.attempt, **known)
            return self.late("connect", limits.connect, **known)
        if outcome.kind == "protocol":
            return ProtocolError(f"the answer cannot be read: {outcome.detail}", **known)
        if outcome.kind == "cut":
            return TruncatedError(f"the answer was cut: {outcome.detail}", retryable=True, **known)
        return ConnectionFailedError(outcome.detail, retryable=outcome.kind in {"connect", "reset"}, **known)

    def failed(self, error: APIError, number: int) -> float | None:
        """Take that the attempt under way failed, the one of that number; seconds until the next, None for never."""
        # Imported here, as below, because most calls are answered at once and nobody asks for more.
        from random import random  # noqa: PLC0415

        from dragoman.answer.spent import of_failure, together  # noqa: PLC0415
        from dragoman.tried import Tried  # noqa: PLC0415

        self.over_at = self.clock.monotonic()
        sent = self._sent and not (isinstance(error, CallCancelledError) and not error.sent)
        spent = of_failure(error, sent=sent)
        tried = Tried(
            whom=self.whom,
            status=error.status,
            error=type(error).__name__,
            message=error.message,
            request_id=error.request_id,
            seconds=max(self.over_at - self.sent_at, 0.0),
        )
        self.tried.append(tried)
        error.history = tuple(self.tried)
        error.attempts = number
        self.lost = (*self.lost, spent)
        error.spent = together(self.lost)
        again = self.call.retry.pause(error, number, random())  # noqa: S311 - spreads callers out; guards nothing
        if again is not None and self.over_at + again >= self.deadline:
            again = None
        if self.watch is not None:
            self.watch.failed(error, again, spent)
        return again

    def left(self, reason: DragomanError | GeneratorExit) -> None:
        """Take that the call is over without an answer: nothing could be sent, or the caller does not wait for it."""
        if self.watch is not None:
            self.watch.left(reason)

    def ended(self, result: object) -> None:
        """Take what the call came to."""
        if self.lost and isinstance(result, Reading):
            result.lost = self.lost
        if self.watch is not None:
            self.watch.finished(result)

    def history(self, answer: Answer | AsyncAnswer) -> tuple[Tried, ...]:
        """Every attempt, the one that was answered at the end."""
        from dragoman.tried import Tried  # noqa: PLC0415

        known = evidence(answer.headers, b"", self.call.secret)["request_id"]
        seconds = max(self.over_at - self.sent_at, 0.0)
        return (*self.tried, Tried(whom=self.whom, status=answer.status, request_id=known, seconds=seconds))

    @property
    def whom(self) -> str:
        """Who is asked: by name where there is a choice, else the address, its credentials masked."""
        return self.call.whom or masked_url(self.call.request.url)

    def reached(self, answer: Answer | AsyncAnswer, body: bytes = b"") -> dict[str, Any]:
        """What an error that follows an answer keeps of it."""
        return evidence(answer.headers, body, self.call.secret) | {"status": answer.status}
