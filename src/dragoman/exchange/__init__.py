"""One call as a conversation: it says what to send, is told what came back, and decides what that means. No I/O.

An exchange is a generator. It yields effects (`Send`, `Whole`, `Read`); whoever drives it performs each and sends
the outcome back in: an answer, bytes, or the `NoAnswer` that stood in their way. What it returns is the result of
the call; what it raises is one of the drawn errors. All policy is here and in the modules it asks: attempts, pauses,
deadline, redirects, what an answer means. The drivers, blocking and asynchronous, hold no decisions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Protocol, TypeAlias, TypeVar

import msgspec

from dragoman.answer.judge import BODY_BOUND, refusal, said_no
from dragoman.answer.reading import Reading, Translation
from dragoman.errors import APIError, DragomanError, ProtocolError
from dragoman.exchange.attempt import Attempt, Clock, Effect, Flow, Outcome, Read, Send, Sent, Whole
from dragoman.exchange.redirect import redirected
from dragoman.exchange.timeouts import Timeouts
from dragoman.retry import Pausing  # noqa: TC001 - a Struct reads its annotations
from dragoman.secret import Secret  # noqa: TC001 - a Struct reads its annotations
from dragoman.transport import Answer, AsyncAnswer, NoAnswer, Outgoing
from dragoman.wire.chunk import read_chunk
from dragoman.wire.completion import read_completion
from dragoman.wire.fault import find_fault
from dragoman.wire.tolerant import read_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.errors import Limit
    from dragoman.hooks import Hook
    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion

__all__ = [
    "Attempt",
    "Call",
    "Clock",
    "Effect",
    "Flow",
    "Outcome",
    "Read",
    "Send",
    "Sent",
    "Timeouts",
    "Whole",
    "complete",
    "completed",
    "exchange",
    "fetch",
    "idle_until",
    "interrupted",
    "more",
    "opening",
    "stream",
]

T = TypeVar("T")

WHOLE_BOUND = 64 * 1024 * 1024
"""The most bytes of a completion, after decompression."""

REDIRECTS = 5
"""How many redirects one attempt follows."""

HELD = 256
"""How many chunks may arrive without content before a stream is given out all the same."""


Reader: TypeAlias = "Callable[[Attempt, Answer | AsyncAnswer, bytes], T]"
"""Makes a whole body what was asked for, or raises."""

Beginner: TypeAlias = "Callable[[Attempt, Answer | AsyncAnswer], Flow[T | None]]"
"""Makes an answer what was asked for while its body still arrives; None where it has to be whole first."""


class Others(Protocol):
    """How a call goes from one candidate to the next; `dragoman.candidates.fallback.Fallback` is one."""

    def flow(self, whole: Call, clock: Clock, read: Reader[T], begin: Beginner[T] | None, *, streamed: bool) -> Flow[T]:
        """Ask until one answers; the arguments and the result are those of `exchange`."""
        ...


class Limiting(Protocol):
    """What makes attempts wait for their turn; `dragoman.Limiter` is one."""

    def flow(self, attempt: Attempt, attempts: Flow[T]) -> Flow[T]:
        """The attempts of a call, each sent when its turn has come."""
        ...


class Onward(Protocol):
    """How a stream is read on, where there is more to think of; `dragoman.exchange.guard.Guard` is one."""

    def more(self, clock: Clock, reading: Reading) -> Flow[None]:
        """Read on: as `dragoman.exchange.more`."""
        ...


class Call(msgspec.Struct, frozen=True):
    """One call to make.

    Attributes:
        request: what is sent, the same in each attempt.
        timeouts: the limits in time.
        retry: what is tried again, and when.
        secret: the credential in the request's headers, to mask where a server echoes it.
        hooks: what is told of each attempt: see `dragoman.hooks`.
        done: whether the dialect ends every stream with `[DONE]`.
        hide_usage: whether a chunk that only says the usage is kept from the reader, who did not ask for it.
        translation: how its answers become chat completions, where the vendor speaks another API.
        changes: what its dialect changed of the request, in words: a path, a colon, and what became of it.
        limiter: what makes its attempts wait for their turn; None where nothing does.
        whom: what the one who is asked goes by, where there is a choice; empty where there is none.
        others: who is asked, this call's own among them, where another may answer what one did not; or how it goes
            otherwise.
        onward: how its stream is read on, where there is more to think of than the next bytes.
        echo: what its answer begins with once more, where it goes on with another.
    """

    request: Outgoing
    timeouts: Timeouts
    retry: Pausing
    secret: Secret
    hooks: tuple[Hook, ...] = ()
    done: bool = False
    hide_usage: bool = False
    translation: Translation | None = None
    changes: tuple[str, ...] = ()
    limiter: Limiting | None = None
    whom: str = ""
    others: Others | None = None
    onward: Onward | None = None
    echo: str = ""


def complete(call: Call, clock: Clock, sent: Sent | None = None) -> Flow[Completion]:
    """Ask for a completion in one piece."""
    return exchange(call, clock, read_body, sent=sent)


def completed(_: Answer | AsyncAnswer, body: bytes) -> Completion | None:
    """The completion that a success is, whose body has arrived; None where it is none, or not plainly one."""
    try:
        completion = read_completion(body)
    except msgspec.DecodeError:
        return None
    return completion if completion.choices else None


def stream(call: Call, clock: Clock) -> Flow[Reading]:
    """Ask for a streamed completion; returns when its first content has arrived."""
    return exchange(call, clock, _no_stream, opening, streamed=True)


def fetch(call: Call, clock: Clock, read: Callable[[bytes], T]) -> Flow[T]:
    """Ask for any other JSON document; `read` makes it a value and raises `msgspec.DecodeError` where it can't."""

    def document(attempt: Attempt, answer: Answer | AsyncAnswer, body: bytes) -> T:
        try:
            return read(body)
        except msgspec.DecodeError as error:
            raise _no_document(attempt, answer, body, error) from None

    return exchange(call, clock, document)


