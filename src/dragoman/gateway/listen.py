"""The endpoint on its socket: uvicorn around the app, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import logging.handlers
import queue
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING

import uvicorn

from dragoman.errors import ConfigurationError
from dragoman.gateway.app import Gateway
from dragoman.gateway.upstream import Upstream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    server = _Server(config)
    with written_log(), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(server, sockets, lambda: started(url)))


async def _serve(server: uvicorn.Server, sockets: list[socket.socket] | None, started: Callable[[], None]) -> None:
    serving = asyncio.ensure_future(server.serve(sockets))
    while not server.started and not serving.done():
        await asyncio.sleep(0.005)
    if server.started:
        started()
    await serving


class _Server(uvicorn.Server):
    """uvicorn's server, which after its own orderly end would raise the signal again: a drain is a success."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Begin the end at SIGTERM or SIGINT."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, old in before.items():
                signal.signal(number, old)


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


LINES = 10_000
"""How many lines of the log may wait for a stderr that nobody reads."""


class _Queued(logging.handlers.QueueHandler):
    """Hands lines to a thread of their own: a stderr that nobody reads must not hold requests up."""

    def __init__(self, lines: queue.Queue[logging.LogRecord]) -> None:
        super().__init__(lines)
        self.dropped = 0

    def enqueue(self, record: logging.LogRecord) -> None:
        """Keep a line for the thread, or count it where too many wait already."""
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.dropped += 1


@contextlib.contextmanager
def written_log() -> Iterator[None]:
    """Write the ledger's lines to stderr while the block lasts, as they are: one JSON document a line."""
    log = logging.getLogger("dragoman.ledger")
    lines: queue.Queue[logging.LogRecord] = queue.Queue(LINES)
    queued, stderr = _Queued(lines), logging.StreamHandler(sys.stderr)
    listener = logging.handlers.QueueListener(lines, stderr)
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(queued)
    listener.start()
    try:
        yield
    finally:
        log.removeHandler(queued)
        if queued.dropped:
            log.addHandler(stderr)
            log.warning('{"dropped_lines":%d}', queued.dropped)
            log.removeHandler(stderr)
        listener.stop()
