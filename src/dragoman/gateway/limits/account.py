"""What has been taken of a key's limits, what still fits, and when there will be room. No I/O, no clock.

A limit has a *meter*: a number of *slices*, each an amount that counts until a moment. A request fits when, for every
meter it claims from, what counts now and what it claims stay within the limit. That one rule carries all the kinds:

- a rate a minute has a slice for each two seconds, which counts for the 60 seconds after them: in no 60 seconds,
  wherever they begin, is more admitted than the limit. (A token bucket would admit twice as much, two weighted counters
  half as much again; this costs at most 31 small slices a meter, and a wait of at most two seconds too long.)
- a budget has a slice a day or a month, which counts until the next begins.
- what is under way has a slice for each process that holds it, which counts for as long as that process keeps
  renewing it: what a killed process held comes free by itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HELD = "@"
"""What the name of a slice begins with that a process holds, and that may come free at any moment."""

Slices = dict[str, tuple[int, float]]
"""How much counts, and until when (seconds since 1970), by the slices' names."""


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An amount for one slice of one meter."""

    meter: str
    """Which limit it counts for."""
    slice: str
    """The slice's name."""
    amount: int
    """How much; negative gives back."""
    ends: float
    """Until when it counts, in seconds since 1970."""


class Claim(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An entry that may be made only where it fits."""

    entry: Entry
    """What would be taken."""
    limit: int
    """How much may be taken of this meter in all."""
    latest: float = math.inf
    """Until when anything of this meter may count: what says that it counts for longer was made by a clock that has
    been set back since."""


class _Sum(msgspec.Struct, gc=False):
    """What the slices of a meter come to, from one moment until the first of them ends."""

    since: float
    until: float
    total: int
    latest: float


class Account:
    """What has been taken of one key's limits.

    Args:
        meters: the slices by meter; what `Account.read` gives.
    """

    __slots__ = ("_meters", "_sums")

    def __init__(self, meters: dict[str, Slices] | None = None) -> None:
        self._meters: dict[str, Slices] = {} if meters is None else meters
        # A meter has some thirty slices, and is asked several times a request.
        self._sums: dict[str, _Sum] = {}

    @classmethod
    def read(cls, packed: bytes | None) -> Account:
        """The account that `pack` made; an empty one for None.

        Raises:
            msgspec.DecodeError: these are not the bytes of an account.
        """
        return cls(None if packed is None else _decoder.decode(packed))

    def pack(self) -> bytes:
        """The account as bytes (MessagePack)."""
        return _encoder.encode(self._meters)

    def used(self, meter: str, now: float) -> int:
        """How much of a meter counts at a moment."""
        return self._sum(meter, now).total

    def held(self, meter: str, now: float) -> int:
        """How much of that is held by requests under way."""
        slices = self._meters.get(meter, {})
        return sum(amount for name, (amount, ends) in slices.items() if ends > now and name.startswith(HELD))

    def short(self, claims: Iterable[Claim], now: float) -> list[Claim]:
        """The claims that do not fit."""
        return [claim for claim in claims if self._sum(claim.entry.meter, now).total + claim.entry.amount > claim.limit]

    def reserve(self, claims: Sequence[Claim], now: float) -> list[Claim]:
        """Make all the claims if every one of them fits, or none; returns those that do not."""
        short = self.short(claims, now)
        late = [claim for claim in short if self._sum(claim.entry.meter, now).latest > claim.latest]
        if late:
            for claim in late:
                self._end(claim.entry.meter, claim.latest)
            short = self.short(claims, now)
        if not short:
            for claim in claims:
                self.add(claim.entry, now)
        return short

    def add(self, entry: Entry, now: float) -> None:
        """Make an entry without asking whether it fits; a slice never falls below nothing, and lasts to the later end.

        Correcting a slice that no longer counts changes nothing: what it said is past.
        """
        meter = entry.meter
        slices = self._meters.get(meter, _NOTHING)
        amount, ends = slices.get(entry.slice, _PAST)
        if ends <= now:
            # A new slice takes the place of those that are past.
            amount = 0
            slices = {name: kept for name, kept in slices.items() if kept[1] > now}
            self._meters[meter] = slices
        amount += entry.amount
        # What is given back may come out of a slice that has been kept since it was taken: it lasts as before.
        ends = entry.ends if entry.ends > ends else ends  # noqa: FURB136 - eleven times a request, `max` is felt
        if amount > 0 and ends > now:
            slices[entry.slice] = (amount, ends)
            known = self._sums.get(meter)
            if known is not None:
                # A slice that now lasts longer leaves `until` too early, which is no harm: all are looked at again.
                known.total += entry.amount
                known.latest = ends if ends > known.latest else known.latest  # noqa: FURB136 - as above
                known.until = ends if ends < known.until else known.until  # noqa: FURB136 - as above
        else:
            slices.pop(entry.slice, None)
            self._sums.pop(meter, None)

    def keep(self, entry: Entry, now: float, *, exact: bool) -> None:
        """Let a slice count until a later moment.

        Args:
            entry: the slice, its new end, and how much is known to be in it.
            now: seconds since 1970.
            exact: whether that is all that is in it; otherwise the amount is only for a slice that counts no more.
        """
        self._sums.pop(entry.meter, None)
        slices = self._meters.setdefault(entry.meter, {})
        amount, ends = slices.get(entry.slice, _PAST)
        if exact or ends <= now:
            amount = entry.amount
        if amount > 0 and entry.ends > now:
            slices[entry.slice] = (amount, entry.ends)
        else:
            slices.pop(entry.slice, None)

    def room_at(self, claim: Claim, now: float) -> float | None:
        """When a claim fits if nobody takes more, and what is under way has ended by then.

        Returns:
            Seconds since 1970; None when no time can be told, because it hangs on the requests that are under way, or
            because the claim is larger than the limit.
        """
        entry, limit = claim.entry, claim.limit
        slices = self._meters.get(entry.meter, {})
        counting = sorted(
            (ends, amount) for name, (amount, ends) in slices.items() if ends > now and not name.startswith(HELD)
        )
        left = sum(amount for _, amount in counting)
        if entry.amount > limit or left + entry.amount <= limit:
            return None
        for ends, amount in counting:
            left -= amount
            if left + entry.amount <= limit:
                return ends
        return None

    def empty_at(self, meter: str, now: float) -> float:
        """When nothing of a meter counts any more, if nobody takes more."""
        return max(now, self._sum(meter, now).latest)

    def _end(self, meter: str, latest: float) -> None:
        """Let no slice of a meter count for longer than until a moment."""
        self._sums.pop(meter, None)
        slices = self._meters.get(meter, _NOTHING)
        self._meters[meter] = {name: (amount, min(ends, latest)) for name, (amount, ends) in slices.items()}

    def _sum(self, meter: str, now: float) -> _Sum:
        known = self._sums.get(meter)
        if known is not None and known.since <= now < known.until:
            return known
        total, until, latest = 0, math.inf, now
        for amount, ends in self._meters.get(meter, _NOTHING).values():
            if ends > now:
                total += amount
                until = ends if ends < until else until  # noqa: FURB136 - for each slice, `min` is felt
                latest = ends if ends > latest else latest  # noqa: FURB136 - likewise
        known = self._sums[meter] = _Sum(now, until, total, latest)
        return known


_NOTHING: Slices = {}
_PAST = (0, 0.0)
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(dict[str, Slices])
