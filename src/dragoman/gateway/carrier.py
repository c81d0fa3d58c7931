"""Carries closed entries from the journal into the store. One thread; reads and removes files, uses a database.

A line leaves the journal after the store has it, and the store takes each entry once: wherever this is interrupted, the
next to begin finds the same lines and changes nothing by them. Nothing waits in memory while the store is away.
"""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Self

from dragoman.gateway import record
from dragoman.gateway.journal import hold, segments
from dragoman.gateway.record import NAME, OPENING, Closed, Opened, Texts
from dragoman.gateway.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

    from dragoman.gateway.journal import Journal
    from dragoman.gateway.record import Line
    from dragoman.gateway.store.database import Store

PAUSE = 0.5
"""Seconds between two looks at the journal: how far the store is behind."""

LONGEST_PAUSE = 10.0
"""Seconds between two tries when the store is away for long."""

LEFTOVERS = 30.0
"""Seconds between two looks for what dead processes left behind."""

RETENTION = 3600.0
"""Seconds between two looks for what need not be kept any longer."""

PATIENCE = 10.0
"""Seconds that the end waits for the last entries; what is not carried then is carried at the next start."""

PIECE = 512 * 1024
"""Bytes that are read, and put into the store, at a time: some 500 entries. Others who write wait for no more."""

ASIDE = "set-aside"
"""The file in the journal's folder for lines that no store takes; nothing reads it but its owner."""

log = logging.getLogger("dragoman.gateway")


class Folder:
    """One process's part of the journal, carried into a store.

    Args:
        path: its folder.
        store: where to.
        dead: whether its process is: a line without an end is all that came of it then, and an entry without a
            closing was killed.
    """

    def __init__(self, path: Path, store: Store, *, dead: bool = False) -> None:
        self._path = path
        self._store = store
        self._dead = dead
        self._read: dict[Path, int] = {}
        # Entries that have no closing yet, and the segment in which they were opened: it must stay until they have.
        self._open: dict[str, tuple[Path, Opened]] = {}

    def carry(self) -> None:
        """Carry what there is, and remove the segments that are done with.

        Raises:
            StoreError: the store is away; the rest stays where it is.
            OSError: a file cannot be read, removed or set aside.
        """
        self._carry_all(ended=self._dead)

    def finish(self) -> None:
        """Carry all of it, for a process that writes no more: what has no closing stays, for others to find.

        Raises:
            StoreError, OSError: as `carry`.
        """
        self._carry_all(ended=True)

    def _carry_all(self, *, ended: bool) -> None:
        found = segments(self._path)
        for segment in found:
            # Nothing is added to any but the last of a process that lives.
            self._carry(segment, whole=ended or segment != found[-1])
        if self._dead and self._open:
            self._put([record.killed(opened) for _, opened in self._open.values()], [], [])
            self._open.clear()
        needed = {segment for segment, _ in self._open.values()}
        for segment in found if ended else found[:-1]:
            if segment not in needed:
                segment.unlink(missing_ok=True)
                self._read.pop(segment, None)

    def _carry(self, segment: Path, *, whole: bool) -> None:
        with segment.open("rb") as file:
            while True:
                offset = self._read.get(segment, 0)
                lines = _lines(file.fileno(), offset, whole=whole)
                if not lines:
                    return
                self._take(segment, lines)
                self._read[segment] = offset + len(lines)

    def _take(self, segment: Path, lines: bytes) -> None:
        spoilt: list[bytes] = []
        *ended, rest = lines.split(b"\n")
        found = _decoded((line for line in ended if not line.startswith(OPENING)), spoilt)
        # One without an end was never written whole, so that whoever wrote it knows.
        found += _decoded([rest], [])
        closed = [one for one in found if isinstance(one, Closed)]
        # Of an entry whose closing is here too nothing else is wanted.
        ends = {one.entry.encode() for one in closed}
        found += _decoded((line for line in ended if line.startswith(OPENING) and line[NAME] not in ends), spoilt)
        self._put(closed, [one for one in found if isinstance(one, Texts)], spoilt)
        # Only now: when the store is away, the same lines are read again.
        self._open |= {one.open: (segment, one) for one in found if isinstance(one, Opened)}
        for one in closed:
            self._open.pop(one.entry, None)

    def _put(self, closed: list[Closed], words: list[Texts], spoilt: list[bytes]) -> None:
        refused = self._store.put(closed, words) if closed or words else []
        aside = [*spoilt, *map(record.encode, refused)]
        if aside:
            # As segments are: they may be people's words, and the folder one that others may look into.
            private = partial(os.open, mode=0o600)
            with open(self._path.parent / ASIDE, "ab", opener=private) as file:
                file.writelines(line + b"\n" for line in aside)
            log.warning("%d lines of the journal could not be read or stored: they are in %s", len(aside), file.name)


