"""A body given away as it arrives, from where it arrives. asyncio only: a blocking reader has nobody else to wake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.transport import tls
from dragoman.transport.aio import Arriving

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.transport import AsyncAnswer
    from dragoman.transport.aio import Connection

    Take = Callable[[bytes], float]


async def flow(answer: AsyncAnswer, take: Take, until: float) -> None:
    """Give a body's pieces away until enough has come.

    Over our own transport `take` is called from where the bytes arrive; over any other from this task.

    Args:
        answer: whose body it is.
        take: given each piece, as `AsyncAnswer.read` returns it, b"" at the body's proper end. It says until when to
            wait for the next, by the monotonic clock; 0 is enough.
        until: until when to wait for the first.

    Raises:
        NoAnswer: as `AsyncAnswer.read`; and whatever `take` raises.
    """
    while until:
        connection = answer.connection if isinstance(answer, Arriving) else None
        if connection is None or connection.response.ended:
            until = take(await answer.read(until))
        else:
            until = await _poured(answer, connection, take, until)


async def _poured(answer: AsyncAnswer, connection: Connection, take: Take, until: float) -> float:
    """The same of one that still arrives, up to its end, which is not read; until when to wait for that."""
    response = connection.response

    def fed(data: bytes) -> float:
        nonlocal until
        response.feed(data)
        if response.ended:
            return 0.0
        piece = response.take()
        if piece:
            until = take(piece)
        return until

    try:
        # What came with the head, or with the piece before.
        piece = response.take()
        if piece:
            until = take(piece)
        if until:
            await connection.line.pour(fed, until)
    except BaseException as failure:
        answer.close()
        if isinstance(failure, OSError):
            response.lost(*tls.broken(failure))
        raise
    return until
