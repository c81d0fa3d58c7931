"""The keyword arguments of `chat.completions`. Types; no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dragoman.openai.shape import BaseModel
from dragoman.wire.completion import Message
from dragoman.wire.message import RequestMessage
from dragoman.wire.request import ChatOptions

if TYPE_CHECKING:
    from dragoman.openai.omitted import Omit

Messages = Iterable[RequestMessage | BaseModel | Message]
"""The conversation so far: dicts, and messages of answers as they are."""


class Arguments(ChatOptions, total=False):
    """What `chat.completions.create` takes beside the messages, the model and whether to stream.

    A field that is not given, or given as `omit`, is left out; None sends null.
    """

    extra_headers: Mapping[str, str | Omit] | None
    """Sent with this call, above the client's; `omit` leaves one out."""
    extra_query: Mapping[str, Any] | None
    """Put after the address, beside the client's."""
    extra_body: object
    """Fields of the request that this version does not know, put on top of it."""
    timeout: Any
    """Seconds for each attempt, a `Timeout`, or None for no limit; default the client's."""
