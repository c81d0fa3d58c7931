"""Played answers as the client's transports give them, blocking and asynchronous. Touches the clock.

What is decided is decided in `_Course`, for both colours; the two answers only wait. A pause is not waited for unless
that is asked for: it is weighed against the limit that the client is under, and ends in a timeout at once, or nowhere.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from dragoman.answer.headers import KeptHeaders
from dragoman.testing.play import Break, Pause
from dragoman.transport import NoAnswer
from dragoman.transport.patience import patience

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dragoman.testing.play import Played, Step
    from dragoman.transport import AsyncAnswer, Headers, Outgoing


class Abrupt(NoAnswer):
    """A break by a reset, which who plays over a socket repeats there."""


class _Course:
    """How far an answer has been played.

    Attributes:
        status: the answer's.
        headers: the answer's.
        arrived: None; its body is always read.
    """

    def __init__(self, played: Played, *, timed: bool) -> None:
        self.status: int = played.status
        self.headers: Headers = KeptHeaders(played.headers)
        self.arrived: bytes | None = None
        self._before: deque[Step] = deque(played.before)
        self._body: deque[Step] = deque(played.body)
        self._timed = timed
        self._ended = False
        self._closed = False

    def finish(self) -> None:
        """Leave, having read all that matters."""
        self._ended = True
        self.close()

    def close(self) -> None:
        """Leave."""
        self._closed = True

    def _next(self, steps: deque[Step], until: float) -> float | bytes:
        """How many seconds to wait and ask again, or the next piece; b"" where no step is left.

        Raises:
            NoAnswer: nothing comes, or not in time.
        """
        while not self._closed and steps:
            step = steps[0]
            if isinstance(step, Break):
                raise (Abrupt if step.abrupt else NoAnswer)(step.kind, step.detail, sent=step.kind != "connect")
            if isinstance(step, Pause):
                wait = self._weighed(step.seconds, until)
                if wait >= step.seconds or wait == 0:
                    steps.popleft()
                if wait:
                    return wait
            else:
                steps.popleft()
                if step:
                    return step
        if self._closed and not self._ended:
            raise NoAnswer("closed", "the answer was closed", sent=True)
        return b""

    def _weighed(self, seconds: float, until: float) -> float:
        left = until - monotonic()
        if seconds < left:
            return seconds if self._timed else 0.0
        if left <= 0 or left == math.inf or not self._timed:
            raise NoAnswer("timeout", "nothing arrived in time", sent=True)
        return left

    def _piece(self, until: float) -> float | bytes:
        found = self._next(self._body, until)
        self._ended = self._ended or found == b""
        return found


class PlayedAnswer(_Course):
    """A played answer for a blocking client; see `dragoman.transport.Answer`.

    Args:
        played: the answer.
        timed: whether pauses are waited for.
    """

    def __init__(self, played: Played, *, timed: bool = False) -> None:
        super().__init__(played, timed=timed)
        self._left = threading.Event()

    def begin(self, until: float) -> None:
        """Play what comes before the head."""
        while not isinstance(wait := self._next(self._before, until), bytes):
            patience.wait(self._left.wait, monotonic() + wait)

    def read(self, until: float) -> bytes:
        """The next piece of the body; b"" at and after its proper end."""
        while not isinstance(found := self._piece(until), bytes):
            self._left.wait(found)
        return found

    def whole(self, until: float, bound: int) -> bytes:
        """What is left of the body; raises as `Answer.whole`."""
        pieces: list[bytes] = []
        while piece := self.read(until):
            pieces.append(piece)
            _bounded(pieces, bound, self.close)
        return b"".join(pieces)

    def close(self) -> None:
        """Leave; who waits in another thread is told at once."""
        super().close()
        self._left.set()


class AsyncPlayedAnswer(_Course):
    """A played answer for an asynchronous client; see `dragoman.transport.AsyncAnswer`.

    Args:
        played: the answer.
        timed: whether pauses are waited for.
    """

    def __init__(self, played: Played, *, timed: bool = False) -> None:
        super().__init__(played, timed=timed)
        self._wake: Callable[[], object] | None = None

    async def begin(self, until: float) -> None:
        """Play what comes before the head."""
        while not isinstance(wait := self._next(self._before, until), bytes):
            await self._rest(wait)

    async def read(self, until: float) -> bytes:
        """The next piece of the body; b"" at and after its proper end."""
        while not isinstance(found := self._piece(until), bytes):
            await self._rest(found)
        return found

    async def whole(self, until: float, bound: int) -> bytes:
        """What is left of the body; raises as `Answer.whole`."""
        pieces: list[bytes] = []
        while piece := await self.read(until):
            pieces.append(piece)
            _bounded(pieces, bound, self.close)
        return b"".join(pieces)

    async def _rest(self, seconds: float) -> None:
        # Imported here because a blocking program never pays for it.
        import asyncio  # noqa: PLC0415

        loop = asyncio.get_running_loop()
        left = asyncio.Event()
        # Any thread may close an answer.
        self._wake = lambda: loop.call_soon_threadsafe(left.set)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(left.wait(), seconds)
        finally:
            self._wake = None

    def close(self) -> None:
        """Leave; who waits in another task is told at once."""
        super().close()
        if self._wake is not None:
            self._wake()


class Player(Protocol):
    """What plays answers in both colours."""

    async def asend(self, request: Outgoing, until: float) -> AsyncAnswer:
        """As `AsyncTransport.send`."""
        ...

    def close(self) -> None:
        """As `AsyncTransport.close`."""
        ...


class Asynchronous:
    """A player as the transport of an asynchronous client; see `dragoman.transport.AsyncTransport`."""

    def __init__(self, player: Player) -> None:
        self._player = player

    async def send(self, request: Outgoing, until: float) -> AsyncAnswer:
        """Answer one request."""
        return await self._player.asend(request, until)

    def close(self) -> None:
        """Leave the answers that are being read."""
        self._player.close()


def _bounded(pieces: Sequence[bytes], bound: int, close: Callable[[], None]) -> None:
    if sum(map(len, pieces)) > bound:
        close()
        raise NoAnswer("protocol", f"the body is longer than {bound} bytes", sent=True)
