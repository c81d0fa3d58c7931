"""A user's own httpx (or httpx2) client as a transport: HTTP/2, SOCKS, custom authentication. Touches the network.

For whatever `blocking` and `aio` do not speak. The client stays its owner's: it is configured and closed by them, its
headers, cookies and authentication apply, redirects are left to the exchange. httpx has no deadlines, only a time for
each read that is fixed when the body's first piece is asked for; the blocking adapter is held to that, the
asynchronous one keeps `until` exactly.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from dragoman.errors import ConfigurationError, InvalidRequestError
from dragoman.transport import NoAnswer
from dragoman.transport.apart import apart
from dragoman.transport.patience import patience

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from types import ModuleType

    import httpx

    from dragoman.transport import Headers, Kind, Outgoing

MOMENT = 0.05
"""How many seconds the end of a body that was finished early is waited for, so that its connection can be kept."""

LONGEST = 1e9
"""The most seconds that are a limit, thirty years: the clock of a socket ends a little later."""

_leaving: set[asyncio.Task[None]] = set()
"""Answers being closed: an event loop itself holds no task, and httpx can close one only by waiting."""


def _library(client: object, kind: str) -> ModuleType:
    """The module whose errors a client of a kind raises: httpx, or its successor of the same shape."""
    for cls in type(client).__mro__:
        root = cls.__module__.partition(".")[0]
        if root in {"httpx", "httpx2"}:
            library = sys.modules[root]
            if not isinstance(client, getattr(library, kind)):
                raise ConfigurationError(f"an {root}.{kind} carries these calls, not an {root}.{cls.__name__}")
            return library
    # One of a user's own, around httpx's: whatever it is, it builds httpx's requests.
    if "httpx" in sys.modules and hasattr(client, "build_request") and hasattr(client, "send"):
        return sys.modules["httpx"]
    raise ConfigurationError(f"an httpx client was expected as transport, not {type(client).__name__}")


def _timeout(library: ModuleType, request: Outgoing, until: float) -> Any:  # noqa: ANN401 - httpx's or httpx2's
    left = _waitable(max(until - monotonic(), 0.001))
    return library.Timeout(left, connect=_waitable(request.connect if left is None else min(request.connect, left)))


def _waitable(seconds: float) -> float | None:
    """Seconds as a socket takes them: what is longer than it can count is no limit."""
    return seconds if seconds <= LONGEST else None


def _errors(library: ModuleType) -> tuple[type[Exception], ...]:
    # OSError: some of a socket's own errors pass through httpx as they are. RuntimeError: the client was closed.
    return (library.HTTPError, library.InvalidURL, library.StreamError, RuntimeError, OSError)


def _no_answer(library: ModuleType, error: Exception, *, begun: bool) -> Exception:
    """What an exception of httpx means here; `begun` says whether the head of an answer had arrived."""
    detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, library.UnsupportedProtocol | library.LocalProtocolError | library.InvalidURL):
        return InvalidRequestError(f"httpx cannot send this request ({type(error).__name__})")
    kind: Kind
    if isinstance(error, library.TimeoutException):
        kind = "timeout"
    elif isinstance(error, library.ConnectError | library.ProxyError):
        kind = "tls" if _is_tls(error) else "connect"
    elif isinstance(error, library.RemoteProtocolError):
        # httpx has no class of its own for a connection that ended: h11 words it, "... closed" or "... disconnected".
        ended = "closed" in str(error) or "disconnected" in str(error)
        kind = ("cut" if begun else "reset") if ended else "protocol"
    elif isinstance(error, library.DecodingError):
        kind = "protocol"
    elif isinstance(error, library.StreamError | RuntimeError):
        kind = "closed"
    else:
        kind = "cut" if begun else "reset"
    early = isinstance(error, library.ConnectTimeout | library.PoolTimeout) or kind in {"connect", "tls"}
    return NoAnswer(kind, detail, sent=not early)


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if "ssl" in sys.modules and isinstance(error, sys.modules["ssl"].SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _too_long(bound: int) -> NoAnswer:
    return NoAnswer("protocol", f"the body is longer than {bound} bytes", sent=True)


def _shut(response: httpx.Response) -> None:
    """End the connection of an answer under whoever reads from it; one that is played has none."""
    import socket  # noqa: PLC0415 - few answers are closed so

    stream: Any = response.extensions.get("network_stream")
    sock = stream.get_extra_info("socket") if stream is not None else None
    if isinstance(sock, socket.socket):
        with suppress(OSError):
            # As a plain socket: under TLS its own method would take away what the reader reads with.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


class HttpxAnswer:
    """An answer of `HttpxTransport`; see `dragoman.transport.Answer`.

    Attributes:
        status: the HTTP status.
        headers: the answer's headers.
        arrived: None; its body is always read.
    """

    def __init__(self, library: ModuleType, response: httpx.Response) -> None:
        self._library = library
        self._response: httpx.Response | None = response
        self._pieces: Iterator[bytes] = response.iter_bytes()
        self._begun = self._ended = False
        self._reader = 0
        self.status: int = response.status_code
        self.headers: Headers = response.headers
        self.arrived: bytes | None = None

    def read(self, until: float) -> bytes:
        """The next piece of the body as it arrives, content encoding undone; b"" at and after its proper end."""
        response = self._response
        if response is None:
            if self._ended:
                return b""
            raise NoAnswer("closed", "the answer was closed", sent=True)
        if not self._begun:
            self._begun = True
            response.request.extensions["timeout"]["read"] = _waitable(until - monotonic())
        if monotonic() >= until:
            self.close()
            raise NoAnswer("timeout", "nothing arrived in time", sent=True)
        failure: Exception | None = None
        piece = b""
        self._reader = threading.get_ident()
        try:
            piece = next(filter(None, self._pieces), b"")
        except _errors(self._library) as error:
            failure = error
        finally:
            self._reader = 0
        if self._response is None:
            # Whoever closed it only woke this thread up.
            self._let_go(response)
            raise NoAnswer("closed", "the answer was closed", sent=True)
        if failure is not None:
            self.close()
            raise _no_answer(self._library, failure, begun=True) from failure
        if not piece:
            self._ended = True
            self.close()
        return piece

    def whole(self, until: float, bound: int) -> bytes:
        """What is left of the body, up to its proper end; kind "protocol" when it is longer than `bound` bytes."""
        pieces: list[bytes] = []
        size = 0
        while piece := self.read(until):
            size += len(piece)
            if size > bound:
                self.close()
                raise _too_long(bound)
            pieces.append(piece)
        return b"".join(pieces)

    def finish(self) -> None:
        """Leave. The connection is only kept if the body has ended: httpx could but wait for the rest of it."""
        if self._response is not None:
            self._ended = True
            self.close()

    def close(self) -> None:
        """Leave: keep the connection when the body has ended, drop it at once otherwise.

        A thread that reads is woken, and closes it: a socket's number may be another file's by the time it looks. Over
        HTTP/2, where others read from that socket, it is woken by what arrives next.
        """
        response, self._response = self._response, None
        if response is None:
            return
        if self._reader in {0, threading.get_ident()}:
            self._let_go(response)
        elif response.http_version.startswith("HTTP/1"):
            _shut(response)

    def _let_go(self, response: httpx.Response) -> None:
        try:
            response.close()
        except (self._library.HTTPError, RuntimeError, OSError):
            # It could not even be closed: there is nothing left to keep, and nobody to tell.
            return

    def __del__(self) -> None:
        """An answer nobody holds any more is closed."""
        self.close()


class HttpxTransport:
    """Carries requests with an `httpx.Client`; see `dragoman.transport.Transport`.

    Args:
        client: the client, httpx's or httpx2's. It is not closed here.

    Raises:
        ConfigurationError: it is something else, or of the other colour.
    """

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._library = _library(client, "Client")

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._client.is_closed

    def send(self, request: Outgoing, until: float) -> HttpxAnswer:
        """Send one request and wait for the head of its answer; raises NoAnswer when there is none."""
        # httpx cannot be called away: of a call that may be, another thread waits for it.
        return apart(lambda: self._send(request, until), until) if patience.cancels else self._send(request, until)

    def _send(self, request: Outgoing, until: float) -> HttpxAnswer:
        try:
            made = self._client.build_request(
                request.method,
                request.url,
                headers=list(request.headers + request.own),
                content=request.body,
                timeout=_timeout(self._library, request, until),
            )
            return HttpxAnswer(self._library, self._client.send(made, stream=True, follow_redirects=False))
        except _errors(self._library) as error:
            raise _no_answer(self._library, error, begun=False) from error

    def close(self) -> None:
        """Do nothing: the client is closed by whoever made it."""


class AsyncHttpxAnswer:
    """An answer of `AsyncHttpxTransport`; see `dragoman.transport.AsyncAnswer`.

    Attributes:
        status: the HTTP status.
        headers: the answer's headers.
        arrived: None; its body is always read.
    """

    def __init__(self, library: ModuleType, response: httpx.Response) -> None:
        self._library = library
        self._response: httpx.Response | None = response
        self._pieces: AsyncIterator[bytes] = response.aiter_bytes()
        self._ended = False
        self.status: int = response.status_code
        self.headers: Headers = response.headers
        self.arrived: bytes | None = None

    async def read(self, until: float) -> bytes:
        """The next piece of the body as it arrives, content encoding undone; b"" at and after its proper end."""
        if self._response is None:
            if self._ended:
                return b""
            raise NoAnswer("closed", "the answer was closed", sent=True)
        try:
            async with asyncio.timeout(_left(until)):
                async for piece in self._pieces:
                    if piece:
                        return piece
        except TimeoutError:
            self.close()
            raise NoAnswer("timeout", "nothing arrived in time", sent=True) from None
        except _errors(self._library) as error:
            self.close()
            raise _no_answer(self._library, error, begun=True) from error
        except BaseException:
            self.close()
            raise
        self._ended = True
        self.close()
        return b""

    async def whole(self, until: float, bound: int) -> bytes:
        """What is left of the body, up to its proper end; kind "protocol" when it is longer than `bound` bytes."""
        pieces: list[bytes] = []
        size = 0
        while piece := await self.read(until):
            size += len(piece)
            if size > bound:
                self.close()
                raise _too_long(bound)
            pieces.append(piece)
        return b"".join(pieces)

    def finish(self) -> None:
        """Leave, having read all that matters: what is left of the body gets a moment to arrive, in a task's hands."""
        if self._response is not None:
            self._ended = True
            self._leave(MOMENT)

    def close(self) -> None:
        """Leave: keep the connection when the body has ended, drop it at once otherwise."""
        self._leave(0.0)

    def __del__(self) -> None:
        """An answer nobody holds any more is closed."""
        self.close()

    def _leave(self, patience: float) -> None:
        response, self._response = self._response, None
        if response is None or response.is_closed:
            return
        try:
            task = asyncio.get_running_loop().create_task(_left_alone(response, self._pieces, patience))
        except RuntimeError:
            # Without a running loop httpx has no way to close it; its loop took the socket along.
            return
        _leaving.add(task)
        task.add_done_callback(_leaving.discard)


