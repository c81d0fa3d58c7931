"""The keyword arguments of the client's methods: a request's own fields, and those of the call. Types; no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Required

from dragoman.exchange import Timeouts
from dragoman.retry import Retry
from dragoman.wire.request import ChatOptions, Messages


class Arguments(ChatOptions, total=False):
    """What `chat.create` and `chat.stream` take. None leaves a request's field out, `NULL` sends null."""

    messages: Required[Messages]
    """A user's text, or the conversation so far; a completion's `message` can be put in it as it is."""
    model: str | None
    """Which model to ask; default the client's own, and the embedded engine needs none."""
    timeout: float | Timeouts | None
    """Seconds for the whole call, attempts and pauses included, or each limit; default the client's."""
    retries: int | Retry | None
    """How often to try again, or the whole policy; default the client's."""
    headers: Mapping[str, str] | None
    """Sent with this call, above the client's."""
    extra_body: Mapping[str, Any] | None
    """Fields of the request that this version does not know, put on top of it."""
