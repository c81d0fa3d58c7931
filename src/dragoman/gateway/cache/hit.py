"""A kept answer on its way to a caller again, whole or as a stream, whichever it came as. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.answer.unfold import unfold
from dragoman.wire.completion import Completion

if TYPE_CHECKING:
    from dragoman.gateway.ledger import Entry
    from dragoman.gateway.tongue import Document
    from dragoman.stream.followed import Give


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

    async def follow(self, give: Give) -> None:
        """Give the answer away as a stream."""
        if not isinstance(self.document, Completion):
            raise TypeError("this answer comes in one piece")
        held = give(unfold(self.document))
        if held is not None:
            await held

    def close(self) -> None:
        """Nothing is open."""
