"""The endpoint on its socket: uvicorn around the app, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from typing import TYPE_CHECKING

import uvicorn

from dragoman.errors import ConfigurationError
from dragoman.gateway.app import Gateway
from dragoman.gateway.upstream import Upstream

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.call import Key

BACKLOG = 2048
"""How many connections the kernel keeps waiting."""


def listen(  # noqa: PLR0913 - what a server needs to be told
    address: str | None,
    *,
    api_key: Key | None,
    host: str,
    port: int,
    uds: str | None,
    drain: int,
    started: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT; then take no more, wait `drain` seconds for what is under way, and return.

    Args:
        address: what stands behind: see `Upstream`.
        api_key: its credential.
        host: the address to listen on.
        port: the port; 0 chooses one.
        uds: a Unix socket instead of both.
        drain: seconds.
        started: told the base URL once it listens.

    Raises:
        ConfigurationError: the address is taken, or may not be used.
        InvalidRequestError: the upstream's address cannot be used.
    """
    write_log()
    app = Gateway(Upstream(address, api_key=api_key))
    config = uvicorn.Config(
        app,
        uds=uds,
        http="httptools",
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        lifespan="on",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=drain,
        h11_max_incomplete_event_size=64 * 1024,
    )
    sockets = None
    url = f"http+unix://{uds.replace('/', '%2F')}/v1" if uds else ""
    if not uds:
        listener = bound(host, port)
        sockets = [listener]
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listener.getsockname()[1]}/v1"
    server = uvicorn.Server(config)
    config.get_loop_factory()
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(server, sockets, lambda: started(url)))


async def _serve(server: uvicorn.Server, sockets: list[socket.socket] | None, started: Callable[[], None]) -> None:
    serving = asyncio.ensure_future(server.serve(sockets))
    while not server.started and not serving.done():
        await asyncio.sleep(0.005)
    if server.started:
        started()
    await serving


def bound(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        ConfigurationError: the address is taken, or may not be used.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ConfigurationError(f"cannot listen on {host}:{port}: {error.strerror}; choose another --port") from None
    listener.setblocking(False)
    return listener


def write_log() -> None:
    """Write the ledger's lines to stderr, as they are: one JSON document a line."""
    log = logging.getLogger("dragoman.ledger")
    log.setLevel(logging.INFO)
    log.propagate = False
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        log.addHandler(handler)
