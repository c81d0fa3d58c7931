"""What a caller may ask of its own key. Asks the accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from dragoman.gateway import refusal
from dragoman.gateway.keys.identity import Role  # noqa: TC001 - a Struct reads its annotations
from dragoman.gateway.limits.standing import Standing, standings
from dragoman.gateway.refusal import TurnedAwayError

if TYPE_CHECKING:
    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.visit import Visit


class OwnKey(msgspec.Struct, frozen=True, kw_only=True):
    """What a key may do, and how much of that is left."""

    id: str
    """The key's id, which is the ledger's name for it."""
    prefix: str
    """The beginning of its secret."""
    owner: str
    """Whose it is."""
    role: Role
    """What it may be used for."""
    models: tuple[str, ...] | None
    """Patterns of the models it may ask for, in which `*` stands for anything; null for all."""
    expires: datetime | None
    """When it stops working, in UTC; null for never."""
    limits: dict[str, Standing]
    """How it stands with each limit it has, by the names that limits have where keys are made."""


async def key(visit: Visit, who: Identity) -> None:
    """`GET /v1/key`: the key that asks.

    Raises:
        TurnedAwayError: no key was asked for.
        LimitsUnavailableError: how it stands cannot be told now.
    """
    if not who.id:
        raise TurnedAwayError(refusal.of_status(404, "nobody is asked for a key here", "not_found"))
    admission = visit.running.lasting.admission
    limits: dict[str, Standing] = {}
    if admission is not None and who.limits.any:
        found = await admission.look(who)
        limits = standings(found.account, who.limits, found.now)
    await visit.json(
        OwnKey(
            id=who.id,
            prefix=who.prefix,
            owner=who.owner,
            role=who.role,
            models=who.models,
            expires=None if who.expires is None else datetime.fromtimestamp(who.expires, UTC),
            limits=limits,
        )
    )
