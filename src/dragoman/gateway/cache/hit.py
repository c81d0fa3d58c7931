"""A kept answer on its way to a caller again, whole or as a stream, whichever it came as. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.answer.unfold import unfold
from dragoman.wire.completion import Completion

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from dragoman.gateway.ledger import Entry
    from dragoman.gateway.tongue import Document
    from dragoman.wire.chunk import Chunk


class Hit:
    """What `dragoman.gateway.relayed.Answer` describes, without anybody upstream.

    Args:
        document: the answer.
        age: seconds since it came.
        changed: what of its request was changed on its way upstream.
    """

    by: str | None = None
    """Nobody was asked."""

    def __init__(self, document: Document, age: float, changed: tuple[str, ...]) -> None:
        self.document = document
        self.age = age
        self._changed = changed

    async def opened(self, entry: Entry) -> Hit:
        """Itself, told to the request's entry."""
        entry.repeats(self.document)
        entry.changed += tuple(each for each in self._changed if each not in entry.changed)
        return self

    @property
    def begun_with(self) -> dict[str, Any] | None:
        """What it used: all of it is known before a stream of it begins."""
        return self.document.to_dict().get("usage")

    async def chunks(self) -> AsyncGenerator[list[Chunk]]:
        """The answer as a stream."""
        if not isinstance(self.document, Completion):
            raise TypeError("this answer comes in one piece")
        yield unfold(self.document)

    def close(self) -> None:
        """Nothing is open."""
