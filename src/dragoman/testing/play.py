"""What an answer does, step by step, and what decides on it. Types; no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from msgspec import Struct

from dragoman.amount import is_duration
from dragoman.errors import InvalidRequestError
from dragoman.transport import Kind  # noqa: TC001 - a Struct reads its annotations

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.testing.asked import Asked


P = ParamSpec("P")


class Pause(Struct, frozen=True):
    """Nothing arrives for a while.

    Attributes:
        seconds: how long; infinity is for good.

    Raises:
        InvalidRequestError: it is no time to wait.
    """

    seconds: float

    def __post_init__(self) -> None:
        """Refuse what would never be over, or never begin."""
        if not is_duration(self.seconds, zero=True):
            raise InvalidRequestError(f"seconds is a number from 0, not {self.seconds!r}", param="seconds")


class Break(Struct, frozen=True):
    """Nothing arrives any more.

    Attributes:
        kind: why, in the transports' terms: `dragoman.transport.Kind`.
        detail: the same in a phrase.
        abrupt: whether the connection is reset rather than closed.
    """

    kind: Kind
    detail: str
    abrupt: bool = False


Step = bytes | Pause | Break
"""A piece of the body, or what stands between two."""


class Played(Struct, frozen=True, kw_only=True):
    """One answer as it is going to arrive.

    Attributes:
        status: the HTTP status.
        headers: names in lower case, and values.
        before: what happens before the head arrives.
        body: what happens then; a stream has a piece for each event.
        streamed: whether it is a stream, rather than a document in one piece.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    before: tuple[Pause | Break, ...] = ()
    body: tuple[Step, ...] = ()
    streamed: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is ready for whatever is asked: `says` and its siblings make them, faults change them.

    Attributes:
        words: the reply as it was written, for messages: `says('Monet')`.
        play: from what was asked to the answer, as a document or as a stream.
        made: what makes it again, in another process; None where `play` is all there is.
    """

    words: str
    play: Callable[[Asked], Played]
    made: Callable[[], Reply] | None = field(default=None, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is pickled: by what makes it again."""
        return (Reply, (self.words, self.play)) if self.made is None else (_again, (self.made,))

    def __repr__(self) -> str:
        """As it was written."""
        return self.words


def again(make: Callable[P, Reply]) -> Callable[P, Reply]:
    """Have the replies that a function makes keep how they were made, so that they can be pickled."""

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Reply:
        return replace(make(*args, **kwargs), made=partial(made, *args, **kwargs))

    return made


def _again(made: Callable[[], Reply]) -> Reply:
    return made()
