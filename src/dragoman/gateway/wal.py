"""SQLite's write-ahead log, which several processes may switch on at the same moment. Touches a file, and may wait."""

from __future__ import annotations

import sqlite3
import time

_KIND = 0xFF
"""The bits of a result code that say its kind; the others say more (sqlite.org/rescode.html)."""

_PAUSE = 0.01
"""Seconds between two tries."""


def switch_on(connection: sqlite3.Connection, patience: float) -> None:
    """Have a file written by a log beside it: readers and the one writer do not wait for each other then.

    Switching takes the whole file for itself. Whoever comes in the same moment is told at once that it is locked,
    whatever time-out the connection has: waiting might be for ever (sqlite.org/c3ref/busy_handler.html). So it is tried
    again here.

    Args:
        connection: to the file, with no transaction begun.
        patience: how many seconds to try.

    Raises:
        sqlite3.Error: the file is held by another for longer, or cannot be used.
    """
    until = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _KIND != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(_PAUSE)
        else:
            return
