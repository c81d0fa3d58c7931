"""uvicorn's HTTP/1.1 on one connection: leaving and answers are cheaper, arrival has bounds, and no upgrade is missed.

ASGI has an app wait for a message to hear that its caller has left: a task beside each request, which costs as much as
a fifth of the request itself. Here the scope of each request has a `Left` that calls back. And an answer's head goes
out with the first of its body, not before it: a packet, a call of the kernel and a caller who is woken twice less.

uvicorn bounds heads with its other parser only, waits for ever for a request that has not come or not come whole and
for who takes nothing of an answer, lets a connection ask for more than it can be told, and loses an upgrade's body.
"""

from __future__ import annotations

import contextlib
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn, cast
from weakref import ref

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from dragoman.asgi import LEFT, MORE, Left
from dragoman.gateway import refusal

if TYPE_CHECKING:
    import asyncio
    from array import array
    from collections.abc import Awaitable, Callable

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

BOUND = 65_536
"""Bytes of a request's head, where the server's settings do not say."""

AHEAD = 100
"""Requests of a connection that may wait for the answer to the one before them; what follows is not read."""

LINGER = 2.0
"""Seconds for which what is left of a body is still taken, and dropped, once its answer has been given."""

_ANSWER = b"HTTP/1.1 "
_REFUSAL = b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
_SIGNS = len(": \r\n")
_NO_REQUEST = "no_http_request"


class RefusedError(Exception):
    """A request is not read any further."""


