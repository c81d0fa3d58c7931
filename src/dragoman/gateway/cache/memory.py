"""Answers in this process's memory: no more bytes of them than may be, and none for longer. An event loop's timer."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EACH = 512
"""Bytes that an answer takes beside its own: its name, and its places in what is kept here."""

SWEEP = 1.0
"""Seconds from one look for what is too old to the next, at least."""


class MemoryAnswers:
    """The answers of one process: the one that was asked for longest ago goes first.

    Args:
        size: bytes of all of them.
        clock: seconds that only grow.

    Attributes:
        size: as given; `resize` changes it.
        taken: bytes that are taken.
    """

    def __init__(self, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.size = size
        self.taken = 0
        self._clock = clock
        # By their use, the latest last: what is kept, for how long, and until when.
        self._answers: OrderedDict[str, tuple[bytes, float, float]] = OrderedDict()
        # Of each span of time those that are kept for it, by their end: a route has one span, and the first ends first.
        self._ends: dict[float, OrderedDict[str, float]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """How many there are."""
        return len(self._answers)

    async def get(self, key: str) -> bytes | None:
        """What is kept under a name; None for nothing."""
        found = self._answers.get(key)
        if found is None or found[2] <= self._clock():
            return None
        self._answers.move_to_end(key)
        return found[0]

    def put(self, key: str, value: bytes, seconds: float) -> None:
        """Keep something for so many seconds, in the place of what was there, and of what was least used."""
        self._drop(key)
        self.taken += len(value) + EACH
        ends = self._clock() + seconds
        self._answers[key] = (value, seconds, ends)
        self._ends.setdefault(seconds, OrderedDict())[key] = ends
        self._fit()
        self._wake()

    def resize(self, size: int) -> None:
        """Keep no more than so many bytes from now on."""
        self.size = size
        self._fit()

    def sweep(self) -> None:
        """Drop what is too old."""
        now = self._clock()
        for ends in [*self._ends.values()]:
            while ends and next(iter(ends.values())) <= now:
                self._drop(next(iter(ends)))
        self._timer = None
        self._wake()

    async def close(self) -> None:
        """Forget all of it."""
        if self._timer is not None:
            self._timer.cancel()
        self._answers.clear()
        self._ends.clear()
        self.taken = 0

    def _fit(self) -> None:
        while self.taken > self.size:
            self._drop(next(iter(self._answers)))

    def _drop(self, key: str) -> None:
        found = self._answers.pop(key, None)
        if found is None:
            return
        value, seconds, _ = found
        self.taken -= len(value) + EACH
        ends = self._ends[seconds]
        del ends[key]
        if not ends:
            del self._ends[seconds]

    def _wake(self) -> None:
        """Have what is too old looked for when something will be."""
        if self._timer is None and self._ends:
            first = min(next(iter(ends.values())) for ends in self._ends.values())
            wait = max(first - self._clock(), SWEEP)
            self._timer = asyncio.get_running_loop().call_later(wait, self.sweep)
