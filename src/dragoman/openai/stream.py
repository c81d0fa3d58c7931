"""A streamed answer: an iterator of chunks and a context manager, in both colours. Shells: they hold no decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar, cast

import msgspec

from dragoman.errors import APIError
from dragoman.openai.errors import explain
from dragoman.openai.http import Request, Response
from dragoman.openai.types.chat.chat_completion_chunk import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from dragoman import stream as ours
    from dragoman.exchange import Call
    from dragoman.wire.chunk import Chunk

T = TypeVar("T")
_decode = msgspec.json.decode


def read(chunk: Chunk) -> ChatCompletionChunk:
    """One of our chunks as the original's."""
    return ChatCompletionChunk.received(_decode(chunk.to_json()))


class Stream(Generic[T]):
    """A streamed answer: an iterator of chunks, and a context manager that leaves it.

    A stream that breaks off raises, after the chunks that came before; the error's `__cause__` holds in `partial` what
    they add up to.

    Attributes:
        response: the answer's status and headers.
    """

    def __init__(self, source: ours.Stream, call: Call) -> None:
        self._source = source
        self._call = call
        self.response = Response(source.status, source.headers, b"", Request.of(call))

    def __iter__(self) -> Iterator[T]:
        """The chunks, as they arrive."""
        try:
            for chunk in self._source:
                yield cast("T", read(chunk))
        except APIError as error:
            raise explain(error, self._call) from error

    def __next__(self) -> T:
        """The next chunk.

        Raises:
            APIError: the stream did not end as it should.
        """
        try:
            return cast("T", read(next(self._source)))
        except APIError as error:
            raise explain(error, self._call) from error

    def close(self) -> None:
        """Leave the stream; the server sees its reader go."""
        self._source.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the stream."""
        self.close()


class AsyncStream(Generic[T]):
    """A streamed answer: an asynchronous iterator of chunks, and a context manager that leaves it.

    A stream that breaks off raises, after the chunks that came before; the error's `__cause__` holds in `partial` what
    they add up to.

    Attributes:
        response: the answer's status and headers.
    """

    def __init__(self, source: ours.AsyncStream, call: Call) -> None:
        self._source = source
        self._call = call
        self.response = Response(source.status, source.headers, b"", Request.of(call))

    def __aiter__(self) -> Self:
        """Itself: a generator would outlive a loop that was left."""
        return self

    async def __anext__(self) -> T:
        """The next chunk.

        Raises:
            APIError: the stream did not end as it should.
        """
        try:
            return cast("T", read(await anext(self._source)))
        except APIError as error:
            raise explain(error, self._call) from error

    async def close(self) -> None:
        """Leave the stream; the server sees its reader go."""
        self._source.close()

    async def aclose(self) -> None:
        """As `close`."""
        self._source.close()

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the stream."""
        self._source.close()
