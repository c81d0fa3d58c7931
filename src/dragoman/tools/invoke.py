"""Calling tools, all at once, in both colours. Threads and tasks; no network of its own."""

from __future__ import annotations

import inspect
import math
import threading
import time
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from dragoman.tools.runs import Outcome

if TYPE_CHECKING:
    from queue import SimpleQueue

    from dragoman.tools.runs import Invocation

Bell = "SimpleQueue[int | None]"
"""Rung with a place when the call at it is over; with None when nobody waits any more."""


def invoke(invocations: list[Invocation], until: float, bell: SimpleQueue[int | None] | None) -> list[Outcome | None]:
    """Call tools, each in a thread of its own, and wait for them; None for each that is not over in time.

    A thread cannot be stopped: one that takes too long is left behind, and does not keep the program from ending.
    One call alone, without a limit and without a `bell` that may end the wait, is made where we are.
    """
    only = invocations[0]
    if len(invocations) == 1 and bell is None and not only.tool.is_asynchronous and _limit(only, until) == math.inf:
        return [_attempt(only)]
    # Imported here because a call alone needs none.
    from queue import SimpleQueue  # noqa: PLC0415

    bell = SimpleQueue() if bell is None else bell
    limits = [_limit(one, until) for one in invocations]
    found: list[Outcome | None] = [None] * len(invocations)
    for place, one in enumerate(invocations):
        work = (copy_context(), one, place, found, bell)
        threading.Thread(target=_report, args=work, name=f"dragoman tool {one.name}", daemon=True).start()
    _wait(bell, limits)
    # What comes later is too late: a copy does not change.
    return [*found]


def _wait(bell: SimpleQueue[int | None], limits: list[float]) -> None:
    """Wait until each call is over or out of time, or somebody says not to."""
    from queue import Empty  # noqa: PLC0415 - imported with the queue

    left = dict(enumerate(limits))
    while left:
        latest = max(left.values()) - time.monotonic()
        try:
            place = bell.get(timeout=None if latest == math.inf else max(latest, 0.0))
        except Empty:
            return
        if place is None:
            return
        left.pop(place, None)


def _report(context: Any, one: Invocation, place: int, found: list[Outcome | None], bell: Any) -> None:  # noqa: ANN401 - a Context, a SimpleQueue
    found[place] = context.run(_attempt, one)
    bell.put(place)


def _attempt(one: Invocation) -> Outcome:
    try:
        return Outcome(settled(one.tool.call(one.arguments)))
    except Exception as error:  # noqa: BLE001 - whatever a tool raises, the model is told
        return Outcome(error=error)


def _limit(one: Invocation, until: float) -> float:
    return until if one.tool.timeout is None else min(until, time.monotonic() + one.tool.timeout)


def settled(value: Any) -> Any:  # noqa: ANN401 - whatever a function returned
    """A value, awaited to its end where that is what it takes."""
    if not inspect.isawaitable(value):
        return value
    # Imported here because most functions return what they return.
    import asyncio  # noqa: PLC0415

    return asyncio.run(asettled(value))


async def asettled(value: Any) -> Any:  # noqa: ANN401 - whatever a function returned
    """A value, awaited where that is what it takes."""
    return await value if inspect.isawaitable(value) else value


async def ainvoke(invocations: list[Invocation], until: float, _: object = None) -> list[Outcome | None]:
    """Call tools, each in a task of its own, and wait for them; None for each that is not over in time.

    Functions that are not asynchronous run in threads: one that takes too long is left behind.
    """
    import asyncio  # noqa: PLC0415 - a blocking program never pays for it

    return await asyncio.gather(*(_attempted(one, _limit(one, until)) for one in invocations))


async def _attempted(one: Invocation, until: float) -> Outcome | None:
    import asyncio  # noqa: PLC0415 - as above

    limit = asyncio.timeout(None if until == math.inf else max(until - time.monotonic(), 0.0))
    try:
        async with limit:
            if one.tool.is_asynchronous:
                return Outcome(await asettled(one.tool.call(one.arguments)))
            return Outcome(await asettled(await asyncio.to_thread(one.tool.call, one.arguments)))
    except Exception as error:  # noqa: BLE001 - whatever a tool raises, the model is told
        return None if limit.expired() else Outcome(error=error)
