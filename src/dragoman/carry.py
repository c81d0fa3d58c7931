"""What carries a client's requests: the network, the engine on this machine, or whichever a request is for.

Touches the network through what it makes. `Switch` and `AsyncSwitch` are twins, as are `blocking_transport` and
`async_transport`: held equal by a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from dragoman.call.settings import weights_at
from dragoman.errors import ConfigurationError
from dragoman.transport import NoAnswer
from dragoman.transport.connections import Connections

if TYPE_CHECKING:
    from dragoman.call.settings import Settings
    from dragoman.transport import Answer, AsyncAnswer, AsyncTransport, Outgoing, Transport

T = TypeVar("T")


def blocking_transport(settings: Settings, given: Transport | Connections | None = None) -> Transport:
    """What carries a client's requests: what its user brought, or what is made here, connecting as they said.

    Raises:
        ConfigurationError: the proxy in force cannot be used, there is no embedded model, or what was brought is no
            transport.
    """
    connections = Connections() if given is None else given
    if not isinstance(connections, Connections):
        return _checked(connections, "HttpxTransport")
    if settings.party is not None:
        return Switch(settings, connections)
    if settings.engine is None:
        return connections.blocking_transport()
    # Imported when a client of it is made: others need none of it.
    from dragoman.engine import Engine, EngineTransport  # noqa: PLC0415

    return EngineTransport(Engine.shared(settings.engine or None))


def _checked(given: T, adapter: str) -> T:
    if hasattr(given, "build_request"):
        raise ConfigurationError(
            f"transport={type(given).__name__} is an HTTP client: dragoman.transport.httpx.{adapter}(…) makes it a "
            "transport"
        )
    if not hasattr(given, "send"):
        raise ConfigurationError(f"transport takes a transport or Connections, not a {type(given).__name__}")
    # Imported here because few bring their own.
    from inspect import iscoroutinefunction  # noqa: PLC0415

    waits = iscoroutinefunction(cast("Any", given).send)
    ours = type(given).__module__.startswith("dragoman.")
    if waits and not adapter.startswith("Async"):
        raise ConfigurationError(f"{type(given).__name__} carries the calls of AsyncDragoman, and not of Dragoman")
    if ours and not waits and adapter.startswith("Async"):
        instead = ": give its `asynchronous`" if hasattr(given, "asynchronous") else ""
        raise ConfigurationError(f"{type(given).__name__} carries the calls of Dragoman, not of AsyncDragoman{instead}")
    return given


class Switch:
    """Carries requests to the engine they name, and all others over the network; each way is opened when needed.

    Args:
        settings: those of the client; the way to its own address is opened at once.
        connections: how the network is reached.

    Attributes:
        closed: whether it was closed.
    """

    def __init__(self, settings: Settings, connections: Connections) -> None:
        self._connections = connections
        self.closed = False
        self._ways: dict[str | None, Transport] = {}
        self._way(settings.engine)

    def send(self, request: Outgoing, until: float) -> Answer:
        """Send one request and wait for the head of its answer; raises as `Transport.send`."""
        if self.closed:
            raise NoAnswer("closed", "the transport was closed")
        return self._way(weights_at(request.url)).send(request, until)

    def close(self) -> None:
        """Close every idle connection."""
        self.closed = True
        for way in tuple(self._ways.values()):
            way.close()

    def _way(self, weights: str | None) -> Transport:
        way = self._ways.get(weights)
        if way is None:
            if weights is None:
                made: Transport = self._connections.blocking_transport()
            else:
                from dragoman.engine import Engine, EngineTransport  # noqa: PLC0415 - as above

                made = EngineTransport(Engine.shared(weights or None))
            # Of two threads that come here at once, one has opened nothing yet that would need closing.
            way = self._ways.setdefault(weights, made)
        return way


def async_transport(settings: Settings, given: AsyncTransport | Connections | None = None) -> AsyncTransport:
    """What carries a client's requests: what its user brought, or what is made here, connecting as they said.

    Raises:
        ConfigurationError: the proxy in force cannot be used, there is no embedded model, or what was brought is no
            transport.
    """
    connections = Connections() if given is None else given
    if not isinstance(connections, Connections):
        return _checked(connections, "AsyncHttpxTransport")
    if settings.party is not None:
        return AsyncSwitch(settings, connections)
    if settings.engine is None:
        return connections.async_transport()
    # Imported when a client of it is made: others need none of it.
    from dragoman.engine import AsyncEngineTransport, Engine  # noqa: PLC0415

    return AsyncEngineTransport(Engine.shared(settings.engine or None))


class AsyncSwitch:
    """Carries requests to the engine they name, and all others over the network; each way is opened when needed.

    Args:
        settings: those of the client; the way to its own address is opened at once.
        connections: how the network is reached.

    Attributes:
        closed: whether it was closed.
    """

    def __init__(self, settings: Settings, connections: Connections) -> None:
        self._connections = connections
        self.closed = False
        self._ways: dict[str | None, AsyncTransport] = {}
        self._way(settings.engine)

    async def send(self, request: Outgoing, until: float) -> AsyncAnswer:
        """Send one request and wait for the head of its answer; raises as `AsyncTransport.send`."""
        if self.closed:
            raise NoAnswer("closed", "the transport was closed")
        return await self._way(weights_at(request.url)).send(request, until)

    def close(self) -> None:
        """Close every idle connection."""
        self.closed = True
        for way in tuple(self._ways.values()):
            way.close()

    def _way(self, weights: str | None) -> AsyncTransport:
        way = self._ways.get(weights)
        if way is None:
            if weights is None:
                made: AsyncTransport = self._connections.async_transport()
            else:
                from dragoman.engine import AsyncEngineTransport, Engine  # noqa: PLC0415 - as above

                made = AsyncEngineTransport(Engine.shared(weights or None))
            # Of two threads that come here at once, one has opened nothing yet that would need closing.
            way = self._ways.setdefault(weights, made)
        return way
