"""A streamed answer that gives its chunks to a function as they arrive: so do those read who pass them on.

A task that asks for each chunk is woken for each, through all that stands between it and the socket. A function that is
called from there takes a fraction of that, and streams that come word by word are nothing but such moments.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dragoman.exchange import idle_until, interrupted
from dragoman.stream import AsyncStream
from dragoman.transport import NoAnswer
from dragoman.transport.flow import flow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dragoman.answer.reading import Reading
    from dragoman.exchange import Call
    from dragoman.wire.chunk import Chunk

    Give = Callable[[list[Chunk]], Awaitable[None] | None]


class Followed(AsyncStream):
    """A streamed answer that can be followed, or read as any other; nobody cancels its call, nor goes on with it."""

    __slots__ = ("_give", "_held")

    def __init__(self, call: Call, reading: Reading) -> None:
        super().__init__(call, reading)
        self._give: Give | None = None
        self._held: Awaitable[None] | None = None

    async def follow(self, give: Give) -> None:
        """Give away the chunks that have arrived, and those that arrive, until the stream is over.

        Args:
            give: given as many at a time as there are, from where they arrive: it must not wait. What it returns, if
                anything, is waited for before any more is read.

        Raises:
            APIError: the stream did not end as it should; see `dragoman.errors`. All that came before was given.
            InvalidRequestError: another task reads it.
        """
        reading = self._reading
        with self._alone:
            self._give = give
            try:
                self._pass_on()
                while self._held is not None or not reading.over:
                    if self._held is None:
                        await self._read_on()
                    else:
                        held, self._held = self._held, None
                        await held
            finally:
                # It may lead back to this stream: what it kept would wait for the collector of garbage.
                self._give = None
        self._ended()

    async def _read_on(self) -> None:
        call, reading = self._call, self._reading
        answer: Any = reading.answer
        try:
            await flow(answer, self._take, idle_until(call, reading))
        except NoAnswer as reason:
            interrupted(call, time, reading, reason)

    def _take(self, data: bytes) -> float:
        """Read what has come, and say until when to wait for more; 0 where something else has to be done first."""
        reading = self._reading
        reading.feed(data, time.monotonic())
        self._pass_on()
        return 0.0 if reading.over or self._held is not None else idle_until(self._call, reading)

    def _pass_on(self) -> None:
        if self._ready and self._give is not None:
            self._held = self._give(self.arrived())