def more(call: Call, clock: Clock, reading: Reading) -> Flow[None]:
    """Read on until the stream has a chunk to give, or is over."""
    return _more(call, clock, reading) if call.onward is None else call.onward.more(clock, reading)


def _more(call: Call, clock: Clock, reading: Reading) -> Flow[None]:
    limits = call.timeouts
    attempt = Attempt(call, clock, reading.deadline)
    while not reading.ready and not reading.over:
        outcome = yield from _next(attempt, reading, idle_until(call, reading))
        _take(attempt, reading, outcome, "idle", limits.idle)


def idle_until(call: Call, reading: Reading) -> float:
    """Until when a stream may say nothing more."""
    return min(reading.deadline, reading.spoke_at + call.timeouts.idle)


def interrupted(call: Call, clock: Clock, reading: Reading, reason: NoAnswer) -> None:
    """Take that nothing more of a stream came, be it for the time that it had."""
    _take(Attempt(call, clock, reading.deadline), reading, reason, "idle", call.timeouts.idle)


def exchange(  # noqa: PLR0913 - a call, how its answer is read, and what was before
    call: Call,
    clock: Clock,
    read: Reader[T],
    begin: Beginner[T] | None = None,
    *,
    streamed: bool = False,
    attempt: Attempt | None = None,
    sent: Sent | None = None,
) -> Flow[T]:
    """Make a call: attempts, pauses, redirects; what a success holds becomes the result.

    Args:
        call: the call.
        clock: what tells the time.
        read: makes a whole body the result, or raises.
        begin: makes an answer the result before its body is whole; None from it leaves that to `read`.
        streamed: whether an attempt has to begin within the limit of the first token, not to be over within its own.
        attempt: what holds for the attempts where others came before.
        sent: what came of the first attempt, where its request was sent already.
    """
    if call.others is not None:
        return call.others.flow(call, clock, read, begin, streamed=streamed)
    if attempt is None:
        begun = clock.monotonic() if sent is None else sent.at
        attempt = Attempt(call, clock, begun + call.timeouts.total, streamed)
    if call.hooks:
        attempt.watched()
    attempts = _attempts(attempt, read, begin, sent)
    return attempts if call.limiter is None else call.limiter.flow(attempt, attempts)


