"""The seam between thinking and the network: what is asked, what is answered, and why there was no answer. No I/O.

`exchange` speaks only these types. Whatever carries bytes (our own HTTP/1.1 in `blocking` and `aio`, the httpx
adapter, the embedded engine, a recording) implements `Transport` or `AsyncTransport` and holds no decision of its own.

All times are seconds. `until` is an instant of `time.monotonic()`: a deadline, not a duration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Protocol, TypeVar, overload

from msgspec import Struct

T = TypeVar("T")

Headers = Mapping[str, str]
"""Received headers: names in lower case, a repeated header's values joined by a comma and a space (RFC 9110 §5.3)."""

Kind = Literal["connect", "tls", "timeout", "reset", "cut", "protocol", "closed"]
"""Why there was no answer, or no more of it.

connect: no connection was made. tls: the peer could not be verified or spoke no TLS. timeout: `until`, or the
connect limit, passed. reset: the peer closed or reset the connection before an answer. cut: the answer's body ended
before its framing said so. protocol: what arrived is not HTTP/1.1, or is over a bound. closed: the transport itself
was closed.
"""


class Outgoing(Struct, frozen=True, gc=False):
    """One HTTP request as it goes out.

    Attributes:
        method: in capitals.
        url: absolute: `http://`, `https://`, or `http+unix://` with the socket's path percent-encoded as the host.
        headers: name and value pairs in the order they are sent; Host and Content-Length are the transport's.
        own: more of them, which belong to this request alone; a transport may keep `headers` ready for the next.
        body: the body, whole.
        connect: how many seconds making a connection may take, inside `until`.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    connect: float = 5.0
    own: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """What and where; headers hold credentials, and bodies hold what people said."""
        return f"Outgoing({self.method} {self.url}, {len(self.body)} bytes)"


class NoAnswer(Exception):  # noqa: N818 - an outcome that the exchange judges, never an error a user sees
    """What a transport raises instead of an answer, or instead of more of one.

    Attributes:
        kind: see `Kind`.
        detail: one plain phrase, free of secrets: "connection refused by 127.0.0.1:9".
        sent: whether any byte of the request may have reached the peer.
    """

    def __init__(self, kind: Kind, detail: str, *, sent: bool = False) -> None:
        super().__init__(detail)
        self.kind: Kind = kind
        self.detail = detail
        self.sent = sent


class Answer(Protocol):
    """An HTTP answer whose head has arrived. 1xx are behind it; on redirects the exchange decides.

    Attributes:
        arrived: the whole body, where it came with the head and there is nothing to undo; else None. `read` and
            `whole` give it all the same.
    """

    @property
    def arrived(self) -> bytes | None:
        """See above."""
        ...

    @property
    def status(self) -> int:
        """The HTTP status: 200 to 599."""
        ...

    @property
    def headers(self) -> Headers:
        """The answer's headers."""
        ...

    def read(self, until: float) -> bytes:
        """The next piece of the body as it arrives, content encoding undone; b"" once, at the body's proper end."""
        ...

    def whole(self, until: float, bound: int) -> bytes:
        """What is left of the body, up to its proper end.

        Raises:
            NoAnswer: as `read`; kind "protocol" when it is longer than `bound` bytes.
        """
        ...

    def finish(self) -> None:
        """Leave, having read all that matters: what is left is the framing of the body's end, if anything.

        The connection is kept, also when that framing has still to arrive: it is awaited for a moment when the
        connection is wanted again. Never blocks, never raises; does nothing after `close` or the body's end.
        """
        ...

    def close(self) -> None:
        """Leave: keep the connection when the body has ended, drop it at once otherwise.

        Never blocks, never raises, may be called twice and from any thread. Dropping the last reference does the same.
        """
        ...


class AsyncAnswer(Protocol):
    """The asynchronous twin of `Answer`. `close` stays an ordinary call: dropping a socket needs no waiting."""

    @property
    def arrived(self) -> bytes | None:
        """The whole body, where it came with the head: as `Answer.arrived`."""
        ...

    @property
    def status(self) -> int:
        """The HTTP status: 200 to 599."""
        ...

    @property
    def headers(self) -> Headers:
        """The answer's headers."""
        ...

    async def read(self, until: float) -> bytes:
        """The next piece of the body as it arrives, content encoding undone; b"" once, at the body's proper end."""
        ...

    async def whole(self, until: float, bound: int) -> bytes:
        """What is left of the body, up to its proper end; raises as `Answer.whole`."""
        ...

    def finish(self) -> None:
        """Leave, having read all that matters: as `Answer.finish`."""
        ...

    def close(self) -> None:
        """Leave: keep the connection when the body has ended, drop it at once otherwise: as `Answer.close`."""
        ...


class Transport(Protocol):
    """What carries requests for a blocking client."""

    def send(self, request: Outgoing, until: float) -> Answer:
        """Send one request and wait for the head of its answer.

        Raises:
            NoAnswer: there was none.
        """
        ...

    def close(self) -> None:
        """Close every idle connection; a stream being read ends with kind "closed"."""
        ...


class AsyncTransport(Protocol):
    """What carries requests for an asynchronous client."""

    async def send(self, request: Outgoing, until: float) -> AsyncAnswer:
        """Send one request and wait for the head of its answer; raises as `Transport.send`."""
        ...

    def close(self) -> None:
        """Close every idle connection, of every event loop this was used on."""
        ...


class ReceivedHeaders(Headers):
    """Headers as they came off the wire, taken apart when one is first looked at: most answers' never are.

    Args:
        head: the answer's head, found well formed by a parser: the status line, then the header lines, each but the
            last ended by CR LF.
    """

    __slots__ = ("_head", "_values")

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._values: dict[str, str] | None = None

    def __getitem__(self, name: str) -> str:
        """All values of a header, its name in any case."""
        return self._read()[name.lower()]

    @overload
    def get(self, name: str, /) -> str | None: ...

    @overload
    def get(self, name: str, /, default: str | T) -> str | T: ...

    def get(self, name: str, /, default: object = None) -> object:
        """All values of a header, its name in any case; `default` where there is none.

        One that is looked for before all others is cut out of the head by itself: most who look want no more.
        """
        if self._values is None and name.replace("-", "").isalnum():
            line = b"\r\n%b:" % name.lower().encode()
            lowered = self._head.lower()
            start = lowered.find(line) + len(line)
            if start < len(line):
                return default
            if lowered.find(line, start) < 0:
                end = lowered.find(b"\r\n", start)
                value = self._head[start:end] if end >= 0 else self._head[start:]
                return value.decode("latin-1").strip(" \t")
        return self._read().get(name.lower(), default)

    def __iter__(self) -> Iterator[str]:
        """The names, in lower case, each once, in the order of arrival."""
        return iter(self._read())

    def __len__(self) -> int:
        """How many different names there are."""
        return len(self._read())

    def __repr__(self) -> str:
        """As the dict it reads like."""
        return repr(self._read())

    def __reduce__(self) -> tuple[type[ReceivedHeaders], tuple[bytes]]:
        """Pickle as the bytes."""
        return ReceivedHeaders, (self._head,)

    def _read(self) -> dict[str, str]:
        values = self._values
        if values is None:
            values = {}
            for line in self._head.decode("latin-1").split("\r\n")[1:]:
                written, _, value = line.partition(":")
                name = written.lower()
                # The white space around a value is no part of it (RFC 9110 §5.5).
                value = value.strip(" \t")
                values[name] = f"{values[name]}, {value}" if name in values else value
            self._values = values
        return values
