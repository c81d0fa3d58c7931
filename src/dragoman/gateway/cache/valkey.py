"""Answers in Valkey or Redis, shared by workers and replicas. Touches the network and the clock.

Nobody waits long for it: a request that has no answer from it in time is a miss, and those after it do not ask for a
while. What is kept is written when its caller has been answered, or not at all.
"""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from redis.exceptions import RedisError, ResponseError

from dragoman.candidates.breaker import Circuit
from dragoman.errors import ConfigurationError
from dragoman.gateway.cache.kept import CacheUnavailableError
from dragoman.gateway.valkey import connected, follow

if TYPE_CHECKING:
    from collections.abc import Awaitable

PREFIX = "dragoman:cache:"
"""What the names of answers begin with."""

PATIENCE = 0.25
"""Seconds that a request waits for what is kept."""

PAUSE = 5.0
"""Seconds for which a server that did not answer is left alone."""

PENDING = 100
"""How many answers may be on their way to the server, of whichever size; more are not kept."""

log = logging.getLogger("dragoman.cache")


class ValkeyAnswers:
    """The answers on one server. Use it, and close it, in one event loop.

    Args:
        url: the server, as `dragoman.gateway.valkey.connected` takes it.
        size: bytes of answers that may be on their way to it; what is more is not kept.

    Raises:
        ConfigurationError: that is no such address.
    """

    def __init__(self, url: str, size: int) -> None:
        try:
            self._server = connected(url)
        except ValueError:
            raise ConfigurationError("the address of the shared cache must look like redis://host:6379") from None
        self._circuit = Circuit()
        self._size = size
        self._pending: set[asyncio.Task[None]] = set()
        self._bytes = 0
        self._full = False

    async def get(self, key: str) -> bytes | None:
        """What is kept under a name; None for nothing.

        Raises:
            CacheUnavailableError: the server does not answer in time, or did not of late.
        """
        if not self._circuit.begin(time.monotonic()):
            raise CacheUnavailableError
        try:
            async with asyncio.timeout(PATIENCE):
                found = cast("bytes | None", await cast("Awaitable[Any]", self._server.get(PREFIX + key)))
        except (RedisError, OSError) as error:
            self._failed(error)
            raise CacheUnavailableError from error
        except asyncio.CancelledError:
            self._circuit.cancelled()
            raise
        if self._circuit.is_open:
            log.info("the shared cache answers again")
        self._circuit.succeeded()
        return found

    def put(self, key: str, value: bytes, seconds: float) -> None:
        """Have the server keep something for so many seconds, soon; nothing where it does not answer."""
        if self._circuit.is_open or len(self._pending) >= PENDING or self._bytes + len(value) > self._size:
            return
        task = asyncio.ensure_future(self._put(key, value, max(round(seconds * 1000), 1)))
        self._pending.add(task)
        self._bytes += len(value)
        task.add_done_callback(partial(self._arrived, len(value)))

    def resize(self, size: int) -> None:
        """Let no more than so many bytes be on their way from now on."""
        self._size = size

    async def close(self) -> None:
        """Wait for what is on its way, and let go of the connections."""
        if self._pending:
            await asyncio.wait(self._pending)
        await self._server.aclose()

    async def _put(self, key: str, value: bytes, milliseconds: int) -> None:
        try:
            await cast("Awaitable[Any]", self._server.set(PREFIX + key, value, px=milliseconds))
            self._full = False
        except ResponseError as error:
            # It is there, and takes nothing: without room, say, and told to make none.
            if not self._full:
                log.warning("the shared cache does not take answers: %s", error)
            self._full = True
            await follow(self._server, error)
        except (RedisError, OSError) as error:
            self._failed(error)

    def _arrived(self, size: int, task: asyncio.Task[None]) -> None:
        self._pending.discard(task)
        self._bytes -= size

    def _failed(self, error: Exception) -> None:
        if not self._circuit.is_open:
            why = str(error) or type(error).__name__
            log.warning("the shared cache does not answer, and is asked again every %g s: %s", PAUSE, why)
        self._circuit.failed(time.monotonic(), pause=PAUSE)
