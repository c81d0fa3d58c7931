"""An answer that is worked on, or done, and whoever reads it: the one who asked, and those who ask again.

To the pipeline it is a caller like any other, who stays for a while after the last reader has left.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman.asgi import Left, Listening, unless_gone
from dragoman.exchange import resume

if TYPE_CHECKING:
    from collections.abc import Awaitable, MutableMapping

    from dragoman.asgi import Header, Receive
    from dragoman.gateway.respond import Caller

    Message = MutableMapping[str, Any]

AHEAD = 1024 * 1024
"""Bytes by which an answer may be ahead of whoever has read most of it."""

REPLAYED = (resume.REPLAYED.encode(), b"true")
"""The header of an answer that is given again: the name that it has in Stripe's API."""


WAITS = resume.WAITS.encode()
"""The header of an answer that goes on for so many seconds when its caller is gone, for it to come back."""


class _Start(NamedTuple):
    """How an answer begins."""

    status: int
    headers: list[Header]


class Work:
    """One answer.

    Args:
        mark: what tells its request's body from any other.
        waits: seconds that it goes on without a reader.

    Attributes:
        mark: as given.
        size: bytes of its body so far.
        over: whether there will be no more of it.
    """

    def __init__(self, mark: bytes, waits: float) -> None:
        self.mark = mark
        self.size = 0
        self.over = False
        self._waits = waits
        self._left = Left()
        self._start: _Start | None = None
        self._pieces: list[bytes] = []
        self._failure: BaseException | None = None
        self._readers = 0
        self._read = 0
        self._alarm: asyncio.TimerHandle | None = None
        # Who waits for more to read, and who waits for more to have been read.
        self._news: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None

    def asking(self, caller: Caller) -> Caller:
        """The one who asks in a reader's place, the request's body read."""
        return caller._replace(receive=self._receive, send=self._send, more=self._say)

    @property
    def _receive(self) -> Receive:
        return Listening(self._gone, self._left)

    async def _gone(self) -> Message:
        gone = asyncio.get_running_loop().create_future()
        self._left.tell(partial(gone.set_result, None))
        await gone
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            waits = [(WAITS, b"%g" % self._waits)] if self._waits else []
            self._start = _Start(message["status"], [*message["headers"], *waits])
            self._tell()
            return
        self._add(message["body"])
        if message.get("more_body"):
            await self._until_read()

    def _say(self, piece: bytes) -> Awaitable[None] | None:
        self._add(piece)
        return self._until_read() if self.size - self._read > AHEAD else None

    def _add(self, piece: bytes) -> None:
        if piece:
            self._pieces.append(piece)
            self.size += len(piece)
            self._tell()

    async def _until_read(self) -> None:
        while self.size - self._read > AHEAD:
            if self._room is None:
                self._room = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._room)

    def _make_room(self) -> None:
        room, self._room = self._room, None
        if room is not None:
            room.set_result(None)

    def _tell(self) -> None:
        news, self._news = self._news, None
        if news is not None:
            news.set_result(None)

    def end(self, failure: BaseException | None = None) -> None:
        """Take that it is over; with the failure that whoever reads it meets."""
        self.over = True
        self._failure = failure
        self._stay()
        self._tell()

    @property
    def stopped(self) -> bool:
        """Whether it is not gone on with, since nobody came back."""
        return self._left.happened

    def stop(self) -> None:
        """Stop it, as one is whose caller left."""
        self._left.happen()

    async def read(self, caller: Caller, *, again: bool) -> None:
        """Give it to somebody, from its beginning to its end.

        Args:
            caller: how to answer.
            again: whether somebody else was there before, which the answer says.

        Raises:
            Disconnected: the caller left first.
            Exception: what it failed with.
        """
        self._readers += 1
        self._stay()
        try:
            await unless_gone(caller.receive, self._given(caller, again=again))
        finally:
            self._readers -= 1
            if not self._readers and not self.over:
                self._wait()

    def _stay(self) -> None:
        """Wait for nobody any longer."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _wait(self) -> None:
        """Go on for a while with nobody there."""
        if self._waits:
            self._alarm = asyncio.get_running_loop().call_later(self._waits, self.stop)
        else:
            self.stop()

    async def _given(self, caller: Caller, *, again: bool) -> None:
        while self._start is None:
            self._unless_failed()
            await self._more()
        status, headers = self._start
        headers = [*headers, REPLAYED] if again else headers
        await caller.send({"type": "http.response.start", "status": status, "headers": headers})
        read = at = 0
        while not self.over or at < len(self._pieces):
            if at == len(self._pieces):
                await self._more()
                continue
            piece = self._pieces[at]
            await caller.send({"type": "http.response.body", "body": piece, "more_body": True})
            at, read = at + 1, read + len(piece)
            if read > self._read:
                self._read = read
                if self.size - read <= AHEAD:
                    self._make_room()
        self._unless_failed()
        await caller.send({"type": "http.response.body", "body": b""})

    async def _more(self) -> None:
        """Wait until there is more to read, or it is over."""
        if self._news is None:
            self._news = asyncio.get_running_loop().create_future()
        # Others wait for the same.
        await asyncio.shield(self._news)

    def _unless_failed(self) -> None:
        if self._failure is not None:
            raise self._failure
