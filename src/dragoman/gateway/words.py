"""A request's words on their way into the ledger, where keeping them is switched on. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.gateway.redact import TEXT_BOUND
from dragoman.wire.completion import Completion

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from dragoman.gateway.ledger import Entry
    from dragoman.gateway.relayed import Answer, Following
    from dragoman.gateway.tongue import Document
    from dragoman.stream.followed import Give
    from dragoman.wire.chunk import Chunk


# Redaction looks at so much before it cuts: a credential on the border must not lose its beginning.
_MOST = 2 * TEXT_BOUND


class Words:
    """What was asked and answered.

    Args:
        body: the request.
    """

    def __init__(self, body: dict[str, Any]) -> None:
        self._asked = body.get("messages") or body["input"]
        self._pieces: list[str] = []
        self._size = 0

    def heard(self, following: Following) -> Following:
        """The same following, listened to."""

        def listened(answer: Answer, give: Give) -> Awaitable[None]:
            def heard(chunks: list[Chunk]) -> Awaitable[None] | None:
                for chunk in chunks:
                    for choice in chunk.choices:
                        self._add(choice.index, choice.delta.content)
                return give(chunks)

            return following(answer, heard)

        return listened

    def answered(self, answer: Document) -> None:
        """Take an answer that came in one piece."""
        for choice in answer.choices if isinstance(answer, Completion) else ():
            self._add(choice.index, choice.message.content)

    def keep(self, entry: Entry) -> None:
        """Give them to the entry, before it is closed."""
        entry.said(msgspec.json.encode(self._asked), "".join(self._pieces))

    def _add(self, index: int, text: str | None) -> None:
        # Of several answers the first: pieces of all of them would be nobody's words.
        if text and index == 0 and self._size < _MOST:
            self._pieces.append(text)
            self._size += len(text)
