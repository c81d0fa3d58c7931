"""HTTP/1.1 as bytes: a request's head to send, an answer read from whatever arrives. No I/O.

llhttp (through httptools) does the reading. It refuses by itself: Content-Length beside Transfer-Encoding, repeated or
malformed lengths, folded header lines, bare line feeds, control characters, malformed or overflowing chunk sizes. What
it lets pass and RFC 9112 does not is refused here: transfer codings other than chunked, chunked in HTTP/1.0, versions
and statuses that do not exist, heads without an end.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

import httptools

from dragoman.errors import InvalidRequestError
from dragoman.transport import NoAnswer, ReceivedHeaders
from dragoman.transport.codings import accepted, known

if TYPE_CHECKING:
    from dragoman.transport.codings import Coding

HEAD_BOUND = 64 * 1024
"""The most bytes of head, of trailers, or of framing with nothing in it, in one go."""

COUNT_BOUND = 256
"""The most header lines in one head."""

_is_token = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_UNSENDABLE = re.compile(r"[\r\n\0]|[^\x00-\xff]")
_BODILESS = frozenset({"HEAD", "CONNECT"})
_SMALL = 4 * COUNT_BOUND
"""A head up to this size has fewer lines than the bound: the shortest is "a:" and its end."""

_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked(?:\r\n|\Z)")
_VERSIONS = (b"HTTP/1.1 ", b"HTTP/1.0 ")
_SUCCESS = b"HTTP/1.1 200 "
_OURS = frozenset({"host", "content-length", "transfer-encoding"})


def write_head(method: str, target: str, host: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    """A request's head up to and without Content-Length and the empty line.

    Accept-Encoding is added where the headers have none: what can be undone here, no more.

    Raises:
        InvalidRequestError: a header cannot be sent: it would end its line (and smuggle another in), it is not
            latin-1, or it is one that the transport writes itself. The message has its name, never its value.
    """
    if not _is_token(method):
        raise InvalidRequestError(f"the HTTP method {method[:20]!r} is not a word", param="method")
    lines = [f"{method} {target} HTTP/1.1\r\nhost: {host}".encode("latin-1")]
    asked = False
    for name, value in headers:
        lines += (_beginning(name), _sent(name, value))
        asked = asked or name.lower() == "accept-encoding"
    if not asked:
        lines += (_beginning("accept-encoding"), accepted().encode())
    return b"".join(lines)


def _sent(name: str, value: str) -> bytes:
    if _UNSENDABLE.search(value):
        raise InvalidRequestError(
            f"the value of header {name[:80]!r} holds a line break, a NUL or a character outside latin-1",
            param=f"headers.{name[:80]}",
        )
    return value.encode("latin-1")


@lru_cache(256)
def _beginning(name: str) -> bytes:
    """The end of a line, and what a header's begins with: names are few, so that each is looked at once."""
    ours = name.lower() in _OURS
    if ours or not _is_token(name):
        raise InvalidRequestError(
            f"the header {name[:80]!r} is written by the transport itself; leave it out"
            if ours
            else f"{name[:80]!r} is no header name",
            param="headers",
        )
    return b"\r\n%b: " % name.encode()


def write_request(head: bytes, method: str, own: tuple[tuple[str, str], ...], body: bytes) -> tuple[bytes, bytes]:
    """The bytes of a request, in two parts when the body is too large to be worth copying behind the head.

    Raises:
        InvalidRequestError: one of its own headers cannot be sent, as `write_head`.
    """
    for name, value in own:
        # Letters and digits are what nearly all of these are made of, and may stand anywhere.
        plain = value.encode() if value.isascii() else b""
        head += _beginning(name) + (plain if plain.isalnum() else _sent(name, value))
    size = len(body)
    if not size and method not in {"POST", "PUT", "PATCH"}:
        return head + b"\r\n\r\n", b""
    if size > HEAD_BOUND:
        return b"%b\r\ncontent-length: %d\r\n\r\n" % (head, size), body
    return b"%b\r\ncontent-length: %d\r\n\r\n%b" % (head, size, body), b""


class _Enough(Exception):  # noqa: N818 - stops the parser; never leaves this module
    """Whatever is left of the fed bytes is not to be read."""


