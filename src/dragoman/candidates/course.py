"""What is tried next: one request's course over its candidates, from the first attempt to the last. No I/O, no clock.

A candidate's upstream has a lane for each of its credentials. An attempt that fails is followed at once by one on
another lane, of the same upstream or of the next candidate; only when all have been tried is there a pause before the
next round. What a failure means is decided here, by its kind, never by its text:

    the upstream's own       no connection, a limit in time, an answer cut short, 408, 409, 425, 429, 5xx: its circuit
                             hears of it, and another lane is tried; one that answers garbled, as it would again, is
                             not asked again
    the credential's         401, 402, 403, a used-up quota: its lane is left alone for a while
    the model's for now      429 that says how long: its lane is left alone with this model for so long
    the model's              404, a prompt that does not fit: other candidates may serve another model
    the request's            everything else: nobody else is asked, and the caller is told
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

from dragoman import errors
from dragoman.candidates.breaker import REFUSED
from dragoman.retry import Retry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dragoman.candidates.breaker import Circuit

ROUNDS = Retry(patience=10.0)
"""How long the pauses between a gateway's rounds are. Whoever would have to wait longer is told so at once: it holds a
seat, and may know of somebody else to ask."""


class Lane(Protocol):
    """One upstream, asked with one credential."""

    @property
    def circuit(self) -> Circuit:
        """Whether it may be asked."""
        ...


L = TypeVar("L", bound=Lane)


class Stop(NamedTuple, Generic[L]):
    """A candidate on a course.

    Attributes:
        upstream: the upstream's name.
        model: the model to ask for.
        lanes: one for each of its credentials, in the order in which they are tried.
    """

    upstream: str
    model: str
    lanes: Sequence[L]


class Try(NamedTuple, Generic[L]):
    """An attempt to make."""

    stop: Stop[L]
    lane: L


class Pause(NamedTuple):
    """Seconds to wait before asking for the next step."""

    seconds: float


class Course(Generic[L]):
    """One request's way over its candidates.

    Args:
        stops: the candidates, in the order in which they are asked.
        retries: how many attempts are made after the first.
        chance: random numbers from 0 to 1.
        resort: who is asked once when none of the others can answer, however many attempts there were.
        rounds: how long the pauses between rounds are; its `times` does not count.
    """

    def __init__(
        self,
        stops: Sequence[Stop[L]],
        retries: int,
        chance: Callable[[], float],
        resort: Sequence[Stop[L]] = (),
        rounds: Retry = ROUNDS,
    ) -> None:
        self._stops = list(stops)
        self._resort = list(resort)
        self._left = retries + 1
        self._chance = chance
        self._pauses = rounds
        self._rounds = 0
        # A candidate may have another model at the same upstream: that one has not been tried.
        self._tried: list[tuple[str, L]] = []

    def next(self, now: float) -> Try[L] | Pause | None:
        """What to do now: an attempt, a pause, or nothing any more."""
        found = self._first(self._stops, now) if self._left > 0 else None
        if found is not None:
            self._left -= 1
            self._tried.append((found.stop.model, found.lane))
            return found
        if self._resort:
            found, self._resort = self._first(self._resort, now), []
            if found is not None:
                return found
        return self._pause(now) if self._left > 0 else None

    def failed(self, attempt: Try[L], error: errors.DragomanError, now: float) -> None:
        """An attempt failed."""
        circuit = attempt.lane.circuit
        match error:
            case errors.AuthenticationError() | errors.PermissionDeniedError() | errors.QuotaError():
                circuit.failed(now, pause=REFUSED)
            case errors.RateLimitError() if error.retryable and error.retry_after is not None:
                circuit.limited(attempt.stop.model, now, error.retry_after)
            case errors.NotFoundError() | errors.ContextLengthError():
                circuit.succeeded()
                self._drop(attempt)
            case errors.TimeLimitError(limit="total"):
                # The caller's time is over, which need not be the upstream's doing.
                circuit.cancelled()
                self._over()
            case errors.APIError() if error.retryable:
                circuit.failed(now, pause=error.retry_after)
            case errors.APIError() if not isinstance(error, errors.StatusError):
                circuit.failed(now)
                self._drop(attempt)
            case errors.ConfigurationError():
                circuit.failed(now)
            case _:
                circuit.succeeded()
                self._over()

    def unable(self, attempt: Try[L]) -> None:
        """An attempt could not be made: the candidate has no way to say what is asked, and would have none later."""
        attempt.lane.circuit.cancelled()
        if attempt.stop in self._stops:
            # What was not made is none of those that may be. A resort's is not among them anyway.
            self._left += 1
        self._drop(attempt)

    def _first(self, stops: Sequence[Stop[L]], now: float) -> Try[L] | None:
        for stop in stops:
            for lane in stop.lanes:
                if (stop.model, lane) not in self._tried and lane.circuit.begin(now, stop.model):
                    return Try(stop, lane)
        return None

    def _drop(self, attempt: Try[L]) -> None:
        self._stops = [stop for stop in self._stops if stop[:2] != attempt.stop[:2]]

    def _over(self) -> None:
        self._left = 0
        self._resort.clear()

    def free_at(self) -> float:
        """When the first lane may be asked again; infinity where there is none."""
        frees = (lane.circuit.free_at(stop.model) for stop in self._stops for lane in stop.lanes)
        return min(frees, default=float("inf"))

    def _pause(self, now: float) -> Pause | None:
        """Between two rounds: until the first lane is free again, and no less than callers who fail together need."""
        free = self.free_at()
        self._tried.clear()
        self._rounds += 1
        pauses = self._pauses
        drawn = min(pauses.first * 2.0 ** (self._rounds - 1), pauses.longest) * (1 - pauses.jitter * self._chance())
        wait = max(free - now, drawn)
        return Pause(wait) if wait <= pauses.patience else None
