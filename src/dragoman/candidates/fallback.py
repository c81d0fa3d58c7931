"""One call asked of several candidates in turn, as their course has it, within one deadline. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, TypeVar

from msgspec.structs import replace

from dragoman.candidates.course import Course, Pause, Try
from dragoman.errors import APIError, CallCancelledError, DragomanError, OverloadedError
from dragoman.exchange import exchange
from dragoman.exchange.attempt import Attempt
from dragoman.retry import NEVER
from dragoman.tried import Tried

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dragoman.answer.spent import Spent
    from dragoman.candidates.course import Lane, Stop
    from dragoman.exchange import Beginner, Call, Reader
    from dragoman.exchange.attempt import Clock, Flow
    from dragoman.retry import Retry

T = TypeVar("T")


class Fallback:
    """How a call goes from one candidate to the next.

    Args:
        stops: the candidates, in the order in which they are asked.
        made: the calls that are there already, by the candidate's name.
        make: makes the call of another; raises what `dragoman.call.create_call` does.
        rounds: how often another attempt is made, and the pauses once all have been tried.
    """

    def __init__(
        self, stops: Sequence[Stop[Lane]], made: dict[str, Call], make: Callable[[str], Call], rounds: Retry
    ) -> None:
        self._stops = stops
        self._made = made
        self._make = make
        self._rounds = rounds

    def flow(
        self,
        whole: Call,
        clock: Clock,
        read: Reader[T],
        begin: Beginner[T] | None,
        *,
        streamed: bool,
    ) -> Flow[T]:
        """Ask until one answers.

        Args:
            whole: the call; its limits in time are those of all attempts together.
            clock: what tells the time.
            read: as `dragoman.exchange.exchange` takes it.
            begin: likewise.
            streamed: whether the answer is a stream: another is asked until its first content.

        Raises:
            APIError: the last attempt failed so; its `history` has all.
            OverloadedError: every candidate has failed of late, and is left alone for a while.
        """
        # Imported here because nothing else on the way to a first answer needs it.
        from random import random  # noqa: PLC0415

        course = Course(self._stops, self._rounds.times, random, rounds=self._rounds)
        walk = _Walk(course, clock, clock.monotonic() + whole.timeouts.total)
        while (step := walk.step()) is not None:
            call: Call | None = None
            try:
                call = replace(self._call(step.stop.upstream), timeouts=whole.timeouts, retry=NEVER)
                result = yield from exchange(call, clock, read, begin, attempt=walk.attempt(call, streamed=streamed))
            except CallCancelledError:
                # No word of the candidate, as below.
                step.lane.circuit.cancelled()
                raise
            except DragomanError as error:
                walk.failed(step, error, asked=call is not None)
            except BaseException:
                # The caller gave up, or a function of his failed that returns a credential: no word of the candidate.
                step.lane.circuit.cancelled()
                raise
            else:
                step.lane.circuit.succeeded()
                return result
        self._fail(walk)

    def _call(self, name: str) -> Call:
        call = self._made.get(name)
        if call is None:
            call = self._made[name] = self._make(name)
        return call

    def _fail(self, walk: _Walk) -> NoReturn:
        error = walk.error
        if isinstance(error, APIError):
            error.attempts = len(walk.tried)
        if error is not None:
            raise error
        asked = " and ".join(stop.upstream for stop in self._stops)
        raise OverloadedError(
            f"{asked} may not be asked now: each has failed of late, and is left alone",
            status=503,
            code="no_upstream",
            retryable=True,
            retry_after=walk.free_in(),
            attempts=0,
        )


class _Walk:
    """How far one call has come on its course.

    Args:
        course: its course.
        clock: what tells the time.
        deadline: when all of it has to be over.
    """

    def __init__(self, course: Course[Lane], clock: Clock, deadline: float) -> None:
        self._course = course
        self._clock = clock
        self._deadline = deadline
        self._at = clock.monotonic()
        self.tried: list[Tried] = []
        self._lost: tuple[Spent, ...] = ()
        self.error: DragomanError | None = None

    def step(self) -> Try[Lane] | None:
        """Whom to ask next; None where there is nobody, or no time."""
        while isinstance(step := self._course.next(self._at), Pause):
            if self._at + step.seconds >= self._deadline:
                return None
            # Waited for with the attempt after it, which begins when it is over.
            self._at += step.seconds
        return step

    def attempt(self, call: Call, *, streamed: bool) -> Attempt:
        """The next attempt, which knows of those before it."""
        pause = max(self._at - self._clock.monotonic(), 0.0)
        return Attempt(call, self._clock, self._deadline, streamed, self.tried, self._lost, pause)

    def failed(self, step: Try[Lane], error: DragomanError, *, asked: bool) -> None:
        """Take that an attempt failed; one for which nobody was `asked` could not even be said there."""
        self.error = error
        if not asked:
            self._course.unable(step)
            return
        self._at = self._clock.monotonic()
        self._course.failed(step, error, self._at)
        if not isinstance(error, APIError):
            # Errors of calls have told of their attempt themselves.
            self.tried.append(Tried(whom=step.stop.upstream, error=type(error).__name__, message=str(error)))
        elif error.spent is not None:
            # The sum of all so far: each attempt knows of those before it.
            self._lost = (error.spent,)

    def free_in(self) -> float | None:
        """Seconds until the first candidate may be asked again; None where nobody knows."""
        free = self._course.free_at() - self._at
        return free if 0 < free < float("inf") else None
