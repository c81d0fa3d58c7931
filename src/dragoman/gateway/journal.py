"""The journal: entries on this machine's disk from before their work until they are in the store. Writes files.

Each process has a folder of its own in the journal's, and holds it by a lock (flock) that ends with the process: what
lies in a folder that nobody holds was left behind by one that died, and `dragoman.gateway.carrier` takes it from there.
A folder holds segments: files to which lines are added and that are removed once all their lines are in the store.

A line is one write(2) to a file opened with O_APPEND, and is there for other processes when the call returns: a process
that is killed loses nothing it has written. Nothing is forced to the disk itself (fsync), so a machine that loses its
power may lose the lines of the last seconds.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import logging
import os
import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from dragoman.errors import ConfigurationError, DragomanError
from dragoman.gateway import record

if TYPE_CHECKING:
    from types import TracebackType

    from dragoman.gateway.record import Opened, Texts

SEGMENT = 4 * 1024 * 1024
"""Bytes after which a segment is followed by the next."""

ENDING = ".jsonl"
"""What segments' names end in; before it stands their number."""

log = logging.getLogger("dragoman.gateway")


class JournalError(ConfigurationError):
    """The journal cannot be written, so the request it was about must not go upstream."""


class UnwrittenError(DragomanError):
    """The disk has not taken the ends of all requests before the journal was let go of; the log has them."""


class Journal:
    """This process's part of the journal, for as long as the `with` block lasts. Safe to use from several threads.

    Args:
        folder: the journal's; made where it is missing, readable by its owner only.
        segment: bytes after which a segment is followed by the next.

    Attributes:
        path: this process's own folder in it.

    Raises:
        ConfigurationError: the folder cannot be used.
    """

    def __init__(self, folder: Path, *, segment: int = SEGMENT) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path, self._held = _claim(folder)
            self._file = self._next(1)
        except OSError as error:
            raise ConfigurationError(f"the journal's folder {folder} cannot be used: {_why(error)}") from None
        self._number = 1
        self._size = 0
        self._bound = segment
        # The file's last line has no end: a write came to a stop in the middle of it.
        self._torn = False
        self._kept: list[bytes] = []
        self._over = False
        self._lock = threading.Lock()

    @property
    def kept(self) -> int:
        """How many lines wait in memory, since the disk would not take them: ends of entries, mostly."""
        return len(self._kept)

    def open(self, opened: Opened) -> None:
        """Write down that a request was accepted.

        Raises:
            JournalError: that cannot be done; the request must not go upstream.
        """
        line = record.encode(opened) + b"\n"
        with self._lock:
            try:
                if self._kept:
                    self._flush()
                self._write(line)
            except OSError as error:
                raise JournalError(
                    f"this request cannot be written down ({_why(error)}), so it does not go upstream: try again later"
                ) from None

    def close(self, closed: bytes, texts: Texts | None = None) -> None:
        """Write down how a request ended; what the disk does not take is kept, and written when it does.

        Args:
            closed: the line, a `Closed` as JSON.
            texts: its words, where they are kept.
        """
        lines = closed + b"\n" if texts is None else record.encode(texts) + b"\n" + closed + b"\n"
        with self._lock:
            self._kept.append(lines)
            self._flushed()

    def flush(self) -> bool:
        """Write what was kept, and say whether all of it is written now; what somebody has removed is made anew."""
        with self._lock:
            try:
                if not self._over and not self._is_there():
                    self._begin_anew()
            except OSError:
                return False
            return self._flushed()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the folder go; whatever is in it still is for the next process to carry.

        Raises:
            UnwrittenError: the disk does not take what was kept, which is on the log now.
        """
        with self._lock:
            self._flushed()
            left, self._kept = self._kept, []
            if self._file >= 0:
                os.close(self._file)
            # A number that is closed soon names another file.
            self._file = -1
            self._over = True
        with contextlib.suppress(OSError):
            self.path.rmdir()
        os.close(self._held)
        if left:
            unwritten = self._told(left)
            if error is None:
                raise unwritten

    def _told(self, left: list[bytes]) -> UnwrittenError:
        """Put onto the log what nothing else has any more, but for people's words: those are not for logs."""
        what = f"the disk has not taken the ends of {len(left)} requests"
        place = self.path / f"recovered{ENDING}"
        log.error("%s: put the JSON of the lines below into %s, else the next start takes them for killed", what, place)
        for lines in left:
            log.error("not on the disk: %s", lines.splitlines()[-1].decode())
        return UnwrittenError(f"{what}: the log has them, and says where to put them")

    def _flushed(self) -> bool:
        try:
            self._flush()
        except OSError:
            return False
        return True

    def _flush(self) -> None:
        while self._kept:
            self._write(self._kept[0])
            del self._kept[0]

    def _write(self, lines: bytes) -> None:
        if self._size >= self._bound:
            self._turn()
        # What follows a torn line must not be taken for its end.
        whole = b"\n" + lines if self._torn else lines
        written = os.write(self._file, whole)
        self._size += written
        # All but the line's end is all: a reader finds the line once another begins behind it.
        self._torn = written < len(whole)
        if written < len(whole) - 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _turn(self) -> None:
        """Go on in the next segment; where none can be made, in the old one."""
        with contextlib.suppress(OSError):
            following = self._next(self._number + 1)
            os.close(self._file)
            self._file, self._number, self._size, self._torn = following, self._number + 1, 0, False

    def _next(self, number: int) -> int:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        return os.open(self._segment(number), flags, 0o600)

    def _segment(self, number: int) -> Path:
        return self.path / f"{number:08}{ENDING}"

    def _is_there(self) -> bool:
        """Whether the file that is written to is where others look for it."""
        return _is_at(self._segment(self._number), self._file)

    def _begin_anew(self) -> None:
        """Go on in another file, with what the one that was removed holds: it can be read for as long as it is open."""
        if self._file >= 0:
            log.error("somebody has removed %s, which is made anew: leave the journal alone", self.path)
            self._kept[:0] = [line + b"\n" for line in os.pread(self._file, self._size, 0).split(b"\n") if line]
            os.close(self._file)
            # Until there is another, nothing is admitted.
            self._file, self._size = -1, 0
        if not _is_at(self.path, self._held):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            held = _make(self.path)
            if held is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            os.close(self._held)
            self._held = held
        self._file = self._next(self._number + 1)
        self._number, self._size, self._torn = self._number + 1, 0, False


