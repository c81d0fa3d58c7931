"""uvicorn's HTTP/1.1 on one connection, which says that the caller has left without being asked. Server side."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from dragoman.asgi import LEFT, Left


class Line(HttpToolsProtocol):
    """A connection of a caller.

    ASGI has an app wait for a message to hear that its caller has left: a task beside each request, which costs as
    much as a fifth of the request itself. Here the scope of each request has a `Left` that calls back.
    """

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **named)
        self._left = Left()

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
