"""What drivers do for the effects that few calls have: to wait for a turn, to be cancelled. Threads, tasks, the clock.

Those that begin with `a` are the asynchronous twins: the same names, other ways to wait.
"""

from __future__ import annotations

from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from dragoman.errors import CallCancelledError
from dragoman.exchange.attempt import Carrier, Guarded, Read, Send, Turn, Whole
from dragoman.transport import NoAnswer
from dragoman.transport.patience import BEAT, patience

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dragoman.exchange.cancellation import Cancellation

    Pause = Callable[[float, Any], None]
    APause = Callable[[float, Any], Awaitable[None]]


def seldom(effect: Any, transport: Any, pause: Pause) -> Any:  # noqa: ANN401 - see the effects
    """Perform one of them; `pause` waits so many seconds, or until the transport is closed."""
    if type(effect) is Carrier:
        return transport
    if type(effect) is Turn:
        return _turn(effect, transport, pause)
    return _guarded(effect, transport, pause)


def _turn(effect: Turn, transport: Any, pause: Pause) -> bool:  # noqa: ANN401 - as above
    # Imported here, as below, because each colour waits in its own way.
    from dragoman.transport.line_blocking import Turn as Waiting  # noqa: PLC0415

    come = False
    try:
        if effect.after:
            pause(effect.after, transport)
        while not come:
            waiting = Waiting()
            at = effect.seat.ask(monotonic(), waiting.wake)
            come = at is None
            if at is not None:
                waiting.wait(min(at, _limit(effect, transport)))
        return come
    finally:
        if not come:
            effect.seat.leave()


def _limit(effect: Turn, transport: Any) -> float:  # noqa: ANN401 - as above
    """Until when the next stretch of a wait lasts."""
    now = monotonic()
    if now >= effect.until:
        raise NoAnswer("timeout", "its turn did not come in time")
    if getattr(transport, "closed", False) is True:
        raise NoAnswer("closed", "the transport was closed")
    return min(now + BEAT, effect.until)


def _guarded(effect: Guarded, transport: Any, pause: Pause) -> Any:  # noqa: ANN401 - as above
    cancel, inner = effect.cancel, effect.effect
    waited = _waited(inner)
    reads = type(waited) is Read or type(waited) is Whole
    # Whoever closes an answer wakes its reader at once; to the other waits there is no word, so they look for it.
    place = cancel.listen(waited.answer.close) if reads else None
    try:
        _check(cancel, sent=reads)
        outcome = _performed(inner, _Wanted(transport, cancel), pause)
    except NoAnswer as reason:
        _check(cancel, sent=reason.sent or reads)
        raise
    finally:
        cancel.forget(place)
    _check(cancel, outcome, sent=type(waited) is not Turn)
    return outcome


def _waited(effect: Any) -> Any:  # noqa: ANN401 - as above
    """What is waited for in the end, where several may cancel it: a call, and who asks for the rest of its stream."""
    while type(effect) is Guarded:
        effect = effect.effect
    return effect


def _performed(effect: Any, transport: Any, pause: Pause) -> Any:  # noqa: ANN401 - as above
    if type(effect) is Send:
        if effect.after:
            pause(effect.after, transport)
        return transport.send(effect.request, effect.until)
    if type(effect) is Read:
        return effect.answer.read(effect.until)
    if type(effect) is Whole:
        return effect.answer.whole(effect.until, effect.bound)
    return seldom(effect, transport, pause)


def _check(cancel: Cancellation, outcome: Any = None, *, sent: bool = True) -> None:  # noqa: ANN401 - an answer, or anything else
    """Raise where a call was cancelled, and leave nothing of it open; `sent` is what is known of the request."""
    if cancel.cancelled:
        close = getattr(outcome, "close", None)
        if close is not None:
            close()
        error = CallCancelledError("the call was cancelled")
        error.sent = sent
        raise error from None


