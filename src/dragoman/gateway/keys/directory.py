"""The keys of the store as this process knows them: read when asked for, and again and again. Uses threads.

What is known of a secret is `AGING` seconds good without question, is read again beside the request until it is
`OLD`, and then before the next request is answered: a key that was revoked is refused everywhere within 5 seconds.
When the store is away, what was known last stands in for it, for `LAST_KNOWN` seconds and no longer.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import msgspec

from dragoman.errors import ConfigurationError
from dragoman.gateway.keys.identity import Identity  # noqa: TC001 - a Struct reads its annotations
from dragoman.gateway.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.gateway.keys.desk import Desk

AGING, OLD = 2.0, 4.0
"""Seconds after which what is known of a secret is read again: beside a request, and before it."""

LAST_KNOWN = 600.0
"""Seconds for which it stands in for a store that is away."""

PATIENCE = 1.0
"""Seconds that a request waits for a store, where something is known that may stand in for it."""

LONGEST = 10.0
"""Seconds that a request waits for a store, where nothing is known."""

PAUSE = 1.0
"""Seconds after a failure in which the store is left alone."""

SIZE = 10_000
"""How many secrets are remembered; those used longest ago are forgotten."""

READERS = 4
"""How many look-ups are under way at once: they wait for the database, in threads."""

log = logging.getLogger("dragoman.keys")


class KeysUnavailableError(ConfigurationError):
    """The store is away, and nothing is known of this secret that could stand in for it (503)."""


class _Known(msgspec.Struct, gc=False):
    hashed: str
    identity: Identity
    read: float


class Directory:
    """Identities by the hashes of their secrets.

    Args:
        desk: the keys of the store.
        clock: what tells the seconds, for ages.
    """

    def __init__(self, desk: Desk, clock: Callable[[], float] = time.monotonic) -> None:
        self._desk = desk
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._reading: dict[str, asyncio.Task[Identity | None]] = {}
        self._readers = ThreadPoolExecutor(READERS, "dragoman-keys")
        self._rest_until = 0.0
        self._away_since: float | None = None

    async def identity(self, hashed: str) -> Identity | None:
        """Who has the secret with a hash; None for nobody, or for one whose key was revoked.

        Raises:
            KeysUnavailableError: the store is away, and nothing is known that could stand in for it.
        """
        known = self._known.get(hashed)
        # The dictionary's own comparison takes a time that depends on the hashes; this one is the one that counts.
        if known is None or not hmac.compare_digest(known.hashed, hashed):
            return await self._first(hashed)
        self._known.move_to_end(hashed)
        age = self._clock() - known.read
        if age < AGING:
            return known.identity
        if age < OLD:
            self._begin(hashed)
            return known.identity
        return await self._again(hashed, known)

    def close(self) -> None:
        """Begin no look-up any more. Those under way end with the store."""
        self._readers.shutdown(wait=False, cancel_futures=True)

    async def _first(self, hashed: str) -> Identity | None:
        """Read one that is not known; a store that says nothing is away."""
        try:
            return await asyncio.wait_for(self._read(hashed), LONGEST)
        except TimeoutError:
            self._failed(StoreError(f"it has said nothing for {LONGEST:g} s"))
            raise KeysUnavailableError("keys cannot be checked just now; try again soon") from None

    async def _again(self, hashed: str, known: _Known) -> Identity | None:
        """Read an old one again; where the store is away, what was known stands in, unless that is too long ago."""
        with contextlib.suppress(KeysUnavailableError, TimeoutError):
            return await asyncio.wait_for(self._read(hashed), PATIENCE)
        if self._clock() - known.read < LAST_KNOWN:
            return known.identity
        raise KeysUnavailableError("keys cannot be checked just now; try again soon")

    async def _read(self, hashed: str) -> Identity | None:
        """Read one from the store; of several who want the same at once, one does."""
        # One of them may leave: the reading goes on for the others.
        return await asyncio.shield(self._begin(hashed))

    def _begin(self, hashed: str) -> asyncio.Task[Identity | None]:
        reading = self._reading.get(hashed)
        if reading is None:
            reading = self._reading[hashed] = asyncio.ensure_future(self._fetch(hashed))
            reading.add_done_callback(lambda done: self._ended(hashed, done))
        return reading

    def _ended(self, hashed: str, done: asyncio.Task[Identity | None]) -> None:
        del self._reading[hashed]
        if not done.cancelled():
            # Looked at here: a reading beside a request has nobody else who would.
            done.exception()

    async def _fetch(self, hashed: str) -> Identity | None:
        if self._clock() < self._rest_until:
            raise KeysUnavailableError("keys cannot be checked just now; try again soon")
        begun = self._clock()
        try:
            key = await asyncio.get_running_loop().run_in_executor(self._readers, self._desk.find, hashed)
        except StoreError as error:
            self._failed(error)
            raise KeysUnavailableError("keys cannot be checked just now; try again soon") from None
        if self._away_since is not None:
            log.warning("the store of the keys is back after %.0f s", self._clock() - self._away_since)
            self._away_since = None
        if key is None or key.revoked is not None:
            # Not remembered: whoever tries out secrets would drive out the keys that are.
            self._known.pop(hashed, None)
            return None
        identity = key.identity()
        # As old as the question: what changed while it was on its way may not be in the answer.
        self._known[hashed] = _Known(hashed, identity, begun)
        self._known.move_to_end(hashed)
        while len(self._known) > SIZE:
            self._known.popitem(last=False)
        return identity

    def _failed(self, error: StoreError) -> None:
        now = self._clock()
        self._rest_until = now + PAUSE
        if self._away_since is None:
            self._away_since = now
            log.warning("the store of the keys is away; keys known by now work for %.0f s more: %s", LAST_KNOWN, error)
