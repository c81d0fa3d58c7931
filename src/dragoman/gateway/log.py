"""The ledger's lines on their way to stderr, without a request ever waiting for it. One thread."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import queue
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

LINES = 10_000
"""How many lines may wait for a stderr that nobody reads."""


class _Queued(logging.handlers.QueueHandler):
    """Hands lines to a thread of their own: a stderr that nobody reads must not hold requests up."""

    def __init__(self, lines: queue.Queue[logging.LogRecord]) -> None:
        super().__init__(lines)
        self.dropped = 0

    def enqueue(self, record: logging.LogRecord) -> None:
        """Keep a line for the thread, or count it where too many wait already."""
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.dropped += 1


@contextlib.contextmanager
def written_log() -> Generator[None]:
    """Write the ledger's lines to stderr while the block lasts, as they are: one JSON document a line."""
    log = logging.getLogger("dragoman.ledger")
    lines: queue.Queue[logging.LogRecord] = queue.Queue(LINES)
    queued, stderr = _Queued(lines), logging.StreamHandler(sys.stderr)
    writing = logging.handlers.QueueListener(lines, stderr)
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(queued)
    writing.start()
    try:
        yield
    finally:
        log.removeHandler(queued)
        writing.stop()
        if queued.dropped:
            log.addHandler(stderr)
            log.warning('{"dropped_lines":%d}', queued.dropped)
            log.removeHandler(stderr)
