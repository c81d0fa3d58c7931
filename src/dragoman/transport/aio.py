"""Our own HTTP/1.1 for an asynchronous client, on asyncio's loops and uvloop's. Touches the network and the clock.

The twin of `blocking`: the same text but for the words for waiting, which a test holds it to. What is decided is
decided in `http1`, `pool`, `route`; what waits is in `line_aio`.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from dragoman.transport import NoAnswer, ReceivedHeaders, tls
from dragoman.transport.dial_aio import reach
from dragoman.transport.http1 import Response, write_request
from dragoman.transport.line_aio import Line, Pools, Turn
from dragoman.transport.pool import Place, Pool
from dragoman.transport.route import Routes

if TYPE_CHECKING:
    from collections.abc import Hashable
    from os import PathLike

    from dragoman.transport import Headers, Outgoing
    from dragoman.transport.route import Route
    from dragoman.transport.tls import Certificate, Verify

MOMENT = 0.05
"""How many seconds the end of a body that was finished early is waited for, when its connection is wanted again."""


class Connection:
    """One connection and the reader of its answers.

    Attributes:
        line: the socket.
        response: reads what arrives.
        origin: what the connection leads to.
        pool: where it belongs.
        since: when it became idle.
        reused: whether it has carried an answer before.
    """

    __slots__ = ("line", "origin", "pool", "response", "reused", "since")

    def __init__(self, line: Line, origin: Hashable, pool: Pool[Connection]) -> None:
        self.line = line
        self.response = Response()
        self.origin = origin
        self.pool = pool
        self.since = 0.0
        self.reused = False

    def __del__(self) -> None:
        """Open the cycle between the reader and its parser, which only the garbage collector would find."""
        # A Ctrl-C may have come before it had one.
        response = getattr(self, "response", None)
        if response is not None:
            response.release()

    def drop(self) -> None:
        """Close the socket at once."""
        self.line.drop()

    def forsake(self) -> None:
        """Leave it to the parent process."""
        self.line.forsake()

    def put_back(self) -> None:
        """Give it to the pool, if it can be used again."""
        self.since = monotonic()
        self.reused = True
        if not (self.response.keep and self.pool.give(self)):
            self.pool.discard(self)

    async def ask(self, method: str, head: bytes, body: bytes, until: float) -> None:
        """Send a request and read until the head of its answer is complete."""
        response = self.response
        response.begin(method)
        try:
            sent = self.line.offer(head)
        except OSError:
            self._unsent()
        else:
            if (body or sent < len(head)) and await self._send(memoryview(head)[sent:], until):
                await self._send(memoryview(body), until)
        try:
            while not response.begun:
                response.feed(await self.line.receive(until))
        except OSError as error:
            response.lost(*tls.broken(error))

    @property
    def unheard(self) -> bool:
        """Whether it has carried an answer before, and nothing of this one."""
        return self.reused and not self.response.touched

    def usable(self) -> bool:
        """Whether the next request may go out on it now."""
        response = self.response
        return response.ended and response.keep and not self.line.stale()

    async def settled(self, until: float) -> bool:
        """As `usable`, once what was left of the last answer has had a moment to arrive."""
        limit = min(monotonic() + MOMENT, until)
        try:
            while not self.response.ended:
                self.response.feed(await self.line.receive(limit))
                self.response.discard()
        except (NoAnswer, OSError):
            return False
        return self.usable()

    async def _send(self, rest: memoryview, until: float) -> bool:
        """Send all of it, reading what arrives meanwhile; False when there is no use in sending more.

        A server may answer before it has read everything, and close: its answer says why, and has to be read before
        the broken connection is noticed (RFC 9112 §9.5).
        """
        while rest:
            try:
                rest = rest[self.line.offer(rest) :]
            except OSError:
                return self._unsent()
            if not rest:
                break
            try:
                data = await self.line.room(until)
            except OSError as error:
                self.response.lost(*tls.broken(error))
                return self._unsent()
            if data is not None:
                self.response.feed(data)
                if self.response.begun:
                    return self._unsent()
        return True

    def _unsent(self) -> bool:
        self.response.keep = False
        return False


class AsyncioAnswer:
    """An answer of `AsyncioTransport` that came whole; see `dragoman.transport.Answer`.

    Attributes:
        status: the HTTP status: 200 to 599.
        arrived: the whole body; None where it did not come with the head, or there is something to undo.
    """

    __slots__ = ("_head", "_headers", "_unread", "arrived", "status")

    def __init__(self, response: Response, arrived: bytes | None) -> None:
        self._head = response.head
        self._headers: Headers | None = None
        self.status: int = response.status
        self.arrived = self._unread = arrived

    @property
    def headers(self) -> Headers:
        """The answer's headers, taken apart when they are first asked for."""
        if self._headers is None:
            self._headers = ReceivedHeaders(self._head)
        return self._headers

    async def read(self, until: float) -> bytes:  # noqa: ARG002 - for one that arrives still
        """The next piece of the body as it arrives, content encoding undone; b"" at and after its proper end."""
        rest, self._unread = self._unread, b""
        return rest or b""

    async def whole(self, until: float, bound: int) -> bytes:
        """What is left of the body, up to its proper end; kind "protocol" when it is longer than `bound` bytes."""
        pieces: list[bytes] = []
        size = 0
        piece = await self.read(until)
        while piece:
            size += len(piece)
            if size > bound:
                self.close()
                raise NoAnswer("protocol", f"the body is longer than {bound} bytes", sent=True)
            pieces.append(piece)
            piece = await self.read(until)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def finish(self) -> None:
        """Leave, having read all that matters."""

    def close(self) -> None:
        """Leave."""
        self._unread = b""


