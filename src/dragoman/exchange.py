"""One call as a conversation: it says what to send, is told what came back, and decides what that means. No I/O.

An exchange is a generator. It yields effects (`Send`, `Whole`, `Read`); whoever drives it performs each and sends
the outcome back in: an answer, bytes, or the `NoAnswer` that stood in their way. What it returns is the result of
the call; what it raises is one of the drawn errors. All policy is here and in the modules it asks: attempts, pauses,
deadline, redirects, what an answer means. The drivers, blocking and asynchronous, hold no decisions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import msgspec

from dragoman.errors import APIError, ConnectionFailedError, ProtocolError, TimeLimitError, TruncatedError
from dragoman.judge import BODY_BOUND, evidence, refusal, said_no
from dragoman.reading import Reading, Translation
from dragoman.redirect import redirected
from dragoman.retry import Pausing  # noqa: TC001 - a Struct reads its annotations
from dragoman.secret import Secret  # noqa: TC001 - a Struct reads its annotations
from dragoman.transport import Answer, AsyncAnswer, NoAnswer, Outgoing
from dragoman.wire.completion import read_completion
from dragoman.wire.fault import find_fault

if TYPE_CHECKING:
    from dragoman.errors import Limit
    from dragoman.wire.completion import Completion

WHOLE_BOUND = 64 * 1024 * 1024
"""The most bytes of a completion, after decompression."""

REDIRECTS = 5
"""How many redirects one attempt follows."""

HELD = 256
"""How many chunks may arrive without content before a stream is given out all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """The limits in time that a call is under, in seconds.

    Attributes:
        total: the deadline of the whole call: attempts, pauses and the reading of a stream included.
        connect: making one connection.
        first_token: from sending a streamed request to its first content.
        idle: between two pieces of a stream's content; comments that keep the connection alive do not count.
        attempt: one attempt, to the end of an answer in one piece; none, where only the total counts.
    """

    total: float = 600.0
    connect: float = 5.0
    first_token: float = 300.0
    idle: float = 120.0
    attempt: float = math.inf


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call to make.

    Attributes:
        request: what is sent, the same in each attempt.
        timeouts: the limits in time.
        retry: what is tried again, and when.
        secret: the credential in the request's headers, to mask where a server echoes it.
        done: whether the dialect ends every stream with `[DONE]`.
        hide_usage: whether a chunk that only says the usage is kept from the reader, who did not ask for it.
        translation: how its answers become chat completions, where the vendor speaks another API.
        changes: what its dialect changed of the request, in words: a path, a colon, and what became of it.
    """

    request: Outgoing
    timeouts: Timeouts
    retry: Pausing
    secret: Secret
    done: bool = False
    hide_usage: bool = False
    translation: Translation | None = None
    changes: tuple[str, ...] = ()


class Clock(Protocol):
    """What tells the time; Python's `time` module is one."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""
        ...

    def time(self) -> float:
        """Seconds since 1970."""
        ...


class Send:
    """Wait `after` seconds, then send; the outcome is an answer."""

    __slots__ = ("after", "request", "until")

    def __init__(self, request: Outgoing, after: float, until: float) -> None:
        self.request = request
        self.after = after
        self.until = until


class Whole:
    """Read the rest of the body; the outcome is bytes."""

    __slots__ = ("answer", "bound", "until")

    def __init__(self, answer: Answer | AsyncAnswer, until: float, bound: int) -> None:
        self.answer: Any = answer
        self.until = until
        self.bound = bound


class Read:
    """Read the next piece of the body; the outcome is bytes."""

    __slots__ = ("answer", "until")

    def __init__(self, answer: Answer | AsyncAnswer, until: float) -> None:
        self.answer: Any = answer
        self.until = until


T = TypeVar("T")
Effect = Send | Whole | Read
Outcome = Any
"""An `Answer` or `AsyncAnswer` after `Send`, bytes after `Whole` and `Read`, a `NoAnswer` after any of them."""
Flow = Generator[Effect, Outcome, T]


