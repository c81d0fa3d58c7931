"""`POST /v1/messages/count_tokens`: how many tokens a prompt has, by whoever can say it best.

The model on this machine reads the prompt, writes one token, and says what it read. Upstreams with Anthropic's API
are asked in the caller's own words. Of any other the number is a guess by the text's bytes, and a header says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import asgi
from dragoman.cost.estimate import prompt_tokens
from dragoman.dialect.anthropic import hear
from dragoman.gateway import pipeline
from dragoman.gateway.bounds import within
from dragoman.gateway.explain import UNTRIED
from dragoman.gateway.messages import Messages
from dragoman.wire.check import decode_body

if TYPE_CHECKING:
    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.respond import Caller
    from dragoman.gateway.running import Running
    from dragoman.gateway.tongue import Document, What

Json = dict[str, Any]

GUESSED = (b"x-dragoman-tokens-from", b"estimated")
"""The header of a number that nobody has counted."""

_COUNTED = frozenset({"messages", "model", "system", "tools"})


class _Passed(Messages):
    """The question in the caller's own words."""

    asks: What = "count"

    def prompt(self, body: Json) -> int:  # noqa: ARG002 - whatever it is
        """None that anybody pays for."""
        return 0

    def whole(self, document: Document, asked: Json) -> bytes:  # noqa: ARG002 - as in chat
        """The upstream's own bytes."""
        return document.to_json()


class _Read(Messages):
    """The question put to a model that reads the prompt and answers with one token."""

    def whole(self, document: Document, asked: Json) -> bytes:  # noqa: ARG002 - as in chat
        """What it says that it read."""
        usage = document.usage
        return _told(usage.prompt_tokens if usage is not None else 0)


async def count_tokens(running: Running, caller: Caller, who: Identity) -> None:
    """Serve one question. Where an upstream is asked it is a request like any other: within limits, with an entry.

    Raises:
        Disconnected, TurnedAwayError, DragomanError: as `pipeline.answer`.
    """
    raw = await pipeline.body_of(running, caller)
    request = decode_body(raw)
    hear.check(request, counting=True)
    within(running.config.bounds, raw, request)
    pipeline.permit(who, request)
    ways = running.relay.find(request["model"]).ways
    upstreams = [running.relay.upstreams[way.upstream] for way in ways]
    if all(each.counts for each in upstreams):
        body = {name: value for name, value in request.items() if name != "stream"}
        await pipeline.ask(running, caller._replace(tongue=_Passed()), who, body)
        return
    # Not held to a form, nor to a call: that is about the answer.
    kept = {name: value for name, value in request.items() if name in _COUNTED}
    body, _ = hear.hear(kept | {"max_tokens": 1})
    if all(each.local for each in upstreams):
        await pipeline.ask(running, caller._replace(tongue=_Read()), who, body)
    else:
        headers = [*caller.headers, *UNTRIED, GUESSED]
        await asgi.respond(caller.send, 200, _told(prompt_tokens(body)), headers)


def _told(tokens: int) -> bytes:
    return msgspec.json.encode({"input_tokens": tokens})
