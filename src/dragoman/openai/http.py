"""Requests and answers as the original's users look at them on errors, streams and raw answers. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dragoman.face.record import RawResponse
from dragoman.secret import MASK, masked_url, names_credential

if TYPE_CHECKING:
    from dragoman.exchange import Call
    from dragoman.secret import Secret


class Headers(Mapping[str, str]):
    """Headers; a name may be looked up in any case (RFC 9110 §5.1).

    Args:
        values: names and values.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {name.lower(): value for name, value in values.items()}

    def __getitem__(self, name: str) -> str:
        """All values of a header."""
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        """The names, in lower case."""
        return iter(self._values)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._values)

    def __repr__(self) -> str:
        """As the dict it reads like."""
        return f"Headers({self._values!r})"


class Request:
    """A request that was sent, the credentials in it masked.

    Attributes:
        method: in capitals.
        url: whole, but for credentials in its query.
        headers: without those of the connection.
        content: the body.
    """

    __slots__ = ("content", "headers", "method", "url")

    def __init__(self, method: str, url: str, headers: Mapping[str, str] | None = None, content: bytes = b"") -> None:
        self.method = method
        self.url = url
        self.headers = Headers(headers or {})
        self.content = content

    @classmethod
    def of(cls, call: Call) -> Request:
        """The request of a call."""
        sent, secret = call.request, call.secret
        return cls(sent.method, masked_url(sent.url), _shown(sent.headers, secret), sent.body)

    def __repr__(self) -> str:
        """What and where; bodies hold what people said."""
        return f"<Request({self.method!r}, {self.url!r})>"


def _shown(headers: tuple[tuple[str, str], ...], secret: Secret) -> dict[str, str]:
    # A credential may also be one that the program put into a header itself.
    return {name: MASK if names_credential(name) else secret.mask(value) for name, value in headers}


class Response(RawResponse):
    """A received answer.

    Attributes:
        status_code: the HTTP status.
        headers: its headers.
        content: its body, as far as it was kept.
        request: what it answers.
    """

    __slots__ = ("request",)

    def __init__(self, status_code: int, headers: Mapping[str, str], content: bytes, request: Request) -> None:
        super().__init__(status_code, Headers(headers), content)
        self.request = request

    @property
    def url(self) -> str:
        """Where it came from."""
        return self.request.url

    @property
    def is_success(self) -> bool:
        """Whether the status says so."""
        return 200 <= self.status_code < 300  # noqa: PLR2004 - RFC 9110 §15.3

    def read(self) -> bytes:
        """The body."""
        return self.content
