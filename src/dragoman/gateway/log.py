"""What the gateway writes to stderr: the ledger's lines, without a request ever waiting for it, and the log's own.

One thread, for the ledger's.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator

LINES = 10_000
"""How many lines may wait for a stderr that nobody reads."""

GATHER = 0.02
"""Seconds for which lines are gathered, to be written together: to wake a thread for each costs more than the line."""

PATIENCE = 2.0
"""Seconds that the lines still waiting have at the end."""


@contextlib.contextmanager
def spoken_log(level: str) -> Generator[None]:
    """Write the log's other lines while the block lasts, one for each message whatever is in it.

    Args:
        level: the least important that is written: `debug`, `info`, `warning` or `error`.
    """
    log = logging.getLogger("dragoman")
    spoken = logging.StreamHandler()
    spoken.setFormatter(_OneLine("%(levelname)s: %(message)s"))
    before = log.level
    set_level(level)
    log.addHandler(spoken)
    try:
        yield
    finally:
        log.removeHandler(spoken)
        log.setLevel(before)


def set_level(level: str) -> None:
    """Have the log write what is at least so important."""
    logging.getLogger("dragoman").setLevel(level.upper())


def spoken(name: str, line: str) -> logging.LogRecord:
    """A line on a log as `info` would make it, but for looking up who writes it, which takes longer than all the rest.

    Args:
        name: the log's.
        line: what it says.
    """
    blank = _blank(name, os.getpid(), threading.get_ident())
    now = time.time()
    known = blank.__dict__
    since = (now - blank.created) * 1000
    made = logging.LogRecord.__new__(logging.LogRecord)
    made.__dict__.update(
        known, msg=line, created=now, msecs=int(now % 1 * 1000) + 0.0, relativeCreated=blank.relativeCreated + since
    )
    return made


@lru_cache(16)
def _blank(name: str, process: int, thread: int) -> logging.LogRecord:  # noqa: ARG001 - a record says both
    """A line without words, of which the others are copies."""
    return logging.LogRecord(name, logging.INFO, __file__, 0, "", (), None)


def document_line(document: bytes) -> str:
    """A JSON document as a line of the log.

    JSON lets letters stand in a text that some take for a line's end, or a terminal for an order (U+2028, U+0085,
    U+009B, the marks that turn writing round): here they are escaped, which says the same (RFC 8259 §7).
    """
    text = document.decode()
    if document.isascii() or text.isprintable():
        return text
    # Imported here because few names hold any.
    import json  # noqa: PLC0415

    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)


class _OneLine(logging.Formatter):
    """A message is a line: what an upstream or a caller puts in it must not look like another, nor move a cursor."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the package's own name
        """The line, in front of the traceback where there is one."""
        return _printed(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802 - the same
        """The traceback: lines of ours, in which an error's own words may be another's."""
        return "\n".join(map(_printed, super().formatException(ei).split("\n")))


def _printed(text: str) -> str:
    return text if text.isprintable() else "".join(each if each.isprintable() else " " for each in text)


@contextlib.contextmanager
def written_log(file: int | None = None) -> Generator[None]:
    """Write the ledger's lines while the block lasts, as they are: one JSON document a line.

    Args:
        file: the descriptor to write to; default that of stderr.
    """
    log = logging.getLogger("dragoman.ledger")
    lines = _Lines(sys.stderr.fileno() if file is None else file)
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(lines)
    try:
        yield
    finally:
        log.removeHandler(lines)
        log.propagate = True
        lines.close()


class _Lines(logging.Handler):
    """Hands lines to a thread of their own; those that find no room are counted."""

    def __init__(self, file: int) -> None:
        super().__init__()
        self._file = file
        self._waiting: deque[str] = deque()
        self._dropped = 0
        self._news = threading.Event()
        self._over = threading.Event()
        # A daemon, and past the buffers of sys.stderr: a write that never returns must not hold the exit up either.
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line for the thread."""
        if len(self._waiting) >= LINES:
            self._dropped += 1
            return
        self._waiting.append(record.getMessage())
        if not self._news.is_set():
            self._news.set()

    def close(self) -> None:
        """Let the lines that wait be written, for so long as is decent."""
        self._over.set()
        self._news.set()
        self._thread.join(PATIENCE)
        super().close()

    def _write(self) -> None:
        over = False
        while not over:
            self._news.wait()
            over = self._over.wait(GATHER)
            # In this order: a line that comes in between is news, or is taken now.
            self._news.clear()
            self._put([self._waiting.popleft() for _ in range(len(self._waiting))])
        if self._dropped:
            self._put([f'{{"dropped_lines":{self._dropped}}}'])

    def _put(self, lines: list[str]) -> None:
        rest = "".join(f"{line}\n" for line in lines).encode()
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            # Nobody is there to read it, nor to be told.
            self._dropped += len(lines)
