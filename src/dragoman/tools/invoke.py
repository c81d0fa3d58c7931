"""Calling tools, all at once, in both colours. Threads and tasks; no network of its own."""

from __future__ import annotations

import inspect
import math
import threading
import time
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from dragoman.errors import CallCancelledError
from dragoman.tools.runs import Outcome

if TYPE_CHECKING:
    import asyncio
    from queue import SimpleQueue

    from dragoman.exchange.cancellation import Cancellation
    from dragoman.tools.runs import Invocation

    # Rung with each call that is over, one of an earlier round perhaps; with None when nobody waits any more.
    Bell = SimpleQueue[Invocation | None]


def invoke(
    invocations: list[Invocation], until: float, bell: Bell | None, cancel: Cancellation | None = None
) -> list[Outcome | None]:
    """Call tools, each in a thread of its own, and wait for them; None for each that is not over in time.

    A thread cannot be stopped: one that takes too long is left behind, and does not keep the program from ending.
    One call alone, without a limit and without what may end the wait, is made where we are. What ends a program, such
    as a `SystemExit`, is raised here wherever a tool raised it.

    Raises:
        CallCancelledError: so it was.
    """
    _see(cancel)
    only = invocations[0]
    alone = len(invocations) == 1 and bell is None and cancel is None
    if alone and not only.tool.is_asynchronous and _limit(only, until) == math.inf:
        return [_attempt(only)]
    # Imported here because a call alone needs none.
    from queue import SimpleQueue  # noqa: PLC0415

    bell = SimpleQueue() if bell is None else bell
    limits = {id(one): _limit(one, until) for one in invocations}
    found: list[Outcome | None] = [None] * len(invocations)
    for place, one in enumerate(invocations):
        work = (copy_context(), one, place, found, bell)
        threading.Thread(target=_report, args=work, name=f"dragoman tool {one.name}", daemon=True).start()
    _wait(bell, limits, cancel)
    # What comes later is too late: a copy does not change.
    found = [*found]
    for outcome in found:
        if outcome is not None and outcome.error is not None and _ends_all(outcome.error):
            raise outcome.error
    return found


def _wait(bell: Bell, left: dict[int, float], cancel: Cancellation | None) -> None:
    """Wait until each call is over or out of time, or somebody says not to."""
    if cancel is None:
        _rung(bell, left)
        return
    place = cancel.listen(lambda: bell.put(None))
    try:
        _rung(bell, left)
    finally:
        cancel.forget(place)
    _see(cancel)


def _see(cancel: Cancellation | None) -> None:
    if cancel is not None and cancel.cancelled:
        raise CallCancelledError("the call was cancelled")


def _rung(bell: Bell, left: dict[int, float]) -> None:
    from queue import Empty  # noqa: PLC0415 - imported with the queue

    while left:
        latest = max(left.values()) - time.monotonic()
        try:
            over = bell.get(timeout=None if latest == math.inf else max(latest, 0.0))
        except Empty:
            return
        if over is None:
            return
        left.pop(id(over), None)


def _report(context: Any, one: Invocation, place: int, found: list[Outcome | None], bell: Any) -> None:  # noqa: ANN401 - a Context, a SimpleQueue
    try:
        found[place] = context.run(_attempt, one)
    except BaseException as error:  # noqa: BLE001 - for whoever waits to raise: in a thread it would be lost, and they would wait on
        found[place] = Outcome(error=error)
    bell.put(one)


def _attempt(one: Invocation) -> Outcome:
    try:
        return Outcome(settled(one.tool.call(one.arguments)))
    except BaseException as error:
        if _ends_all(error):
            raise
        return Outcome(error=error)


def _ends_all(error: BaseException) -> bool:
    """Whether an exception ends a program, not the function that raised it: of all others the model is told."""
    if isinstance(error, Exception):
        return False
    # Imported here because nearly all are; what a function awaited may have been cancelled, which ends that alone.
    from asyncio import CancelledError  # noqa: PLC0415

    return not isinstance(error, CancelledError)


