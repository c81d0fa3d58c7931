"""The ledger's lines on their way to stderr, without a request ever waiting for it. One thread."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

LINES = 10_000
"""How many lines may wait for a stderr that nobody reads."""

PATIENCE = 2.0
"""Seconds that the lines still waiting have at the end."""


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
        self._waiting: queue.Queue[str | None] = queue.Queue(LINES)
        self._dropped = 0
        # A daemon, and past the buffers of sys.stderr: a write that never returns must not hold the exit up either.
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line for the thread."""
        try:
            self._waiting.put_nowait(record.getMessage())
        except queue.Full:
            self._dropped += 1

    def close(self) -> None:
        """Let the lines that wait be written, for so long as is decent."""
        if self._thread.is_alive():
            with contextlib.suppress(queue.Full):
                self._waiting.put(None, timeout=PATIENCE)
            self._thread.join(PATIENCE)
        super().close()

    def _write(self) -> None:
        for line in iter(self._waiting.get, None):
            self._put(line)
        if self._dropped:
            self._put(f'{{"dropped_lines":{self._dropped}}}')

    def _put(self, line: str) -> None:
        try:
            os.write(self._file, f"{line}\n".encode())
        except OSError:
            # Nobody is there to read it, nor to be told.
            self._dropped += 1
