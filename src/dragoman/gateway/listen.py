"""The endpoint on its socket: uvicorn around the app, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from typing import TYPE_CHECKING

import uvicorn

from dragoman.gateway.app import Gateway
from dragoman.gateway.bind import bound
from dragoman.gateway.log import written_log
from dragoman.gateway.running import Running, lasting_for

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Generator

    from dragoman.gateway.config.shape import Config


def listen(  # noqa: PLR0913 - what a server needs to be told
    config: Config, *, host: str, port: int, uds: str | None, drain: int, started: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT; then take no more, wait `drain` seconds for what is under way, and return.

    Args:
        config: complete, as `dragoman.gateway.config.load.load` returns it.
        host: the address to listen on.
        port: the port; 0 chooses one.
        uds: the path of a Unix socket instead of both.
        drain: seconds.
        started: told the base URL once it listens.

    Raises:
        ConfigurationError: the place to listen on is taken, or may not be used; a credential or the store is missing.
        InvalidRequestError: an upstream's address cannot be used.
    """
    with bound(host, port, uds) as (listener, url), lasting_for(config) as lasting:
        gateway = Gateway(Running(config, lasting))
        settings = uvicorn.Config(
            gateway,
            http="httptools",
            # uvloop where there is one: the engine's extra brings a server without it.
            loop="auto",
            lifespan="on",
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=drain,
            h11_max_incomplete_event_size=config.bounds.headers,
        )
        # After uvicorn's settings, which close every handler of the log that there is.
        with written_log(), asyncio.Runner(loop_factory=settings.get_loop_factory()) as runner:
            runner.run(_Server(settings, lambda: started(url)).serve([listener]))


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it listens and takes a signal for the order that it is."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        if self.started:
            self._listening()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Begin the end at SIGTERM or SIGINT; a drain is a success, so the signal is not raised again after it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, old in before.items():
                signal.signal(number, old)
