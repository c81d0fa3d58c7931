"""What is in an SQLite file's log goes into the file itself, where nobody has to wait for it. One thread."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

EVERY = 1.0
"""Seconds from one checkpoint to the next."""

LONG = 8_000
"""Pages (of 4 KiB) of log from which on the writers wait until it begins anew: it never does by itself while they go
on, since something is always left to be written to the file."""


class Checkpoints:
    """A thread that makes the checkpoints of a file in WAL mode until `close`.

    Args:
        file: the file.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dragoman-checkpoints", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, once the checkpoint under way is made."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        connection = sqlite3.connect(self._file, isolation_level=None)
        try:
            while not self._over.wait(EVERY):
                checkpoint(connection)
        finally:
            connection.close()


def checkpoint(connection: sqlite3.Connection, long: int = LONG) -> int:
    """Make one checkpoint; the pages of log there were.

    Args:
        connection: to the file.
        long: from how many pages of log on the writers wait until it begins anew.
    """
    try:
        _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if pages >= long:
            connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
    except sqlite3.Error:
        # Locked by another process's checkpoint, or no room on the disk: the next one may do better, and steps go on.
        return -1
    return int(pages)
