"""A completion or a stream on its way to the caller, who may leave at any moment."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman import asgi
from dragoman.errors import DragomanError
from dragoman.gateway.explain import told
from dragoman.gateway.faults import status_of
from dragoman.gateway.ledger import end_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine

    from dragoman.asgi import Header, Receive, Say, Send
    from dragoman.gateway.bill import Bill
    from dragoman.gateway.ledger import Entry
    from dragoman.gateway.relayed import Answer, Following
    from dragoman.gateway.tongue import Tongue
    from dragoman.gateway.words import Words
    from dragoman.wire.chunk import Chunk

    Opening = asyncio.Future[Answer]

log = logging.getLogger("dragoman.gateway")

KEEP_ALIVE = 15.0
"""Seconds of silence after which a stream says that it lives: from before the first token on."""


class Caller(NamedTuple):
    """Who is answered, and how.

    Attributes:
        id: the request's name.
        receive: the server's.
        send: the server's.
        tongue: the API it was asked in.
        headers: what the answer carries.
        sent: what the request carried.
        more: the server's own way to say more of a stream; None where it has none.
    """

    id: str
    receive: Receive
    send: Send
    tongue: Tongue
    headers: list[Header]
    sent: list[Header]
    more: Say | None = None


async def whole(  # noqa: PLR0913, PLR0917 - an answer, and who is told of it
    caller: Caller,
    opening: Awaitable[Answer],
    entry: Entry,
    asked: dict[str, Any],
    words: Words | None = None,
    bill: Bill | None = None,
) -> None:
    """Answer with one document.

    Args:
        caller: who is answered.
        opening: the work on it.
        entry: the request's.
        asked: the request.
        words: what listens to it.
        bill: what tells what it cost.

    Raises:
        Disconnected: the caller left first; the work has been stopped.
        DragomanError: the upstream failed.
    """
    relayed = await asgi.unless_gone(caller.receive, opening)
    document = relayed.document
    if words is not None:
        words.answered(document)
    if bill is not None:
        document = bill.told(document)
    headers = [*caller.headers, *told(entry, relayed.by)]
    await asgi.respond(caller.send, 200, caller.tongue.whole(document, asked), headers)
    entry.completed()


async def stream(
    caller: Caller, work: Coroutine[Any, Any, Answer], entry: Entry, asked: dict[str, Any], following: Following
) -> None:
    """Answer with server-sent events.

    The status waits for the first content, so that what fails before it fails with its own; after `KEEP_ALIVE`
    seconds without any, the stream begins all the same, and a failure is an event in it.

    Raises:
        Disconnected: the caller left before the end; the work has been stopped.
        DragomanError: the upstream failed before the stream began.
    """
    opening = asyncio.ensure_future(work)
    try:
        await asgi.settled(caller.receive, opening, KEEP_ALIVE)
        headers = caller.headers
        if opening.done():
            headers = [*headers, *told(entry, opening.result().by)]
        told_as = partial(_told, caller, opening, entry, asked, following)
        await asgi.stream(
            caller.send, caller.receive, told_as, keep_alive=KEEP_ALIVE, headers=headers, more=caller.more
        )
    finally:
        if not opening.cancel() and not opening.cancelled() and opening.exception() is None:
            # Where not even the answer's head could be sent, nobody has begun to read it.
            opening.result().close()


async def _told(  # noqa: PLR0913, PLR0917 - an answer, who is told of it, and how
    caller: Caller, opening: Opening, entry: Entry, asked: dict[str, Any], following: Following, say: Say
) -> None:
    telling = caller.tongue.telling(asked)

    def give(chunks: list[Chunk]) -> Awaitable[None] | None:
        piece = telling.feed(chunks[0]) if len(chunks) == 1 else b"".join(map(telling.feed, chunks))
        return say(piece) if piece else None

    try:
        relayed = await opening
        telling.begin(relayed.begun_with)
        await following(relayed, give)
        await asgi.said(say, telling.end())
        entry.completed()
    except DragomanError as error:
        entry.failed(status_of(error), end_of(error))
        await asgi.said(say, telling.failed(error, caller.id))
    except asgi.Disconnected:
        raise
    except Exception:  # a mistake of ours is for the log; its caller must not take what came for all there was
        log.exception("the stream of request %s failed", caller.id)
        entry.failed(500)
        await asgi.said(say, telling.failed(DragomanError("the gateway failed, and its log says how"), caller.id))
    finally:
        opening.cancel()
