"""Answers that keep what is read of them, blocking and asynchronous. Touches the clock.

What is kept is decided in `Take`, for both colours; the two answers only pass on.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from dragoman.secret import names_credential
from dragoman.testing.tape import UNTOLD, Head, Lost
from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    from dragoman.testing.tape import Exchange
    from dragoman.transport import Answer, AsyncAnswer, Headers


class Take:
    """An exchange while it is recorded: whatever happens is told to it, at the moment it does.

    Args:
        exchange: what is filled in; it was sent just now.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._began = monotonic()

    def _now(self) -> float:
        return monotonic() - self._began

    def head(self, status: int, headers: Headers) -> None:
        """The head of the answer came; what it says of cookies, connections and the day is not kept."""
        kept = {name: value for name, value in headers.items() if name not in UNTOLD and not names_credential(name)}
        self._exchange.head = Head(round(self._now(), 3), status, kept)

    def piece(self, data: bytes) -> None:
        """A piece of the body came; none is its end."""
        if data:
            self._exchange.ended = self._now()
            self._exchange.pieces.append((self._exchange.ended, data))
        else:
            self.whole()

    def whole(self) -> None:
        """All that matters was read."""
        if self._exchange.end == "left":
            self._exchange.end, self._exchange.ended = "whole", self._now()

    def lost(self, why: NoAnswer) -> None:
        """Nothing more came. Where the program itself closed the answer, another run may read on."""
        if why.kind != "closed":
            self._exchange.end, self._exchange.ended = Lost(why.kind, why.detail), self._now()


class _Recorded:
    def __init__(self, received: Answer | AsyncAnswer, take: Take) -> None:
        self.status: int = received.status
        self.headers: Headers = received.headers
        # Read, so that it is recorded.
        self.arrived: bytes | None = None
        self._received = received
        self._take = take
        take.head(received.status, received.headers)

    def finish(self) -> None:
        """Leave, having read all that matters."""
        self._take.whole()
        self._received.finish()

    def close(self) -> None:
        """Leave."""
        self._received.close()


class RecordedAnswer(_Recorded):
    """An answer that is recorded; see `dragoman.transport.Answer`."""

    def __init__(self, received: Answer, take: Take) -> None:
        super().__init__(received, take)
        self._from = received

    def read(self, until: float) -> bytes:
        """The next piece of the body; b"" at its proper end."""
        try:
            data = self._from.read(until)
        except NoAnswer as why:
            self._take.lost(why)
            raise
        self._take.piece(data)
        return data

    def whole(self, until: float, bound: int) -> bytes:
        """What is left of the body; raises as `Answer.whole`."""
        try:
            data = self._from.whole(until, bound)
        except NoAnswer as why:
            self._take.lost(why)
            raise
        self._take.piece(data)
        self._take.whole()
        return data


class AsyncRecordedAnswer(_Recorded):
    """An answer that is recorded; see `dragoman.transport.AsyncAnswer`."""

    def __init__(self, received: AsyncAnswer, take: Take) -> None:
        super().__init__(received, take)
        self._from = received

    async def read(self, until: float) -> bytes:
        """The next piece of the body; b"" at its proper end."""
        try:
            data = await self._from.read(until)
        except NoAnswer as why:
            self._take.lost(why)
            raise
        self._take.piece(data)
        return data

    async def whole(self, until: float, bound: int) -> bytes:
        """What is left of the body; raises as `AsyncAnswer.whole`."""
        try:
            data = await self._from.whole(until, bound)
        except NoAnswer as why:
            self._take.lost(why)
            raise
        self._take.piece(data)
        self._take.whole()
        return data
