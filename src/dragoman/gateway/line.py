"""uvicorn's HTTP/1.1 on one connection, where two things are cheaper: to hear that a caller has left, and to answer.

ASGI has an app wait for a message to hear that its caller has left: a task beside each request, which costs as much as
a fifth of the request itself. Here the scope of each request has a `Left` that calls back. And an answer's head goes
out with the first of its body, not before it: a packet, a call of the kernel and a caller who is woken twice less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from dragoman.asgi import LEFT, Left

if TYPE_CHECKING:
    import asyncio

_ANSWER = b"HTTP/1.1 "


class Line(HttpToolsProtocol):
    """A connection of a caller."""

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **named)
        self._left = Left()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own does
        """Begin."""
        super().connection_made(transport)
        self.transport = cast("asyncio.Transport", _Together(transport, self.loop))

    def on_message_begin(self) -> None:
        """Begin a request's scope."""
        super().on_message_begin()
        extensions: dict[str, Any] = {LEFT: self._left}
        self.scope["extensions"] = extensions

    def on_message_complete(self) -> None:
        """Go on reading after a request: only so is it noticed that its caller leaves.

        uvicorn stops in the middle of a large body until the app asks for more, and nobody asks for more than all. It
        does so, too, while requests wait that were sent before the answer to this one.
        """
        super().on_message_complete()
        if not self.pipeline:
            self.flow.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever works for the caller."""
        super().connection_lost(exc)
        self._left.happen()


class _Together:
    """A transport that holds the head of an answer back until more follows, for one turn of the loop at most."""

    __slots__ = ("_head", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""

    def write(self, data: bytes) -> None:
        head, self._head = self._head, b""
        if head:
            self._transport.write(head + data)
        elif data.startswith(_ANSWER):
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else a transport has
        return getattr(self._transport, name)

    def _flush(self) -> None:
        head, self._head = self._head, b""
        if head:
            self._transport.write(head)