def _attempts(attempt: Attempt, read: Reader[T], begin: Beginner[T] | None, sent: Sent | None) -> Flow[T]:
    request = attempt.call.request
    number, pause = 1, attempt.pause
    while True:
        try:
            outcome = (yield attempt.send(request, pause)) if sent is None else attempt.begun(sent)
            sent = None
            answer = attempt.answered(outcome)
            if not 200 <= answer.status < 300:  # noqa: PLR2004 - RFC 9110 §15.3
                answer = yield from _followed(attempt, answer)
            result = None if begin is None else (yield from begin(attempt, answer))
            if result is None:
                body = answer.arrived
                result = read(attempt, answer, (yield from _whole(attempt, answer)) if body is None else body)
        except APIError as error:
            again = attempt.failed(error, number)
            if again is None:
                raise
            number, pause = number + 1, again
        except (DragomanError, GeneratorExit) as reason:
            attempt.left(reason)
            raise
        else:
            if attempt.lost or attempt.watch is not None:
                attempt.ended(result)
            return result


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
        answer = attempt.answered((yield Send(request, 0.0, attempt.until)))
        if 200 <= answer.status < 300:  # noqa: PLR2004 - RFC 9110 §15.3
            return answer
    raise ProtocolError(f"more than {REDIRECTS} redirects", **attempt.reached(answer))


def _whole(attempt: Attempt, answer: Answer | AsyncAnswer) -> Flow[bytes]:
    body: Outcome = yield Whole(answer, attempt.until, WHOLE_BOUND)
    if isinstance(body, NoAnswer):
        answer.close()
        raise attempt.no_answer(body, **attempt.reached(answer))
    whole: bytes = body
    return whole


def _refusal(attempt: Attempt, answer: Answer | AsyncAnswer, body: bytes) -> APIError:
    call = attempt.call
    refined = call.translation.fault if call.translation is not None else None
    now = attempt.clock.time()
    return refusal(answer.status, answer.headers, body, secret=call.secret, now=now, refined=refined)


def read_body(attempt: Attempt, answer: Answer | AsyncAnswer, body: bytes) -> Completion:
    """The completion that an answer's body is.

    Raises:
        ProtocolError: it is none.
        StatusError: it is an error object.
    """
    try:
        translation = attempt.call.translation
        if translation is not None:
            body = translation.whole(body, int(attempt.clock.time()))
        completion = read_completion(body)
    except msgspec.DecodeError as error:
        raise _no_document(attempt, answer, body, error) from None
    if not completion.choices:
        fault = find_fault(read_value(body))
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


def opening(
    attempt: Attempt, answer: Answer | AsyncAnswer, read: Callable[[bytes], Chunk] = read_chunk
) -> Flow[Reading | None]:
    """A stream, once its first content has arrived; None where the answer says that it is none.

    `read` makes a chunk of an event's data.
    """
    call = attempt.call
    kind = answer.headers.get("content-type", "")
    if kind.startswith(("application/json", "text/html")):
        return None
    reading = Reading(
        answer,
        call.secret,
        at=attempt.sent_at,
        deadline=attempt.deadline,
        done=call.done,
        hide_usage=call.hide_usage,
        translated=call.translation.stream(int(attempt.clock.time())) if call.translation is not None else None,
        read=read,
    )
    reading.attempt = attempt
    limit = attempt.sent_at + call.timeouts.first_token
    while not reading.spoke and not reading.over and len(reading.ready) < HELD:
        outcome = yield from _next(attempt, reading, limit)
        _take(attempt, reading, outcome, "first token", call.timeouts.first_token)
    if reading.failure is not None and not reading.spoke:
        raise reading.failure
    attempt.over_at = attempt.clock.monotonic()
    return reading


def _no_stream(attempt: Attempt, answer: Answer | AsyncAnswer, body: bytes) -> NoReturn:
    """Say what a document is that came where a stream was asked for."""
    try:
        fault = find_fault(read_value(body))
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
    # By the one that was asked: of several, this call need not be its.
    known = reading.known()
    if attempt.deadline <= (attempt.sent_at if limit == "first token" else reading.spoke_at) + seconds:
        reading.fail(attempt.late("total", attempt.call.timeouts.total, **known))
    else:
        reading.fail(attempt.late(limit, seconds, **known))
