"""Names that nobody else has, for calls, requests and entries. Asks the system for chance, many names' worth at a time.

A call of the system for each name costs as much as the rest of making it, several times over. What was drawn ahead is
used within a second or not at all: machines are started from a picture of a running one's memory (some clouds start
functions so), and all that start from the same picture would give out the same names.
"""

from __future__ import annotations

import os
from time import time, time_ns

LENGTH = 32
"""Hexadecimal digits of a name: 128 bits of the system's chance."""

_AT_ONCE = 32
_GOOD_FOR = 1.0


class _Drawn:
    """Names that nobody has been given yet.

    Attributes:
        names: they; taking one is a single step of the interpreter, so that threads need no lock.
        since: when they were drawn, by the system's clock: it alone is another where a picture comes to life again.
    """

    __slots__ = ("names", "since")

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.names: list[str] = []
        self.since = time()

    def draw(self) -> None:
        drawn = os.urandom(_AT_ONCE * LENGTH // 2)
        self.since = time()
        self.names = drawn.hex(" ", LENGTH // 2).split()


_drawn = _Drawn()


def fresh() -> str:
    """A name of `LENGTH` hexadecimal digits that nobody has been given yet, in this process or another."""
    if not 0.0 <= time() - _drawn.since < _GOOD_FOR:
        _drawn.forget()
    while True:
        try:
            return _drawn.names.pop()
        except IndexError:
            _drawn.draw()


def sorting() -> str:
    """A name as `fresh` gives them, but that names sort by when they were given: to the millisecond, then by chance.

    Those of one moment stand together in an index. One of names in no order has a page to read and to write for each:
    in a store of 300,000 entries that nearly doubles what another takes.
    """
    return f"{time_ns() // 1_000_000:012x}{fresh()[12:]}"


if hasattr(os, "register_at_fork"):
    # A child would give out the names that its parent is about to.
    os.register_at_fork(after_in_child=_drawn.forget)
