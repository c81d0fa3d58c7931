"""How a key stands with each of its limits, for its holder to read. No I/O, no clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from dragoman.gateway.limits.claims import BUDGETS, period

if TYPE_CHECKING:
    from dragoman.gateway.limits.account import Account
    from dragoman.gateway.limits.terms import Limits


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a key stands with one of its limits."""

    limit: int
    """How much it allows: requests, tokens, or millionths of a US dollar."""
    used: int
    """How much of that counts now, with the most that requests under way may take."""
    held: int
    """How much of it is held by requests under way: what they do not take comes free when they end."""
    remaining: int
    """How much is left."""
    frees_at: datetime | None
    """When nothing that counts now counts any more, but for what is held: the end of a budget's day or month, in UTC.
    Null where all of it is held, or nothing counts."""


def standings(account: Account, limits: Limits, now: float) -> dict[str, Standing]:
    """The limits that a key has, by their names in `Limits`.

    Args:
        account: what has been taken of them.
        limits: what the key may use.
        now: seconds since 1970.
    """
    return {
        meter: _standing(account, meter, limit, now)
        for meter, limit in msgspec.structs.asdict(limits).items()
        if limit is not None
    }


def _standing(account: Account, meter: str, limit: int, now: float) -> Standing:
    used, held = account.used(meter, now), account.held(meter, now)
    ends = period(meter, now)[1] if meter in BUDGETS else account.empty_at(meter, now)
    return Standing(
        limit=limit,
        used=used,
        held=held,
        remaining=max(0, limit - used),
        frees_at=datetime.fromtimestamp(ends, UTC) if used > held else None,
    )
