"""The limits in time that a call is under. Types; no I/O."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace

from dragoman.amount import is_duration
from dragoman.errors import InvalidRequestError

_AT_ONCE = 1e-9
"""Seconds that are over as soon as anybody looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """The limits in time that a call is under, in seconds; `math.inf` is no limit.

    Attributes:
        total: the deadline of the whole call: attempts, pauses and the reading of a stream included.
        connect: making one connection.
        first_token: from sending a streamed request to its first content.
        idle: between two pieces of a stream's content; comments that keep the connection alive do not count.
        attempt: one attempt, to the end of an answer in one piece; none, where only the total counts.
        whole: the first attempt at an answer in one piece: what `total` and `attempt` leave it.

    Raises:
        InvalidRequestError: one of them is no number above 0.
    """

    total: float = 600.0
    connect: float = 5.0
    first_token: float = 300.0
    idle: float = 120.0
    attempt: float = math.inf
    whole: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what is no time to wait."""
        for name in _GIVEN:
            seconds = getattr(self, name)
            # Spelt out for what most are: whoever serves makes these with each request.
            if not (type(seconds) is float and seconds > 0.0) and not is_duration(seconds):
                sentence = f"{name} is a number of seconds above 0, or math.inf for no limit, not {seconds!r}"
                raise InvalidRequestError(sentence, param="timeout")
        object.__setattr__(self, "whole", min(self.total, self.attempt))


_GIVEN = tuple(each.name for each in fields(Timeouts) if each.init)


def within(timeouts: Timeouts, total: float) -> Timeouts:
    """The same with what is left of a longer time as the total: where nothing is, it is over at once."""
    return replace(timeouts, total=max(total, _AT_ONCE))
