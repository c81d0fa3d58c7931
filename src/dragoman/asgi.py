"""Bytes in and out of an ASGI app: a body, an answer, a stream, and the caller who leaves. No framework.

Shared by the engine's process and the gateway. What a server is told and tells is the ASGI specification's
(asgi.readthedocs.io, HTTP & WebSocket format 2.x).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeVar

from dragoman.sse import comment

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]
Say = Callable[[bytes], Awaitable[None] | None]
"""Says the next piece of a stream; what it returns, if anything, is waited for before the next."""

T = TypeVar("T")

KEEP_ALIVE = comment("keep-alive")

LEFT = "dragoman.left"
"""The extension of a request's scope under which a server of ours has a `Left`."""

MORE = "dragoman.more"
"""The extension under which it has a `Say` of its own, for an answer that has begun: one that no task waits for."""


class Disconnected(Exception):  # noqa: N818 - an event that ends a request, not a mistake
    """The caller has left."""


class BodyTooLarge(Exception):  # noqa: N818 - says what it is
    """A request's body is larger than the bound."""


async def read_body(receive: Receive, bound: int) -> bytes:
    """A request's whole body, at most `bound` bytes.

    Raises:
        BodyTooLarge: it is longer; what follows is left unread.
        Disconnected: the caller left before its end.
    """
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > bound:
            raise BodyTooLarge
        pieces.append(piece)
        if not message.get("more_body", False):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def respond(
    send: Send,
    status: int,
    body: bytes,
    headers: Iterable[Header] = (),
    content_type: bytes = b"application/json",
) -> None:
    """Answer with one document."""
    framing = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": [*framing, *headers]})
    await send({"type": "http.response.body", "body": body})


class Left:
    """Whether a caller has left: a server that has it in a request's scope says so without being asked.

    Attributes:
        happened: whether it has.
    """

    __slots__ = ("_told", "happened")

    def __init__(self) -> None:
        self.happened = False
        self._told: list[Callable[[], None]] = []

    def tell(self, whom: Callable[[], None]) -> None:
        """Call somebody when it happens; in the loop's next turn where it has happened already."""
        if self.happened:
            asyncio.get_running_loop().call_soon(whom)
        else:
            self._told.append(whom)

    def forget(self, whom: Callable[[], None]) -> None:
        """Call somebody no more."""
        if whom in self._told:
            self._told.remove(whom)

    def happen(self) -> None:
        """Note that the caller has left, and tell whoever wants to know."""
        self.happened = True
        told, self._told = self._told, []
        for each in told:
            each()


class Listening:
    """A server's `receive` where one need not wait to hear that the caller has left.

    Args:
        receive: the server's.
        left: what it says of the caller.
    """

    __slots__ = ("_receive", "left")

    def __init__(self, receive: Receive, left: Left) -> None:
        self._receive = receive
        self.left = left

    def __call__(self) -> Awaitable[MutableMapping[str, Any]]:
        """The server's next message."""
        return self._receive()


def listening(scope: Scope, receive: Receive) -> Receive:
    """A server's `receive`, by which one hears of the caller's leaving as cheaply as this server can tell it."""
    known: dict[str, Any] | None = scope.get("extensions")
    return Listening(receive, known[LEFT]) if known and LEFT in known else receive


async def gone(receive: Receive) -> None:
    """Wait until the caller has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _leaving(receive: Receive) -> asyncio.Future[None]:
    """Done once the caller has left."""
    if not isinstance(receive, Listening):
        return asyncio.ensure_future(gone(receive))
    known = asyncio.get_running_loop().create_future()

    def leave() -> None:
        if not known.done():
            known.set_result(None)

    receive.left.tell(leave)
    known.add_done_callback(lambda _: receive.left.forget(leave))
    return known


async def settled(receive: Receive, work: asyncio.Future[Any], seconds: float | None = None) -> None:
    """Wait until work for a caller is done or failed, for so many seconds at most.

    Raises:
        Disconnected: the caller left first; the work has been cancelled and has ended.
    """
    over = asyncio.get_running_loop().create_future()

    def end(_: object) -> None:
        if not over.done():
            over.set_result(None)

    # What `asyncio.wait` does, for a third of what it costs: this is on the way of each request.
    leaving = _leaving(receive)
    alarm = None if seconds is None else over.get_loop().call_later(seconds, end, None)
    work.add_done_callback(end)
    leaving.add_done_callback(end)
    try:
        await over
        if leaving.done() and not work.done():
            await _ended(work)
            raise Disconnected
    finally:
        work.remove_done_callback(end)
        if alarm is not None:
            alarm.cancel()
        await _ended(leaving)


async def unless_gone(receive: Receive, work: Awaitable[T]) -> T:
    """Do work for a caller, and stop it at once when the caller leaves; what the work raises goes through.

    Raises:
        Disconnected: the caller left first.
    """
    watch = _Watch(receive)
    try:
        return await work
    except BaseException:
        if watch.stopped:
            raise Disconnected from None
        raise
    finally:
        await watch.end()


class _Watch:
    """Stops the task that works for a caller when the caller leaves."""

    __slots__ = ("_asking", "_before", "_gone", "_left", "_over", "_task")

    def __init__(self, receive: Receive) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("work for a caller is done in a task")
        self._task = task
        self._before = task.cancelling()
        self._gone = self._over = False
        self._left = receive.left if isinstance(receive, Listening) else None
        self._asking: asyncio.Future[None] | None = None
        if self._left is not None:
            self._left.tell(self._leave)
        else:
            self._asking = asyncio.ensure_future(gone(receive))
            self._asking.add_done_callback(self._leave)

    @property
    def stopped(self) -> bool:
        """Whether the task was stopped because the caller left, and for no other reason."""
        return self._gone and self._task.cancelling() <= self._before + 1

    def _leave(self, _: object = None) -> None:
        if not self._over:
            self._gone = True
            self._task.cancel()

    async def end(self) -> None:
        """Watch no longer."""
        self._over = True
        if self._gone:
            self._task.uncancel()
        if self._left is not None:
            self._left.forget(self._leave)
        elif self._asking is not None:
            await _ended(self._asking)


def more_of(scope: Scope) -> Say | None:
    """What a server of ours has for the rest of an answer that has begun; None where it is another's."""
    known: dict[str, Any] | None = scope.get("extensions")
    return known.get(MORE) if known else None


