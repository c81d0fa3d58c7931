"""What the blocking shell waits with: one connected socket, a turn in a queue, a name's addresses. Touches the network.

The asynchronous shell's twin of this is `line_aio`: the same names, other ways to wait.
"""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from math import inf
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any

from dragoman.transport import NoAnswer
from dragoman.transport.patience import STRETCH, engaged, patience
from dragoman.transport.sockets import RECEIVE, look_up, numeric, wait_in_reads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dragoman.transport.pool import Pool
    from dragoman.transport.sockets import Place


def places(host: str, port: int, until: float) -> list[Place]:
    """A host's addresses.

    Raises:
        NoAnswer: "connect" when it has none, "timeout" when nobody said so in time.
    """
    known = numeric(host, port)
    if known:
        return known
    told: SimpleQueue[list[Place] | NoAnswer] = SimpleQueue()
    look_up(host, port, told.put)

    def once(seconds: float) -> list[Place] | NoAnswer | None:
        with suppress(Empty):
            return told.get(timeout=seconds)
        return None

    found = patience.wait(once, until)
    if found is None:
        raise NoAnswer("timeout", f"no address for {host} in time")
    if isinstance(found, NoAnswer):
        raise found
    return found


def ready(reading: Sequence[socket.socket], writing: Sequence[socket.socket], until: float) -> socket.socket | None:
    """The first of these sockets that can be read or written; None when `until` has come."""
    poll = select.poll()
    found = {sock.fileno(): sock for sock in (*reading, *writing)}
    for sock in reading:
        poll.register(sock, select.POLLIN)
    for sock in writing:
        poll.register(sock, select.POLLOUT)
    happened = patience.wait(lambda seconds: poll.poll(seconds * 1000), until)
    return found[happened[0][0]] if happened else None


class Line:
    """One connected socket.

    A socket without TLS waits for what arrives within the call that reads it, which is one call of the system instead
    of two. Where it cannot, where the wait is to be shorter, and under TLS, it is polled first.

    Args:
        sock: connected and non-blocking, with TLS begun where it is spoken.
        again: what its calls raise when they would block.
    """

    __slots__ = ("_again", "_at_once", "_busy", "_gone", "_poll", "_sock", "_stretch", "_waiting")

    def __init__(self, sock: socket.socket, again: tuple[type[OSError], ...]) -> None:
        self._sock = sock
        self._again = again
        waits = BlockingIOError in again and wait_in_reads(sock, STRETCH)
        self._stretch = STRETCH if waits else inf
        self._at_once = socket.MSG_DONTWAIT if waits else 0
        self._waiting = select.poll()
        self._waiting.register(sock, select.POLLIN)
        self._poll: Callable[[float], list[tuple[int, int]]] = self._waiting.poll
        self._busy = False
        self._gone = False

    def offer(self, data: bytes | memoryview) -> int:
        """Send what can be sent now: how many bytes that was. Raises OSError when the connection is broken."""
        try:
            return self._sock.send(data, self._at_once)
        except self._again:
            return 0

    def room(self, until: float) -> bytes | None:
        """Wait for room to send more, or for something to arrive: None for room, else as `receive`."""
        self._waiting.modify(self._sock, select.POLLIN | select.POLLOUT)
        data: bytes | None = None
        self._busy = True
        try:
            while not self._happens(until):
                self._in_vain(until)
            data = self._sock.recv(RECEIVE, self._at_once)
        except self._again:
            pass
        except OSError:
            if not self._gone:
                raise
        finally:
            self._busy = False
            if not self._gone:
                self._waiting.modify(self._sock, select.POLLIN)
        if self._gone:
            self._in_vain(until)
        return data

    def receive(self, until: float) -> bytes:
        """What arrives next; b"" when the peer has closed in order.

        Raises:
            NoAnswer: "timeout" when nothing came until then, "closed" when another thread dropped the line.
            OSError: the connection broke.
        """
        while True:
            self._busy = True
            try:
                patient = until - monotonic() >= self._stretch and not engaged
                if (patient or self._happens(until)) and not self._gone:
                    data = self._sock.recv(RECEIVE)
                    if not self._gone:
                        return data
            except self._again:
                pass
            except OSError:
                if not self._gone:
                    raise
            finally:
                self._busy = False
            self._in_vain(until)

    def stale(self) -> bool:
        """Whether an idle line is of no use: closed by the peer, or with bytes on it that nobody asked for."""
        if not self._poll(0):
            return False
        try:
            self._sock.recv(1)
        except self._again:
            # TLS had something to say to itself: a session ticket, a change of keys.
            return False
        except OSError:
            pass
        return True

    def drop(self) -> None:
        """Close the socket. From any thread, any number of times."""
        self._gone = True
        if self._busy:
            # Another thread waits on it, and closes it once this has woken it up: a number closed under a waiting
            # thread may be another file's by the time it looks.
            with suppress(OSError):
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)
        else:
            self._sock.close()

    def forsake(self) -> None:
        """Close this process's copy and leave the peer and the parent process alone."""
        self._gone = True
        self._sock.close()

    def _happens(self, until: float) -> bool:
        """Wait a stretch for whatever is waited for."""
        wait = min(until - monotonic(), patience.stretch)
        return bool(self._poll(wait * 1000 if wait > 0.0 else 0))

    def _in_vain(self, until: float) -> None:
        """A wait ended with nothing to read."""
        if self._gone:
            self._sock.close()
            raise NoAnswer("closed", "the connection was closed on this side", sent=True)
        patience.check()
        if monotonic() >= until:
            raise NoAnswer("timeout", "nothing arrived in time", sent=True)


class Turn:
    """A place in a queue."""

    __slots__ = ("_come",)

    def __init__(self) -> None:
        self._come = threading.Event()

    def wake(self) -> None:
        """The turn has come. From any thread."""
        self._come.set()

    def wait(self, until: float) -> bool:
        """Wait for it; False when `until` came first."""
        return patience.wait(self._come.wait, until)


class Pools:
    """The one pool of a blocking transport: threads share it.

    Args:
        make: makes it.
    """

    __slots__ = ("_pool",)

    def __init__(self, make: Callable[[], Pool[Any]]) -> None:
        self._pool = make()

    def current(self) -> Pool[Any]:
        """The pool to use here."""
        return self._pool

    def close(self, *, busy: bool) -> None:
        """Close it: see `Pool.close`."""
        self._pool.close(busy=busy)
