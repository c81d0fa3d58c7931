"""OpenAI's Responses API as callers ask in it: `POST /v1/responses`. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import sse
from dragoman.dialect.responses.hear import hear
from dragoman.dialect.responses.reply import reply
from dragoman.dialect.responses.telling import Telling
from dragoman.gateway.faults import fault_of
from dragoman.gateway.tongue import Chat
from dragoman.wire.check import decode_body

if TYPE_CHECKING:
    from dragoman.dialect.responses.told import Event
    from dragoman.errors import DragomanError
    from dragoman.gateway import tongue
    from dragoman.gateway.tongue import Document
    from dragoman.wire.chunk import Chunk


class Responses(Chat):
    """The Responses API: it refuses as chat does."""

    def hear(self, raw: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The chat request that a body is; what chat has no word for stays in it. Raises as `Tongue.hear`."""
        return hear(decode_body(raw))

    def whole(self, document: Document, asked: dict[str, Any]) -> bytes:
        """A completion's first choice as a response."""
        return msgspec.json.encode(reply(document.to_dict(), asked))

    def telling(self, asked: dict[str, Any]) -> tongue.Telling:
        """This API's events, from `response.created` to the one that holds the whole response; no `[DONE]`."""
        return _Told(asked)


class _Told:
    """Chunks as this API's events, encoded."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._telling = Telling(asked)

    def begin(self, known: dict[str, Any] | None) -> None:
        """Nothing: the last event says what was used."""

    def feed(self, chunk: Chunk) -> bytes:
        return _encoded(self._telling.feed(chunk))

    def end(self) -> bytes:
        return _encoded(self._telling.end())

    def failed(self, error: DragomanError, request_id: str) -> bytes:
        return _encoded(self._telling.failed(fault_of(error), request_id))


RESPONSES = Responses()


def _encoded(events: list[Event]) -> bytes:
    return b"".join(sse.encode(data, event=name) for name, data in events)