class Attempt:
    """What holds for the attempts of one call.

    Attributes:
        call: the call.
        clock: what tells the time.
        deadline: when the whole call has to be over.
        until: when the attempt that is under way has to be; of a stream, when it has to have begun.
        sent_at: when that attempt was sent.
    """

    __slots__ = ("_limit", "call", "clock", "deadline", "sent_at", "until")

    def __init__(self, call: Call, clock: Clock, deadline: float, *, streamed: bool = False) -> None:
        self._limit: Limit = "first token" if streamed else "attempt"
        self.call = call
        self.clock = clock
        self.deadline = self.until = deadline
        self.sent_at = 0.0

    def send(self, request: Outgoing, pause: float) -> Send:
        """The effect that sends a request after a pause, and begins an attempt."""
        self.sent_at = self.clock.monotonic() + pause
        self.until = min(self.sent_at + self._seconds, self.deadline)
        return Send(request, pause, self.until)

    @property
    def _seconds(self) -> float:
        limits = self.call.timeouts
        return limits.attempt if self._limit == "attempt" else limits.first_token

    def late(self, limit: Limit, seconds: float, **known: Any) -> TimeLimitError:  # noqa: ANN401 - APIError types them
        """The error of a limit that ran out. The total leaves no time to try again."""
        words = {
            "connect": f"no connection within {seconds:g} s",
            "first token": f"no content within {seconds:g} s of asking",
            "idle": f"no more content for {seconds:g} s",
            "attempt": f"no whole answer within {seconds:g} s",
            "total": f"the call was not over within {seconds:g} s",
        }
        return TimeLimitError(words[limit], limit=limit, seconds=seconds, retryable=limit != "total", **known)

    def no_answer(self, outcome: NoAnswer, **known: Any) -> APIError:  # noqa: ANN401 - APIError types them
        """The error that the lack of an answer is."""
        limits = self.call.timeouts
        if outcome.kind == "timeout":
            if self.clock.monotonic() >= self.deadline:
                return self.late("total", limits.total, **known)
            if self.clock.monotonic() >= self.until:
                return self.late(self._limit, self._seconds, **known)
            return self.late("connect", limits.connect, **known)
        if outcome.kind == "protocol":
            return ProtocolError(f"what arrived is not HTTP: {outcome.detail}", **known)
        if outcome.kind == "cut":
            return TruncatedError(f"the answer was cut: {outcome.detail}", retryable=True, **known)
        return ConnectionFailedError(outcome.detail, retryable=outcome.kind in {"connect", "reset"}, **known)

    def reached(self, answer: Answer | AsyncAnswer, body: bytes = b"") -> dict[str, Any]:
        """What an error that follows an answer keeps of it."""
        return evidence(answer.headers, body, self.call.secret) | {"status": answer.status}


def complete(call: Call, clock: Clock) -> Flow[Completion]:
    """Ask for a completion in one piece."""
    return exchange(call, clock, _completion)


def stream(call: Call, clock: Clock) -> Flow[Reading]:
    """Ask for a streamed completion; returns when its first content has arrived."""
    return exchange(call, clock, opening, streamed=True)


def fetch(call: Call, clock: Clock, read: Callable[[bytes], T]) -> Flow[T]:
    """Ask for any other JSON document; `read` makes it a value and raises `msgspec.DecodeError` where it can't."""

    def document(attempt: Attempt, answer: Answer | AsyncAnswer) -> Flow[T]:
        body = yield from body_of(attempt, answer)
        try:
            return read(body)
        except msgspec.DecodeError as error:
            raise _no_document(attempt, answer, body, error) from None

    return exchange(call, clock, document)


def more(call: Call, clock: Clock, reading: Reading) -> Flow[None]:
    """Read on until the stream has a chunk to give, or is over."""
    limits = call.timeouts
    attempt = Attempt(call, clock, reading.deadline)
    while not reading.ready and not reading.over:
        outcome = yield from _next(attempt, reading, reading.spoke_at + limits.idle)
        _take(attempt, reading, outcome, "idle", limits.idle)


def exchange(
    call: Call,
    clock: Clock,
    read: Callable[[Attempt, Answer | AsyncAnswer], Flow[T]],
    *,
    streamed: bool = False,
) -> Flow[T]:
    """Make a call: attempts, pauses, redirects; `read` makes a success its result, or raises.

    An attempt has to be over within its own limit; one that is `streamed`, to begin within that of the first token.
    """
    attempt = Attempt(call, clock, clock.monotonic() + call.timeouts.total, streamed=streamed)
    number, pause = 1, 0.0
    while True:
        try:
            outcome = yield attempt.send(call.request, pause)
            if isinstance(outcome, NoAnswer):
                raise attempt.no_answer(outcome)
            if not 200 <= outcome.status < 300:  # noqa: PLR2004 - RFC 9110 §15.3
                outcome = yield from _followed(attempt, outcome)
            return (yield from read(attempt, outcome))
        except APIError as error:
            error.attempts = number
            again = call.retry.pause(error, number, _chance())
            if again is None or clock.monotonic() + again >= attempt.deadline:
                raise
            number, pause = number + 1, again


def _chance() -> float:
    # Imported here because nothing else on the way to a first answer needs it, and failures can wait.
    from random import random  # noqa: PLC0415

    return random()  # noqa: S311 - spreads callers out; guards nothing


def _followed(attempt: Attempt, answer: Answer | AsyncAnswer) -> Flow[Answer | AsyncAnswer]:
    """The success that redirects lead to, from an answer that is none."""
    call = attempt.call
    request = call.request
    for followed in range(REDIRECTS + 1):
        body = yield Whole(answer, attempt.until, BODY_BOUND)
        if isinstance(body, NoAnswer):
            # The status alone says what happened; an error body that does not arrive adds nothing to wait for.
            answer.close()
            body = b""
        if not 300 <= answer.status < 400:  # noqa: PLR2004 - RFC 9110 §15.4
            raise _refusal(attempt, answer, body)
        if followed == REDIRECTS:
            break
        request = redirected(request, answer, attempt.reached(answer, body))
        outcome = yield Send(request, 0.0, attempt.until)
        if isinstance(outcome, NoAnswer):
            raise attempt.no_answer(outcome)
        answer = cast("Answer | AsyncAnswer", outcome)
        if 200 <= answer.status < 300:  # noqa: PLR2004 - RFC 9110 §15.3
            return answer
    raise ProtocolError(f"more than {REDIRECTS} redirects", **attempt.reached(answer))


