"""What an HTTP client of a user's own has to have: two of httpx's methods. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import httpx


class HttpClient(Protocol):
    """`httpx.Client`, or what wraps one."""

    def build_request(self, method: str, url: Any, **options: Any) -> httpx.Request:  # noqa: ANN401 - httpx's own
        """Make a request."""
        ...

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Send it."""
        ...


class AsyncHttpClient(Protocol):
    """`httpx.AsyncClient`, or what wraps one."""

    def build_request(self, method: str, url: Any, **options: Any) -> httpx.Request:  # noqa: ANN401 - httpx's own
        """Make a request."""
        ...

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Send it."""
        ...
