"""Where accounts are kept, as the rest of the gateway sees it: what the two shells have in common. Types; no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from dragoman.errors import ConfigurationError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from dragoman.gateway.limits.account import Account, Claim, Entry


class LimitsUnavailableError(ConfigurationError):
    """The accounts cannot be reached, so that no limit can be checked: a key that has limits is not served (503)."""


class Reply(msgspec.Struct, frozen=True, gc=False):
    """What became of a reservation."""

    short: list[Claim]
    """The claims that did not fit; where there is one, none was made."""
    account: Account
    """The key's account afterwards."""
    now: float
    """When that was, by the clock that all who share these accounts go by, in seconds since 1970."""


class Accounts(Protocol):
    """The accounts of all keys, shared by all who serve them. Each call is one step, whole or not at all."""

    @property
    def knows_time(self) -> bool:
        """Whether `clock` goes by that clock yet: until `learn_time` has asked, it may be another's somewhere else."""
        ...

    async def learn_time(self) -> None:
        """Have `clock` go by it.

        Raises:
            LimitsUnavailableError: the accounts cannot be reached.
        """
        ...

    def clock(self) -> float:
        """Seconds since 1970, by the clock that all who share these accounts go by."""
        ...

    def reserve(self, key: str, claims: Sequence[Claim]) -> Reply | asyncio.Future[Reply]:
        """Make all of a request's claims on a key's account if they fit, or none: at once, or soon.

        Raises:
            LimitsUnavailableError: the accounts cannot be reached, and nothing was claimed. Where a future fails with
                it, the claims may have been made: only the answer may have been lost.
        """
        ...

    def settle(self, key: str, entries: Sequence[Entry]) -> asyncio.Future[None] | None:
        """Make entries on a key's account, whether they fit or not: at once, or soon.

        Raises:
            LimitsUnavailableError: the accounts cannot be reached; the future fails with it where there is one.
        """
        ...

    async def keep(self, key: str, entries: Sequence[Entry], *, exact: bool) -> None:
        """Let slices of a key's account count until a later moment: see `Account.keep`.

        Raises:
            LimitsUnavailableError: the accounts cannot be reached.
        """
        ...

    async def close(self) -> None:
        """Let go of the file or the connections."""
        ...
