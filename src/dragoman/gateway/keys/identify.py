"""The headers of a request become an identity, or a refusal. Asks the directory; no I/O of its own but the clock."""

from __future__ import annotations

import hmac
import time
from typing import TYPE_CHECKING

from dragoman.gateway.keys.identity import ANYBODY, MISSING, UNKNOWN, Denied, Identity
from dragoman.gateway.keys.secret import hash_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dragoman.asgi import Header
    from dragoman.gateway.keys.directory import Directory
    from dragoman.secret import Secret

LONGEST = 512
"""The most characters of a credential: what is longer is none of ours."""

ADMIN = Identity(id="admin", prefix="admin", owner="the configuration", role="admin")
"""Who has the configuration's `admin_key`."""


class Doorman:
    """Tells who a caller is.

    Args:
        directory: the keys of the store; None where no keys are asked for.
        admin: the configuration's `admin_key`, where it has one.
        clock: what tells the seconds since 1970.
    """

    def __init__(
        self, directory: Directory | None, admin: Secret | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._directory = directory
        self._admin = hash_of(admin.reveal()) if admin else None
        self._clock = clock

    @property
    def knows_admins(self) -> bool:
        """Whether anybody could be an admin: there is an `admin_key`, or a store whose keys may have that role."""
        return self._admin is not None or self._directory is not None

    async def identify(self, headers: Iterable[Header]) -> Identity | Denied:
        """Who sent a request with these headers, names in lower case, or why that is nobody.

        Raises:
            KeysUnavailableError: the store is away, and nothing is known of the key that could stand in for it.
        """
        if self._admin is None and self._directory is None:
            return ANYBODY
        credential = credential_in(headers)
        hashed = "" if credential is None else hash_of(credential)
        if self._admin is not None and hmac.compare_digest(hashed, self._admin):
            return ADMIN
        if self._directory is None:
            return ANYBODY
        if credential is None:
            return MISSING
        identity = await self._directory.identity(hashed) if len(credential) <= LONGEST else None
        if identity is None or (identity.expires is not None and identity.expires <= self._clock()):
            return UNKNOWN
        return identity


def credential_in(headers: Iterable[Header]) -> str | None:
    """The credential in a request's headers; None where there is none.

    It stands in `authorization` after `Bearer` (RFC 6750 §2.1), as OpenAI's clients send it, in `x-api-key`, as
    Anthropic's do, or in `api-key`, as Azure's do; the first of these counts.
    """
    found = {name: value for name, value in headers if name in _NAMES}
    for name in _NAMES:
        value = found.get(name, b"").decode("latin-1").strip()
        if name == b"authorization":
            scheme, _, value = value.partition(" ")
            value = value.strip() if scheme.lower() == "bearer" else ""
        if value:
            return value
    return None


_NAMES = (b"authorization", b"x-api-key", b"api-key")
