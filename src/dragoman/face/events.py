"""A streamed answer as the originals' users hold it: an iterator and a context manager, in both colours. Shells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from dragoman.errors import APIError
from dragoman.face.record import RawResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from dragoman.stream import AsyncStream, Stream

T = TypeVar("T")


class _Events(Generic[T]):
    """What both colours know.

    Args:
        stream: the stream as the client has it.
        event: makes what users see of a chunk's JSON.
        explain: the face's own exception for one of ours.
        last: what follows the last chunk of a stream that ended well.

    Attributes:
        response: the answer's status and headers.
    """

    def __init__(
        self,
        stream: Any,  # noqa: ANN401 - Stream or AsyncStream, as the subclass says
        event: Callable[[Any], T],
        explain: Callable[[APIError], Exception],
        last: Sequence[T] = (),
    ) -> None:
        self._stream = stream
        self._event = event
        self._explain = explain
        self._last = list(last)
        self._over = False
        self.response = RawResponse(stream.status, stream.headers)

    def close(self) -> None:
        """Leave the stream; the server sees its reader go."""
        self._last.clear()
        self._over = True
        self._stream.close()


class EventStream(_Events[T]):
    """A streamed answer: an iterator of events, and a context manager that leaves it."""

    def __init__(
        self,
        stream: Stream,
        event: Callable[[Any], T],
        explain: Callable[[APIError], Exception],
        last: Sequence[T] = (),
    ) -> None:
        super().__init__(stream, event, explain, last)
        self._next: Callable[[], Any] = stream.__next__

    def __iter__(self) -> Self:
        """Itself."""
        return self

    def __next__(self) -> T:
        """The next event, as it arrives; a stream that fails raises the face's own error after what came before."""
        if self._over:
            raise StopIteration
        try:
            chunk = self._next()
            value, chunk.value = chunk.value, None
            return self._event(value)
        except StopIteration:
            if self._last:
                return self._last.pop(0)
            raise
        except APIError as error:
            self.close()
            raise self._explain(error) from error

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the stream."""
        self.close()


class EventStreamAsync(_Events[T]):
    """A streamed answer: an asynchronous iterator of events, and a context manager that leaves it."""

    def __init__(
        self,
        stream: AsyncStream,
        event: Callable[[Any], T],
        explain: Callable[[APIError], Exception],
        last: Sequence[T] = (),
    ) -> None:
        super().__init__(stream, event, explain, last)
        self._next: Callable[[], Any] = stream.__anext__

    def __aiter__(self) -> Self:
        """Itself."""
        return self

    async def __anext__(self) -> T:
        """The next event, as it arrives; a stream that fails raises the face's own error after what came before."""
        if self._over:
            raise StopAsyncIteration
        try:
            chunk = await self._next()
            value, chunk.value = chunk.value, None
            return self._event(value)
        except StopAsyncIteration:
            if self._last:
                return self._last.pop(0)
            raise
        except APIError as error:
            self.close()
            raise self._explain(error) from error

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the stream."""
        self.close()
