"""What an answer cost, told beside its usage, where the configuration has callers told. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from dragoman.wire.chunk import Chunk, read_chunk, usage_in
from dragoman.wire.completion import Sourced, read_sourced

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from dragoman.gateway.ledger import Entry
    from dragoman.gateway.relayed import Answer, Following
    from dragoman.stream.followed import Give


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
        usage = usage_in(said)
        if usage is None:
            return answer
        cost = self._entry.cost
        # Written in full: no reader of money should meet 1.2e-05.
        usage["cost"] = None if cost is None else msgspec.Raw(b"%d.%06d" % divmod(cost, 1_000_000))
        told = msgspec.json.encode(said)
        return cast("S", read_chunk(told)) if isinstance(answer, Chunk) else read_sourced(told, type(answer))

    def heard(self, following: Following) -> Following:
        """The same following, with the cost in the chunks that say the usage."""

        def told(answer: Answer, give: Give) -> Awaitable[None]:
            return following(
                answer,
                lambda chunks: give([chunk if chunk.usage is None else self.told(chunk) for chunk in chunks]),
            )

        return told
