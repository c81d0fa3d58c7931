"""Keys, for an operator: created, listed, rotated, revoked. Asks the store, in threads."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.errors import InvalidRequestError
from dragoman.gateway import refusal
from dragoman.gateway.admin.ask import body_of, page_of, query_of, store_of
from dragoman.gateway.keys.identity import Role  # noqa: TC001 - a Struct reads its annotations
from dragoman.gateway.limits.terms import Limits
from dragoman.gateway.refusal import TurnedAwayError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.gateway.keys.desk import Desk
    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.keys.key import Key
    from dragoman.gateway.visit import Visit
    from dragoman.secret import Secret

DAY = 86_400.0
LONGEST = 366 * DAY
"""The longest overlap, in seconds: a secret that is to live on need not be rotated."""


class NewKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to be made."""

    owner: str
    """Whose it is: a name of 1 to 200 printable characters."""
    role: Role = "caller"
    """What it may be used for: `admin` opens the admin API as well."""
    models: tuple[str, ...] | None = None
    """Patterns of the models it may ask for, in which `*` stands for anything; null for all."""
    limits: Limits = Limits()
    """What it may use; what is left out is not limited."""
    expires: datetime | None = None
    """When it stops working; null for never."""
    note: str | None = None
    """What is to be remembered of it, in at most 200 characters."""


class Rotation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a key's secret is replaced."""

    overlap: float = DAY
    """Seconds for which the secrets that it has go on working."""


async def create(visit: Visit, _: Identity) -> None:
    """`POST /admin/keys`: make one. The secret is in this answer, and in no other."""
    desk = _desk(visit)
    wanted = await body_of(visit, NewKey)
    expires = wanted.expires
    if expires is not None and expires.tzinfo is None:
        raise InvalidRequestError("expires says which time zone it means: 2027-01-01T00:00:00Z", param="expires")
    key, secret = await asyncio.to_thread(
        desk.create,
        wanted.owner,
        role=wanted.role,
        models=wanted.models,
        limits=wanted.limits,
        expires=expires,
        note=wanted.note,
    )
    await visit.json(_handed_over(key, secret), 201)


async def listed(visit: Visit, _: Identity) -> None:
    """`GET /admin/keys`: the secrets of all keys by their beginnings, the oldest first."""
    query = query_of(visit, ("owner", "limit", "after"))
    size = page_of(query)
    keys = await asyncio.to_thread(_desk(visit).listed, query.get("owner"))
    after = query.get("after")
    if after is not None:
        places = [place for place, key in enumerate(keys, 1) if key.row == after]
        if not places:
            raise InvalidRequestError("after is the `row` of a key that is listed", param="after")
        keys = keys[places[0] :]
    await visit.json({"data": [_shown(key) for key in keys[:size]], "has_more": len(keys) > size})


async def rotate(visit: Visit, _: Identity) -> None:
    """`POST /admin/keys/{id}/rotate`: give it another secret, which is in this answer and in no other."""
    desk = _desk(visit)
    wanted = await body_of(visit, Rotation)
    if not 0 <= wanted.overlap <= LONGEST:
        raise InvalidRequestError(f"overlap is a number of seconds from 0 to {LONGEST:.0f}", param="overlap")
    key, secret = await _known(visit, lambda: desk.rotate(visit.named, timedelta(seconds=wanted.overlap)))
    await visit.json(_handed_over(key, secret))


async def revoke(visit: Visit, _: Identity) -> None:
    """`DELETE /admin/keys/{id}`: let it work no more, with all its secrets; every gateway knows within 5 seconds."""
    desk = _desk(visit)
    keys = await _known(visit, lambda: desk.revoke(visit.named))
    await visit.json({"data": [_shown(key) for key in keys]})


async def _known(visit: Visit, step: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the step comes to
    """Do something with a key in a thread; one that nobody knows is not found."""
    from dragoman.gateway.keys.desk import UnknownKeyError  # noqa: PLC0415 - SQLAlchemy, which the store brings

    try:
        return await asyncio.to_thread(step)
    except UnknownKeyError:
        message = f"there is no key {visit.named[:20]!r}, or not one alone: GET /admin/keys lists them"
        raise TurnedAwayError(refusal.of_status(404, message, "not_found")) from None


def _desk(visit: Visit) -> Desk:
    store = store_of(visit)
    from dragoman.gateway.keys.desk import Desk  # noqa: PLC0415 - SQLAlchemy, which the store brings

    return Desk(store)


def _handed_over(key: Key, secret: Secret) -> dict[str, Any]:
    return {**_shown(key), "secret": secret.reveal()}


def _shown(key: Key) -> dict[str, Any]:
    return {**msgspec.to_builtins(key), "state": key.state()}
