"""Who may use what: the caller of a matched endpoint is somebody who may, or is turned away. Asks the keys.

Where an endpoint is for admins, nothing but being one opens it: not a bind to loopback, and not a gateway that asks its
callers for no keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.gateway import refusal
from dragoman.gateway.keys.identity import ANYBODY, FORBIDDEN, MISSING, UNAUTHORIZED, Denied, Identity
from dragoman.gateway.refusal import TurnedAwayError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dragoman.asgi import Header
    from dragoman.gateway.endpoints import Who
    from dragoman.gateway.keys.identify import Doorman

NO_ADMIN_API = refusal.of_status(
    404,
    "there is no admin API here: `admin_key` under [server] says where its credential is, or a [store] has keys of the "
    "role admin",
    "not_found",
)
"""Where nobody could be an admin there is nothing to ask an admin for."""

NOT_THE_ADMIN = Denied(
    status=UNAUTHORIZED,
    message="the admin API needs its credential: send it as `Authorization: Bearer …`",
    code="invalid_api_key",
)
"""No credential, or another one, where only the configuration's `admin_key` could be right."""


async def admitted(doorman: Doorman, who: Who, sent: Iterable[Header]) -> Identity:
    """Who sent a request to an endpoint.

    Args:
        doorman: tells who a caller is.
        who: who may use the endpoint.
        sent: the request's headers.

    Raises:
        TurnedAwayError: nobody who may.
        KeysUnavailableError: that cannot be told now.
    """
    if who == "anyone":
        return ANYBODY
    found = await doorman.identify(sent)
    if who == "caller":
        if isinstance(found, Denied):
            raise TurnedAwayError(refusal.of_caller(found))
        return found
    if not doorman.knows_admins:
        if who == "observer":
            return ANYBODY
        raise TurnedAwayError(NO_ADMIN_API)
    return _admin(found)


def _admin(found: Identity | Denied) -> Identity:
    if found is ANYBODY or found is MISSING:
        raise TurnedAwayError(refusal.of_caller(NOT_THE_ADMIN))
    if isinstance(found, Denied):
        raise TurnedAwayError(refusal.of_caller(found))
    if found.role != "admin":
        message = f"{found.whose} is a caller's: this is for admins"
        raise TurnedAwayError(refusal.of_caller(Denied(status=FORBIDDEN, message=message, code="admin_only")))
    return found