class Line(HttpToolsProtocol):
    """A connection of a caller. The bound of its requests' heads is uvicorn's `h11_max_incomplete_event_size`.

    Args:
        args: uvicorn's own.
        arrival: seconds in which a head has to come, from when it or its connection began, and each next piece of a
            body; and in which something has to be taken of an answer that waits for its caller.
        named: uvicorn's own.
    """

    def __init__(self, *args: Any, arrival: float, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **named)
        self._arrival = arrival
        # Since when what is to come is waited for; None while nothing has to come.
        self._awaited: float | None = None
        self._begun = False
        self._looking: asyncio.TimerHandle | None = None
        self._left = Left()
        # Of the request that came last.
        self._extensions: dict[str, Any] = {}
        self._bound = self.config.h11_max_incomplete_event_size or BOUND
        # What is being read of a head; the bytes that have come of it, or of a body with nothing of it in them, in
        # pieces after the one that it began in; and the piece's own.
        self._head: object = None
        self._further = self._piece = 0
        # What is answered to who is not read any further, where that is not what the parser says.
        self._refusal: tuple[HTTPStatus, str, str] | None = None
        self._stays = self._drops = self._full = False
        # Bytes that waited to be taken at the last look, with no more to come before they are.
        self._unread = 0
        # Requests behind which others wait that were sent before their answer.
        self._unanswered: list[RequestResponseCycle] = []
        self._parse()

    def _parse(self) -> None:
        parser = _Parser(self)
        parser.line = self
        self.parser = parser
        # As uvicorn's own: what follows a request that closes the connection is no mistake of that request.
        with contextlib.suppress(AttributeError):  # httptools before 0.6.3
            parser.set_dangerous_leniencies(lenient_data_after_close=True)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._drops:
            return
        head, self._piece = self._head, len(data)
        super().data_received(data)
        if head is not None and head is self._head:
            self._further += len(data)
            if self._further > self._bound:
                self._refusal = self._too_large()
                self.send_400_response("")
        elif self._is_amid_a_body():
            self._awaited = self.loop.time()
            self._further += len(data)
            if self._further > self._bound:
                self._refuse_framing()

    def _refuse_framing(self) -> None:
        """Read no more where trailers, or what a chunk's size is followed by, have no end."""
        if self.cycle.response_complete:
            self.transport.close()
        else:
            self.send_400_response(f"{self._further} bytes arrived with nothing of it in them")

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        # Nothing counts that came with it.
        self._further = -self._piece
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """Begin the request, unless its head is too large; as HTTP/1.1, whatever else it would rather be."""
        self._head = None
        if self._piece + self._further > self._bound:
            size = len(self.url) + sum(len(name) + len(value) + _SIGNS for name, value in self.headers)
            if size > self._bound:
                self._refuse(*self._too_large())
        self._stays = self.parser.should_upgrade()
        if self._stays:
            if self.parser.get_method() == b"CONNECT":
                self._refuse(HTTPStatus.NOT_IMPLEMENTED, "there is no way through here for CONNECT", "not_implemented")
            return
        if not self.url.startswith(b"/"):
            self._find_place()
        before = self.cycle
        super().on_headers_complete()
        if self.scope["http_version"] == "1.0":
            # Who speaks it knows no chunks (RFC 9112 §6.1): without a length an answer ends with the connection.
            self.cycle.chunked_encoding, self.cycle.expected_content_length = False, _Unsaid()
        self._extensions[MORE] = _More(self.cycle)
        self.headers, self._further = _TRAILERS, 0
        if self.pipeline:
            self._unanswered = [*(each for each in self._unanswered if not each.response_complete), before]

    def _find_place(self) -> None:
        """Have a path to a target that is a whole address, which need not name one (RFC 9112 §3.2.2)."""
        try:
            target = httptools.parse_url(self.url)
        except httptools.HttpParserInvalidURLError:
            self._refuse(HTTPStatus.BAD_REQUEST, "the request's target is neither a path nor an address", _NO_REQUEST)
        if not target.path:
            self.url = b"/?%b" % target.query if target.query else b"/"

    def _too_large(self) -> tuple[HTTPStatus, str, str]:
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        return status, f"the request's headers are larger than {self._bound} bytes", "headers_too_large"

    def _refuse(self, status: HTTPStatus, message: str, code: str) -> NoReturn:
        """Have the parser stop, which then asks for a refusal."""
        self._refusal = status, message, code
        raise RefusedError(message)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, or one whose head is too large; not in the middle of another's answer."""
        if self._full:
            # Those that came are answered; who sent more sends that again (RFC 9112 §9.3.2).
            self.cycle.keep_alive, self._drops = False, True
        elif self.cycle and not self.cycle.response_complete:
            if self._is_amid_a_body() and not self._is_answering():
                message = f"the request's body is none of HTTP/1.1's: {sys.exception() or msg}"
                self._turn_away(HTTPStatus.BAD_REQUEST, message, _NO_REQUEST)
            else:
                self.transport.close()
        elif self._refusal is not None:
            self._turn_away(*self._refusal)
        else:
            message = f"what arrived is no HTTP/1.1 request: {sys.exception() or msg}"
            self._turn_away(HTTPStatus.BAD_REQUEST, message, _NO_REQUEST)

    def _turn_away(self, status: HTTPStatus, message: str, code: str) -> None:
        told = refusal.of_status(status, message, code)
        self.transport.write(_REFUSAL % (status, status.phrase.encode(), len(told.body), told.body))
        self.transport.close()

    def _look(self) -> None:
        """Leave who takes nothing of an answer, and whose request does not come but for one that is being answered."""
        if self._is_stuck():
            # What waits would keep it open for ever, were it only closed.
            self.transport.abort()
            return
        now = self.loop.time()
        since = now if self._awaited is None or self._is_answering() else self._awaited
        if now >= since + self._arrival and not self.transport.is_closing():
            since = now
            self._leave()
        self._looking = self.loop.call_later(max(since + self._arrival - now, 0.0), self._look)

    def _leave(self) -> None:
        if self._begun and (self._head is not None or not self.cycle.response_started):
            # RFC 9110 §15.5.9; but to who has sent nothing, or has been answered, there is nothing to say.
            message = f"no more of the request arrived for {self._arrival:g} s"
            self._turn_away(HTTPStatus.REQUEST_TIMEOUT, message, "request_timeout")
        else:
            self.transport.close()

    def _is_stuck(self) -> bool:
        """Whether nothing has been taken since the last look, of what has to be before there is more."""
        before = self._unread
        waits = self.flow.write_paused or self.transport.is_closing()
        self._unread = self.transport.get_write_buffer_size() if waits else 0
        return 0 < before <= self._unread

    def resume_writing(self) -> None:
        """Say more: some of it has been taken."""
        self._unread = 0
        super().resume_writing()

    def _is_amid_a_body(self) -> bool:
        return self._awaited is not None and self._head is None

    def _drop_the_rest(self) -> bool:
        """Whether a body is under way that nobody wants any more; from here on it is taken and dropped."""
        if self._is_amid_a_body() and not self._is_answering():
            self._drops, self._awaited = True, None
            self.flow.resume_reading()
        return self._drops

    def _is_answering(self) -> bool:
        """Whether an answer is under way, or one is worked on that was asked for before what is to come."""
        if self.pipeline or not self.cycle:
            return bool(self.pipeline)
        return not self.cycle.response_complete and (self._head is not None or self.cycle.response_started)

    def stay(self, rest: bytes) -> None:
        """Read a request that asked for another protocol as if it had not: nobody has to upgrade (RFC 9110 §7.8).

        Java's own client asks each server for HTTP/2 so. The parser ends with such a head, and calls its body none.
        """
        version = self.parser.get_http_version().encode()
        lines = [b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, version)]
        lines += [b"%s: %s" % (name, value) for name, value in self.headers if name != b"upgrade"]
        self._parse()
        self.parser.feed_data(b"\r\n".join([*lines, b"", rest]))

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own does
        """Begin."""
        super().connection_made(transport)
        self._awaited = self.loop.time()
        self._looking = self.loop.call_later(self._arrival, self._look)
        self.transport = cast("asyncio.Transport", _Together(transport, self.loop, self._drop_the_rest))

    def on_message_begin(self) -> None:
        """Begin a request's scope; but for one that is too far ahead of the answers."""
        if len(self.pipeline) >= AHEAD:
            self._full = True
            raise RefusedError
        super().on_message_begin()
        self._head, self._further = self.headers, 0
        self._begun, self._awaited = True, self.loop.time()
        self._extensions = {LEFT: self._left}
        self.scope["extensions"] = self._extensions

    def on_message_complete(self) -> None:
        """Go on reading after a request: only so is it noticed that its caller leaves.

        uvicorn stops in the middle of a large body until the app asks for more, and nobody asks for more than all. It
        does so, too, while requests wait that were sent before the answer to this one.
        """
        if self._stays:
            return
        self._awaited = None
        super().on_message_complete()
        if not self.pipeline:
            self.flow.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever works for the caller; uvicorn itself tells only the request that came last."""
        super().connection_lost(exc)
        if self._looking is not None:
            self._looking.cancel()
        for cycle in self._unanswered:
            cycle.disconnected = True
            cycle.message_event.set()
        self._left.happen()


class _More:
    """Says more of an answer that has begun, as uvicorn would, without a task that waits for it.

    Args:
        cycle: the answer, whose length nobody stated.
    """

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        # Its scope leads here: held, each request would be a cycle of garbage.
        self._cycle = ref(cycle)

    def __call__(self, body: bytes) -> Awaitable[None] | None:
        cycle = self._cycle()
        if cycle is None or cycle.disconnected:
            return None
        if cycle.flow.write_paused:
            return cycle.send({"type": "http.response.body", "body": body, "more_body": True})
        # RFC 9112 §7.1.
        cycle.transport.write(b"%x\r\n%b\r\n" % (len(body), body) if cycle.chunked_encoding else body)
        return None


class _Trailers(list[tuple[bytes, bytes]]):
    """Where the fields behind a body go: nowhere. None of them is to be taken for a header (RFC 9110 §6.5.1)."""

    def append(self, _: tuple[bytes, bytes], /) -> None:
        pass


_TRAILERS = _Trailers()


class _Unsaid(int):
    """The length of an answer that nobody stated, for uvicorn's count of what is left: as long as it turns out."""

    def __lt__(self, _: int) -> bool:
        return False

    def __sub__(self, _: int) -> _Unsaid:
        return self


