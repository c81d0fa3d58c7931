"""A request asks for its share before it goes upstream, and gives back what it did not use. Keeps leases; one task.

Reserve before, settle after: a request is admitted only if the most it may take fits beside what has been taken and
what is reserved by all the others, whichever process they are in. What is taken can therefore exceed a limit only by
what requests under way took beyond their own reservations: by nothing at all where those were no less than the truth.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter, deque
from functools import partial
from typing import TYPE_CHECKING, Protocol

from dragoman.errors import ConfigurationError
from dragoman.gateway.limits.account import HELD, Entry
from dragoman.gateway.limits.accounts import LimitsUnavailableError, Reply
from dragoman.gateway.limits.claims import LEASE, Ask, claimed, released, settled
from dragoman.gateway.limits.refused import Refused, refusal, standing, unpriced

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator, Iterable, Sequence
    from pathlib import Path

    from dragoman.asgi import Header
    from dragoman.gateway.limits.account import Claim
    from dragoman.gateway.limits.accounts import Accounts
    from dragoman.gateway.limits.terms import Limits

OWED = 100_000
"""How many entries wait for accounts that cannot be reached; beyond, the oldest are forgotten."""

FAILURES = 3
"""After how many the accounts are taken for gone, and not asked again before the next renewal. Where there are fewer it
may be just one key's account that is none any more, for which the others' leases are not to end."""

log = logging.getLogger("dragoman.limits")


class Limited(Protocol):
    """Who is under limits, as far as admission has to know: an `Identity` is one."""

    @property
    def id(self) -> str:
        """The name of their account."""
        ...

    @property
    def whose(self) -> str:
        """Who that is, for the one who is refused, such as `key dg_3fK9… of ana`."""
        ...

    @property
    def limits(self) -> Limits:
        """What they may use."""
        ...


class Grant:
    """A request's share, until it is settled or released; the second time either does nothing.

    Attributes:
        headers: the `x-ratelimit-*` headers of its answer; empty where there is no such limit.
    """

    __slots__ = ("_admission", "_admitted", "_claims", "_key", "headers")

    def __init__(
        self, admission: Admission, key: str, claims: tuple[Claim, ...], admitted: float, headers: list[Header]
    ) -> None:
        self._admission = admission
        self._key = key
        self._claims = claims
        self._admitted = admitted
        self.headers = headers

    def settle(self, tokens: int, cost: int | None) -> None:
        """Say what the request took; nobody has to wait for it.

        Args:
            tokens: of prompt and answer.
            cost: in microusd; None when unknown, for which what was reserved counts.
        """
        self._close(settled(self._claims, self._admitted, tokens, cost))

    def release(self) -> None:
        """Say that the request took nothing: it never came to be, or failed before anything was used."""
        self._close(released(self._claims))

    def _close(self, entries: list[Entry]) -> None:
        claims, self._claims = self._claims, ()
        if claims:
            self._admission.closed(self._key, claims, entries)


class Admission:
    """Who may go upstream: the limits of all keys, over the accounts that all processes share.

    Run `keep` beside the server for as long as it serves, then await `close`.

    Args:
        accounts: where what has been taken is written down.
        holder: this process's name among all that share the accounts; default one that nobody else has.
    """

    def __init__(self, accounts: Accounts, holder: str | None = None) -> None:
        self._accounts = accounts
        self._holder = holder or secrets.token_hex(8)
        # By the identity of each: two requests may claim the same.
        self._open: dict[str, dict[int, Sequence[Claim]]] = {}
        self._busy: Counter[str] = Counter()
        self._unsure: dict[str, set[str]] = {}
        self._owed: deque[tuple[str, Sequence[Entry]]] = deque(maxlen=OWED)
        self._pending: set[asyncio.Future[None] | asyncio.Future[Reply]] = set()

    async def reserve(self, who: Limited, ask: Ask) -> Grant | Refused:
        """Take a request's share of every limit it is under, or of none.

        Raises:
            LimitsUnavailableError: there is a limit and no way to check it.
        """
        limits = who.limits
        if not limits.any:
            return Grant(self, who.id, (), 0.0, [])
        if ask.cost is None and limits.counts_money:
            return unpriced(limits, ask, who.whose)
        try:
            if not self._accounts.knows_time:
                await self._accounts.learn_time()
            claims = claimed(limits, ask, self._holder, self._accounts.clock())
            reply = self._accounts.reserve(who.id, claims)
            if not isinstance(reply, Reply):
                reply = await self._soon(who.id, claims, reply)
        except LimitsUnavailableError as error:
            raise _told(error) from None
        if reply.short:
            return refusal(reply.short, reply.account, limits, who.whose, reply.now)
        self._hold(who.id, claims)
        return Grant(self, who.id, claims, reply.now, standing(reply.account, limits, reply.now))

    async def look(self, who: Limited) -> Reply:
        """How a key's account stands; nothing is taken of it.

        Raises:
            LimitsUnavailableError: that cannot be told now.
        """
        try:
            reply = self._accounts.reserve(who.id, ())
            return reply if isinstance(reply, Reply) else await self._soon(who.id, (), reply)
        except LimitsUnavailableError as error:
            raise _told(error) from None

    async def keep(self) -> None:
        """Renew what is held, and catch up on what is owed, until cancelled."""
        while True:
            await asyncio.sleep(LEASE / 3)
            await self.renew()

    async def renew(self) -> None:
        """Do so once."""
        failures = 0
        for step in self._steps():
            try:
                await step
            except LimitsUnavailableError as error:
                log.warning("what is under way could not be renewed: %s", error)
                failures += 1
                if failures == FAILURES:
                    return
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Wait for what is on its way to the accounts, give up what is held, and let go of them."""
        if self._pending:
            await asyncio.wait(self._pending)
        for key, held in self._open.items():
            self._doubt(key, (meter for claims in held.values() for meter in _held_of(claims)))
        self._open.clear()
        await self.renew()
        await self._accounts.close()

    def closed(self, key: str, claims: Sequence[Claim], entries: Sequence[Entry]) -> None:
        """Note that a grant has come to its end; `Grant` calls it."""
        held = self._open.get(key)
        if held is not None:
            held.pop(id(claims), None)
            if not held:
                del self._open[key]
        if not entries:
            return
        try:
            pending = self._accounts.settle(key, entries)
        except LimitsUnavailableError as error:
            self._owe(key, entries, error)
            return
        if pending is not None:
            self._busy[key] += 1
            self._pending.add(pending)
            pending.add_done_callback(partial(self._settled, key, entries))

    def _steps(self) -> Generator[Coroutine[None, None, None]]:
        for _ in range(len(self._owed)):
            yield self._pay()
        for key in {**self._open, **self._unsure}:
            yield self._renew(key)

    async def _pay(self) -> None:
        """Write down what is owed for longest; where that cannot be done, all else that is owed comes before it."""
        key, entries = self._owed.popleft()
        try:
            pending = self._accounts.settle(key, entries)
            if pending is not None:
                await pending
        except BaseException:
            self._owed.append((key, entries))
            raise

    async def _soon(self, key: str, claims: tuple[Claim, ...], asked: asyncio.Future[Reply]) -> Reply:
        """Wait for a reservation without losing it: a caller may leave while its answer, a yes, is on its way."""
        self._busy[key] += 1
        asked.add_done_callback(lambda _: self._free(key))
        try:
            return await asyncio.shield(asked)
        except asyncio.CancelledError:
            self._pending.add(asked)
            asked.add_done_callback(partial(self._abandoned, key, claims))
            raise
        except LimitsUnavailableError:
            self._doubt(key, _held_of(claims))
            raise

    def _abandoned(self, key: str, claims: tuple[Claim, ...], asked: asyncio.Future[Reply]) -> None:
        self._pending.discard(asked)
        if asked.cancelled() or asked.exception() is not None:
            self._doubt(key, _held_of(claims))
        elif not asked.result().short:
            self._hold(key, claims)
            self.closed(key, claims, released(claims))

    def _settled(self, key: str, entries: Sequence[Entry], pending: asyncio.Future[None]) -> None:
        self._pending.discard(pending)
        self._free(key)
        error = None if pending.cancelled() else pending.exception()
        if pending.cancelled() or error is not None:
            self._owe(key, entries, error)

    def _owe(self, key: str, entries: Sequence[Entry], error: BaseException | None) -> None:
        """Keep what could not be written down. It may count twice, if only the answer was lost: rather than never.

        What is held is not owed: the next renewal says how much of it there is.
        """
        log.warning("what a request took is written down later: %s", error or "the server is stopping")
        self._doubt(key, [entry.meter for entry in entries if entry.slice.startswith(HELD)])
        owed = [entry for entry in entries if not entry.slice.startswith(HELD)]
        if owed:
            self._owed.append((key, owed))

    def _doubt(self, key: str, meters: Iterable[str]) -> None:
        """Note that more or less may be written down as held than is: the next renewal puts that right."""
        self._unsure.setdefault(key, set()).update(meters)

    def _free(self, key: str) -> None:
        self._busy[key] -= 1
        if not self._busy[key]:
            del self._busy[key]

    def _hold(self, key: str, claims: Sequence[Claim]) -> None:
        """Note that this process holds a share of a key's limits, until `closed`."""
        held = self._open.get(key)
        if held is None:
            held = self._open[key] = {}
        held[id(claims)] = claims

    async def _renew(self, key: str) -> None:
        """Renew what is held of one key; exactly, where no step of ours is on its way that may change it."""
        doubted = {*self._unsure.get(key, ())}
        held = Counter(dict.fromkeys(doubted, 0))
        for claims in self._open.get(key, {}).values():
            for claim in claims:
                if claim.entry.slice.startswith(HELD):
                    held[claim.entry.meter] += claim.entry.amount
        exact = not self._busy[key]
        ends = self._accounts.clock() + LEASE
        entries = [Entry(meter, HELD + self._holder, amount, ends) for meter, amount in held.items()]
        if entries:
            await self._accounts.keep(key, entries, exact=exact)
        if exact and doubted == self._unsure.get(key):
            del self._unsure[key]


