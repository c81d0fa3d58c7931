"""What a request brings: its body, within its bound, and unpacked. No I/O but the server's calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman import asgi
from dragoman.errors import InvalidRequestError
from dragoman.gateway import refusal
from dragoman.gateway.refusal import TurnedAwayError
from dragoman.transport import NoAnswer
from dragoman.transport.codings import accepted, known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dragoman.asgi import Header, Receive
    from dragoman.transport.codings import Coding

UNSUPPORTED = 415


async def read_body(receive: Receive, sent: Iterable[Header], bound: int) -> bytes:
    """What a caller sends, as it was before it was packed.

    Args:
        receive: the server's.
        sent: the request's headers.
        bound: the most bytes that it may have, packed and unpacked.

    Raises:
        Disconnected: the caller left before its end.
        TurnedAwayError: it has more, or is packed in a way that nobody here undoes.
        InvalidRequestError: it is not packed as it says.
    """
    packed: list[bytes] = []
    asks, said = False, 0
    for name, value in sent:
        if name == b"content-encoding":
            packed.append(value)
        elif name == b"expect":
            asks = True
        elif name == b"content-length" and value.isdigit():
            said = int(value)
    if asks and said > bound:
        # Who asked whether to send it (RFC 9110 §10.1.1) is spared the way; others send it, and listen then.
        raise TurnedAwayError(refusal.of_size(bound))
    coding = _coding(b",".join(packed)) if packed else None
    try:
        raw = await asgi.read_body(receive, bound)
        return raw if coding is None else _unpacked(coding, raw, bound)
    except asgi.BodyTooLarge:
        raise TurnedAwayError(refusal.of_size(bound)) from None


def _coding(named: bytes) -> Coding | None:
    """What undoes the content coding of a body (RFC 9110 §8.4); None where there is none to undo."""
    names = [name for name in named.decode("latin-1").lower().replace(",", " ").split() if name != "identity"]
    if not names:
        return None
    if len(names) == 1 and names[0] in known():
        return known()[names[0]]()
    message = f"the body is sent as {', '.join(names)[:100]!r}, which nobody here undoes: send it as it is, or in gzip"
    # RFC 9110 §15.5.16: so a client knows what else it might have sent.
    headers = [(b"accept-encoding", accepted().encode())]
    raise TurnedAwayError(refusal.of_status(UNSUPPORTED, message, "unsupported_encoding", headers))


def _unpacked(coding: Coding, raw: bytes, bound: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    try:
        coding.put(raw)
        while piece := coding.take():
            size += len(piece)
            if size > bound:
                raise asgi.BodyTooLarge
            pieces.append(piece)
        if not coding.whole():
            raise InvalidRequestError("the body ends amid what its Content-Encoding says it is packed in")
    except NoAnswer as broken:
        raise InvalidRequestError(broken.detail) from None
    return b"".join(pieces)
