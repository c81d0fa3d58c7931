"""What the asynchronous shell waits with: one connected socket, a turn, a name's addresses. Touches the network.

The blocking shell's twin of this is `line_blocking`: the same names, other ways to wait.

The socket stays ours, and the event loop only says when it is ready (`add_reader`). Measured against an
asyncio.Protocol this costs half as much on asyncio's own loops and the same on uvloop; TLS needs no copy through
memory; and a socket can be closed at once and quietly, from wherever, also when its loop is long dead.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from time import monotonic
from typing import TYPE_CHECKING, Any

from dragoman.transport import NoAnswer
from dragoman.transport.sockets import RECEIVE, look_up, numeric

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dragoman.transport.pool import Pool
    from dragoman.transport.sockets import Place

INBOX_BOUND = 4 * RECEIVE
"""How many bytes may have arrived unread before the socket is left alone, and the peer feels it."""

_DAY = 86_400.0


async def places(host: str, port: int, until: float) -> list[Place]:
    """A host's addresses.

    Raises:
        NoAnswer: "connect" when it has none, "timeout" when nobody said so in time.
    """
    known = numeric(host, port)
    if known:
        return known
    loop = asyncio.get_running_loop()
    told: asyncio.Future[list[Place] | NoAnswer] = loop.create_future()

    def tell(found: list[Place] | NoAnswer) -> None:
        try:
            loop.call_soon_threadsafe(_resolve, told, found)
        except RuntimeError:
            # The loop was closed before the answer came: nobody is left to tell.
            return

    look_up(host, port, tell)
    if not await _before(told, until):
        raise NoAnswer("timeout", f"no address for {host} in time")
    found = told.result()
    if isinstance(found, NoAnswer):
        raise found
    return found


async def ready(
    reading: Sequence[socket.socket], writing: Sequence[socket.socket], until: float
) -> socket.socket | None:
    """The first of these sockets that can be read or written; None when `until` has come."""
    loop = asyncio.get_running_loop()
    happened: asyncio.Future[socket.socket] = loop.create_future()
    for sock in reading:
        loop.add_reader(sock.fileno(), _resolve, happened, sock)
    for sock in writing:
        loop.add_writer(sock.fileno(), _resolve, happened, sock)
    try:
        return happened.result() if await _before(happened, until) else None
    finally:
        for sock in reading:
            loop.remove_reader(sock.fileno())
        for sock in writing:
            loop.remove_writer(sock.fileno())


def _resolve(future: asyncio.Future[Any], result: object) -> None:
    if not future.done():
        future.set_result(result)


async def _before(future: asyncio.Future[Any], until: float) -> bool:
    """Wait for a future, which is left as it is; False when `until` came first."""
    await asyncio.wait((future,), timeout=max(min(until - monotonic(), _DAY), 0.0))
    return future.done()


class Line:
    """One connected socket on the running event loop.

    Args:
        sock: connected and non-blocking, with TLS begun where it is spoken.
        again: what its calls raise when they would block.
    """

    __slots__ = (
        "_again",
        "_alarm",
        "_alarm_at",
        "_broken",
        "_drains",
        "_ended",
        "_gone",
        "_inbox",
        "_listening",
        "_loop",
        "_number",
        "_plain",
        "_sock",
        "_taker",
        "_thread",
        "_until",
        "_waiter",
    )

    def __init__(self, sock: socket.socket, again: tuple[type[OSError], ...]) -> None:
        self._sock = sock
        self._again = again
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._number = sock.fileno()
        # uvloop tells of an error on a socket once: when bytes and a reset arrive together, whoever takes no more than
        # the bytes never hears of the reset. asyncio's own loops tell until it is taken.
        self._drains = not type(self._loop).__module__.startswith("asyncio.")
        # Under TLS less may be given than has come.
        self._plain = type(sock) is socket.socket
        self._inbox = b""
        self._ended = False
        self._broken: OSError | None = None
        self._gone = False
        self._waiter: asyncio.Future[None] | None = None
        self._until = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = 0.0
        self._listening = True
        self._taker: Callable[[], bool] | None = None
        self._loop.add_reader(self._number, self._on_readable)

    def offer(self, data: bytes | memoryview) -> int:
        """Send what can be sent now: how many bytes that was. Raises OSError when the connection is broken."""
        try:
            return self._sock.send(data)
        except self._again:
            return 0

    async def room(self, until: float) -> bytes | None:
        """Wait for room to send more, or for something to arrive: None for room, else as `receive`."""
        if not self._inbox and not self._ended:
            self._loop.add_writer(self._number, self._wake)
            try:
                await self._news(until)
            finally:
                if not self._gone:
                    self._loop.remove_writer(self._number)
            if self._gone or not (self._inbox or self._ended):
                self._in_vain(until)
                return None
        return await self.receive(until)

    async def receive(self, until: float) -> bytes:
        """What arrives next; b"" when the peer has closed in order.

        Raises:
            NoAnswer: "timeout" when nothing came until then, "closed" when the line was dropped meanwhile.
            OSError: the connection broke.
        """
        while not self._inbox and not self._ended:
            await self._news(until)
            if self._gone or not (self._inbox or self._ended):
                self._in_vain(until)
        return self._arrived()

    async def pour(self, take: Callable[[bytes], float], until: float) -> None:
        """Give what arrives away, from where it arrives: no task is woken for each piece, which costs more than it.

        Args:
            take: given the bytes, b"" when the peer has closed in order. It says until when to wait for more; 0 is
                enough, and then the line may be somebody else's already.
            until: until when to wait for the first.

        Raises:
            NoAnswer, OSError: as `receive`; and whatever `take` raises.
        """
        failure: BaseException | None = None

        def taken() -> bool:
            nonlocal until, failure
            try:
                until = take(self._arrived())
            except BaseException as error:  # noqa: BLE001 - it is raised below, where this is waited for
                failure, until = error, 0.0
            self._until = until or self._until
            return not until

        while until:
            if self._inbox or self._ended:
                taken()
                continue
            self._taker = taken
            try:
                await self._news(until)
            finally:
                if self._taker is taken:
                    self._taker = None
            if until and (self._gone or not (self._inbox or self._ended)):
                self._in_vain(until)
        if failure is not None:
            raise failure

    def _arrived(self) -> bytes:
        data = self._inbox
        if not data:
            if self._broken is not None:
                raise self._broken
            return b""
        self._inbox = b""
        if not self._listening and not self._ended:
            self._listening = True
            self._loop.add_reader(self._number, self._on_readable)
        return data

    def stale(self) -> bool:
        """Whether an idle line is of no use: closed by the peer, or with bytes on it that nobody asked for."""
        return self._ended or bool(self._inbox)

    def drop(self) -> None:
        """Close the socket. From any thread, any number of times, with or without a living event loop."""
        if self._gone:
            return
        if self._loop.is_closed():
            self._gone = True
            self._sock.close()
        elif threading.get_ident() == self._thread:
            self._close()
        else:
            try:
                self._loop.call_soon_threadsafe(self._close)
            except RuntimeError:
                self._gone = True
                self._sock.close()

    def forsake(self) -> None:
        """Close this process's copy and leave the peer and the parent process alone.

        Not even the event loop is told: what it polls with is shared with the parent.
        """
        self._gone = True
        self._sock.close()

    def _close(self) -> None:
        if self._gone:
            return
        self._gone = True
        self._loop.remove_reader(self._number)
        self._loop.remove_writer(self._number)
        if self._alarm is not None:
            self._alarm.cancel()
        self._sock.close()
        self._wake()

    def _on_readable(self) -> None:
        before = len(self._inbox)
        self._take()
        while self._drains and before < len(self._inbox) < INBOX_BOUND and not self._ended:
            if self._plain and len(self._inbox) - before < RECEIVE:
                self._ask_for_a_reset()
                break
            before = len(self._inbox)
            self._take()
        if self._ended or len(self._inbox) >= INBOX_BOUND:
            self._listening = False
            self._loop.remove_reader(self._number)
        if not self._inbox and not self._ended:
            return
        if self._taker is not None and self._inbox and not self._taker() and not self._ended:
            return
        self._taker = None
        self._wake()

    def _take(self) -> None:
        """Take what the socket has now, if anything."""
        try:
            data = self._sock.recv(RECEIVE)
        except self._again:
            return
        except OSError as error:
            self._broken = error
            data = b""
        if data:
            self._inbox += data
        else:
            self._ended = True

    def _ask_for_a_reset(self) -> None:
        """Take an error that came behind the last bytes: to read in vain would say it as well, for an exception."""
        code = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._broken, self._ended = OSError(code, os.strerror(code)), True

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _news(self, until: float) -> asyncio.Future[None]:
        """A future that is done when something has happened: bytes, the end, room to write, the deadline, a drop."""
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            raise RuntimeError("two tasks read one answer at the same time: only one can have what arrives")
        self._until = until
        self._waiter = waiter = self._loop.create_future()
        if self._gone:
            waiter.set_result(None)
        # The alarm is set once for many waits: it usually rings, if at all, to find a later deadline.
        elif self._alarm is None or self._alarm_at > until:
            self._set_alarm()
        return waiter

    def _in_vain(self, until: float) -> None:
        """A wait ended with nothing to read."""
        if self._gone:
            raise NoAnswer("closed", "the connection was closed on this side", sent=True)
        if monotonic() >= until:
            raise NoAnswer("timeout", "nothing arrived in time", sent=True)

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        seconds = max(min(self._until - monotonic(), _DAY), 0.0)
        self._alarm_at = monotonic() + seconds
        self._alarm = self._loop.call_later(seconds, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self._waiter is None or self._waiter.done():
            return
        if monotonic() >= self._until:
            self._wake()
        else:
            self._set_alarm()


class Turn:
    """A place in a queue of the running event loop."""

    __slots__ = ("_come", "_loop")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._come: asyncio.Future[None] = self._loop.create_future()

    def wake(self) -> None:
        """The turn has come. From any thread."""
        try:
            self._loop.call_soon_threadsafe(_resolve, self._come, None)
        except RuntimeError:
            # The loop is closed, and whoever waited on it is gone.
            return

    async def wait(self, until: float) -> bool:
        """Wait for it; False when `until` came first."""
        return await _before(self._come, until)


class Pools:
    """A pool for each event loop that the transport is used on: a socket belongs to the loop that polls it.

    Args:
        make: makes one.
    """

    __slots__ = ("_closed", "_make", "_pools")

    def __init__(self, make: Callable[[], Pool[Any]]) -> None:
        self._make = make
        self._closed = False
        self._pools: dict[asyncio.AbstractEventLoop, Pool[Any]] = {}

    def current(self) -> Pool[Any]:
        """The pool of the running loop. Those of dead loops are closed when a new loop first comes by."""
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            for old in [known for known in list(self._pools) if known.is_closed()]:
                self._pools.pop(old).close(busy=True)
            pool = self._pools[loop] = self._make()
            if self._closed:
                pool.close(busy=True)
        return pool

    def close(self, *, busy: bool) -> None:
        """Close them all: see `Pool.close`."""
        self._closed = True
        for pool in list(self._pools.values()):
            pool.close(busy=busy)