def segments(path: Path) -> list[Path]:
    """A process's segments, the oldest first; none when its folder is gone."""
    try:
        return sorted(name for name in path.iterdir() if name.suffix == ENDING)
    except FileNotFoundError:
        return []


def hold(path: Path) -> int | None:
    """Take hold of a process's folder: a descriptor to close, or None when another holds it or it is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_ino == path.stat().st_ino:
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def folder_beside(store: str, configured: Path | None = None) -> Path:
    """Where the journal of a store is kept.

    Args:
        store: the store's address.
        configured: the folder the configuration names, if it does.

    Returns:
        That folder; or one beside an SQLite file; or, for a store elsewhere, one of its own in `$STATE_DIRECTORY`
        (systemd's), `$XDG_STATE_HOME` or `~/.local/state`.

    Raises:
        ConfigurationError: none is named, and whoever runs this has no home.
    """
    if configured is not None:
        return configured
    if store.startswith("sqlite:"):
        from dragoman.gateway.store.address import sqlite_path  # noqa: PLC0415 - SQLAlchemy

        path = sqlite_path(store)
        return path.with_name(path.name + ".journal")
    try:
        state = (
            os.environ.get("STATE_DIRECTORY") or os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        )
    except RuntimeError:
        raise ConfigurationError(
            "there is no folder for the journal, as this user has no home: name one in [store] journal, or in the "
            "variable STATE_DIRECTORY"
        ) from None
    # What is left behind there goes into the store that it was meant for, and no other; passwords come and go.
    place = hashlib.sha256(store.rpartition("@")[2].encode()).hexdigest()[:12]
    return Path(state) / "dragoman" / f"journal-{place}"


def _claim(folder: Path) -> tuple[Path, int]:
    while True:
        path = folder / f"{os.getpid()}-{secrets.token_hex(4)}"
        held = _make(path)
        if held is not None:
            return path, held


def _make(path: Path) -> int | None:
    """Make a folder and take hold of it; None where another process took it for one left behind, and removed it."""
    path.mkdir(mode=0o700)
    return hold(path)


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether a path leads to what is open."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except OSError:
        return False


def _why(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else str(error)
