"""The headers of a request become an identity, or a refusal. Asks the directory; no I/O of its own but the clock."""

from __future__ import annotations

import hmac
import time
from typing import TYPE_CHECKING

from dragoman.gateway.keys.identity import AMBIGUOUS, ANYBODY, MISSING, UNKNOWN, Denied, Identity
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
        claimed = self._claimed(headers)
        if not isinstance(claimed, str) or self._directory is None:
            return ANYBODY if isinstance(claimed, str) else claimed
        identity = await self._directory.identity(claimed)
        if identity is None or (identity.expires is not None and identity.expires <= self._clock()):
            return UNKNOWN
        return identity

    def _claimed(self, headers: Iterable[Header]) -> Identity | Denied | str:
        """Who that is as far as the headers say it, or the hash of a key that the directory may know."""
        credentials = credentials_in(headers)
        hashes = [hash_of(each) for each in credentials]
        is_admin = self._admin is not None and any(hmac.compare_digest(each, self._admin) for each in hashes)
        if self._directory is None and not is_admin:
            return ANYBODY
        if len(credentials) > 1:
            # Whoever stands between may go by another one than we do (RFC 6750 §2: no more than one).
            return AMBIGUOUS
        if is_admin:
            return ADMIN
        if not credentials:
            return MISSING
        return hashes[0] if len(credentials[0]) <= LONGEST else UNKNOWN


def credentials_in(headers: Iterable[Header]) -> list[str]:
    """The credentials in a request's headers, each of them once.

    They stand in `authorization` after `Bearer` (RFC 6750 §2.1), as OpenAI's clients send them, in `x-api-key`, as
    Anthropic's do, or in `api-key`, as Azure's do.
    """
    found: list[str] = []
    for name, sent in headers:
        if name not in _NAMES:
            continue
        value = sent.decode("latin-1").strip()
        if name == b"authorization":
            scheme, _, value = value.partition(" ")
            value = value.strip() if scheme.lower() == "bearer" else ""
        if value and value not in found:
            found.append(value)
    return found


_NAMES = frozenset({b"authorization", b"x-api-key", b"api-key"})
