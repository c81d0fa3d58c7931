"""How the asynchronous shell comes to a socket it can write a request on. Touches the network and the clock.

The twin of `dial_blocking`: the same text but for the words for waiting, which a test holds it to.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from dragoman.transport import NoAnswer, tls
from dragoman.transport.http1 import Response
from dragoman.transport.line_aio import places, ready
from dragoman.transport.sockets import RECEIVE, Race, local

if TYPE_CHECKING:
    import socket

    from dragoman.transport.route import Route
    from dragoman.transport.tls import Certificate, Verify


async def reach(
    route: Route, verify: Verify, cert: Certificate | None, until: float
) -> tuple[socket.socket, tuple[type[OSError], ...]]:
    """A socket to write requests on, and what it raises when it would block: connected, tunnelled, TLS begun.

    Raises:
        NoAnswer: "connect", "tls" or "timeout"; nothing of a request was sent.
        ConfigurationError: a certificate file cannot be used.
    """
    sock = await _dial(route, until)
    try:
        if route.tunnel:
            await _tunnel(sock, route, until)
        if not (route.first.secure or route.address.secure):
            return sock, (BlockingIOError,)
        peer = route.first if route.first.secure else route.address
        sock = tls.begin(sock, tls.context_for(verify, cert), peer.host)
        while (wanted := tls.step(sock, peer.authority)) != "done":
            await _ready(sock, wanted, route, until)
    except BaseException:
        sock.close()
        raise
    return sock, tls.again()


async def _dial(route: Route, until: float) -> socket.socket:
    first = route.first
    found = local(first.socket) if first.socket else await places(first.host, first.port, until)
    race = Race(found, route.name)
    winner = race.advance(monotonic())
    try:
        while winner is None:
            happened = await ready((), race.running, min(race.due, until))
            now = monotonic()
            winner = race.advance(now, ready=happened)
            if winner is None and now >= until:
                raise NoAnswer("timeout", f"no connection to {route.name} in time")
    finally:
        race.stop()
    return winner


async def _tunnel(sock: socket.socket, route: Route, until: float) -> None:
    """Ask the proxy for a way through (RFC 9110 §9.3.6)."""
    reply = Response()
    reply.begin("CONNECT")
    try:
        # A few hundred bytes into a new connection's empty buffer: they fit.
        sock.send(route.tunnel)
        while not reply.begun:
            await _ready(sock, "read", route, until)
            reply.feed(sock.recv(RECEIVE))
    except OSError as error:
        raise NoAnswer("connect", f"{route.name}: {tls.broken(error)[0]}") from None
    except NoAnswer as failure:
        raise NoAnswer(
            "timeout" if failure.kind == "timeout" else "connect", f"{route.name}: {failure.detail}"
        ) from None
    finally:
        reply.release()
    if not 200 <= reply.status <= 299:  # noqa: PLR2004 - RFC 9110 §15.3
        raise NoAnswer("connect", f"{route.name} refused the way to {route.address.authority}: status {reply.status}")


async def _ready(sock: socket.socket, wanted: str, route: Route, until: float) -> None:
    reading, writing = ((sock,), ()) if wanted == "read" else ((), (sock,))
    if await ready(reading, writing, until) is None:
        raise NoAnswer("timeout", f"no connection through {route.name} in time")
