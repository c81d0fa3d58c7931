"""Waiting rather than being refused: limits that callers share. Thread-safe; no I/O: who waits is the drivers' to say.

    limiter = Limiter()
    client = Dragoman("openai", limiter=limiter)

A limiter is asked before each attempt is sent, told of each answer's head and of each attempt's end, as hooks are.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from dragoman.amount import is_count
from dragoman.answer.reading import Reading
from dragoman.cost.estimate import prompt_tokens
from dragoman.errors import DragomanError, InvalidRequestError, OverloadedError, RateLimitError
from dragoman.exchange.attempt import Send, Turn
from dragoman.limiter.pace import HOLD, Pace, Place
from dragoman.rates import read_rate_limits
from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from dragoman.answer.spent import Spent
    from dragoman.errors import APIError
    from dragoman.exchange import Call
    from dragoman.exchange.attempt import Attempt, Clock, Flow
    from dragoman.hooks import Watcher
    from dragoman.limiter.pace import Costs
    from dragoman.transport import Answer, AsyncAnswer

T = TypeVar("T")


_START = 4


class Limiter:
    """Makes callers wait before they send, rather than be refused.

    It goes by what servers say: `RateLimits` of each answer, requests and tokens, `Retry-After`; and finds out how
    many calls a server takes at once: more with each success, half as many after a 429 or a 503. Those who wait are
    let go in the order in which they came. Waiting counts in the time of the call, and ends when it is cancelled or
    its client is closed.

    One may be shared by many clients, threads and event loops: what it knows is of each address, credential and model.

    Args:
        start: how many calls may be under way at once before anything is known; default 4, or `most`, the less.
        most: how many at most.

    Raises:
        InvalidRequestError: `start` is not from 1 to `most`, or that is not from 1.
    """

    def __init__(self, *, start: int | None = None, most: int = 256) -> None:
        if not is_count(most, 1):
            raise InvalidRequestError(f"most is a whole number from 1, not {most!r}", param="most")
        start = min(_START, most) if start is None else start
        if not is_count(start, 1) or start > most:
            raise InvalidRequestError(f"start is a whole number from 1 to most, {most}, not {start!r}", param="start")
        self._start = start
        self._most = most
        self._paces: dict[tuple[str, str, str], Pace] = {}
        self._numbers = count(1)
        # Reentrant: the garbage collector may close a stream, which comes here, under our own feet.
        self._lock = threading.RLock()

    @property
    def waiting(self) -> int:
        """How many callers wait for their turn."""
        with self._lock:
            return sum(len(pace.waiting) for pace in self._paces.values())

    @property
    def under_way(self) -> int:
        """How many have had it and are not done."""
        with self._lock:
            return sum(len(pace.under_way) for pace in self._paces.values())

    def flow(self, attempt: Attempt, attempts: Flow[T]) -> Flow[T]:
        """The attempts of a call, each sent when its turn has come."""
        asked = _read(attempt.call.request.body)
        place = Place(next(self._numbers), _costs(asked))
        attempt.watch = seat = Seat(self._pace(attempt.call, asked.get("model")), self._lock, place, attempt)
        give: Any = attempts.send
        outcome: Any = None
        while True:
            try:
                effect = give(outcome)
            except StopIteration as end:
                result: T = end.value
                return result
            give = attempts.send
            try:
                # What a redirect asks for is sent within the turn that led to it.
                if type(effect) is Send and not seat.held:
                    attempt.until = attempt.deadline
                    outcome = yield Turn(seat, effect.after, attempt.deadline)
                    if isinstance(outcome, NoAnswer):
                        if outcome.kind == "timeout":
                            give, outcome = attempts.throw, attempt.no_turn(seat.why)
                        continue
                    effect = attempt.send(effect.request, 0.0)
                outcome = yield effect
            except DragomanError as refusal:
                give, outcome = attempts.throw, refusal
            except GeneratorExit:
                attempts.close()
                raise

    def _pace(self, call: Call, model: object) -> Pace:
        place = urlsplit(call.request.url)
        key = (f"{place.scheme}://{place.netloc}", call.secret.reveal(), model if isinstance(model, str) else "")
        with self._lock:
            pace = self._paces.get(key)
            if pace is None:
                pace = self._paces[key] = Pace(self._start, self._most)
            return pace

    def __repr__(self) -> str:
        """How many wait; what it knows is filed under credentials."""
        return f"<Limiter, {self.under_way} under way, {self.waiting} waiting>"


class _Telling(threading.local):
    """Whose hooks this thread is in.

    Attributes:
        places: the calls', which hold their turns meanwhile.
    """

    places: frozenset[Place] = frozenset()

    @contextmanager
    def of(self, place: Place) -> Generator[None]:
        """While a call's hooks are told."""
        before = self.places
        self.places = before | {place}
        try:
            yield
        finally:
            self.places = before


