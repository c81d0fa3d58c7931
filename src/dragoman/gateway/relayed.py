"""An answer on its way through, with the upstream that it comes from and the attempt it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.errors import APIError, DragomanError
from dragoman.gateway.ledger import end_of
from dragoman.stream import AsyncStream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from dragoman.gateway.ledger import Attempt
    from dragoman.gateway.upstream import Upstream
    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion


class Relayed:
    """An answer that has come, or begun; closed once, whatever becomes of it.

    Args:
        answer: a completion, or a stream with its first content.
        upstream: where it comes from.
        model: the model that was asked for there.
        attempt: what is told of it.
    """

    def __init__(self, answer: Completion | AsyncStream, upstream: Upstream, model: str, attempt: Attempt) -> None:
        self.upstream = upstream
        self.model = model
        self.attempt = attempt
        self._answer = answer
        self._open = True
        if not isinstance(answer, AsyncStream):
            attempt.answered(answer)
            attempt.ended("completed", 200)
            self.close()

    @property
    def completion(self) -> Completion:
        """The answer, where it came in one piece."""
        if isinstance(self._answer, AsyncStream):
            raise TypeError("this answer is a stream")
        return self._answer

    async def chunks(self) -> AsyncGenerator[Chunk]:
        """The stream's chunks, each told to the attempt; they are read once.

        Raises:
            APIError: it broke off.
        """
        if not isinstance(self._answer, AsyncStream):
            raise TypeError("this answer came in one piece")
        try:
            async for chunk in self._answer:
                self.attempt.saw(chunk)
                yield chunk
            self.attempt.ended("completed", 200)
        except DragomanError as error:
            self.attempt.ended(end_of(error), error.status if isinstance(error, APIError) else None)
            raise
        finally:
            self.close()

    def close(self) -> None:
        """Leave it: the upstream has nothing to do for it any more."""
        if self._open:
            self._open = False
            self.upstream.busy -= 1
            if isinstance(self._answer, AsyncStream):
                self._answer.close()