class Carrier:
    """The thread that carries, from the `with` block's beginning to its end.

    Args:
        journal: this process's.
        store: where to.
        keep: how long the ledger is kept; None for ever.
        keep_texts: how long prompts and answers are kept; None as long as the ledger.

    Attributes:
        keep: the same; it may change while this runs.
        keep_texts: the same.
    """

    def __init__(
        self, journal: Journal, store: Store, *, keep: timedelta | None = None, keep_texts: timedelta | None = None
    ) -> None:
        self._journal = journal
        self._store = store
        self._own = Folder(journal.path, store)
        self.keep = keep
        self.keep_texts = keep_texts
        self._due = {self._leftovers: 0.0, self._forget: 0.0}
        self._carried_at = time.monotonic()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dragoman-carrier", daemon=True)

    @property
    def behind(self) -> float:
        """Seconds since the store had everything: at most `PAUSE` and a bit where all is well."""
        return time.monotonic() - self._carried_at

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Carry the last entries, for so long as is decent, and end."""
        self._stopping.set()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        pause = PAUSE
        while not self._stopping.wait(pause):
            pause = PAUSE if self._once() else min(pause * 2, LONGEST_PAUSE)
        self._last()

    def _once(self) -> bool:
        """Do what there is to do, and say whether it could be done."""
        begun = time.monotonic()
        self._journal.flush()
        try:
            self._own.carry()
            self._carried_at = begun
            for work, due in self._due.items():
                if time.monotonic() >= due:
                    self._due[work] = work()
        except (StoreError, OSError) as error:
            log.warning("the ledger's entries wait in the journal: %s", error)
            return False
        except Exception:  # a mistake of ours must not end the thread: the entries wait, and the log says why
            log.exception("the ledger's entries wait in the journal")
            return False
        return True

    def _last(self) -> None:
        if self._journal.flush():
            try:
                self._own.finish()
            except (StoreError, OSError) as error:
                log.warning("the ledger's last entries stay in the journal until the next start: %s", error)

    def _leftovers(self) -> float:
        carry_leftovers(self._journal.path.parent, self._store)
        return time.monotonic() + LEFTOVERS

    def _forget(self) -> float:
        now = datetime.now(UTC)
        more = 0
        if self.keep_texts is not None:
            more += self._store.forget(now - self.keep_texts, words_only=True)
        if self.keep is not None:
            more += self._store.forget(now - self.keep)
        # One transaction a look: new entries are carried in between.
        return 0.0 if more else time.monotonic() + RETENTION


def carry_leftovers(folder: Path, store: Store) -> None:
    """Carry what dead processes left in a journal, and remove it; what cannot be, stays, and the log says why.

    Raises:
        StoreError: the store is away; the rest stays where it is.
        OSError: the journal's folder cannot be read.
    """
    for path in sorted(path for path in folder.iterdir() if path.is_dir()):
        try:
            _carry_leftover(path, store)
        except OSError as error:
            # Of one process: neither what others left nor what else is to be done waits for that.
            log.warning("what a dead process left in the journal cannot be carried: %s", error)


def _carry_leftover(path: Path, store: Store) -> None:
    held = hold(path)
    if held is None:
        return
    try:
        Folder(path, store, dead=True).carry()
        try:
            path.rmdir()
        except OSError as error:
            # What somebody else has put there is theirs.
            if error.errno not in {errno.ENOENT, errno.ENOTEMPTY}:
                raise
    finally:
        os.close(held)


def _decoded(lines: Iterable[bytes], spoilt: list[bytes]) -> list[Line]:
    """What lines say; those that say nothing are added to the spoilt ones."""
    found: list[Line] = []
    for line in lines:
        try:
            found.append(record.decode(line))
        except ValueError:
            # An empty one ends what was torn.
            spoilt += [line] if line else []
    return found


def _lines(file: int, offset: int, *, whole: bool) -> bytes:
    """The next whole lines of a file, about `PIECE` of them.

    Args:
        file: its descriptor.
        offset: where they begin.
        whole: take what is left without an end for a line as well.
    """
    size = PIECE
    while True:
        piece = os.pread(file, size, offset)
        end = piece.rfind(b"\n") + 1
        if end:
            return piece[:end]
        if len(piece) < size:
            return piece if whole else b""
        size *= 2
