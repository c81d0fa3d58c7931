"""The chunks of a stream that have arrived, and what they add up to. No I/O.

They are kept as the JSON they came in: one that is read takes five times as much memory, and is hardly looked at again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from dragoman.answer.fold import Folding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion


class Seen(Sequence["Chunk"]):
    """Chunks, each read anew whenever it is looked at.

    Args:
        read: reads one.

    Attributes:
        sources: their JSON.
    """

    __slots__ = ("_folding", "_read", "_text", "_told", "sources")

    def __init__(self, read: Callable[[bytes], Chunk]) -> None:
        self.sources: list[bytes] = []
        self._read = read
        self._folding: Folding | None = None
        # The text of the first so many.
        self._text = ""
        self._told = 0

    def take(self, chunks: Iterable[Chunk]) -> None:
        """Take more of them."""
        # Spelt out: this runs for each chunk of each stream.
        sources = self.sources
        for chunk in chunks:
            sources.append(chunk.to_json())

    @property
    def completion(self) -> Completion:
        """What they add up to; a look costs what is new."""
        if self._folding is None:
            self._folding = Folding()
        self._folding.follow(self.sources)
        return self._folding.completion()

    def with_more(self, more: Iterable[Chunk]) -> Completion:
        """What they add up to, and these after them, which are not taken."""
        folding = Folding()
        folding.follow(self.sources)
        folding.take(more)
        return folding.completion()

    @property
    def text(self) -> str:
        """The text of the first choice; a look costs what is new."""
        fresh = self[self._told :]
        self._told += len(fresh)
        self._text += "".join(chunk.text for chunk in fresh)
        return self._text

    def __len__(self) -> int:
        """How many there are."""
        return len(self.sources)

    @overload
    def __getitem__(self, index: int) -> Chunk: ...

    @overload
    def __getitem__(self, index: slice) -> list[Chunk]: ...

    def __getitem__(self, index: int | slice) -> Chunk | list[Chunk]:
        """One of them, or some."""
        found = self.sources[index]
        return self._read(found) if isinstance(found, bytes) else list(map(self._read, found))

    def __iter__(self) -> Iterator[Chunk]:
        """All of them, one after the other."""
        return map(self._read, self.sources)
