"""A connection to a Valkey or Redis server that processes share. Touches the network."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, cast

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ReadOnlyError, RedisError

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 2.0
"""Seconds to wait for a connection, and for an answer."""


def connected(url: str) -> redis.asyncio.Redis:
    """A client of a server, which connects when it is first asked. Use it, and close it, in one event loop.

    Args:
        url: the server: `redis://[:password@]host[:port][/database]`, `rediss://` for TLS, or `unix://path`.

    Raises:
        ValueError: that is no such address. It may hold a password, and so may what is said here: do not repeat it.
    """
    connect = cast("Callable[..., redis.asyncio.Redis]", cast("Any", redis.asyncio.Redis).from_url)
    return connect(
        url.replace("valkey", "redis", 1) if url.startswith("valkey") else url,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        # With the newer one the client takes the end of an idle connection for a notice of the server's, and
        # asks on it: after the server's restart, or its `timeout`, that would refuse a request.
        protocol=2,
        # A reservation is no step to be taken twice because its answer was lost.
        retry=Retry(NoBackoff(), 0),
    )


async def follow(server: redis.asyncio.Redis, error: Exception) -> None:
    """Ask whoever stands behind a server's address now, where an error says that the one asked is a replica.

    A server that another has taken the place of keeps the connections it has, and refuses on each what writes.

    Args:
        server: the client.
        error: what it raised.
    """
    if isinstance(error, ReadOnlyError):
        pool = cast("Any", server.connection_pool)
        # A connection that cannot be closed in order is gone as well.
        with contextlib.suppress(RedisError, OSError):
            await pool.disconnect(inuse_connections=False)
