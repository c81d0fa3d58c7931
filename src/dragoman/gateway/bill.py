"""What an answer cost, told beside its usage, where the configuration has callers told. No I/O."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, TypeVar

import msgspec

from dragoman.wire.completion import Sourced, read_sourced

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from dragoman.gateway.ledger import Entry
    from dragoman.gateway.relayed import Answer, Chunks
    from dragoman.wire.chunk import Chunk


S = TypeVar("S", bound=Sourced)


class Bill:
    """Tells one request's cost.

    Args:
        entry: the request's; what it has cost is what the ledger will say.
    """

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    def told(self, answer: S) -> S:
        """The same with `cost` in its `usage`: US dollars, or null where a price is unknown.

        All attempts are in it, as in the ledger. An answer without a usage stays as it is: there is nothing to put a
        price on yet.
        """
        said = answer.to_dict()
        usage: object = said.get("usage")
        if not isinstance(usage, dict):
            return answer
        cost = self._entry.cost
        # Written in full: no reader of money should meet 1.2e-05.
        usage["cost"] = None if cost is None else msgspec.Raw(b"%d.%06d" % divmod(cost, 1_000_000))
        return read_sourced(msgspec.json.encode(said), type(answer))

    def heard(self, chunks: Chunks) -> Chunks:
        """The same chunks, with the cost in those that say the usage."""

        async def told(relayed: Answer) -> AsyncGenerator[list[Chunk]]:
            async with contextlib.aclosing(chunks(relayed)) as read:
                async for arrived in read:
                    yield [chunk if chunk.usage is None else self.told(chunk) for chunk in arrived]

        return told
