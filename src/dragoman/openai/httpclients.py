"""httpx clients with this face's own defaults, for programs that change one thing about them. Touches the network.

They are httpx2's where it is installed, as the original's are, and httpx's where it is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.errors import ConfigurationError

if TYPE_CHECKING:
    import httpx as library
else:
    try:
        import httpx2 as library
    except ImportError:
        try:
            import httpx as library
        except ImportError:
            raise ConfigurationError("these are httpx's clients: install dragoman[httpx]") from None


def _options(given: dict[str, Any]) -> dict[str, Any]:
    limits = library.Limits(max_connections=1000, max_keepalive_connections=100)
    return {"timeout": library.Timeout(600.0, connect=5.0), "limits": limits, "follow_redirects": True} | given


class DefaultHttpxClient(library.Client):
    """An httpx client with the defaults of the original's: 10 minutes, 5 seconds to connect, 1000 connections.

    Args:
        **options: httpx's.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - httpx's own
        super().__init__(**_options(options))


class DefaultAsyncHttpxClient(library.AsyncClient):
    """The asynchronous one.

    Args:
        **options: httpx's.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - httpx's own
        super().__init__(**_options(options))


DefaultHttpx2Client = DefaultHttpxClient
"""The same, under the original's other name."""

DefaultAsyncHttpx2Client = DefaultAsyncHttpxClient
"""The same, under the original's other name."""
