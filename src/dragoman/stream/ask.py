"""A call whose answer is read in one piece, made the short way where that is all there is to it. Shells: no decisions.

Nearly every call is answered at the first sending, by a success that comes whole, and nobody watches it: then there is
nothing to decide, and no exchange is begun. Of every other the exchange judges, from the same answer on. It makes no
difference to the caller but an eighth of the CPU.

`ask` and `aask` are twins, held equal by a test.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from dragoman.errors import DragomanError
from dragoman.exchange import Sent
from dragoman.stream import adrive, drive
from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.exchange import Call, Clock, Flow
    from dragoman.transport import Answer, AsyncAnswer, AsyncTransport, Transport

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Exchanging(Protocol[T_co]):
    """Makes the exchange of a call, from what came of its first sending where it was sent; `complete` is one."""

    def __call__(self, call: Call, clock: Clock, sent: Sent | None = None, /) -> Flow[T_co]:
        """The exchange."""
        ...


def ask(
    call: Call,
    transport: Transport,
    plain: Callable[[Answer | AsyncAnswer, bytes], T | None],
    exchanging: Exchanging[T],
) -> T:
    """Make a call.

    Args:
        call: the call; no stream is asked for.
        transport: what carries it.
        plain: makes a success whose body has arrived what was asked for; None where that takes more to tell.
        exchanging: makes the exchange that judges of everything else.

    Raises:
        DragomanError: it failed.
    """
    if call.others is not None or call.hooks or call.limiter is not None or call.translation is not None:
        return drive(exchanging(call, time), transport)
    limits = call.timeouts
    at = time.monotonic()
    outcome: Any
    try:
        outcome = transport.send(call.request, at + limits.whole)
    except (NoAnswer, DragomanError) as reason:
        outcome = reason
    else:
        body = outcome.arrived
        if body is not None and outcome.status == 200:  # noqa: PLR2004 - RFC 9110 §15.3.1
            result = plain(outcome, body)
            if result is not None:
                return result
    return drive(exchanging(call, time, Sent(at, outcome)), transport)


async def aask(
    call: Call,
    transport: AsyncTransport,
    plain: Callable[[Answer | AsyncAnswer, bytes], T | None],
    exchanging: Exchanging[T],
) -> T:
    """Make a call.

    Args:
        call: the call; no stream is asked for.
        transport: what carries it.
        plain: makes a success whose body has arrived what was asked for; None where that takes more to tell.
        exchanging: makes the exchange that judges of everything else.

    Raises:
        DragomanError: it failed.
    """
    if call.others is not None or call.hooks or call.limiter is not None or call.translation is not None:
        return await adrive(exchanging(call, time), transport)
    limits = call.timeouts
    at = time.monotonic()
    outcome: Any
    try:
        outcome = await transport.send(call.request, at + limits.whole)
    except (NoAnswer, DragomanError) as reason:
        outcome = reason
    else:
        body = outcome.arrived
        if body is not None and outcome.status == 200:  # noqa: PLR2004 - RFC 9110 §15.3.1
            result = plain(outcome, body)
            if result is not None:
                return result
    return await adrive(exchanging(call, time, Sent(at, outcome)), transport)