class Arriving(AsyncioAnswer):
    """An answer whose body arrives, or is yet to be read.

    Attributes:
        connection: what it arrives on, which it holds for so long; None once it is over.
    """

    __slots__ = ("_dropped", "connection")

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection.response, None)
        self.connection: Connection | None = connection
        self._dropped = False

    async def read(self, until: float) -> bytes:
        """As of one that came whole.

        Raises:
            NoAnswer: it broke off, or was closed before its end.
        """
        connection = self.connection
        if connection is None:
            if self._dropped:
                raise NoAnswer("closed", "the answer was closed", sent=True)
            return b""
        response = connection.response
        try:
            data = response.take()
            while not data and not response.ended:
                response.feed(await connection.line.receive(until))
                data = response.take()
        except BaseException as failure:
            self.close()
            if isinstance(failure, OSError):
                response.lost(*tls.broken(failure))
            raise
        if response.at_end(data):
            self.finish()
        return data

    def finish(self) -> None:
        """Leave, having read all that matters: keep the connection, whose last bytes may still have to arrive."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.response.discard()
            connection.put_back()

    def close(self) -> None:
        """Leave: keep the connection when the body has ended, drop it at once otherwise."""
        connection = self.connection
        if connection is None:
            return
        if connection.response.ended:
            self.finish()
        else:
            self.connection = None
            self._dropped = True
            connection.pool.discard(connection)

    def __del__(self) -> None:
        """An answer nobody holds any more is closed."""
        if self.connection is not None:
            self.close()


class AsyncioTransport:
    """Carries requests over HTTP/1.1, keeping connections for later ones; see `dragoman.transport.AsyncTransport`.

    One may be used by many tasks at once, on any number of event loops one after the other or in threads of their own.

    Args:
        verify: how servers are verified: True by the system's authorities (or those of SSL_CERT_FILE, SSL_CERT_DIR), a
            path by the authorities in it, a context as it says, False not at all.
        cert: a client certificate: a PEM file that holds its key too, or a pair of files.
        proxy: the URL of a proxy for every request; "" for none; None for HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and
            NO_PROXY. The environment's proxies are never used for this machine itself.
        trust_env: whether the environment is asked for proxies.
        max_connections: how many connections one origin may have at a time; None for no limit. Who finds none free
            waits for one, within the time of the call.
        keep_alive: how many seconds an idle connection is kept.
        unix: the path of a Unix socket that every request goes through, whatever host its URL names.

    Attributes:
        closed: whether it was closed.

    Raises:
        ConfigurationError: a proxy cannot be used. Certificate files are read with the first https:// request.
    """

    def __init__(  # noqa: PLR0913 - each is one independent setting, with a default
        self,
        *,
        verify: Verify = True,
        cert: Certificate | None = None,
        proxy: str | None = None,
        trust_env: bool = True,
        max_connections: int | None = None,
        keep_alive: float = 30.0,
        unix: str | PathLike[str] | None = None,
    ) -> None:
        self._verify: Verify = verify
        self._cert: Certificate | None = cert
        self._routes = Routes(proxy, trust_env=trust_env, unix=unix)
        self._pools = Pools(lambda: Pool[Any](keep_alive, max_connections))
        self.closed = False

    async def send(self, request: Outgoing, until: float) -> AsyncioAnswer:
        """Send one request and wait for the head of its answer.

        A server may close an idle connection at the very moment it is used again. When a connection that has carried
        an answer before breaks with no byte of the next, the request goes out once more, on a fresh one: the only
        repetition here. RFC 9112 §9.3.1 lets a client do that unasked with idempotent requests; RFC 9110 §9.2.2 with
        others when their meaning is idempotent or they were surely not acted upon. A server that drops a connection
        without a word was all but surely closing it as idle, and a completion computed twice changes nothing.

        Raises:
            NoAnswer: there was none.
            InvalidRequestError: the URL or a header cannot be sent.
            ConfigurationError: a certificate file, or the proxy in force, cannot be used.
        """
        route, method = self._routes[request.url], request.method
        head, body = write_request(route.head(method, request.headers), method, request.own, request.body)
        pool = self._pools.current()
        raced: NoAnswer | None = None
        while True:
            try:
                connection = await self._connection(pool, route, request.connect, until, fresh=raced is not None)
            except NoAnswer as failure:
                # What was sent before may have been acted upon: that is what its sender has to know.
                raise raced or failure from None
            try:
                await connection.ask(method, head, body, until)
            except BaseException as failure:
                pool.discard(connection)
                if not isinstance(failure, NoAnswer) or failure.kind != "reset" or not connection.unheard:
                    raise
                raced = failure
            else:
                arrived = connection.response.complete()
                if arrived is None:
                    return Arriving(connection)
                answer = AsyncioAnswer(connection.response, arrived)
                connection.put_back()
                return answer

    def close(self) -> None:
        """Close every connection; a stream being read ends with kind "closed", and so does every later `send`."""
        self.closed = True
        self._pools.close(busy=True)

    def __del__(self) -> None:
        """Close what is idle; an answer still being read keeps its connection to its end."""
        pools = getattr(self, "_pools", None)
        if pools is not None:
            pools.close(busy=False)

    async def _connection(
        self, pool: Pool[Connection], route: Route, connect: float, until: float, *, fresh: bool
    ) -> Connection:
        while not pool.closed:
            now = monotonic()
            if now >= until:
                raise NoAnswer("timeout", "the time was up before anything was sent")
            place = pool.take(route.origin, now)
            if isinstance(place, Place):
                if place is Place.OPEN:
                    return await self._open(pool, route, min(until, now + connect))
                await _turn(pool, route, until)
                continue
            if place.usable() and not fresh:
                return place
            try:
                if not fresh and not place.response.ended and await place.settled(until):
                    return place
            except BaseException:
                pool.discard(place)
                raise
            pool.discard(place)
        raise NoAnswer("closed", "the transport was closed")

    async def _open(self, pool: Pool[Connection], route: Route, until: float) -> Connection:
        try:
            sock, again = await reach(route, self._verify, self._cert, until)
        except BaseException:
            pool.release(route.origin)
            raise
        connection = Connection(Line(sock, again), route.origin, pool)
        if not pool.lend(connection):
            connection.drop()
            raise NoAnswer("closed", "the transport was closed")
        return connection


async def _turn(pool: Pool[Connection], route: Route, until: float) -> None:
    """Wait until a connection to the route's origin may be free."""
    turn = Turn()
    pool.queue(route.origin, turn.wake)
    come = False
    try:
        come = await turn.wait(until)
    finally:
        if not come:
            pool.leave(route.origin, turn.wake)
    if not come:
        raise NoAnswer("timeout", f"every connection allowed to {route.name} was busy until the time was up")
