"""What one request claims of each limit of its key, and what settles it afterwards. No I/O, no clock."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from dragoman.gateway.limits.account import HELD, Claim, Entry

if TYPE_CHECKING:
    from dragoman.gateway.limits.terms import Limits

WINDOW = 60
"""Seconds that a rate is about."""

SLICE = 2
"""Seconds of a slice of it. Shorter ones come free sooner, and cost more: an account is read and written whole."""

LEASE = 30.0
"""Seconds that what is under way goes on counting when the process that holds it has died."""

AHEAD = LEASE
"""Seconds that the clock of whoever made an entry may have been ahead of the one that counts now. Beyond, a clock was
set back, be it by a failover to another server's."""

DAY = 86_400
"""Seconds of a day: POSIX time has no leap seconds."""

REQUESTS = "requests_per_minute"
TOKENS = "tokens_per_minute"
CONCURRENT = "concurrent"
BUDGETS = ("budget_day_tokens", "budget_month_tokens", "budget_day_microusd", "budget_month_microusd")


class Ask(msgspec.Struct, frozen=True, gc=False):
    """What a request may take at most, as far as that can be told before it has gone upstream."""

    model: str
    """The model it asks for."""
    tokens: int = 0
    """Tokens of its prompt, and of the longest answer it may get."""
    cost: int | None = None
    """What that costs where it may cost most, in microusd; None when a price is unknown."""
    tier: str = ""
    """The service tier it asks for, where that is why the price is unknown (`dragoman.cost.tier`)."""


def claimed(limits: Limits, ask: Ask, holder: str, now: float) -> tuple[Claim, ...]:
    """What a request claims.

    Args:
        limits: what its key may use.
        ask: what it may take.
        holder: the process that holds what is under way.
        now: seconds since 1970.
    """
    found: list[Claim] = []
    start = int(now // SLICE) * SLICE
    moment, past = str(start), float(start + WINDOW + SLICE)
    if limits.requests_per_minute is not None:
        found.append(Claim(Entry(REQUESTS, moment, 1, past), limits.requests_per_minute, past + AHEAD))
    if limits.tokens_per_minute is not None:
        found.append(Claim(Entry(TOKENS, moment, ask.tokens, past), limits.tokens_per_minute, past + AHEAD))
    lease = now + LEASE
    if limits.concurrent is not None:
        found.append(Claim(Entry(CONCURRENT, HELD + holder, 1, lease), limits.concurrent, lease + AHEAD))
    for meter in BUDGETS:
        limit: int | None = getattr(limits, meter)
        if limit is not None:
            # A request without a known price is refused before, where there is a budget in money.
            amount = ask.tokens if meter.endswith("tokens") else ask.cost or 0
            found.append(Claim(Entry(meter, HELD + holder, amount, lease), limit))
    return tuple(found)


def settled(claims: tuple[Claim, ...], admitted: float, tokens: int, cost: int | None) -> list[Entry]:
    """The entries that put what a request took in the place of what it had claimed.

    Rates and budgets count a request where it was admitted, however long it ran: so does the ledger.

    Args:
        claims: what it had claimed.
        admitted: when that was, in seconds since 1970.
        tokens: how many tokens it took.
        cost: what it cost, in microusd; None when that is unknown: then what was claimed for it counts, since nothing
            would let whoever is answered so go on without end.
    """
    entries: list[Entry] = []
    for claim in claims:
        entry = claim.entry
        if entry.meter == TOKENS:
            if tokens != entry.amount:
                entries.append(Entry(TOKENS, entry.slice, tokens - entry.amount, entry.ends))
        elif entry.meter in BUDGETS:
            entries.append(given_back(entry))
            amount = tokens if entry.meter.endswith("tokens") else entry.amount if cost is None else cost
            if amount:
                name, ends = period(entry.meter, admitted)
                entries.append(Entry(entry.meter, name, amount, ends))
        elif entry.meter == CONCURRENT:
            entries.append(given_back(entry))
    return entries


def released(claims: tuple[Claim, ...]) -> list[Entry]:
    """The entries that give back all that a request had claimed but its place among the requests a minute.

    A request that failed was made all the same: a caller who retries in a tight loop is still to be slowed.
    """
    return [given_back(claim.entry) for claim in claims if claim.entry.meter != REQUESTS]


def given_back(entry: Entry) -> Entry:
    """The entry that undoes another."""
    return Entry(entry.meter, entry.slice, -entry.amount, entry.ends)


def period(meter: str, at: float) -> tuple[str, float]:
    """The day or month that a moment is in: its name, and when the next begins, in seconds since 1970."""
    return _period("_day_" in meter, int(at // DAY))


@lru_cache(8)
def _period(daily: bool, days: int) -> tuple[str, float]:  # noqa: FBT001 - called once, by the line above
    day = datetime.fromtimestamp(days * DAY, UTC)
    if daily:
        return f"{day:%Y-%m-%d}", (days + 1.0) * DAY
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)  # noqa: PLR2004 - December
    return f"{day:%Y-%m}", day.replace(year=year, month=month, day=1).timestamp()
