"""Other ways to read a stream: as what its chunks become, and several times at once. Shells: no decisions.

`View` and `AsyncView`, `Branch` and `AsyncBranch` are twins, held equal by a test.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from dragoman.stream.alone import AsyncTurn, Turn
    from dragoman.wire.chunk import Chunk

V = TypeVar("V")


class View(Generic[V]):
    """What a stream's chunks become, as an iterator.

    Args:
        stream: the stream.
        take: makes a chunk what it is to become.
        end: what comes after the last chunk of a stream that ended well.
    """

    __slots__ = ("_end", "_over", "_ready", "_stream", "_take")

    def __init__(
        self, stream: Iterator[Chunk], take: Callable[[Chunk], Iterable[V]], end: Callable[[], Iterable[V]]
    ) -> None:
        self._stream = stream
        self._take = take
        self._end = end
        self._ready: deque[V] = deque()
        self._over = False

    def __iter__(self) -> Self:
        """Itself."""
        return self

    def __next__(self) -> V:
        """The next of them.

        Raises:
            APIError: the stream did not end as it should; see `dragoman.errors`.
        """
        while not self._ready:
            if self._over:
                raise StopIteration
            chunk = next(self._stream, None)
            self._over = chunk is None
            self._ready.extend(self._end() if chunk is None else self._take(chunk))
        return self._ready.popleft()


class AsyncView(Generic[V]):
    """What a stream's chunks become, as an asynchronous iterator.

    Args:
        stream: the stream.
        take: makes a chunk what it is to become.
        end: what comes after the last chunk of a stream that ended well.
    """

    __slots__ = ("_end", "_over", "_ready", "_stream", "_take")

    def __init__(
        self, stream: AsyncIterator[Chunk], take: Callable[[Chunk], Iterable[V]], end: Callable[[], Iterable[V]]
    ) -> None:
        self._stream = stream
        self._take = take
        self._end = end
        self._ready: deque[V] = deque()
        self._over = False

    def __aiter__(self) -> Self:
        """Itself."""
        return self

    async def __anext__(self) -> V:
        """The next of them.

        Raises:
            APIError: the stream did not end as it should; see `dragoman.errors`.
        """
        while not self._ready:
            if self._over:
                raise StopAsyncIteration
            chunk = await anext(self._stream, None)
            self._over = chunk is None
            self._ready.extend(self._end() if chunk is None else self._take(chunk))
        return self._ready.popleft()


class Branch:
    """One of several readers of a stream: an iterator over all its chunks.

    Args:
        stream: the stream.
        given: the chunks that any of them has read; shared by all.
        turn: who reads on, one at a time; shared by all.
    """

    __slots__ = ("_at", "_given", "_stream", "_turn")

    def __init__(self, stream: Iterator[Chunk], given: list[Chunk], turn: Turn) -> None:
        self._stream = stream
        self._given = given
        self._turn = turn
        self._at = 0

    def __iter__(self) -> Self:
        """Itself."""
        return self

    def __next__(self) -> Chunk:
        """The next chunk.

        Raises:
            APIError: the stream did not end as it should; see `dragoman.errors`.
        """
        at = self._at
        if at == len(self._given):
            with self._turn:
                # Another may have read on while this one waited for its turn.
                if at == len(self._given):
                    self._given.append(next(self._stream))
        self._at = at + 1
        return self._given[at]


class AsyncBranch:
    """One of several readers of a stream: an asynchronous iterator over all its chunks.

    Args:
        stream: the stream.
        given: the chunks that any of them has read; shared by all.
        turn: who reads on, one at a time; shared by all.
    """

    __slots__ = ("_at", "_given", "_stream", "_turn")

    def __init__(self, stream: AsyncIterator[Chunk], given: list[Chunk], turn: AsyncTurn) -> None:
        self._stream = stream
        self._given = given
        self._turn = turn
        self._at = 0

    def __aiter__(self) -> Self:
        """Itself."""
        return self

    async def __anext__(self) -> Chunk:
        """The next chunk.

        Raises:
            APIError: the stream did not end as it should; see `dragoman.errors`.
        """
        at = self._at
        if at == len(self._given):
            async with self._turn:
                # Another may have read on while this one waited for its turn.
                if at == len(self._given):
                    self._given.append(await anext(self._stream))
        self._at = at + 1
        return self._given[at]
