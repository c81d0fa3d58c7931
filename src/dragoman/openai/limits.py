"""The original's time-outs, and what they mean to an exchange. Types; no I/O."""

from __future__ import annotations

import math
from typing import Any

from dragoman.amount import is_duration
from dragoman.errors import InvalidRequestError
from dragoman.exchange import Timeouts
from dragoman.openai.omitted import is_given, not_given


class Timeout:
    """Limits for the phases of one attempt, in seconds; None is no limit.

    Args:
        timeout: for every phase that is not named.
        connect: making a connection.
        read: until the answer has come; of a stream, until its first content and between any two pieces of it.
        write: taken because the original does: sending is part of what `read` limits.
        pool: taken because the original does: no connection is waited for here, one more is made.

    Raises:
        ValueError: a phase is left without a limit, and there is none for all.
    """

    __slots__ = ("connect", "pool", "read", "write")

    def __init__(
        self,
        timeout: float | None = not_given,
        *,
        connect: float | None = not_given,
        read: float | None = not_given,
        write: float | None = not_given,
        pool: float | None = not_given,
    ) -> None:
        phases = {"connect": connect, "read": read, "write": write, "pool": pool}
        if not is_given(timeout) and not all(map(is_given, phases.values())):
            raise ValueError("a Timeout needs a limit for every phase, or one for all")
        self.connect, self.read, self.write, self.pool = (
            seconds if is_given(seconds) else timeout for seconds in phases.values()
        )

    def __eq__(self, other: object) -> bool:
        """Equal where all limits are."""
        return isinstance(other, Timeout) and self._all == other._all

    def __hash__(self) -> int:
        """By its limits."""
        return hash(self._all)

    def __repr__(self) -> str:
        """As it could be written."""
        names = ("connect", "read", "write", "pool")
        return f"Timeout({', '.join(f'{name}={getattr(self, name)}' for name in names)})"

    @property
    def _all(self) -> tuple[Any, ...]:
        return (self.connect, self.read, self.write, self.pool)


DEFAULT_TIMEOUT = Timeout(600, connect=5.0)
"""Of a client that is given none."""

DEFAULT_MAX_RETRIES = 2
"""Of a client that is given no number."""

LONGEST_CONNECT = 86_400.0
"""The most seconds that making a connection may take, where there is no limit: sockets take no infinity."""

PATIENCE = 120.0
"""The most seconds that a server's `Retry-After` is waited for."""


def limits(timeout: Any) -> Timeouts:  # noqa: ANN401 - seconds, None, Timeouts, or any library's Timeout
    """The limits in time that a `timeout` argument means.

    Seconds, None, this face's or httpx's `Timeout` limit each attempt, as in the original; `dragoman.Timeouts` is
    taken as it is, and can limit the whole call.

    Raises:
        InvalidRequestError: it is none of these.
    """
    if isinstance(timeout, Timeouts):
        return timeout
    if timeout is None or isinstance(timeout, int | float):
        timeout = Timeout(timeout)
    if not hasattr(timeout, "connect") or not hasattr(timeout, "read"):
        raise InvalidRequestError(
            f"a timeout is seconds, a Timeout or None, not {type(timeout).__name__}", param="timeout"
        )
    read = _seconds(timeout.read)
    connect = min(_seconds(timeout.connect), LONGEST_CONNECT)
    return Timeouts(total=math.inf, connect=connect, first_token=read, idle=read, attempt=read)


def _seconds(limit: float | None) -> float:
    if limit is None:
        return math.inf
    if not is_duration(limit):
        raise InvalidRequestError(f"a timeout is a number of seconds above 0, not {limit!r}", param="timeout")
    return float(limit)
