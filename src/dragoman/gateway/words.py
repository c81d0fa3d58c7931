"""A request's words on their way into the ledger, where keeping them is switched on. No I/O."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.gateway.redact import TEXT_BOUND
from dragoman.wire.completion import Completion

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from dragoman.gateway.ledger import Entry
    from dragoman.gateway.relayed import Answer, Chunks
    from dragoman.gateway.tongue import Document
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

    def heard(self, chunks: Chunks) -> Chunks:
        """The same chunks, listened to as they go by."""

        async def listened(relayed: Answer) -> AsyncGenerator[list[Chunk]]:
            async with contextlib.aclosing(chunks(relayed)) as read:
                async for arrived in read:
                    for chunk in arrived:
                        for choice in chunk.choices:
                            self._add(choice.index, choice.delta.content)
                    yield arrived

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
