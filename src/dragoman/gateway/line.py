"""uvicorn's HTTP/1.1 on one connection: leaving and answers are cheaper, heads have a bound, and no upgrade is missed.

ASGI has an app wait for a message to hear that its caller has left: a task beside each request, which costs as much as
a fifth of the request itself. Here the scope of each request has a `Left` that calls back. And an answer's head goes
out with the first of its body, not before it: a packet, a call of the kernel and a caller who is woken twice less.

uvicorn bounds heads with its other parser only, and loses the body of a request that would rather speak HTTP/2.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from dragoman.asgi import LEFT, Left
from dragoman.gateway import refusal

if TYPE_CHECKING:
    import asyncio
    from array import array

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

BOUND = 65_536
"""Bytes of a request's head, where the server's settings do not say."""

_ANSWER = b"HTTP/1.1 "
_TOO_LARGE = 431
_HEAD = (
    b"HTTP/1.1 %d Request Header Fields Too Large\r\n"
    b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
)
_SIGNS = len(": \r\n")


class HeadTooLargeError(Exception):
    """The head of a request has more bytes than may be."""


class Line(HttpToolsProtocol):
    """A connection of a caller. The bound of its requests' heads is uvicorn's `h11_max_incomplete_event_size`."""

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **named)
        self._left = Left()
        self._bound = self.config.h11_max_incomplete_event_size or BOUND
        # What is being read of a head, its bytes in the pieces after the one that it began in, and the piece's own.
        self._head: object = None
        self._further = self._piece = 0
        self._refused = self._stays = False
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
        head, self._piece = self._head, len(data)
        super().data_received(data)
        if head is not None and head is self._head:
            self._further += len(data)
            if self._further > self._bound:
                self.send_400_response("")

    def on_headers_complete(self) -> None:
        """Begin the request, unless its head is too large; as HTTP/1.1, whatever else it would rather be."""
        self._head = None
        if self._piece + self._further > self._bound:
            size = len(self.url) + sum(len(name) + len(value) + _SIGNS for name, value in self.headers)
            if size > self._bound:
                self._refused = True
                raise HeadTooLargeError
        self._stays = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
        if self._stays:
            return
        before = self.cycle
        super().on_headers_complete()
        if self.scope["http_version"] == "1.0":
            # Who speaks it knows no chunks (RFC 9112 §6.1): without a length an answer ends with the connection.
            self.cycle.chunked_encoding, self.cycle.expected_content_length = False, _Unsaid()
        if self.pipeline:
            self._unanswered = [*(each for each in self._unanswered if not each.response_complete), before]

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, or one whose head is too large; not in the middle of another's answer."""
        if self.cycle and not self.cycle.response_complete:
            self.transport.close()
        elif self._refused or self._further > self._bound:
            sentence = f"the request's headers are larger than {self._bound} bytes"
            told = refusal.of_status(_TOO_LARGE, sentence, "headers_too_large")
            self.transport.write(_HEAD % (_TOO_LARGE, len(told.body)) + told.body)
            self.transport.close()
        else:
            super().send_400_response(msg)

    def stay(self, rest: bytes) -> None:
        """Read a request that asked for another protocol as if it had not: nobody has to upgrade (RFC 9110 §7.8).

        Java's own client asks each server for HTTP/2 so. The parser ends with such a head, and calls its body none.
        """
        lines = [b"%s %s HTTP/1.1" % (self.parser.get_method(), self.url)]
        lines += [b"%s: %s" % (name, value) for name, value in self.headers if name != b"upgrade"]
        self._parse()
        self.parser.feed_data(b"\r\n".join([*lines, b"", rest]))

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own does
        """Begin."""
        super().connection_made(transport)
        self.transport = cast("asyncio.Transport", _Together(transport, self.loop))

    def on_message_begin(self) -> None:
        """Begin a request's scope."""
        super().on_message_begin()
        self._head, self._further = self.headers, 0
        extensions: dict[str, Any] = {LEFT: self._left}
        self.scope["extensions"] = extensions

    def on_message_complete(self) -> None:
        """Go on reading after a request: only so is it noticed that its caller leaves.

        uvicorn stops in the middle of a large body until the app asks for more, and nobody asks for more than all. It
        does so, too, while requests wait that were sent before the answer to this one.
        """
        if self._stays:
            return
        super().on_message_complete()
        if not self.pipeline:
            self.flow.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever works for the caller; uvicorn itself tells only the request that came last."""
        super().connection_lost(exc)
        for cycle in self._unanswered:
            cycle.disconnected = True
            cycle.message_event.set()
        self._left.happen()


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
    """A transport that holds the head of an answer back until more follows, for one turn of the loop at most."""

    __slots__ = ("_head", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""

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
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else a transport has
        return getattr(self._transport, name)

    def _flush(self) -> None:
        head, self._head = self._head, b""
        if head:
            self._transport.write(head)
