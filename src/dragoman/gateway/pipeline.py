"""The path of a request, on one screen: hear it, open an entry, ask upstream, answer, close the entry."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from dragoman import asgi
from dragoman.dialect.table import HEARD
from dragoman.errors import DragomanError
from dragoman.gateway import respond
from dragoman.gateway.faults import status_of
from dragoman.gateway.ledger import Entry, Totals
from dragoman.wire.check import check_request, decode_body

if TYPE_CHECKING:
    from dragoman.asgi import Header, Receive, Send
    from dragoman.gateway.upstream import Upstream

BODY_BOUND = 32 * 1024 * 1024
"""The most bytes of a request."""


async def chat(  # noqa: PLR0913, PLR0917 - where a request comes from, goes to, and is written down
    upstream: Upstream, totals: Totals, request_id: str, headers: list[Header], receive: Receive, send: Send
) -> None:
    """Serve one chat completion: in one document, or streamed where the payload says `"stream": true`.

    Raises:
        InvalidRequestError: it is no request.
        BodyTooLarge: it is larger than `BODY_BOUND`.
        Disconnected: the caller left.
    """
    body = hear(await asgi.read_body(receive, BODY_BOUND))
    streamed = body.get("stream") is True
    with Entry(totals, request_id, body["model"], stream=streamed) as entry:
        opening = asyncio.ensure_future(upstream.send(counted(body) if streamed else body))
        try:
            if streamed:
                await respond.stream(send, receive, opening, entry, headers, show_usage=wants_usage(body))
            else:
                await respond.whole(send, receive, opening, entry, headers)
        except DragomanError as error:
            entry.failed(status_of(error))
            await respond.refuse(send, error, headers)
        finally:
            opening.cancel()


def hear(raw: bytes) -> dict[str, Any]:
    """The request in a body, in our words whichever vendor's its caller wrote; fields nobody here knows stay in it.

    Raises:
        InvalidRequestError: it is none.
    """
    body = HEARD.hear(decode_body(raw))
    check_request(body)
    return body


def wants_usage(body: dict[str, Any]) -> bool:
    """Whether the caller asked a stream for its usage."""
    options: dict[str, Any] = body.get("stream_options") or {}
    return options.get("include_usage") is True


def counted(body: dict[str, Any]) -> dict[str, Any]:
    """A streamed request that asks upstream for the usage, whether its caller did or not."""
    return body | {"stream_options": (body.get("stream_options") or {}) | {"include_usage": True}}
