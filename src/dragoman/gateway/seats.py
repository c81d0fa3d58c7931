"""How many requests are under way at once, and how many wait for that. No I/O.

A request that fits nowhere is refused at once: a caller who is told so can go elsewhere, one in a queue without end
cannot. Those that wait are served in the order in which they came, but none waits for a seat that it does not need.
"""

from __future__ import annotations

import asyncio
from collections import deque

from dragoman.errors import OverloadedError

AGAIN = 1.0
"""Seconds after which it is worth asking again where every seat is taken."""


class Seat:
    """One request's place; left once, however often it is told to."""

    __slots__ = ("_seats", "_stream")

    def __init__(self, seats: Seats, *, stream: bool) -> None:
        self._seats: Seats | None = seats
        self._stream = stream

    def leave(self) -> None:
        """Give it to the next."""
        seats, self._seats = self._seats, None
        if seats is not None:
            seats.left(stream=self._stream)


class Seats:
    """The seats of one process.

    Args:
        requests: how many requests there may be under way.
        streams: how many of them may be streams.
        queue: how many may wait.

    Attributes:
        taken: how many are under way.
        streams: how many of them are streams.
    """

    def __init__(self, requests: int, streams: int, queue: int) -> None:
        self.taken = 0
        self.streams = 0
        self._requests = requests
        self._most_streams = streams
        self._queue = queue
        self._waiting: deque[tuple[asyncio.Future[Seat], bool]] = deque()

    def resize(self, requests: int, streams: int, queue: int) -> None:
        """Have another number of seats from now on; nobody who has one loses it. The arguments are the class's."""
        self._requests, self._most_streams, self._queue = requests, streams, queue
        self._call()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def free(self, *, stream: bool) -> Seat | None:
        """A seat that is free now; None where the next request has to wait."""
        return self._seat(stream=stream) if not self._waiting and self._fits(stream=stream) else None

    async def take(self, *, stream: bool) -> Seat:
        """A seat, as soon as there is one.

        Raises:
            OverloadedError: the queue is full.
        """
        seat = self.free(stream=stream)
        if seat is not None:
            return seat
        if len(self._waiting) >= self._queue:
            raise OverloadedError(
                f"{self.taken} requests are under way here, and {len(self._waiting)} wait: that is as many as may",
                status=503,
                code="overloaded",
                retryable=True,
                retry_after=AGAIN,
            )
        place: asyncio.Future[Seat] = asyncio.get_running_loop().create_future()
        entry = (place, stream)
        self._waiting.append(entry)
        self._call()
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                place.result().leave()
            elif entry in self._waiting:
                self._waiting.remove(entry)
            raise

    def left(self, *, stream: bool) -> None:
        """Note that a seat is free again; `Seat` calls it."""
        self.taken -= 1
        self.streams -= stream
        self._call()

    def _fits(self, *, stream: bool) -> bool:
        return self.taken < self._requests and not (stream and self.streams >= self._most_streams)

    def _seat(self, *, stream: bool) -> Seat:
        self.taken += 1
        self.streams += stream
        return Seat(self, stream=stream)

    def _call(self) -> None:
        """Give free seats to those who came first, of those for whom they are."""
        for entry in [*self._waiting] if self.taken < self._requests else ():
            place, stream = entry
            if self._fits(stream=stream):
                self._waiting.remove(entry)
                if not place.done():
                    place.set_result(self._seat(stream=stream))
