"""One secret of a key, as lists show it: what it opens, and nothing by which it could be used. A type; no I/O."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from dragoman.gateway.keys.identity import Identity, Role
from dragoman.gateway.limits.terms import Limits  # noqa: TC001 - a Struct reads its annotations


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One secret of a key, as a list shows it."""

    id: str
    """The key's id."""
    row: str
    """The name of the secret: the key's id and a number."""
    prefix: str
    """The secret's beginning."""
    owner: str
    """Whose key it is."""
    role: Role
    """What it may be used for."""
    created: datetime
    """When the secret was made."""
    expires: datetime | None
    """When it stops working; None for never."""
    revoked: datetime | None
    """When it was revoked; None where it was not."""
    models: tuple[str, ...] | None
    """Patterns of the models it may ask for; None for all."""
    limits: Limits
    """What it may use."""
    note: str | None
    """What was noted of it."""

    def state(self, now: datetime | None = None) -> str:
        """`active`, `expired` or `revoked`."""
        if self.revoked is not None:
            return "revoked"
        expired = self.expires is not None and self.expires <= (now or datetime.now(UTC))
        return "expired" if expired else "active"

    def identity(self) -> Identity:
        """Who a caller is that has it."""
        return Identity(
            id=self.id,
            prefix=self.prefix,
            owner=self.owner,
            role=self.role,
            models=self.models,
            limits=self.limits,
            expires=None if self.expires is None else self.expires.timestamp(),
        )
