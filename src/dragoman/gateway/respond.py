"""A completion or a stream on its way to the caller, who may leave at any moment."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman import asgi
from dragoman.errors import DragomanError
from dragoman.gateway.explain import told
from dragoman.gateway.faults import status_of
from dragoman.gateway.ledger import end_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Coroutine

    from dragoman.asgi import Header, Receive, Send
    from dragoman.gateway.bill import Bill
    from dragoman.gateway.ledger import Entry
    from dragoman.gateway.relayed import Answer, Chunks
    from dragoman.gateway.tongue import Tongue
    from dragoman.gateway.words import Words

    Opening = asyncio.Future[Answer]

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
    """

    id: str
    receive: Receive
    send: Send
    tongue: Tongue
    headers: list[Header]
    sent: list[Header]


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
    caller: Caller, work: Coroutine[Any, Any, Answer], entry: Entry, asked: dict[str, Any], chunks: Chunks
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
        pieces = _events(caller, opening, entry, asked, chunks)
        await asgi.stream(caller.send, caller.receive, pieces, keep_alive=KEEP_ALIVE, headers=headers)
    finally:
        if not opening.cancel() and not opening.cancelled() and opening.exception() is None:
            # Where not even the answer's head could be sent, nobody has begun to read it.
            opening.result().close()


async def _events(
    caller: Caller, opening: Opening, entry: Entry, asked: dict[str, Any], chunks: Chunks
) -> AsyncGenerator[bytes]:
    telling = caller.tongue.telling(asked)
    try:
        relayed = await opening
        telling.begin(relayed.begun_with)
        async with contextlib.aclosing(chunks(relayed)) as read:
            async for arrived in read:
                piece = b"".join(map(telling.feed, arrived))
                if piece:
                    yield piece
        yield telling.end()
        entry.completed()
    except DragomanError as error:
        entry.failed(status_of(error), end_of(error))
        yield telling.failed(error, caller.id)
    finally:
        opening.cancel()
