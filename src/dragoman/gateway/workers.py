"""Processes that share one listening socket, and the parent that keeps them running. Forks, signals, waits.

The socket is made once, and every worker accepts from it. With one of its own for each (SO_REUSEPORT) connections would
be dealt out more evenly, but those that wait at a worker's socket are lost when it dies, and wait while it is stuck;
here another worker takes them. A Unix socket works the same way.

The parent serves nothing, and has neither threads nor an event loop, so that it can be forked at any time: a worker
that died is replaced by a fork like the first. Each worker holds the end of a pipe that says when it listens, or why it
cannot, and that ends with it.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
from collections import deque
from typing import TYPE_CHECKING, NoReturn, Protocol

from dragoman.errors import ConfigurationError, DragomanError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

YOUNG = 10.0
"""A worker that lived for fewer seconds than this died young: the next one waits."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a worker that died young is replaced; twice as many each time that it did not even come to listen."""

GRACE = 15.0
"""Seconds, beyond those of the drain, that a worker has to end: its last entries are carried into the store then."""

TICK = 0.5
"""Seconds between two looks at what is kept beside the workers."""

STOPPING = (signal.SIGTERM, signal.SIGINT)
ORDERS = (*STOPPING, signal.SIGHUP)

READY = b"ready\n"

AFTER_THE_FIRST = math.inf
"""When a worker is due that waits for the first to listen."""

log = logging.getLogger("dragoman.gateway")


class Work(Protocol):
    """What a worker does."""

    def __call__(self, ready: Callable[[], None], /) -> None:
        """Serve until SIGTERM, in a process of its own; `ready` is to be called once it listens."""
        ...


class _Worker:
    """One worker after another: each takes the place of the one before."""

    def __init__(self, due: float) -> None:
        self.pid = 0
        self.pipe = -1
        self.said = b""
        self.ready = False
        self.begun = 0.0
        self.pause = 0.0
        self.due = due