_telling = _Telling()


class Seat:
    """One call's seat: it asks for its turn, and gives it back when an attempt is over.

    Args:
        pace: whose turn it is, at whom is asked.
        lock: held while that is looked at.
        place: its place in the queue.
        attempt: the call's attempts; what watches them is told of them all the same.
    """

    def __init__(self, pace: Pace, lock: threading.RLock, place: Place, attempt: Attempt) -> None:
        self._pace = pace
        self._lock = lock
        self._place = place
        self._clock: Clock = attempt.clock
        self._watch: Watcher | None = attempt.watch
        self._stream: Watcher | None = None

    @property
    def held(self) -> bool:
        """Whether its turn has come."""
        return self._place.held

    @property
    def why(self) -> str:
        """Why its turn has not come."""
        with self._lock:
            return self._pace.why()

    def ask(self, now: float, wake: Callable[[], None]) -> float | None:
        """None when its turn has come; else when to ask again, unless `wake` is called earlier, from any thread.

        Raises:
            InvalidRequestError: it can never come: those who hold the turns wait for this call themselves.
        """
        with self._lock:
            self._place.wake = wake
            at = self._pace.ask(self._place, now)
            if at is not None and self._pace.held_by(_telling.places):
                raise InvalidRequestError(
                    "a hook waits for the turn that its own call holds, and would for ever: let it ask when the call "
                    "has Ended, or by a client with another limiter",
                    param="limiter",
                )
            following = self._pace.next() if at is None else None
        if following is not None:
            following()
        return at

    def leave(self) -> None:
        """Give up waiting."""
        self._change(lambda: self._pace.leave(self._place))

    def begins(self, pause: float) -> None:
        """Take that an attempt begins; it does when its turn has come."""
        if self.held and self._watch is not None:
            with _telling.of(self._place):
                self._watch.begins(pause)

    def answered(self, answer: Answer | AsyncAnswer) -> None:
        """Take the head of an answer."""
        limits = read_rate_limits(answer.headers, self._clock.time())
        self._change(lambda: self._pace.answered(self._place, limits, self._clock.monotonic()))
        if self._watch is not None:
            with _telling.of(self._place):
                self._watch.answered(answer)

    def failed(self, error: APIError, again: float | None, spent: Spent) -> None:
        """Take that an attempt failed."""
        self._change(lambda: self._failed(error))
        if self._watch is not None:
            self._watch.failed(error, again, spent)

    def left(self, reason: DragomanError | GeneratorExit) -> None:
        """Take that the call is over without an answer."""
        self._change(lambda: self._pace.over(self._place))
        if self._watch is not None:
            self._watch.left(reason)

    def finished(self, result: object) -> None:
        """Take what was read; a stream's turn is over when it is."""
        self._change(lambda: self._pace.succeeded(self._place))
        reading = result if isinstance(result, Reading) and not result.over else None
        if reading is None:
            # Before anybody is told: who asks something more then is not to wait for this call.
            self._change(lambda: self._pace.over(self._place))
        if self._watch is not None:
            self._watch.finished(result)
        if reading is not None:
            self._place.streams = True
            self._stream, reading.watch = reading.watch, self

    def read(self, reading: Reading) -> None:
        """Take that a stream is over."""
        self._change(lambda: self._pace.over(self._place))
        if self._stream is not None:
            self._stream.read(reading)

    def _failed(self, error: APIError) -> None:
        if self.held and isinstance(error, RateLimitError | OverloadedError):
            wished = error.retry_after
            if wished is None and isinstance(error, RateLimitError) and not error.rate_limits.every:
                wished = HOLD
            self._pace.refused(self._place, wished, self._clock.monotonic())
        self._pace.over(self._place)

    def _change(self, change: Callable[[], None]) -> None:
        with self._lock:
            change()
            following = self._pace.next()
        if following is not None:
            following()


def _read(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def _costs(asked: dict[str, Any]) -> Costs:
    """What a request counts: as servers reckon before they answer, the prompt and the longest answer it allows."""
    said = (asked.get(name) for name in ("max_completion_tokens", "max_tokens"))
    most = next((each for each in said if isinstance(each, int)), 0)
    prompt = prompt_tokens(asked)
    return {"requests": 1, "tokens": prompt + most, "input tokens": prompt, "output tokens": most}