def _limit(one: Invocation, until: float) -> float:
    return until if one.tool.timeout is None else min(until, time.monotonic() + one.tool.timeout)


def settled(value: Any) -> Any:  # noqa: ANN401 - whatever a function returned
    """A value, awaited to its end where that is what it takes."""
    if not inspect.isawaitable(value):
        return value
    # Imported here because most functions return what they return.
    import asyncio  # noqa: PLC0415

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(asettled(value))
    # A notebook's cell, say: a thread has one loop at most, so this one gets a thread.
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    with ThreadPoolExecutor(1) as apart:
        return apart.submit(copy_context().run, asyncio.run, asettled(value)).result()


async def asettled(value: Any) -> Any:  # noqa: ANN401 - whatever a function returned
    """A value, awaited where that is what it takes."""
    return await value if inspect.isawaitable(value) else value


async def ainvoke(
    invocations: list[Invocation], until: float, _: object = None, cancel: Cancellation | None = None
) -> list[Outcome | None]:
    """Call tools, each in a task of its own, and wait for them; None for each that is not over in time.

    Functions that are not asynchronous run in threads, as those of `invoke` do: one that takes too long is left
    behind, and does not keep the program from ending.

    Raises:
        CallCancelledError: so it was.
    """
    import asyncio  # noqa: PLC0415 - a blocking program never pays for it

    _see(cancel)
    work = asyncio.gather(*(_attempted(one, _limit(one, until)) for one in invocations))
    return await (work if cancel is None else _cancellable(work, cancel))


async def _cancellable(work: asyncio.Future[list[Outcome | None]], cancel: Cancellation) -> list[Outcome | None]:
    import asyncio  # noqa: PLC0415 - as above

    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def end() -> None:
        # RuntimeError: the loop is closed, and nobody waits any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(work.cancel)

    place = cancel.listen(end)
    try:
        return await work
    except asyncio.CancelledError:
        if task is None or not task.cancelling():
            _see(cancel)
        raise
    finally:
        cancel.forget(place)


async def _attempted(one: Invocation, until: float) -> Outcome | None:
    import asyncio  # noqa: PLC0415 - as above

    limit = asyncio.timeout(None if until == math.inf else max(until - time.monotonic(), 0.0))
    try:
        async with limit:
            if one.tool.is_asynchronous:
                return Outcome(await asettled(one.tool.call(one.arguments)))
            outcome = await _threaded(one)
            return outcome if outcome.error is not None else Outcome(await asettled(outcome.value))
    except Exception as error:  # noqa: BLE001 - whatever a tool raises, the model is told
        return None if limit.expired() else Outcome(error=error)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        # Not this was cancelled, but something that the function waited for.
        return Outcome(error=error)


async def _threaded(one: Invocation) -> Outcome:
    """What comes of a function in a thread of its own.

    Not one of the loop's executor: those are few, so that calls would wait for each other with their time running, and
    a loop does not end before they do.
    """
    import asyncio  # noqa: PLC0415 - as above

    loop = asyncio.get_running_loop()
    over: asyncio.Future[Outcome] = loop.create_future()

    def work() -> None:
        try:
            outcome = Outcome(one.tool.call(one.arguments))
        except BaseException as error:  # noqa: BLE001 - in a thread it would be lost, and they would wait on
            outcome = Outcome(error=error)
        # RuntimeError: the loop is closed, and nobody waits any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, over, outcome)

    context = copy_context()
    threading.Thread(target=context.run, args=(work,), name=f"dragoman tool {one.name}", daemon=True).start()
    outcome = await over
    if outcome.error is not None and _ends_all(outcome.error):
        raise outcome.error
    return outcome


def _settle(over: Any, outcome: Outcome) -> None:  # noqa: ANN401 - an asyncio.Future
    if not over.done():
        over.set_result(outcome)