def _refusal(attempt: Attempt, answer: Answer | AsyncAnswer, body: bytes) -> APIError:
    call = attempt.call
    refined = call.translation.fault if call.translation is not None else None
    now = attempt.clock.time()
    return refusal(answer.status, answer.headers, body, secret=call.secret, now=now, refined=refined)


def body_of(attempt: Attempt, answer: Answer | AsyncAnswer) -> Flow[bytes]:
    """The whole body of an answer."""
    outcome = yield Whole(answer, attempt.until, WHOLE_BOUND)
    if isinstance(outcome, NoAnswer):
        raise _unfinished(attempt, answer, outcome)
    return cast("bytes", outcome)


def _unfinished(attempt: Attempt, answer: Answer | AsyncAnswer, why: NoAnswer) -> APIError:
    answer.close()
    return attempt.no_answer(why, **attempt.reached(answer))


def _completion(attempt: Attempt, answer: Answer | AsyncAnswer) -> Flow[Completion]:
    body: Outcome = yield Whole(answer, attempt.until, WHOLE_BOUND)
    if isinstance(body, NoAnswer):
        raise _unfinished(attempt, answer, body)
    try:
        translation = attempt.call.translation
        if translation is not None:
            body = translation.whole(body, int(attempt.clock.time()))
        completion = read_completion(body)
    except msgspec.DecodeError as error:
        raise _no_document(attempt, answer, body, error) from None
    if not completion.choices:
        fault = find_fault(msgspec.json.decode(body))
        if fault is not None:
            raise said_no(fault, answer.status, answer.headers, body, partial=None, secret=attempt.call.secret)
        raise ProtocolError(
            "the server answered with a completion that has no choices", **attempt.reached(answer, body)
        )
    return completion


def _no_document(
    attempt: Attempt, answer: Answer | AsyncAnswer, body: bytes, error: msgspec.DecodeError
) -> ProtocolError:
    kind = answer.headers.get("content-type", "no content type")
    what = f"an empty body ({kind})" if not body.strip() else f"{kind} that cannot be read as JSON: {error}"
    return ProtocolError(f"the server answered {answer.status} with {what}", **attempt.reached(answer, body))


def opening(attempt: Attempt, answer: Answer | AsyncAnswer) -> Flow[Reading]:
    """A stream, once its first content has arrived."""
    call = attempt.call
    kind = answer.headers.get("content-type", "")
    if kind.startswith(("application/json", "text/html")):
        yield from _not_a_stream(attempt, answer)
    reading = Reading(
        answer,
        call.secret,
        at=attempt.sent_at,
        deadline=attempt.deadline,
        done=call.done,
        hide_usage=call.hide_usage,
        translated=call.translation.stream(int(attempt.clock.time())) if call.translation is not None else None,
    )
    limit = attempt.sent_at + call.timeouts.first_token
    while not reading.spoke and not reading.over and len(reading.ready) < HELD:
        outcome = yield from _next(attempt, reading, limit)
        _take(attempt, reading, outcome, "first token", call.timeouts.first_token)
    if reading.failure is not None and not reading.spoke:
        raise reading.failure
    return reading


def _not_a_stream(attempt: Attempt, answer: Answer | AsyncAnswer) -> Flow[None]:
    """Say what a document is that came where a stream was asked for."""
    body = yield from body_of(attempt, answer)
    try:
        fault = find_fault(msgspec.json.decode(body))
    except msgspec.DecodeError:
        fault = None
    if fault is not None:
        raise said_no(fault, answer.status, answer.headers, body, partial=None, secret=attempt.call.secret)
    kind = answer.headers.get("content-type", "")
    raise ProtocolError(f"asked for a stream, the server answered with {kind}", **attempt.reached(answer, body))


def _next(attempt: Attempt, reading: Reading, limit: float) -> Flow[Outcome]:
    """The stream's next bytes, if there is time: a peer that never stops sending comments is no reason to read on."""
    until = min(attempt.deadline, limit)
    if attempt.clock.monotonic() >= until:
        return NoAnswer("timeout", "time is up")
    return (yield Read(reading.answer, until))


def _take(attempt: Attempt, reading: Reading, outcome: Outcome, limit: Limit, seconds: float) -> None:
    """Give a reading what came, or say why nothing did."""
    if not isinstance(outcome, NoAnswer):
        reading.feed(outcome, attempt.clock.monotonic())
        return
    if outcome.kind == "closed":
        reading.closed()
        return
    if outcome.kind != "timeout":
        reading.broke(outcome.detail)
        return
    known = attempt.reached(reading.answer)
    if attempt.clock.monotonic() >= attempt.deadline:
        reading.fail(attempt.late("total", attempt.call.timeouts.total, **known))
    else:
        reading.fail(attempt.late(limit, seconds, **known))
