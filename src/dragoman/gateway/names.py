"""Names that nobody else has, for requests and entries. Asks the system for chance, for many of them at a time.

A call of the system for each name costs as much as the rest of making it, several times over.
"""

from __future__ import annotations

import os
from collections import deque

LENGTH = 24
"""Hexadecimal digits of a name: 96 bits of the system's chance."""

_AT_ONCE = 256

# Taking one is a single step of the interpreter, so that threads need no lock.
_ready: deque[str] = deque()


def fresh() -> str:
    """A name of `LENGTH` hexadecimal digits that nobody has been given yet, in this process or another."""
    while True:
        try:
            return _ready.popleft()
        except IndexError:
            drawn = os.urandom(_AT_ONCE * LENGTH // 2).hex()
            _ready.extend(drawn[start : start + LENGTH] for start in range(0, len(drawn), LENGTH))


# A child would give out the names that its parent is about to.
os.register_at_fork(after_in_child=_ready.clear)
