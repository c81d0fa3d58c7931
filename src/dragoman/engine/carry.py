"""The transport to the engine: it makes sure the engine runs, then sends as to any other endpoint. Shells; twins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.engine.owner import Engine
    from dragoman.transport import Answer, AsyncAnswer, Outgoing


class EngineTransport:
    """Carries requests to the engine, whose address no caller knows.

    Args:
        engine: started by the first request, and again whenever it has died.
    """

    def __init__(self, engine: Engine) -> None:
        from dragoman.transport.blocking import BlockingTransport  # noqa: PLC0415 - each colour imports its own

        self._engine = engine
        self._sockets = BlockingTransport(trust_env=False)

    def send(self, request: Outgoing, until: float) -> Answer:
        """Send one request and wait for the head of its answer; raises as `Transport.send`.

        Raises:
            EngineError: the engine cannot be started.
        """
        if not self._engine.running:
            self._engine.ready(until)
        try:
            return self._sockets.send(addressed(request, self._engine.url), until)
        except NoAnswer as failure:
            if failure.kind != "connect":
                raise
        # Nobody listens any more, and nothing was sent.
        self._engine.revive(until)
        return self._sockets.send(addressed(request, self._engine.url), until)

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._sockets.closed

    def close(self) -> None:
        """Close idle connections; the engine goes on for others of this process."""
        self._sockets.close()


class AsyncEngineTransport:
    """Carries requests to the engine, whose address no caller knows.

    Args:
        engine: started by the first request, and again whenever it has died.
    """

    def __init__(self, engine: Engine) -> None:
        from dragoman.transport.aio import AsyncioTransport  # noqa: PLC0415 - each colour imports its own

        self._engine = engine
        self._sockets = AsyncioTransport(trust_env=False)

    async def send(self, request: Outgoing, until: float) -> AsyncAnswer:
        """Send one request and wait for the head of its answer; raises as `Transport.send`.

        Raises:
            EngineError: the engine cannot be started.
        """
        if not self._engine.running:
            await in_a_thread(self._engine.ready, until)
        try:
            return await self._sockets.send(addressed(request, self._engine.url), until)
        except NoAnswer as failure:
            if failure.kind != "connect":
                raise
        # Nobody listens any more, and nothing was sent.
        await in_a_thread(self._engine.revive, until)
        return await self._sockets.send(addressed(request, self._engine.url), until)

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._sockets.closed

    def close(self) -> None:
        """Close idle connections; the engine goes on for others of this process."""
        self._sockets.close()


async def in_a_thread(start: Callable[[float], None], until: float) -> None:
    """Start the engine without holding the event loop up."""
    import asyncio  # noqa: PLC0415 - a blocking program never pays for it

    await asyncio.to_thread(start, until)


def addressed(request: Outgoing, url: str) -> Outgoing:
    """The request with the engine's own address in place of the name it goes by."""
    _, _, path = request.url.partition("/v1")
    return replace(request, url=url + path)
