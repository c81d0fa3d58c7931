"""What an HTTP client of a user's own has to have: two of httpx's methods, as far as they are used. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import httpx


class HttpClient(Protocol):
    """`httpx.Client`, or what stands in front of one."""

    def build_request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: list[tuple[str, str]] | None = None,
        timeout: httpx.Timeout | None = None,
    ) -> httpx.Request:
        """Make a request."""
        ...

    def send(self, request: httpx.Request, *, stream: bool = False, follow_redirects: bool = False) -> httpx.Response:
        """Send it."""
        ...


class AsyncHttpClient(Protocol):
    """`httpx.AsyncClient`, or what stands in front of one."""

    def build_request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: list[tuple[str, str]] | None = None,
        timeout: httpx.Timeout | None = None,
    ) -> httpx.Request:
        """Make a request."""
        ...

    async def send(
        self, request: httpx.Request, *, stream: bool = False, follow_redirects: bool = False
    ) -> httpx.Response:
        """Send it."""
        ...