async def _left_alone(response: httpx.Response, pieces: AsyncIterator[bytes], patience: float) -> None:
    try:
        if patience:
            async with asyncio.timeout(patience):
                async for _ in pieces:
                    pass
    except Exception:  # noqa: BLE001, S110 - whatever ended the body, it was not wanted any more
        pass
    try:
        await response.aclose()
    except Exception:  # noqa: BLE001 - it could not even be closed, and nobody is left to tell
        return


def _left(until: float) -> float | None:
    return _waitable(max(until - monotonic(), 0.0))


class AsyncHttpxTransport:
    """Carries requests with an `httpx.AsyncClient` on asyncio; see `dragoman.transport.AsyncTransport`.

    Args:
        client: the client, httpx's or httpx2's. It is not closed here.

    Raises:
        ConfigurationError: it is something else, or of the other colour.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._library = _library(client, "AsyncClient")

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._client.is_closed

    async def send(self, request: Outgoing, until: float) -> AsyncHttpxAnswer:
        """Send one request and wait for the head of its answer; raises NoAnswer when there is none."""
        try:
            made = self._client.build_request(
                request.method,
                request.url,
                headers=list(request.headers + request.own),
                content=request.body,
                timeout=_timeout(self._library, request, until),
            )
            async with asyncio.timeout(_left(until)):
                response = await self._client.send(made, stream=True, follow_redirects=False)
        except TimeoutError:
            raise NoAnswer("timeout", "no answer in time", sent=True) from None
        except _errors(self._library) as error:
            raise _no_answer(self._library, error, begun=False) from error
        return AsyncHttpxAnswer(self._library, response)

    def close(self) -> None:
        """Do nothing: the client is closed by whoever made it."""
