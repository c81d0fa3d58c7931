"""An asynchronous stream about to be opened: await it, or enter it. A shell: no decisions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from dragoman.exchange import stream
from dragoman.stream import AsyncStream, adrive

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import TracebackType

    from dragoman.answer.reading import Reading
    from dragoman.exchange import Call
    from dragoman.transport import AsyncTransport

S = TypeVar("S", bound=AsyncStream)


class Opening(Generic[S]):
    """A stream about to be opened: await it, or enter it.

    Args:
        call: what is asked.
        transport: what carries it.
        make: makes what is read the stream that its user holds.
    """

    @overload
    def __init__(self: Opening[AsyncStream], call: Call, transport: AsyncTransport) -> None: ...

    @overload
    def __init__(self, call: Call, transport: AsyncTransport, make: Callable[[Call, Reading], S]) -> None: ...

    def __init__(
        self, call: Call, transport: AsyncTransport, make: Callable[[Call, Reading], Any] = AsyncStream
    ) -> None:
        self._call = call
        self._transport = transport
        self._make: Callable[[Call, Reading], S] = make
        self._stream: S | None = None

    async def _open(self) -> S:
        return self._make(self._call, await adrive(stream(self._call, time), self._transport))

    def __await__(self) -> Generator[Any, None, S]:
        """Open it."""
        return self._open().__await__()

    async def __aenter__(self) -> S:
        """Open it, to be left at the block's end."""
        self._stream = await self._open()
        return self._stream

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the stream."""
        if self._stream is not None:
            self._stream.close()
