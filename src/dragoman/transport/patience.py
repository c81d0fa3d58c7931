"""How long the waits of a thread last: the blocking shell's word for `task.cancel()`. Touches the clock.

A thread that waits for the network cannot be called away, as a task can. So it waits a stretch at a time, and asks
between them whether somebody still wants what it waits for. Which call a thread is in is the thread's own affair, so
this is too: each thread has its own `patience`.
"""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.exchange.cancellation import Cancellation

T = TypeVar("T")

BEAT = 0.05
"""Seconds after which whoever waits looks whether there is still something to wait for."""


STRETCH = 1.0
"""Seconds of one wait. A signal that comes just before a wait begins does not end it, and is only heard after it: so
Ctrl-C is heard within so long, however long nothing arrives."""


class Patience(threading.local):
    """How long this thread waits at a time, and what may end its waits.

    Attributes:
        stretch: seconds of one wait.
        cancels: what ends them.
    """

    stretch = STRETCH
    cancels: tuple[Cancellation, ...] = ()

    def lost(self) -> bool:
        """Whether nobody wants what is waited for any more."""
        return any(cancel.cancelled for cancel in self.cancels)

    def wait(self, once: Callable[[float], T], until: float) -> T:
        """Wait a stretch at a time, by what waits for so many seconds and returns something false where it was in vain.

        Raises:
            NoAnswer: "closed" where the call was cancelled.
        """
        while True:
            found = once(min(max(until - monotonic(), 0.0), self.stretch))
            if found:
                return found
            self.check()
            if monotonic() >= until:
                return found

    def check(self) -> None:
        """Go on waiting.

        Raises:
            NoAnswer: "closed" where the call was cancelled.
        """
        if self.lost():
            raise NoAnswer("closed", "the call was cancelled", sent=True)

    def within(self, cancel: Cancellation) -> _Within:
        """A `with` block whose waits `cancel` ends as well."""
        return _Within(cancel)


class _Within:
    __slots__ = ("_before", "_cancel")

    def __init__(self, cancel: Cancellation) -> None:
        self._cancel = cancel

    def __enter__(self) -> None:
        engaged.append(self)
        self._before = (patience.stretch, patience.cancels)
        patience.stretch, patience.cancels = BEAT, (*patience.cancels, self._cancel)

    def __exit__(self, *_: object) -> None:
        patience.stretch, patience.cancels = self._before
        engaged.remove(self)


patience = Patience()
"""This thread's."""

engaged: list[_Within] = []
"""The blocks that are entered now, in whatever thread: while there are none, nobody's patience is but a stretch."""