class _Parser(httptools.HttpRequestParser):
    """A parser that does not stop where a request asks for another protocol.

    Attributes:
        line: whom it tells.
    """

    line: Line

    def feed_data(self, data: bytes | bytearray | memoryview[int] | array[int]) -> None:
        try:
            super().feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self.line.stay(bytes(data)[upgrade.args[0] :])


class _Together:
    """A transport that holds the head of an answer back until more follows, for one turn of the loop at most.

    Args:
        transport: the server's.
        loop: its event loop.
        drops: whether its caller is still sending what nobody wants: a connection that is closed upon that is reset,
            and the caller loses the answer that it has not read (RFC 9112 §9.6).
    """

    __slots__ = ("_drops", "_head", "_loop", "_over", "_transport")

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, drops: Callable[[], bool]
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._drops = drops
        self._head = b""
        self._over = False

    def write(self, data: bytes) -> None:
        head, self._head = self._head, b""
        if head:
            self._transport.write(head + data)
        elif data.startswith(_ANSWER):
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def close(self) -> None:
        self._flush()
        if self._over:
            return
        self._over = True
        if self._transport.can_write_eof() and not self._transport.is_closing() and self._drops():
            self._transport.write_eof()
            self._loop.call_later(LINGER, self._transport.close)
        else:
            self._transport.close()

    def is_closing(self) -> bool:
        return self._over or self._transport.is_closing()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else a transport has
        return getattr(self._transport, name)

    def _flush(self) -> None:
        head, self._head = self._head, b""
        if head:
            self._transport.write(head)
