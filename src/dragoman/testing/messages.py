"""Scripted answers in the words of Anthropic's Messages API, for clients that ask there. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.answer.fold import fold
from dragoman.dialect.anthropic import faults
from dragoman.dialect.anthropic.reply import reply
from dragoman.dialect.anthropic.telling import Telling
from dragoman.secret import masked_target
from dragoman.sse import encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dragoman.dialect.anthropic.telling import Event
    from dragoman.testing.asked import Asked
    from dragoman.wire.chunk import Chunk


def asks_messages(asked: Asked) -> bool:
    """Whether a request is for this API, by its path."""
    return masked_target(asked.url).partition("?")[0].endswith("/messages")


def document(chunks: Iterable[Chunk]) -> bytes:
    """The message that chunks add up to."""
    return msgspec.json.encode(reply(fold(chunks).to_dict()))


def events(chunks: Iterable[Chunk], *, done: bool) -> list[bytes]:
    """The stream that chunks are: a piece for each, with all of its events, and one for the end."""
    telling = Telling()
    pieces = [_written(telling.feed(chunk)) for chunk in chunks]
    return [*pieces, _written(telling.end())] if done else pieces


def _written(told: Iterable[Event]) -> bytes:
    return b"".join(encode(data, name) for name, data in told)


def error(status: int, message: str, kind: str | None) -> bytes:
    """An error's body; `kind` is its type, where the status's own is not meant."""
    made: dict[str, Any] = msgspec.json.decode(faults.body(status, message, None))
    if kind is not None:
        made["error"]["type"] = kind
    return msgspec.json.encode(made)


def interruption(message: str, kind: str | None) -> bytes:
    """The event that breaks a stream off."""
    return encode(error(500, message, kind), "error")
