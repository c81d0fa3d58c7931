"""What a client was configured with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dragoman.face.field import UNSET, Unset

if TYPE_CHECKING:
    from dragoman.face.log import Logger
    from dragoman.face.retries import RetryConfig
    from r9s._hooks import SDKHooks

SERVERS = ["https://api.r9s.ai/v1"]
"""The vendor's addresses; `server_idx` counts them from 0."""


@dataclass
class SDKConfiguration:
    """A client's settings, as hooks see them.

    Attributes:
        client: the httpx client given for blocking calls.
        async_client: the one given for asynchronous calls.
        debug_logger: where requests and answers are written.
        server_url: the address given.
        server_idx: which of `SERVERS` where none was given.
        retry_config: what is tried again.
        timeout_ms: milliseconds for each attempt.
    """

    client: Any
    async_client: Any
    debug_logger: Logger
    server_url: str = ""
    server_idx: int = 0
    retry_config: RetryConfig | Unset | None = UNSET
    timeout_ms: int | None = None
    _hooks: SDKHooks | None = field(default=None, repr=False)

    def get_server_details(self) -> tuple[str, dict[str, str]]:
        """The address, and what was to be filled into it: nothing is left to fill in."""
        return self.server_url or SERVERS[self.server_idx], {}

    def get_hooks(self) -> SDKHooks:
        """The client's hooks."""
        if self._hooks is None:
            raise RuntimeError("this configuration belongs to no client yet")
        return self._hooks
