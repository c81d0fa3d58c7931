"""Answers in one piece: what arrived, whether it is what was asked for, and how a program looks at it raw. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import msgspec

from dragoman.answer.judge import said_no
from dragoman.errors import ProtocolError
from dragoman.exchange import exchange
from dragoman.openai.http import Request, Response
from dragoman.wire.fault import find_fault
from dragoman.wire.tolerant import read_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dragoman.exchange import Attempt, Call, Clock, Flow, Sent
    from dragoman.transport import Answer, AsyncAnswer

T = TypeVar("T")
Json = dict[str, Any]


class Received:
    """A document that arrived.

    Attributes:
        status: the HTTP status.
        headers: the answer's.
        body: its bytes.
        value: the same, decoded.
    """

    __slots__ = ("body", "headers", "status", "value")

    def __init__(self, answer: Answer | AsyncAnswer, body: bytes, value: Json) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.body = body
        self.value = value


def document(call: Call, clock: Clock, sent: Sent | None = None, *, holds: str) -> Flow[Received]:
    """Ask for a document; one without the field that `holds` what was asked for is an error, said or not."""

    def read(attempt: Attempt, answer: Answer | AsyncAnswer, body: bytes) -> Received:
        try:
            value = read_object(body)
        except msgspec.DecodeError as error:
            kind = answer.headers.get("content-type", "no content type")
            what = f"{kind} that cannot be read: {error}" if body.strip() else f"an empty body ({kind})"
            raise ProtocolError(
                f"the server answered {answer.status} with {what}", **attempt.reached(answer, body)
            ) from None
        if not value.get(holds):
            _blame(attempt, answer, body, value, holds)
        return Received(answer, body, value)

    return exchange(call, clock, read, sent=sent)


def received(answer: Answer | AsyncAnswer, body: bytes, holds: str) -> Received | None:
    """The document that a success is, whose body has arrived; None where it is none with such a field."""
    try:
        value = read_object(body)
    except msgspec.DecodeError:
        return None
    return Received(answer, body, value) if value.get(holds) else None


def _blame(attempt: Attempt, answer: Answer | AsyncAnswer, body: bytes, value: Json, holds: str) -> None:
    fault = find_fault(value)
    if fault is not None:
        raise said_no(fault, answer.status, answer.headers, body, partial=None, secret=attempt.call.secret)
    if holds not in value or holds == "choices":
        raise ProtocolError(f"the server answered {answer.status} with no {holds!r}", **attempt.reached(answer, body))


class APIResponse(Generic[T]):
    """An answer with its headers, read when it is asked to be.

    Args:
        response: what arrived.
        read: makes it what the method would have returned.
        retries_taken: how often it was tried again.

    Attributes:
        http_response: what arrived.
        http_request: what it answers.
        retries_taken: how often it was tried again.
    """

    def __init__(self, response: Response, read: Callable[[], T], retries_taken: int) -> None:
        self._read = read
        self._parsed: list[T] = []
        self.http_response = response
        self.http_request: Request = response.request
        self.retries_taken = retries_taken

    def parse(self) -> T:
        """What the method would have returned; the same each time."""
        if not self._parsed:
            self._parsed.append(self._read())
        return self._parsed[0]

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; names in any case."""
        return self.http_response.headers

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.http_response.status_code

    @property
    def request_id(self) -> str | None:
        """What to quote to the vendor's support."""
        return self.headers.get("x-request-id")

    @property
    def url(self) -> str:
        """Where it came from."""
        return self.http_request.url

    @property
    def method(self) -> str:
        """How it was asked for."""
        return self.http_request.method

    @property
    def content(self) -> bytes:
        """The body; empty for a stream."""
        return self.http_response.content

    @property
    def text(self) -> str:
        """The body as text."""
        return self.http_response.text

    def json(self) -> object:
        """The body as JSON.

        Raises:
            ValueError: it is none, as a stream's is.
        """
        return cast("object", self.http_response.json())

    def __repr__(self) -> str:
        """The status."""
        return f"<APIResponse [{self.status_code}]>"


def raw(call: Call, received: Received, read: Callable[[], T], retries_taken: int) -> APIResponse[T]:
    """A document with its headers."""
    response = Response(received.status, received.headers, received.body, Request.of(call))
    return APIResponse(response, read, retries_taken)
