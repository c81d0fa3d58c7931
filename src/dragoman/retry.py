"""Whether and when a failed call is tried again. No I/O, no clock: the caller says what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dragoman.amount import is_count, is_duration
from dragoman.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.errors import APIError


class Pausing(Protocol):
    """Decides what is tried again, and after which pause; `Retry` is one."""

    def pause(self, error: APIError, attempt: int, chance: float) -> float | None:
        """Seconds to wait before the next attempt, None where there is none; the arguments are those of `Retry`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """A policy for calls that fail and may succeed later.

    What is tried again: no connection, a connection that broke before an answer, an answer cut short, 408, 409, 425,
    429 and 5xx (not 501 and 505, nor a used-up quota), and what the server marks with `x-should-retry: true`. A stream
    is tried again until its first content arrived, never after.

    Attributes:
        times: how many times after the first; 0 is never.
        first: seconds before the second attempt, doubled before each further one.
        longest: the most seconds that doubling may reach.
        jitter: each pause is shortened by a random part of itself, up to this (0 to 1): callers who failed together
            do not come back together.
        patience: the most seconds a server's `Retry-After` is waited for; when it asks for more, the call fails at
            once and its error says how long.

    Raises:
        InvalidRequestError: one of them is no such number.
    """

    times: int = 2
    first: float = 0.5
    longest: float = 8.0
    jitter: float = 0.25
    patience: float = 60.0

    def __post_init__(self) -> None:
        """Refuse what cannot be counted or waited for."""
        if not is_count(self.times):
            raise InvalidRequestError(f"times is a whole number from 0, not {self.times!r}", param="retries")
        for name in ("first", "longest", "patience"):
            if not is_duration(seconds := getattr(self, name), zero=True):
                raise InvalidRequestError(f"{name} is a number of seconds from 0, not {seconds!r}", param="retries")
        if not is_duration(self.jitter, zero=True) or self.jitter > 1:
            raise InvalidRequestError(f"jitter is a number from 0 to 1, not {self.jitter!r}", param="retries")

    def pause(self, error: APIError, attempt: int, chance: float) -> float | None:
        """Seconds to wait before the next attempt; None where there is none.

        Args:
            error: how the attempt failed.
            attempt: which attempt that was, from 1.
            chance: a random number from 0 to 1.
        """
        if attempt > self.times or not error.retryable:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.patience else None
        # A float holds no more doublings than that.
        return min(self.first * 2.0 ** min(attempt - 1, 1000), self.longest) * (1 - self.jitter * chance)


NEVER = Retry(times=0)
"""One attempt."""


_LONGEST = 18
"""The most characters of a pause that is a number."""


def asked_pause(headers: Mapping[str, str], now: float) -> float | None:
    """How many seconds the server asks to wait; None where it does not say, or not in a form anyone defined.

    `retry-after-ms` is OpenAI's and Azure's; `Retry-After` is seconds or a date (RFC 9110 §10.2.3).

    Args:
        headers: the answer's.
        now: the time of day, in seconds since 1970.
    """
    millis = _number(headers.get("retry-after-ms"))
    if millis is not None:
        return millis / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    # Imported here because few answers hold a date, and the module is slow to load.
    from dragoman.rates import read_date  # noqa: PLC0415

    date = read_date(text)
    return None if date is None else max(0.0, date - now)


def _number(text: str | None) -> float | None:
    # What `isdigit` takes for one is more than `float` does: a superscript, say.
    if text is None or not text.isascii() or not text.strip().replace(".", "", 1).isdigit():
        return None
    if len(text) > _LONGEST:
        # Of hundreds of digits a float is infinity, which nobody can wait for, nor be told.
        return None
    return float(text)