class _Wanted:
    """A transport for as long as a call is not cancelled.

    Attributes:
        closed: whether there is nothing to wait for any more.
    """

    __slots__ = ("_cancel", "_transport")

    def __init__(self, transport: Any, cancel: Cancellation) -> None:  # noqa: ANN401 - as the driver has it
        self._transport = transport
        self._cancel = cancel

    @property
    def closed(self) -> bool:
        return self._cancel.cancelled or getattr(self._transport, "closed", False) is True

    def send(self, request: Any, until: float) -> Any:  # noqa: ANN401 - see Transport
        _check(self._cancel, sent=False)
        with patience.within(self._cancel):
            return self._transport.send(request, until)


async def aseldom(effect: Any, transport: Any, apause: APause) -> Any:  # noqa: ANN401 - see the effects
    """Perform one of them; `apause` waits so many seconds, or until the transport is closed."""
    if type(effect) is Carrier:
        return transport
    if type(effect) is Turn:
        return await _aturn(effect, transport, apause)
    return await _aguarded(effect, transport, apause)


async def _aturn(effect: Turn, transport: Any, apause: APause) -> bool:  # noqa: ANN401 - as above
    from dragoman.transport.line_aio import Turn as Waiting  # noqa: PLC0415 - as above

    come = False
    try:
        if effect.after:
            await apause(effect.after, transport)
        while not come:
            waiting = Waiting()
            at = effect.seat.ask(monotonic(), waiting.wake)
            come = at is None
            if at is not None:
                await waiting.wait(min(at, _limit(effect, transport)))
        return come
    finally:
        if not come:
            effect.seat.leave()


async def _aguarded(effect: Guarded, transport: Any, apause: APause) -> Any:  # noqa: ANN401 - as above
    cancel, inner = effect.cancel, effect.effect
    waits = type(inner) is Turn or type(inner) is Send
    if cancel.cancelled:
        answer = getattr(_waited(inner), "answer", None)
        _check(cancel, answer, sent=answer is not None)
    summons = _Summons()
    place = cancel.listen(summons.call)
    try:
        if type(inner) is Send:
            if inner.after:
                await apause(inner.after, transport)
            waits = False
            outcome = await transport.send(inner.request, inner.until)
        else:
            outcome = await _aperformed(inner, transport, apause)
    except BaseException as failure:
        if summons.answered(failure):
            _check(cancel, sent=not waits)
        raise
    finally:
        summons.over = True
        cancel.forget(place)
    _check(cancel, outcome, sent=not waits)
    return outcome


async def _aperformed(effect: Any, transport: Any, apause: APause) -> Any:  # noqa: ANN401 - as above
    if type(effect) is Read:
        return await effect.answer.read(effect.until)
    if type(effect) is Whole:
        return await effect.answer.whole(effect.until, effect.bound)
    return await aseldom(effect, transport, apause)


class _Summons:
    """Calls the running task away from what it waits for, from any thread, and knows that call from others.

    As `asyncio.timeout` does: the task is cancelled, and not any more once that has been heard.

    Attributes:
        over: whether there is nothing to call it away from any more.
    """

    __slots__ = ("_before", "_came", "_loop", "_task", "over")

    def __init__(self) -> None:
        import asyncio  # noqa: PLC0415 - a blocking program never pays for it

        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._before = self._task.cancelling() if self._task is not None else 0
        self._came = False
        self.over = False

    def call(self) -> None:
        """Call the task away."""
        # RuntimeError: the loop is closed, and whoever waited on it is gone.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._come)

    def _come(self) -> None:
        if not self.over and not self._came and self._task is not None:
            self._came = True
            self._task.cancel()

    def answered(self, failure: BaseException) -> bool:
        """Whether that is what a failure is, and nobody else cancelled the task."""
        import asyncio  # noqa: PLC0415 - as above

        if not self._came or self._task is None:
            return False
        others = self._task.uncancel() > self._before
        return isinstance(failure, asyncio.CancelledError) and not others
