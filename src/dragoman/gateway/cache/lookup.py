"""One request at the cache: what is there for it, and what is kept of its answer. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.answer.fold import Folding

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from dragoman.asgi import Header
    from dragoman.gateway.cache.hit import Hit
    from dragoman.gateway.ledger import Entry
    from dragoman.gateway.relayed import Answer, Following
    from dragoman.gateway.tongue import Document
    from dragoman.stream.followed import Give
    from dragoman.wire.chunk import Chunk

    Keep = Callable[[Document, tuple[str, ...]], None]


class Lookup:
    """What was found, and what listens to what is answered where nothing was.

    Args:
        result: what came of it, as its caller is told: `hit`, `miss` or `bypass`.
        hit: the answer, where there is one.
        keep: keeps an answer, if it is one to keep, with what of its request was changed; None where none may be kept.

    Attributes:
        hit: as given.
    """

    __slots__ = ("_keep", "_result", "hit")

    def __init__(self, result: str, hit: Hit | None = None, keep: Keep | None = None) -> None:
        self.hit = hit
        self._result = result
        self._keep = keep

    @property
    def headers(self) -> list[Header]:
        """What the answer says of it (`Age`: RFC 9111 §5.1)."""
        found = [(b"x-dragoman-cache", self._result.encode())]
        return found if self.hit is None else [*found, (b"age", b"%d" % self.hit.age)]

    async def listened(self, work: Coroutine[Any, Any, Answer], entry: Entry, heard: tuple[str, ...]) -> Answer:
        """The same work on an answer in one piece, which is kept when it has come.

        Args:
            work: the work.
            entry: the request's.
            heard: what of the request was changed when it was heard, which another API's caller does not see.
        """
        answer = await work
        self._came(answer.document, entry, heard)
        return answer

    def heard(self, following: Following, entry: Entry, heard: tuple[str, ...]) -> Following:
        """The same following of a stream, which is kept when it has ended well. Arguments as those of `listened`."""
        if self._keep is None or self.hit is not None:
            return following

        async def folded(answer: Answer, give: Give) -> None:
            folding = Folding()

            def taken(chunks: list[Chunk]) -> Awaitable[None] | None:
                folding.take(chunks)
                return give(chunks)

            await following(answer, taken)
            self._came(folding.completion(), entry, heard)

        return folded

    def _came(self, document: Document, entry: Entry, heard: tuple[str, ...]) -> None:
        if self._keep is not None:
            self._keep(document, tuple(change for change in entry.changed if change not in heard))