def _told(error: LimitsUnavailableError) -> LimitsUnavailableError:
    """What a caller is told; what exactly is wrong is for the log: it may name addresses and files of ours."""
    log.warning("the limits of a key were not checked: %s", error)
    return LimitsUnavailableError("the limits of this key cannot be checked just now; try again soon")


def _held_of(claims: Sequence[Claim]) -> list[str]:
    return [claim.entry.meter for claim in claims if claim.entry.slice.startswith(HELD)]


def admission(file: Path, shared: str | None = None, *, alone: bool = False) -> Admission:
    """An admission over the accounts that are configured.

    Args:
        file: the SQLite file of this machine.
        alone: whether no other process of this machine serves by that file.
        shared: the address of a Valkey or Redis that several machines share; where given, the file is not used.

    Raises:
        LimitsUnavailableError: they cannot be opened.
        ConfigurationError: what the shared ones need is not installed.
    """
    if shared is None:
        from dragoman.gateway.limits.sqlite import SqliteAccounts  # noqa: PLC0415 - only where it is used

        accounts = SqliteAccounts(file)
        if not alone:
            return Admission(accounts)
        from dragoman.gateway.limits.own import OwnAccounts  # noqa: PLC0415 - only where it is used

        return Admission(OwnAccounts(accounts))
    try:
        from dragoman.gateway.limits.valkey import ValkeyAccounts  # noqa: PLC0415 - an extra, only where it is used
    except ImportError:
        raise ConfigurationError(
            "limits that several machines share need redis: pip install 'dragoman[replicas]'"
        ) from None
    return Admission(ValkeyAccounts(shared))
