"""A completion or a stream on its way to the caller, who may leave at any moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman import asgi, sse
from dragoman.errors import DragomanError
from dragoman.gateway.faults import body_of, event_of, headers_of, status_of
from dragoman.stream import AsyncStream

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from dragoman.asgi import Header, Receive, Send
    from dragoman.gateway.ledger import Entry
    from dragoman.wire.completion import Completion

    Opening = asyncio.Future[Completion | AsyncStream]

KEEP_ALIVE = 15.0
"""Seconds of silence after which a stream says that it lives: from before the first token on."""


async def whole(send: Send, receive: Receive, opening: Opening, entry: Entry, headers: list[Header]) -> None:
    """Answer with one document.

    Raises:
        Disconnected: the caller left first; the work has been stopped.
        DragomanError: the upstream failed.
    """
    await asgi.settled(receive, opening)
    completion = opening.result()
    if isinstance(completion, AsyncStream):
        completion = await asgi.unless_gone(receive, completion.until_done())
    entry.answered(completion)
    await asgi.respond(send, 200, completion.to_json(), headers)
    entry.completed()


async def stream(  # noqa: PLR0913 - an answer, and where it goes
    send: Send, receive: Receive, opening: Opening, entry: Entry, headers: list[Header], *, show_usage: bool
) -> None:
    """Answer with server-sent events.

    The status waits for the first content, so that what fails before it fails with its own; after `KEEP_ALIVE`
    seconds without any, the stream begins all the same, and a failure is an event in it.

    Raises:
        Disconnected: the caller left before the end; the work has been stopped.
        DragomanError: the upstream failed before the stream began.
    """
    await asgi.settled(receive, opening, KEEP_ALIVE)
    if opening.done():
        opening.result()
    pieces = _events(opening, entry, show_usage=show_usage)
    await asgi.stream(send, receive, pieces, keep_alive=KEEP_ALIVE, headers=headers)


async def _events(opening: Opening, entry: Entry, *, show_usage: bool) -> AsyncIterator[bytes]:
    """The upstream's own bytes, chunk by chunk.

    A failure is an error event, and after it no `[DONE]`: a caller who counts on a clean end must not find one.
    """
    stream: AsyncStream | None = None
    try:
        answer = await opening
        if not isinstance(answer, AsyncStream):
            raise TypeError("a stream was asked for")
        stream = answer
        async for chunk in stream:
            entry.saw(chunk)
            # Vendors send other chunks without choices, which are the caller's: only a bare usage may not be.
            if chunk.choices or chunk.usage is None or show_usage:
                yield sse.encode(chunk.to_json())
        entry.completed()
        yield sse.DONE
    except DragomanError as error:
        entry.failed(status_of(error))
        yield sse.encode(event_of(error))
    finally:
        opening.cancel()
        if stream is not None:
            stream.close()


async def refuse(send: Send, error: DragomanError, headers: list[Header]) -> None:
    """Answer with a fault."""
    await asgi.respond(send, status_of(error), body_of(error), [*headers_of(error), *headers])
