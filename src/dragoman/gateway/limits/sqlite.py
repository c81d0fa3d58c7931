"""The accounts in an SQLite file, shared by the workers of one machine. Touches that file and the clock; one thread.

It is a file of its own, beside the store: its rows change with every request, and need no history. A step takes some
twenty microseconds, so that the event loop takes it itself: handing it to a thread would cost more. What requests took
is written down a turn of the loop later, so that those that end together, or end as another begins, are one step.

The file is in WAL mode with `synchronous = NORMAL`: a commit is a write to the kernel's page cache and waits for no
disk. What a killed process had committed is there. A machine that loses its power may lose the last seconds' commits,
but not the file, which `OFF` would risk, and with it what a month has cost.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from typing import TYPE_CHECKING

from dragoman.gateway.limits.account import Account
from dragoman.gateway.limits.accounts import LimitsUnavailableError, Reply
from dragoman.gateway.limits.checkpoints import Checkpoints
from dragoman.gateway.wal import switch_on

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from dragoman.gateway.limits.account import Claim, Entry

PATIENCE = 2.0
"""Seconds to wait for the other workers' steps, each of which takes some tens of microseconds."""


class SqliteAccounts:
    """The accounts of all keys in one file. One thread at a time may use it.

    Args:
        file: where; it is made where there is none.
        clock: what tells the seconds since 1970.

    Raises:
        LimitsUnavailableError: the file cannot be opened, or is no file of accounts.
    """

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._change: Callable[[bytes], bytes] = bytes
        self._late: dict[str, tuple[list[Entry], asyncio.Future[None]]] = {}
        self.clock = clock
        try:
            self._connection = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
            with contextlib.ExitStack() as opening:
                opening.callback(self._connection.close)
                switch_on(self._connection, PATIENCE)
                for statement in _OPENING:
                    self._connection.execute(statement)
                self._connection.create_function("changed", 1, self._changed)
                opening.pop_all()
        except sqlite3.Error as error:
            raise LimitsUnavailableError(f"the limits cannot be kept in {file}: {error}") from error
        self._checkpoints = Checkpoints(file)

    @property
    def knows_time(self) -> bool:
        """It does: all who share the file are on one machine."""
        return True

    async def learn_time(self) -> None:
        """Nothing is to be learnt."""

    def reserve(self, key: str, claims: Sequence[Claim]) -> Reply:
        """Make all of a request's claims on a key's account if they fit, or none, at once."""
        replies: list[Reply] = []

        def change(account: Account) -> None:
            now = self.clock()
            replies.append(Reply(account.reserve(claims, now), account, now))

        self._step(key, change)
        return replies[0]

    def settle(self, key: str, entries: Sequence[Entry]) -> asyncio.Future[None]:
        """Make entries on a key's account: with its next reservation, or in the next turn of the loop."""
        late = self._late.get(key)
        if late is None:
            loop = asyncio.get_running_loop()
            late = self._late[key] = ([], loop.create_future())
            loop.call_soon(self._catch_up, key)
        late[0].extend(entries)
        return late[1]

    async def keep(self, key: str, entries: Sequence[Entry], *, exact: bool) -> None:
        """Let slices of a key's account count until a later moment."""

        def change(account: Account) -> None:
            now = self.clock()
            for entry in entries:
                account.keep(entry, now, exact=exact)

        self._step(key, change)

    async def close(self) -> None:
        """Let go of the file."""
        for key in [*self._late]:
            self._catch_up(key)
        self._checkpoints.close()
        self._connection.close()

    def _catch_up(self, key: str) -> None:
        """Make the entries of a key that are late, unless they have been made with something else."""
        if key in self._late:
            # Whoever made them is told what went wrong.
            with contextlib.suppress(LimitsUnavailableError):
                self._step(key, _nothing)

    def _step(self, key: str, change: Callable[[Account], None]) -> None:
        """Change a key's account, and make what is late on it."""
        entries, made = self._late.pop(key, _NONE)

        def changes(packed: bytes) -> bytes:
            account, now = Account.read(packed), self.clock()
            for entry in entries:
                account.add(entry, now)
            change(account)
            return account.pack()

        try:
            self.step(key, changes)
        except LimitsUnavailableError as failure:
            if made is not None and not made.done():
                made.set_exception(failure)
            raise
        if made is not None and not made.done():
            made.set_result(None)

    def step(self, key: str, change: Callable[[bytes], bytes]) -> None:
        """Change a key's packed account: one statement, so nobody else's comes between reading and writing.

        Raises:
            LimitsUnavailableError: the file cannot be used, and nothing has changed.
        """
        self._change = change
        try:
            if not self._connection.execute(_CHANGE, (key,)).rowcount:
                self._connection.execute(_BEGIN, (key, Account().pack()))
                self._connection.execute(_CHANGE, (key,))
        except sqlite3.Error as error:
            raise LimitsUnavailableError(f"the limits kept in {self._file} cannot be used: {error}") from error

    def _changed(self, packed: bytes) -> bytes:
        """An account as the step under way changes it: the SQL function `changed`."""
        return self._change(packed)


_OPENING = (
    "PRAGMA synchronous = NORMAL",
    # A checkpoint waits for the disk, which the event loop must not.
    "PRAGMA wal_autocheckpoint = 0",
    "CREATE TABLE IF NOT EXISTS accounts (key TEXT PRIMARY KEY, packed BLOB NOT NULL) WITHOUT ROWID",
)
_CHANGE = "UPDATE accounts SET packed = changed(packed) WHERE key = ?"
_NONE: tuple[list[Entry], asyncio.Future[None] | None] = ([], None)
_BEGIN = "INSERT OR IGNORE INTO accounts VALUES (?, ?)"


def _nothing(_: Account) -> None:
    """Change nothing."""
