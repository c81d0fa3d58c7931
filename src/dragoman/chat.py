"""Chat completions: `client.chat`, in both colours. Shells: they hold no decisions.

`Chat` and `AsyncChat` are twins, held equal by a test.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal, overload

from dragoman.call import body_call, create_call, stream_call
from dragoman.exchange import complete, stream
from dragoman.stream import AsyncStream, Stream, adrive, drive

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from types import TracebackType
    from typing import Unpack

    from dragoman.arguments import Arguments
    from dragoman.call import Settings
    from dragoman.exchange import Call
    from dragoman.transport import AsyncTransport, Transport
    from dragoman.wire.completion import Completion


class Chat:
    """Chat completions."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport

    @overload
    def create(self, *, stream: Literal[True], **arguments: Unpack[Arguments]) -> Stream: ...

    @overload
    def create(self, *, stream: Literal[False] | None = None, **arguments: Unpack[Arguments]) -> Completion: ...

    def create(self, *, stream: bool | None = None, **arguments: Unpack[Arguments]) -> Completion | Stream:
        """Ask for a chat completion: `POST …/chat/completions`.

        Args:
            stream: True answers piece by piece, with a `Stream`.
            **arguments: the request's fields and those of the call: see `dragoman.arguments`.

        Raises:
            InvalidRequestError: the call is wrong as written.
            APIError: it failed; see `dragoman.errors` for how.
        """
        if stream:
            return self.stream(**arguments)
        return drive(complete(create_call(self._settings, arguments), time), self._transport)

    def stream(self, **arguments: Unpack[Arguments]) -> Stream:
        """Ask for a chat completion piece by piece; the arguments are those of `create`.

        It returns when the first content has arrived; until then a failed attempt is tried again. The usage is asked
        for where the dialect can say it, and kept for `stream.usage` without a chunk of its own.

        Raises:
            InvalidRequestError: the call is wrong as written.
            APIError: it failed; see `dragoman.errors` for how.
        """
        call = stream_call(self._settings, arguments)
        return Stream(call, drive(stream(call, time), self._transport))

    def send(self, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> Completion | Stream:
        """Send a request's JSON body as it is; it is answered by a stream where its own `stream` is true.

        Raises:
            InvalidRequestError: it holds what JSON cannot.
            APIError: it failed; see `dragoman.errors` for how.
        """
        call = body_call(self._settings, body, headers)
        if body.get("stream") is True:
            return Stream(call, drive(stream(call, time), self._transport))
        return drive(complete(call, time), self._transport)


class AsyncChat:
    """Chat completions."""

    def __init__(self, settings: Settings, transport: AsyncTransport) -> None:
        self._settings = settings
        self._transport = transport

    @overload
    async def create(self, *, stream: Literal[True], **arguments: Unpack[Arguments]) -> AsyncStream: ...

    @overload
    async def create(self, *, stream: Literal[False] | None = None, **arguments: Unpack[Arguments]) -> Completion: ...

    async def create(self, *, stream: bool | None = None, **arguments: Unpack[Arguments]) -> Completion | AsyncStream:
        """Ask for a chat completion: `POST …/chat/completions`.

        Args:
            stream: True answers piece by piece, with an `AsyncStream`.
            **arguments: the request's fields and those of the call: see `dragoman.arguments`.

        Raises:
            InvalidRequestError: the call is wrong as written.
            APIError: it failed; see `dragoman.errors` for how.
        """
        if stream:
            return await self.stream(**arguments)
        return await adrive(complete(create_call(self._settings, arguments), time), self._transport)

    def stream(self, **arguments: Unpack[Arguments]) -> Opening:
        """Ask for a chat completion piece by piece: `async with client.chat.stream(…) as stream`, or await it.

        It opens when the first content has arrived; until then a failed attempt is tried again. The usage is asked
        for where the dialect can say it, and kept for `stream.usage` without a chunk of its own.

        Raises:
            InvalidRequestError: the call is wrong as written.
            APIError: when it opens, it failed; see `dragoman.errors` for how.
        """
        call = stream_call(self._settings, arguments)
        return Opening(call, self._transport)

    async def send(
        self, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> Completion | AsyncStream:
        """Send a request's JSON body as it is; it is answered by a stream where its own `stream` is true.

        Raises:
            InvalidRequestError: it holds what JSON cannot.
            APIError: it failed; see `dragoman.errors` for how.
        """
        call = body_call(self._settings, body, headers)
        if body.get("stream") is True:
            return await Opening(call, self._transport)
        return await adrive(complete(call, time), self._transport)


class Opening:
    """A stream about to be opened: await it, or enter it."""

    def __init__(self, call: Call, transport: AsyncTransport) -> None:
        self._call = call
        self._transport = transport
        self._stream: AsyncStream | None = None

    async def _open(self) -> AsyncStream:
        return AsyncStream(self._call, await adrive(stream(self._call, time), self._transport))

    def __await__(self) -> Generator[Any, None, AsyncStream]:
        """Open it."""
        return self._open().__await__()

    async def __aenter__(self) -> AsyncStream:
        """Open it, to be left at the block's end."""
        self._stream = await self._open()
        return self._stream

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the stream."""
        if self._stream is not None:
            self._stream.close()
