"""Anthropic's Messages API as callers ask in it: `POST /v1/messages`. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import sse
from dragoman.cost.estimate import prompt_tokens
from dragoman.dialect.anthropic import faults, hear
from dragoman.dialect.anthropic.reply import reply
from dragoman.dialect.anthropic.telling import Event, Telling
from dragoman.gateway.faults import fault_of, status_of
from dragoman.wire.check import decode_body

if TYPE_CHECKING:
    from dragoman.asgi import Header
    from dragoman.errors import DragomanError
    from dragoman.gateway import tongue
    from dragoman.gateway.refusal import Refusal
    from dragoman.gateway.tongue import Document, What
    from dragoman.wire.chunk import Chunk


_OF_ANSWER = frozenset({"completion_tokens", "completion_tokens_details", "cost"})


class Messages:
    """The Messages API; what `dragoman.gateway.tongue.Tongue` describes."""

    asks: What = "completion"

    def hear(self, raw: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The chat request that a body is; what chat has no word for stays in it. Raises as `Tongue.hear`."""
        return hear.hear(decode_body(raw))

    def prompt(self, body: dict[str, Any]) -> int:
        """Guessed by the messages and the tools."""
        return prompt_tokens(body)

    def headers(self, request_id: str) -> list[Header]:
        """The request's name, under the header that this API's clients read too."""
        name = request_id.encode()
        return [(b"x-request-id", name), (b"request-id", name)]

    def whole(self, document: Document, asked: dict[str, Any]) -> bytes:  # noqa: ARG002 - this API does not repeat it
        """A completion's first choice as a message."""
        return msgspec.json.encode(reply(document.to_dict()))

    def telling(self, asked: dict[str, Any]) -> tongue.Telling:  # noqa: ARG002 - this API always says the usage
        """This API's events, from `message_start` to `message_stop`."""
        return _Told()

    def refused(self, refusal: Refusal, request_id: str) -> bytes:
        """An error in this API's form."""
        return faults.body(refusal.status, refusal.message, request_id)


class _Told:
    """Chunks as this API's events, encoded."""

    def __init__(self) -> None:
        self._telling = Telling()

    def begin(self, known: dict[str, Any] | None) -> None:
        if known is not None:
            self._telling = Telling(_of_prompt(known))

    def feed(self, chunk: Chunk) -> bytes:
        return _encoded(self._telling.feed(chunk))

    def end(self) -> bytes:
        return _encoded(self._telling.end())

    def failed(self, error: DragomanError, request_id: str) -> bytes:
        # No `message_stop` follows it.
        return sse.encode(faults.body(status_of(error), fault_of(error).message, request_id), event="error")


MESSAGES = Messages()


def _of_prompt(known: dict[str, Any]) -> dict[str, Any]:
    """The prompt's part of a usage: more may be known by now, and the stream's end says it."""
    return {name: value for name, value in known.items() if name not in _OF_ANSWER}


def _encoded(events: list[Event]) -> bytes:
    return b"".join(sse.encode(data, event=name) for name, data in events)