class Response:
    """Reads the answers that arrive on one connection, one after the other.

    Call `begin` for each request, `feed` with what arrives, `lost` when the connection broke; `take` gives the body.
    They raise NoAnswer, after which the connection is of no more use.

    Attributes:
        status: the status of the answer; 0 until its head is complete.
        head: its head: the status line and the header lines, the last without its end.
        begun: whether the head is complete, informational answers aside.
        ended: whether the body is complete in its framing; `take` may still have some of it.
        keep: whether the connection can carry another request once this answer has ended; whoever could not send all
            of the request says no beforehand.
        on_body: what the parser calls with each piece of the body.
    """

    __slots__ = (
        "_barren",
        "_bodiless",
        "_came",
        "_coding",
        "_parser",
        "_pieces",
        "_refusal",
        "begun",
        "ended",
        "head",
        "keep",
        "on_body",
        "status",
    )

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        # The parser looks its callbacks up once: this one goes straight into the list, without a call of ours. There
        # is none for headers: the parser checks them all the same, and we cut them out of the bytes when needed.
        self.on_body = self._pieces.append
        self._came = b""
        self._coding: Coding | None = None
        self._refusal = ""
        self._barren = 0
        self._bodiless = False
        self.status = 0
        self.head = b""
        self.begun = False
        self.ended = True
        self.keep = True
        self._parser = httptools.HttpResponseParser(self)

    @property
    def headers(self) -> ReceivedHeaders:
        """The headers of the answer."""
        return ReceivedHeaders(self.head)

    @property
    def touched(self) -> bool:
        """Whether any byte of this answer has arrived."""
        return self._barren > 0 or self.begun

    def begin(self, method: str) -> None:
        """Expect the answer to a request; the one before has ended, and what was not taken of it is forgotten."""
        if self._pieces:
            self._pieces.clear()
        self._came = b""
        self._coding = None
        self._barren = 0
        self._bodiless = method in _BODILESS
        self.begun = self.ended = False
        self.keep = True

    def feed(self, data: bytes) -> None:
        """Read what has arrived: b"" says that the peer has closed in order.

        Raises:
            NoAnswer: "protocol" when it is not HTTP/1.1 or is over a bound; when the peer closed, "reset" before the
                head was complete, "cut" when the framing promised more.
        """
        if not data:
            self._closed()
            return
        begun = self.begun
        if not begun:
            self._came += data
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._stopped(error)
        if self._pieces or self.ended or self.begun is not begun:
            self._barren = 1
            return
        self._barren += len(data)
        if self._barren > HEAD_BOUND:
            raise NoAnswer("protocol", f"{HEAD_BOUND} bytes arrived with neither a head nor a body in them", sent=True)

    def lost(self, how: str, is_tls: bool = False) -> None:  # noqa: FBT001, FBT002 - the pair that `tls.broken` gives
        """The connection broke: by a reset, or under TLS without its goodbye.

        Raises:
            NoAnswer: as `feed`, and "cut" even where only the closing would have ended the body; "tls" when TLS broke
                before an answer, as it does when the server wants a client certificate.
        """
        self.keep = False
        if self.ended:
            return
        if is_tls and not self.begun:
            raise NoAnswer("tls", f"{how} before an answer", sent=True)
        if self.begun:
            raise NoAnswer("cut", f"{how} before the body was complete", sent=True)
        raise NoAnswer("reset", f"{how} before an answer", sent=True)

    def take(self) -> bytes:
        """What has arrived of the body, content encoding undone; b"" when there is nothing now.

        Raises:
            NoAnswer: "protocol" when the body is not in its content encoding, "cut" when it ends amid it.
        """
        pieces = self._pieces
        if self._coding is not None:
            return self._decoded(self._coding)
        if not pieces:
            return b""
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        return data

    def complete(self) -> bytes | None:
        """Take the body, when all of it arrived as one piece and there is nothing to undo; else None."""
        return self._pieces.pop() if self.ended and len(self._pieces) == 1 and self._coding is None else None

    def at_end(self, taken: bytes) -> bool:
        """Whether the body has ended with the piece that `take` just gave: nothing more will come of it."""
        return self.ended and (self._coding is None or not taken)

    def discard(self) -> None:
        """Forget the body so far, unread."""
        self._pieces.clear()
        self._coding = None

    def release(self) -> None:
        """No more of this: take the parser out of the cycle that its callbacks close."""
        self._pieces.clear()
        del self._parser

    def on_message_begin(self) -> None:
        """Called by the parser: the first byte of an answer."""
        if self.ended:
            # Nobody asked: the two sides no longer agree on what belongs to which request.
            self.keep = False
            raise _Enough

    def on_headers_complete(self) -> None:
        """Called by the parser: the empty line."""
        came = self._came
        parser = self._parser
        status = 200
        if came[: len(_SUCCESS)] != _SUCCESS:
            # llhttp skips empty lines before an answer (RFC 9112 §2.2).
            came = came.lstrip(b"\r\n")
            if not came.startswith(_VERSIONS):
                self._refuse("an answer in no version of HTTP/1")
            status = parser.get_status_code()
            if status == 101 or not 100 <= status <= 599:  # noqa: PLR2004 - RFC 9110 §15
                self._refuse(f"an answer with status {status}")
        # llhttp takes nothing but CR LF for the end of a line.
        end = came.find(b"\r\n\r\n")
        if status < 200:  # noqa: PLR2004 - RFC 9110 §15.2: informational, and another head follows
            self._came = came[end + 4 :]
            return
        head = came[:end]
        self._came = b""
        self.head = head
        # `in` would take twice as long: it first tries whether these bytes are a number.
        if end > _SMALL or head.lower().find(b"-encoding:") >= 0:
            self._check(head)
        self.status = status
        self.keep = self.keep and parser.should_keep_alive()
        self.begun = True
        if self._bodiless:
            # The parser does not know the request, so it would wait for the body the head describes.
            self.keep = False
            self.ended = True
            raise _Enough

    def on_message_complete(self) -> None:
        """Called by the parser: the end of the body, or of an informational answer."""
        self.ended = self.begun

    def _check(self, head: bytes) -> None:
        """Refuse what llhttp lets pass."""
        if len(head) > HEAD_BOUND or head.count(b"\r\n") > COUNT_BOUND:
            self._refuse(f"a head of more than {HEAD_BOUND} bytes or {COUNT_BOUND} lines")
        lowered = head.lower()
        codings = lowered.count(b"\r\ntransfer-encoding:")
        # RFC 9112 §6.1: not in HTTP/1.0, and we asked for no coding but the chunks. White space behind the word is no
        # part of it, but llhttp takes some for one and would not undo the chunks.
        if codings and (codings > 1 or not _CHUNKED.search(lowered) or head.startswith(b"HTTP/1.0")):
            self._refuse("an answer with a transfer coding that is not chunked in HTTP/1.1")
        if b"\r\ncontent-encoding:" in lowered:
            coding = self.headers["content-encoding"].lower()
            if coding not in {"", "identity"}:
                if coding not in known():
                    self._refuse(f"a body in the content encoding {coding[:40]!r}, which cannot be undone here")
                self._coding = known()[coding]()

    def _refuse(self, what: str) -> NoReturn:
        self._refusal = what
        raise _Enough

    def _stopped(self, error: httptools.HttpParserError) -> None:
        if self._refusal:
            raise NoAnswer("protocol", f"the server sent {self._refusal}", sent=True)
        if error.__context__ is not None and not isinstance(error.__context__, _Enough):
            # What came while the parser called back, such as a Ctrl-C, is no fault of the server's.
            raise error.__context__ from None
        if not self.ended:
            raise NoAnswer("protocol", f"the server does not speak HTTP/1.1: {error}", sent=True) from None
        self.keep = False

    def _closed(self) -> None:
        self.keep = False
        if self.ended:
            return
        if self.begun and self.headers.keys().isdisjoint({"content-length", "transfer-encoding"}):
            # RFC 9112 §6.3, the last rule: the body lasts until the connection closes.
            self.ended = True
            return
        self.lost("the server closed the connection")

    def _decoded(self, coding: Coding) -> bytes:
        while True:
            data = coding.take()
            if data:
                return data
            if not self._pieces:
                break
            coding.put(b"".join(self._pieces))
            self._pieces.clear()
        if self.ended and not coding.whole():
            raise NoAnswer("cut", "the body ends amid its content encoding", sent=True)
        return b""
