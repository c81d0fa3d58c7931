"""The accounts in a file as a process uses them that serves alone: what fits is decided in memory. Touches the file.

What was taken is written down a turn of the loop later, so that all that a turn brings is one step for each key. A copy
of an account is believed for `FRESH` seconds after it was last held against the file: a gateway that takes another's
place while that one still drains counts with it.

Where the file cannot be written, what was taken stays in memory until it can, and until then nothing more is admitted.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import OrderedDict
from typing import TYPE_CHECKING

from dragoman.gateway.limits.account import Account
from dragoman.gateway.limits.accounts import LimitsUnavailableError, Reply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dragoman.gateway.limits.account import Claim, Entry
    from dragoman.gateway.limits.sqlite import SqliteAccounts

FRESH = 1.0
"""Seconds for which a copy of an account is believed."""

COPIES = 1_000
"""How many accounts are kept in memory; those used longest ago, and written down, are forgotten."""

log = logging.getLogger("dragoman.limits")


class _Copy:
    """One account in memory.

    Attributes:
        account: what has been taken.
        written: the bytes that the file had of it last.
        late: what was taken since then.
        checked: when it was last held against the file.
        awaited: whether it is about to be written.
    """

    __slots__ = ("account", "awaited", "checked", "late", "written")

    def __init__(self) -> None:
        self.account = Account()
        self.written = b""
        self.late: list[Entry] = []
        self.checked = -math.inf
        self.awaited = False


class OwnAccounts:
    """The accounts of all keys, for the only process that serves. Arguments and errors of its methods as `Accounts`'.

    Args:
        file: where they are written down.
    """

    def __init__(self, file: SqliteAccounts) -> None:
        self.clock = file.clock
        self._file = file
        self._copies: OrderedDict[str, _Copy] = OrderedDict()

    @property
    def knows_time(self) -> bool:
        """It does: all who share the file are on one machine."""
        return True

    async def learn_time(self) -> None:
        """Nothing is to be learnt."""

    def reserve(self, key: str, claims: Sequence[Claim]) -> Reply:
        """Make all of a request's claims on a key's account if they fit, or none, at once."""
        copy, now = self._copy(key), self.clock()
        if not 0 <= now - copy.checked < FRESH:
            self._step(key, copy)
        short = copy.account.reserve(claims, now)
        if not short:
            self._note(key, copy, [claim.entry for claim in claims])
        return Reply(short, copy.account, now)

    def settle(self, key: str, entries: Sequence[Entry]) -> None:
        """Make entries on a key's account, at once."""
        copy, now = self._copy(key), self.clock()
        for entry in entries:
            copy.account.add(entry, now)
        self._note(key, copy, entries)

    async def keep(self, key: str, entries: Sequence[Entry], *, exact: bool) -> None:
        """Let slices of a key's account count until a later moment."""
        copy, now = self._copy(key), self.clock()
        self._step(key, copy)
        for entry in entries:
            copy.account.keep(entry, now, exact=exact)
        self._step(key, copy)

    async def close(self) -> None:
        """Write down what is late, and let go of the file."""
        for key, copy in self._copies.items():
            self._write(key, copy)
        await self._file.close()

    def _copy(self, key: str) -> _Copy:
        copy = self._copies.get(key)
        if copy is None:
            copy = self._copies[key] = _Copy()
            self._forget()
        else:
            self._copies.move_to_end(key)
        return copy

    def _forget(self) -> None:
        if len(self._copies) > COPIES:
            key, copy = next(iter(self._copies.items()))
            if copy.late:
                self._copies.move_to_end(key)
            else:
                del self._copies[key]

    def _note(self, key: str, copy: _Copy, entries: Sequence[Entry]) -> None:
        """Have what the copy knows already written down, with all else that this turn of the loop brings."""
        copy.late.extend(entries)
        if not copy.awaited:
            copy.awaited = True
            asyncio.get_running_loop().call_soon(self._write, key, copy)

    def _write(self, key: str, copy: _Copy) -> None:
        copy.awaited = False
        if not copy.late:
            return
        try:
            self._step(key, copy)
        except LimitsUnavailableError as error:
            # The next request asks the file, and is not admitted before that takes this.
            copy.checked = -math.inf
            log.warning("what a request took is written down later: %s", error)

    def _step(self, key: str, copy: _Copy) -> None:
        """Write a copy down; where others have changed the account, what is late is made on theirs."""
        now = self.clock()
        fresh = b""

        def change(packed: bytes) -> bytes:
            nonlocal fresh
            if packed != copy.written:
                copy.account = Account.read(packed)
                for entry in copy.late:
                    copy.account.add(entry, now)
                copy.written = packed
            fresh = copy.account.pack()
            return fresh

        self._file.step(key, change)
        copy.written, copy.checked = fresh, now
        copy.late.clear()
