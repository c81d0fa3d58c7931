"""What is asked of an upstream for embeddings: where, in which words, and who has none to give. No I/O."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dragoman.call import encode
from dragoman.errors import InvalidRequestError
from dragoman.exchange import Call
from dragoman.gateway import fit
from dragoman.transport import Outgoing

if TYPE_CHECKING:
    from dragoman.dialect import Dialect
    from dragoman.exchange import Timeouts
    from dragoman.settings import Settings

Json = dict[str, Any]

_SENT = (("accept", "application/json"), ("content-type", "application/json"))


def call(settings: Settings, body: Json, timeouts: Timeouts) -> Call:
    """The call that asks an upstream for embeddings.

    Args:
        settings: those of a client of it.
        body: the request, fitted to it.
        timeouts: the limits in time.

    Raises:
        InvalidRequestError: it holds what JSON cannot.
    """
    secret, shared = settings.shared(_SENT, None)
    # Beside its completions: the one is where the other is, at a deployment of Azure's as well.
    path = settings.dialect.target(str(body["model"])).replace("/chat/completions", "/embeddings", 1)
    own = (("idempotency-key", os.urandom(16).hex()),)
    asked = Outgoing("POST", settings.base_url + path, shared, encode(body), timeouts.connect, own)
    return Call(request=asked, timeouts=timeouts, retry=settings.retry, secret=secret)


def fitted(row: Dialect, policy: fit.Policy, request: Json) -> tuple[Json, list[str]]:
    """A request that an upstream can take, and what was changed of it: as `dragoman.gateway.fit.fitted`.

    Raises:
        InvalidRequestError: its API has no embeddings; or it is asked for what it does not take, and the policy is to
            refuse that.
    """
    if row.api != "chat":
        raise InvalidRequestError(f"model: {row.name} has no embeddings to give; ask another model", param="model")
    # What a row says of conversations says nothing here.
    return fit.fitted(replace(row, roles=(), message_lacks=frozenset(), usage=True), policy, request)