class Workers:
    """The workers of one endpoint.

    Args:
        count: how many.
        work: what each does.
        drain: seconds that running requests have at the end.
        reread: called at SIGHUP, before the workers are told of it; where it raises a DragomanError, they are not.
        beside: called twice a second, for what is to be kept running beside them; it must not wait.
    """

    def __init__(
        self, count: int, work: Work, *, drain: float, reread: Callable[[], None], beside: Callable[[], None]
    ) -> None:
        self._work = work
        self._drain = drain
        self._reread = reread
        self._beside = beside
        # The first goes ahead: what is wrong with the configuration or the store is said once, and by it.
        self._workers = [_Worker(AFTER_THE_FIRST if number else 0.0) for number in range(count)]
        self._orders: deque[int] = deque()
        self._selector = selectors.DefaultSelector()
        self._until: float | None = None
        self._failed = False
        # Ends with this process, however it ends: the workers read it.
        self._alive: tuple[int, int] = (-1, -1)

    def run(self, started: Callable[[], None]) -> int:
        """Keep them running until SIGTERM or SIGINT.

        Args:
            started: called once all of them listen.

        Returns:
            The exit code: 0, or 1 where a worker did not end in order when it was told to.

        Raises:
            ConfigurationError: the first could not start, for this reason.
        """
        told = False
        with self._open():
            while self._until is None or any(worker.pid for worker in self._workers):
                self._replace()
                self._beside()
                for key, _ in self._selector.select(TICK):
                    if isinstance(key.data, _Worker):
                        self._hear(key.data, unheard=not told)
                    else:
                        # A byte for each signal; which they were, `_order` knows.
                        os.read(key.fd, 1024)
                while self._orders:
                    self._obey(self._orders.popleft())
                if not told and all(worker.ready for worker in self._workers):
                    told = True
                    started()
                self._end_late()
        return int(self._failed)

    @contextlib.contextmanager
    def _open(self) -> Generator[None]:
        """Take orders, and leave no worker behind."""
        heard, wakes = socket.socketpair()
        with heard, wakes, self._selector:
            wakes.setblocking(False)  # noqa: FBT003 - its name is its meaning
            self._selector.register(heard, selectors.EVENT_READ, None)
            self._alive = os.pipe()
            woken = signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
            before = {number: signal.signal(number, self._order) for number in ORDERS}
            try:
                yield
            finally:
                self._end_all()
                for number, old in before.items():
                    signal.signal(number, old)
                signal.set_wakeup_fd(woken)
                for end in self._alive:
                    os.close(end)

    def _order(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._orders.append(number)

    def _obey(self, order: int) -> None:
        if order == signal.SIGHUP:
            try:
                self._reread()
            except DragomanError as error:
                log.warning("the workers go on as they were: %s", error)
            except Exception:  # a mistake of ours is for the log: it ends nobody who serves
                log.exception("the workers go on as they were: the configuration could not be read again")
            else:
                self._tell(order)
        elif self._until is None:
            self._until = time.monotonic() + self._drain + GRACE
            self._tell(signal.SIGTERM)
        else:
            # The second time SIGINT means: do not wait. The server understands it so.
            self._tell(order)

    def _tell(self, order: int) -> None:
        for worker in self._workers:
            if worker.pid:
                os.kill(worker.pid, order)

    def _replace(self) -> None:
        """Start the workers that are due."""
        now = time.monotonic()
        for worker in self._workers:
            if not worker.pid and worker.due <= now and self._until is None:
                self._start(worker, now)

    def _start(self, worker: _Worker, now: float) -> None:
        pipe, told = os.pipe()
        # What a signal means here it must not mean there, not even for a moment.
        signal.pthread_sigmask(signal.SIG_BLOCK, ORDERS)
        try:
            pid = os.fork()
            if pid == 0:
                self._be(told)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ORDERS)
        os.close(told)
        worker.pid, worker.pipe, worker.begun, worker.said, worker.ready = pid, pipe, now, b"", False
        self._selector.register(pipe, selectors.EVENT_READ, worker)

    def _be(self, told: int) -> NoReturn:
        """Be a worker, from the fork to the end of the process."""
        code = 1
        try:
            # Ctrl-C at a terminal is for the parent to decide about.
            os.setsid()
            signal.set_wakeup_fd(-1)
            for number in ORDERS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ORDERS)
            os.close(self._alive[1])
            threading.Thread(target=_end_with, args=(self._alive[0],), daemon=True).start()
            self._work(lambda: _write(told, READY))
            code = 0
        except DragomanError as error:
            _write(told, f"{error}\n".encode())
        except BaseException:  # noqa: BLE001 - a mistake of ours: this process has nobody above it who would say so
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            # The parent's blocks are on this stack, and not for this process to leave.
            os._exit(code)

    def _hear(self, worker: _Worker, *, unheard: bool) -> None:
        """Take what a worker says: that it listens, why it cannot, or by silence that it has ended."""
        said = os.read(worker.pipe, 65536)
        worker.said += said
        if said == READY:
            worker.ready = True
            for other in self._workers:
                other.due = 0.0 if other.due == AFTER_THE_FIRST else other.due
        if said:
            return
        self._selector.unregister(worker.pipe)
        os.close(worker.pipe)
        pid, worker.pid = worker.pid, 0
        self._ended(worker, pid, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), unheard=unheard)

    def _ended(self, worker: _Worker, pid: int, code: int, *, unheard: bool) -> None:
        why = worker.said.removeprefix(READY).decode("utf-8", "replace").strip()
        if self._until is not None:
            # One that had not begun to serve had nothing to drain.
            self._failed |= code != 0 and not (code == -signal.SIGTERM and not worker.ready)
            return
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        if unheard and not worker.ready and worker is self._workers[0] and code != -signal.SIGHUP:
            raise ConfigurationError(why or f"the first worker {how} before it listened")
        now = time.monotonic()
        if code == -signal.SIGHUP or now - worker.begun >= YOUNG:
            # Or told to read the configuration again before it could listen to that: the next begins with the new one.
            worker.pause = 0.0
        elif worker.ready:
            worker.pause = FIRST_PAUSE
        else:
            worker.pause = min(max(worker.pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        worker.ready = False
        worker.due = now + worker.pause
        log.warning("worker %d %s%s; another begins in %g s", pid, how, f": {why}" if why else "", worker.pause)

    def _end_all(self) -> None:
        self._tell(signal.SIGKILL)
        for worker in self._workers:
            if worker.pid:
                os.waitpid(worker.pid, 0)
                os.close(worker.pipe)

    def _end_late(self) -> None:
        """End what does not end by itself."""
        if self._until is not None and time.monotonic() > self._until:
            self._tell(signal.SIGKILL)


def _end_with(alive: int) -> None:
    """End this process as SIGTERM does, once its parent has."""
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _write(told: int, line: bytes) -> None:
    # Without a parent there is nobody to tell.
    with contextlib.suppress(BrokenPipeError):
        os.write(told, line)
