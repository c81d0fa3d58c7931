"""A wait that nobody can end, in a thread of its own: whoever waits for that thread can be called away. Threads."""

from __future__ import annotations

import threading
from contextlib import suppress
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol, TypeVar

from dragoman.transport import NoAnswer
from dragoman.transport.patience import patience

if TYPE_CHECKING:
    from collections.abc import Callable


class _Closing(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=_Closing)


def apart(work: Callable[[], T], until: float) -> T:
    """What work comes to, done in a thread of its own while this one waits by its `patience`.

    Args:
        work: what is done; what it returns is closed where nobody waits for it any more.
        until: when this thread stops waiting.

    Raises:
        NoAnswer: "closed" where the call was cancelled, "timeout" where the time was up first.
        BaseException: what the work raised.
    """
    told: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()
    gone = threading.Event()

    def late() -> None:
        # Whichever of the two threads takes it out of the queue closes it.
        with suppress(Empty):
            result = told.get_nowait()[0]
            if result is not None:
                result.close()

    def run() -> None:
        try:
            told.put((work(), None))
        except BaseException as error:  # noqa: BLE001 - for whoever waits to raise
            told.put((None, error))
        if gone.is_set():
            late()

    def once(seconds: float) -> tuple[T | None, BaseException | None] | None:
        with suppress(Empty):
            return told.get(timeout=seconds)
        return None

    threading.Thread(target=copy_context().run, args=(run,), name="dragoman apart", daemon=True).start()
    outcome = None
    try:
        outcome = patience.wait(once, until)
    finally:
        if outcome is None:
            gone.set()
            late()
    result, error = outcome or (None, None)
    if error is not None:
        raise error
    if result is None:
        raise NoAnswer("timeout", "no answer in time", sent=True)
    return result