async def said(say: Say, piece: bytes) -> None:
    """Say a piece, and wait until the next may be said."""
    held = say(piece)
    if held is not None:
        await held


async def stream(  # noqa: PLR0913 - a server's calls, and what is said by them
    send: Send,
    receive: Receive,
    tell: Callable[[Say], Awaitable[None]],
    *,
    keep_alive: float,
    headers: Iterable[Header] = (),
    more: Say | None = None,
) -> None:
    """Answer with server-sent events as they come.

    The answer starts at once; whenever `keep_alive` seconds pass without a piece, a comment says that the connection
    lives. When the caller leaves, `tell` is cancelled at once; what `tell` raises goes through, and the server then
    breaks the answer off. Whoever waits for what is held back says no more than the caller reads.

    Args:
        send: the server's.
        receive: the server's, the request's body read.
        tell: tells the stream, by what it is given: whole events each.
        keep_alive: seconds, more than 0.
        headers: beside those of an event stream.
        more: the server's way to say more without a task, if it has one: see `MORE`.

    Raises:
        Disconnected: the caller left before the end.
    """
    start = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-cache"),
        # nginx buffers what it proxies unless it is told not to, and then streams are not streams.
        (b"x-accel-buffering", b"no"),
    ]
    line = _Line(send)
    # Three tasks for the whole stream, none for each piece.
    relaying = asyncio.ensure_future(line.relay(tell, [*start, *headers], more))
    keeping = asyncio.ensure_future(line.keep_alive(keep_alive))
    leaving = _leaving(receive)
    try:
        await asyncio.wait({relaying, keeping, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if relaying.done():
            relaying.result()
        elif keeping.done():
            keeping.result()
        else:
            raise Disconnected
    finally:
        await _ended(relaying, keeping, leaving)


class _Line:
    """The way to one caller, along which a stream's pieces and the comments between them go one at a time."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._saying = False
        self._commenting = asyncio.Lock()
        self._now = asyncio.get_running_loop().time
        self._spoke_at = self._now()

    async def relay(self, tell: Callable[[Say], Awaitable[None]], headers: list[Header], more: Say | None) -> None:
        """Send the whole answer."""
        await self._sent(self._send({"type": "http.response.start", "status": 200, "headers": headers}))
        await tell(self._say if more is None else self._by_way_of(more))
        await self._commented()
        await self._sent(self._send({"type": "http.response.body", "body": b""}))

    async def _say(self, piece: bytes) -> None:
        # Whoever sends holds nobody up but a comment: a lock for each piece would cost as much as the piece.
        if self._commenting.locked():
            await self._commented()
        await self._sent(self._send({"type": "http.response.body", "body": piece, "more_body": True}))

    def _by_way_of(self, more: Say) -> Say:
        """The same by the server's own way, which waits for nobody: a comment on its way is whole, too."""

        def say(piece: bytes) -> Awaitable[None] | None:
            held = more(piece)
            self._spoke_at = self._now()
            return None if held is None else self._sent(held)

        return say

    async def keep_alive(self, seconds: float) -> None:
        """Send a comment whenever nothing else was sent for so long; ends only when sending fails."""
        while True:
            silent = self._now() - self._spoke_at
            # What is being sent and not yet taken says enough: comments behind it would only pile up.
            if silent < seconds or self._saying:
                await asyncio.sleep(max(seconds - silent, seconds / 10))
            else:
                async with self._commenting:
                    await self._sent(self._send({"type": "http.response.body", "body": KEEP_ALIVE, "more_body": True}))

    async def _commented(self) -> None:
        """Wait until the comment that is being sent has been."""
        async with self._commenting:
            pass

    async def _sent(self, sending: Awaitable[None]) -> None:
        self._saying = True
        try:
            await sending
        except OSError:  # what a server raises when nobody is there any more (ASGI 2.4)
            raise Disconnected from None
        self._saying = False
        self._spoke_at = self._now()


async def _ended(*tasks: asyncio.Future[Any]) -> None:
    """Cancel what is still running and see it end, so that nothing outlives its request."""
    for task in tasks:
        task.cancel()
    # One turn of the loop is all that most need, and costs a fraction of `wait`.
    await asyncio.sleep(0)
    late = [task for task in tasks if not task.done()]
    if late:
        await asyncio.wait(late)
    for task in tasks:
        # Whoever wanted the outcome has it; asking for it here keeps asyncio from reporting a failure nobody saw.
        if not task.cancelled():
            task.exception()
