"""Anthropic's Messages API as callers ask in it: `POST /v1/messages`, and its `count_tokens`. No I/O but the path's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import sse
from dragoman.dialect.anthropic import faults, hear
from dragoman.dialect.anthropic.reply import reply
from dragoman.dialect.anthropic.telling import Event, Telling
from dragoman.gateway import pipeline, refusal
from dragoman.gateway.faults import fault_of, status_of
from dragoman.gateway.refusal import TurnedAwayError
from dragoman.wire.check import decode_body

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from dragoman.asgi import Header
    from dragoman.errors import DragomanError
    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.refusal import Refusal
    from dragoman.gateway.relay import Relay
    from dragoman.gateway.respond import Caller
    from dragoman.gateway.running import Running
    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion

NOT_IMPLEMENTED = 501

_COUNTED = frozenset({"messages", "model", "system", "tools"})


class Messages:
    """The Messages API; what `dragoman.gateway.tongue.Tongue` describes."""

    def hear(self, raw: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The chat request that a body is; what chat has no word for stays in it. Raises as `Tongue.hear`."""
        return hear.hear(decode_body(raw))

    def headers(self, request_id: str) -> list[Header]:
        """The request's name, under the header that this API's clients read too."""
        name = request_id.encode()
        return [(b"x-request-id", name), (b"request-id", name)]

    def whole(self, completion: Completion) -> bytes:
        """A completion's first choice as a message."""
        return msgspec.json.encode(reply(completion.to_dict()))

    async def events(self, chunks: AsyncIterator[Chunk], asked: dict[str, Any]) -> AsyncGenerator[bytes]:  # noqa: ARG002 - this API always says the usage
        """Chunks as this API's events, from `message_start` to `message_stop`."""
        telling = Telling()
        async for chunk in chunks:
            events = telling.feed(chunk)
            if events:
                yield _encoded(events)
        yield _encoded(telling.end())

    def failed(self, error: DragomanError, request_id: str) -> bytes:
        """An `error` event; no `message_stop` follows it."""
        return sse.encode(faults.body(status_of(error), fault_of(error).message, request_id), event="error")

    def refused(self, refusal: Refusal, request_id: str) -> bytes:
        """An error in this API's form."""
        return faults.body(refusal.status, refusal.message, request_id)


MESSAGES = Messages()


class _Counting(Messages):
    """The question how many tokens a prompt has: the model reads it, writes one, and says what it read."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def hear(self, raw: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
        request = decode_body(raw)
        hear.check(request, counting=True)
        found = self._relay.find(request["model"])
        if not all(self._relay.upstreams[way.upstream].local for way in found.ways):
            message = "the upstream of this model cannot count a prompt's tokens without answering it"
            raise TurnedAwayError(refusal.of_status(NOT_IMPLEMENTED, message, "not_implemented"))
        # Not held to a form, nor to a call: that is about the answer.
        kept = {name: value for name, value in request.items() if name in _COUNTED}
        return hear.hear(kept | {"max_tokens": 1})[0], ()

    def whole(self, completion: Completion) -> bytes:
        usage = completion.usage
        return msgspec.json.encode({"input_tokens": usage.prompt_tokens if usage is not None else 0})


async def count_tokens(running: Running, caller: Caller, who: Identity) -> None:
    """Serve `POST /v1/messages/count_tokens`, exactly, for a model on this machine; no other upstream is asked.

    It is a request like any other: of somebody, within their limits, with an entry.

    Raises:
        Disconnected, TurnedAwayError, DragomanError: as `pipeline.answer`.
    """
    await pipeline.answer(running, caller._replace(tongue=_Counting(running.relay)), who)


def _encoded(events: list[Event]) -> bytes:
    return b"".join(sse.encode(data, event=name) for name, data in events)
