"""A transport that answers from a script, in order, and keeps what it was asked. Touches the clock and a lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Self
from weakref import WeakSet

from dragoman.testing.asked import Asked
from dragoman.testing.play import Played, Reply
from dragoman.testing.playing import Asynchronous, AsyncPlayedAnswer, PlayedAnswer

if TYPE_CHECKING:
    from types import TracebackType

    from dragoman.transport import Answer, AsyncAnswer, AsyncTransport, Outgoing

Answering = Reply | Callable[[Asked], Reply]
"""A reply, or what makes one of what was asked."""


class ScriptError(AssertionError):
    """The program asked for more than its script holds, or for less. It fails a test as an `assert` does."""


class Script:
    """Answers, in the order in which they are given out.

    It is the `transport` of a `Dragoman`; that of an `AsyncDragoman` is its `asynchronous`. Both may be used at once,
    and from several threads. Leaving it as a context manager checks that it was asked for all it holds.

    Args:
        replies: one for each request.
        otherwise: answers every request after those.
        timed: whether pauses are waited for. They are not, by default: one that is longer than the client's limit ends
            in that limit's error at once, any other is passed over.
    """

    def __init__(self, *replies: Answering, otherwise: Answering | None = None, timed: bool = False) -> None:
        self._replies = replies
        self._otherwise = otherwise
        self._timed = timed
        self._asked: list[Asked] = []
        self._turn = threading.Lock()
        self._playing: WeakSet[PlayedAnswer | AsyncPlayedAnswer] = WeakSet()

    @property
    def requests(self) -> tuple[Asked, ...]:
        """What was asked so far, in order."""
        return tuple(self._asked)

    @property
    def asynchronous(self) -> AsyncTransport:
        """The same script as the transport of an `AsyncDragoman`."""
        return Asynchronous(self)

    def send(self, request: Outgoing, until: float) -> Answer:
        """Answer with what is next; see `dragoman.transport.Transport.send`.

        Raises:
            ScriptError: nothing is.
        """
        answer = PlayedAnswer(self.play(request), timed=self._timed)
        self._keep(answer)
        answer.begin(until)
        return answer

    async def asend(self, request: Outgoing, until: float) -> AsyncAnswer:
        """As `send`, for an asynchronous client."""
        answer = AsyncPlayedAnswer(self.play(request), timed=self._timed)
        self._keep(answer)
        await answer.begin(until)
        return answer

    def _keep(self, answer: PlayedAnswer | AsyncPlayedAnswer) -> None:
        with self._turn:
            self._playing.add(answer)

    def play(self, request: Outgoing) -> Played:
        """Keep what is asked, and decide what it gets.

        Raises:
            ScriptError: nothing is left for it.
        """
        asked = Asked.of(request)
        with self._turn:
            self._asked.append(asked)
            number = len(self._asked)
        answering = self._replies[number - 1] if number <= len(self._replies) else self._otherwise
        if answering is None:
            raise ScriptError(self._ran_out())
        reply = answering if isinstance(answering, Reply) else answering(asked)
        return reply.play(asked)

    def check(self) -> None:
        """See that each answer was asked for, and nothing beyond.

        Raises:
            ScriptError: it was not so; the message says what is missing or left.
        """
        count = len(self._asked)
        left = self._replies[count:]
        if left:
            shown = ", ".join(map(_shown, left))
            raise ScriptError(f"{len(left)} of the script's {len(self._replies)} answers were not asked for: {shown}")
        if self._otherwise is None and count > len(self._replies):
            raise ScriptError(self._ran_out())

    def _ran_out(self) -> str:
        asked = self._asked[len(self._replies)]
        held = ", ".join(map(_shown, self._replies)) or "nothing"
        return f"the script holds {held}, and has no answer left for request {len(self._replies) + 1}: {asked}"

    def close(self) -> None:
        """Leave the answers that are being read; the script itself goes on."""
        with self._turn:
            playing = list(self._playing)
        for answer in playing:
            answer.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it and check it; an exception that is under way says more than what is left."""
        self.close()
        if kind is None:
            self.check()

    def __repr__(self) -> str:
        """Its answers, and how many of them were given."""
        return f"Script({', '.join(map(_shown, self._replies))}; {len(self._asked)} asked)"


def _shown(answering: Answering) -> str:
    return repr(answering) if isinstance(answering, Reply) else getattr(answering, "__name__", repr(answering))
