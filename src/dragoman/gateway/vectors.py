"""What is asked of an upstream for embeddings: where, in which words, and who has none to give. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dragoman.call import Options, post_call
from dragoman.errors import InvalidRequestError
from dragoman.gateway import fit

if TYPE_CHECKING:
    from dragoman.call.settings import Settings
    from dragoman.dialect import Dialect
    from dragoman.exchange import Call, Timeouts

Json = dict[str, Any]


def call(settings: Settings, body: Json, timeouts: Timeouts) -> Call:
    """The call that asks an upstream for embeddings.

    Args:
        settings: those of a client of it.
        body: the request, fitted to it.
        timeouts: the limits in time.

    Raises:
        InvalidRequestError: it holds what JSON cannot.
    """
    # Beside its completions: the one is where the other is, at a deployment of Azure's as well.
    path = settings.dialect.target(str(body["model"])).replace("/chat/completions", "/embeddings", 1)
    return post_call(settings, path, body, Options(timeout=timeouts))


def fitted(row: Dialect, policy: fit.Policy, request: Json) -> tuple[Json, list[str]]:
    """A request that an upstream can take, and what was changed of it: as `dragoman.gateway.fit.fitted`.

    Raises:
        InvalidRequestError: its API has no embeddings; or it is asked for what it does not take, and the policy is to
            refuse that.
    """
    if row.api == "messages":
        raise InvalidRequestError(f"model: {row.name} has no embeddings to give; ask another model", param="model")
    # What a row says of conversations says nothing here.
    return fit.fitted(replace(row, roles=(), message_lacks=frozenset(), usage=True), policy, request)
