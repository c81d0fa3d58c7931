"""An answer on its way through, with the upstream that it comes from and the attempt it belongs to."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Protocol

from dragoman.errors import APIError, DragomanError, StatusError, TimeLimitError
from dragoman.gateway.ledger import end_of
from dragoman.stream.followed import Followed
from dragoman.wire.chunk import Chunk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dragoman.candidates.breaker import Circuit
    from dragoman.gateway.ledger import Attempt
    from dragoman.gateway.tongue import Document
    from dragoman.gateway.upstream import Upstream
    from dragoman.stream.followed import Give

    Following = Callable[["Answer", Give], Awaitable[None]]


GRACE = 3.0
"""Seconds that a stream has for its end, and for what it used, once every choice has said why it finished. An upstream
that says no more then has said all, whether or not it hangs up."""


class Answer(Protocol):
    """What a caller is answered with, wherever it is from."""

    @property
    def by(self) -> str | None:
        """The upstream that it comes from; None for nobody."""
        ...

    @property
    def begun_with(self) -> dict[str, Any] | None:
        """What is known of a stream's usage before it begins: see `Relayed`."""
        ...

    @property
    def document(self) -> Document:
        """It, in one piece. A stream has none."""
        ...

    async def follow(self, give: Give) -> None:
        """Give its chunks away, as a stream; what `give` returns, if anything, is waited for before there are more."""
        ...

    def close(self) -> None:
        """Leave it."""
        ...


class Relayed:
    """An answer that has come, or begun; closed once, whatever becomes of it.

    Args:
        answer: a completion or embeddings, or a stream with its first content.
        upstream: where it comes from.
        model: the model that was asked for there.
        attempt: what is told of it.
        circuit: what is told whether the upstream did its work; None where nobody keeps count.
        choices: how many answers were asked for.

    Attributes:
        begun_with: what a stream's upstream said of its usage before it began, in chat's words and whatever else it
            says of it; None where it said nothing.
    """

    def __init__(  # noqa: PLR0913 - an answer, and who is told of it
        self,
        answer: Document | Followed,
        upstream: Upstream,
        model: str,
        attempt: Attempt,
        *,
        circuit: Circuit | None = None,
        choices: int = 1,
    ) -> None:
        self.upstream = upstream
        self.model = model
        self.attempt = attempt
        self.begun_with: dict[str, Any] | None = None
        self._answer = answer
        self._circuit = circuit
        self._choices = choices
        self._open = True
        if not isinstance(answer, Followed):
            attempt.answered(answer)
            attempt.ended("completed", 200)
            if circuit is not None:
                circuit.succeeded()
            self.close()
            return
        if (said := answer.usage) is not None and said.prompt_tokens:
            # Before the answer, and not among its chunks: it counts where there will be no more than its beginning.
            self.begun_with = answer.completion.to_dict().get("usage")
            attempt.saw(Chunk(usage=said))
        if circuit is not None:
            # It has begun: others may ask too. Whether that went well is told by its end.
            circuit.cancelled()

    @property
    def by(self) -> str:
        """The name of the upstream that it comes from."""
        return self.upstream.name

    @property
    def document(self) -> Document:
        """The answer, where it came in one piece."""
        if isinstance(self._answer, Followed):
            raise TypeError("this answer is a stream")
        return self._answer

    async def follow(self, give: Give) -> None:
        """Give the stream's chunks away, as many at a time as arrive, each told to the attempt; they are read once.

        Raises:
            APIError: it broke off.
        """
        stream = self._answer
        if not isinstance(stream, Followed):
            raise TypeError("this answer came in one piece")
        try:
            await self._followed(stream, give)
            self.attempt.ended("completed", 200)
            if self._circuit is not None:
                self._circuit.succeeded()
        except DragomanError as error:
            self.attempt.ended(end_of(error), error.status if isinstance(error, APIError) else None)
            if self._circuit is not None and _is_upstreams(error):
                self._circuit.failed(time.monotonic())
            raise
        finally:
            self.close()

    async def _followed(self, stream: Followed, give: Give) -> None:
        patience = asyncio.timeout(None)
        saw = self.attempt.saw
        finished: set[int] = set()

        def heard(chunks: list[Chunk]) -> Awaitable[None] | None:
            for chunk in chunks:
                saw(chunk)
                for choice in chunk.choices:
                    if choice.finish_reason:
                        # A vendor may say it again, with the usage.
                        finished.add(choice.index)
            held = give(chunks)
            if len(finished) >= self._choices and not patience.expired():
                # What comes after every choice has finished is not waited for long.
                return _await_the_rest(patience, held)
            return held

        try:
            async with patience:
                await stream.follow(heard)
        except TimeoutError:
            # The stream's own limits are such errors as well.
            if not patience.expired():
                raise

    def close(self) -> None:
        """Leave it: the upstream has nothing to do for it any more."""
        if self._open:
            self._open = False
            self.upstream.busy -= 1
            if isinstance(self._answer, Followed):
                self._answer.close()


def _await_the_rest(patience: asyncio.Timeout, held: Awaitable[None] | None) -> Awaitable[None] | None:
    """Let `GRACE` begin: at once, or when a caller who cannot take what has come has taken it."""
    if held is None:
        patience.reschedule(asyncio.get_running_loop().time() + GRACE)
        return None

    async def taken() -> None:
        await held
        patience.reschedule(asyncio.get_running_loop().time() + GRACE)

    patience.reschedule(None)
    return taken()


def _is_upstreams(error: DragomanError) -> bool:
    """Whether it is an upstream's fault that a stream broke off, and not the request's, nor that its time was over."""
    if isinstance(error, TimeLimitError):
        return error.limit != "total"
    return isinstance(error, APIError) and (error.retryable or not isinstance(error, StatusError))
