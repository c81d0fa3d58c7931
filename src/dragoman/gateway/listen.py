"""The endpoint on its socket: uvicorn around the app, in one process or several, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import uvicorn

from dragoman.gateway.app import Gateway, tell
from dragoman.gateway.bind import bound
from dragoman.gateway.config.changes import changes
from dragoman.gateway.garbage import seldom_looked_for
from dragoman.gateway.line import Line
from dragoman.gateway.log import spoken_log, written_log
from dragoman.gateway.reload import standing
from dragoman.gateway.repeats.elsewhere import Elsewhere
from dragoman.gateway.running import Running, lasting_for
from dragoman.gateway.siblings import Siblings
from dragoman.gateway.workers import Workers

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Generator
    from types import FrameType

    from dragoman.gateway.config.shape import Config


def listen(  # noqa: PLR0913 - what a server needs to be told
    config: Config,
    *,
    host: str,
    port: int,
    uds: str | None,
    drain: int,
    started: Callable[[str], None],
    workers: int = 1,
    reread: Callable[[], Config] | None = None,
) -> int:
    """Serve until SIGTERM or SIGINT; then take no more, wait `drain` seconds for what is under way, and return.

    Args:
        config: complete, as `dragoman.gateway.config.load.load` returns it.
        host: the address to listen on.
        port: the port; 0 chooses one.
        uds: the path of a Unix socket instead of both.
        drain: seconds.
        started: told the base URL once it listens.
        workers: how many processes serve; with more than one, this one only keeps them.
        reread: reads the configuration again, at SIGHUP.

    Returns:
        The exit code: 0, or 1 where a worker did not end in order.

    Raises:
        ConfigurationError: the place to listen on is taken, or may not be used; a credential or the store is missing.
        InvalidRequestError: an upstream's address cannot be used.
    """
    with bound(host, port, uds) as (listener, url):
        if workers == 1:
            with spoken_log(config.log.level):
                _serve(config, listener, drain, lambda: started(url), read=reread)
            return 0
        return _Crew(config, listener, drain, reread).run(workers, lambda: started(url))


class _Crew:
    """Several processes that serve the same, each as the configuration is when it begins."""

    def __init__(
        self, config: Config, listener: socket.socket, drain: int, reread: Callable[[], Config] | None
    ) -> None:
        from dragoman.engine.lent import Lender  # noqa: PLC0415 - one process alone has no use for it

        self._config = config
        self._listener = listener
        self._drain = drain
        self._read = reread
        self._parent = os.getpid()
        self._siblings: Siblings | None = None
        self._elsewhere: Elsewhere | None = None
        self._lender = Lender({each.weights for each in config.upstreams.values() if each.engine or each.weights})

    def run(self, count: int, started: Callable[[], None]) -> int:
        workers = Workers(count, self._work, drain=self._drain, reread=self._reread, beside=self._lender.keep)
        with spoken_log(self._config.log.level), tempfile.TemporaryDirectory(prefix="dragoman-") as folder:
            self._siblings = Siblings(Path(folder))
            self._elsewhere = Elsewhere(Path(folder))
            try:
                return workers.run(started)
            finally:
                self._lender.close()

    def _work(self, ready: Callable[[], None]) -> None:
        self._lender.lend()
        _serve(
            self._config,
            self._listener,
            self._drain,
            ready,
            read=self._read,
            siblings=self._siblings,
            elsewhere=self._elsewhere,
            everyone=self._ask_for_reload,
        )

    def _reread(self) -> None:
        if self._read is not None:
            fresh = self._read()
            old, self._config = self._config, standing(self._config, fresh)
            tell(changes(old, fresh))

    def _ask_for_reload(self) -> None:
        """Have this process's parent tell all its workers to read the configuration again."""
        if os.getppid() == self._parent:
            os.kill(self._parent, signal.SIGHUP)


def _serve(  # noqa: PLR0913 - the same, and who else does
    config: Config,
    listener: socket.socket,
    drain: int,
    ready: Callable[[], None],
    *,
    read: Callable[[], Config] | None,
    siblings: Siblings | None = None,
    elsewhere: Elsewhere | None = None,
    everyone: Callable[[], None] | None = None,
) -> None:
    """Serve in this process."""
    with lasting_for(config, alone=siblings is None) as lasting, contextlib.ExitStack() as doors:
        listeners = [listener]
        if elsewhere is not None:
            listeners.append(doors.enter_context(elsewhere.door()))
        running = Running(config, lasting)
        gateway = Gateway(running, read=read, siblings=siblings, elsewhere=elsewhere, everyone=everyone)
        settings = uvicorn.Config(
            gateway,
            http=cast("type[asyncio.Protocol]", partial(Line, arrival=config.bounds.arrival)),
            # uvloop where there is one: the engine's extra brings a server without it.
            loop="auto",
            lifespan="on",
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            # Who is at the other end of a proxy is nothing that is asked here.
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=drain,
            h11_max_incomplete_event_size=config.bounds.headers,
        )
        # After uvicorn's settings, which close every handler of the log that there is.
        with written_log(), seldom_looked_for(), asyncio.Runner(loop_factory=settings.get_loop_factory()) as runner:
            runner.run(_Server(settings, gateway, ready).serve(listeners))


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it listens and takes a signal for the order that it is."""

    def __init__(self, config: uvicorn.Config, gateway: Gateway, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._gateway = gateway
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        if self.started:
            self._listening()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the end; who asks from now on whether this gateway is ready is told that it is not."""
        self._gateway.draining = True
        super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Begin the end at SIGTERM or SIGINT; a drain is a success, so the signal is not raised again after it.

        At SIGHUP the configuration is read again.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        loop = asyncio.get_running_loop()

        def hang_up(*_: object) -> None:
            loop.call_soon_threadsafe(self._gateway.hang_up)

        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, hang_up)
        try:
            yield
        finally:
            for number, old in before.items():
                signal.signal(number, old)
