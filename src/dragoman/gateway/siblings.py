"""The numbers of all workers of one endpoint: whichever is asked for them answers for all. Reads and writes files.

Each worker writes its own into a file, every `EVERY` seconds. What a worker counted outlives it, since counters that
fall make Prometheus believe in a restart; what it had under way does not.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from dragoman.gateway.exposition import Numbers

if TYPE_CHECKING:
    from pathlib import Path

EVERY = 1.0
"""Seconds between two times that a worker writes its numbers down: how old those of the others are."""

ENDING = ".numbers"

_decode = msgspec.msgpack.Decoder(Numbers).decode
_encode = msgspec.msgpack.Encoder().encode


class Sibling(NamedTuple):
    """Another worker.

    Attributes:
        numbers: what it wrote down last.
        alive: whether it still runs.
    """

    numbers: Numbers
    alive: bool


class Siblings:
    """The workers' files.

    Args:
        folder: where they are; whoever made it removes it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: Path | None = None

    def write(self, numbers: Numbers) -> None:
        """Write this process's numbers down; where the disk does not take them the old ones stay."""
        if self._own is None:
            # Not named when it was made, which may have been in the parent; and a process's number comes again.
            self._own = self._folder / f"{os.getpid()}-{secrets.token_hex(4)}{ENDING}"
        fresh = self._own.with_suffix(".new")
        with contextlib.suppress(OSError):
            fresh.write_bytes(_encode(numbers))
            fresh.replace(self._own)

    def others(self) -> list[Sibling]:
        """The others, those that have ended among them."""
        found: list[Sibling] = []
        for path in self._folder.glob(f"*{ENDING}"):
            if path != self._own:
                with contextlib.suppress(OSError, msgspec.DecodeError):
                    found.append(Sibling(_decode(path.read_bytes()), is_alive(path)))
        return found


def is_alive(path: Path) -> bool:
    """Whether the worker still runs whose a file is, which begins with the number of its process."""
    try:
        os.kill(int(path.name.partition("-")[0]), 0)
    except ProcessLookupError:
        return False
    return True
