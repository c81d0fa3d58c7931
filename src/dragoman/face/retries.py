"""How the originals say what is tried again, and what that means to an exchange. No I/O; the clock is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dragoman.errors import APIError, ConnectionFailedError, InvalidRequestError, StatusError, TimeLimitError
from dragoman.face.field import Unset
from dragoman.retry import NEVER, Pausing

if TYPE_CHECKING:
    from dragoman.exchange import Clock

STATUSES = frozenset({429, 500, 502, 503, 504})
"""The statuses that are tried again."""


@dataclass
class BackoffStrategy:
    """Pauses between attempts, in milliseconds.

    Attributes:
        initial_interval: before the second attempt.
        max_interval: the longest.
        exponent: what each pause is multiplied with for the next.
        max_elapsed_time: since the first attempt, after which no other begins.
    """

    initial_interval: int
    max_interval: int
    exponent: float
    max_elapsed_time: int


@dataclass
class RetryConfig:
    """What is tried again.

    Attributes:
        strategy: "backoff", or anything else for one attempt.
        backoff: the pauses.
        retry_connection_errors: whether that includes having no connection, and time-outs.
    """

    strategy: str
    backoff: BackoffStrategy
    retry_connection_errors: bool


class Backoff:
    """A `RetryConfig` at work on one call.

    A server's `Retry-After` is waited for as it says, however long; without one a pause grows by the exponent and has
    up to a second added, within the longest.
    """

    def __init__(self, config: RetryConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._began = clock.monotonic()

    def pause(self, error: APIError, attempt: int, chance: float) -> float | None:
        """Seconds to wait before the next attempt; None where there is none."""
        backoff = self._config.backoff
        elapsed = self._clock.monotonic() - self._began
        if elapsed * 1000 > backoff.max_elapsed_time or not self._is_tried_again(error):
            return None
        if error.retry_after:
            return error.retry_after
        longest = backoff.max_interval / 1000
        try:
            pause = backoff.initial_interval / 1000 * backoff.exponent ** (attempt - 1) + chance
        except OverflowError:
            # After some thousand attempts there is no number for it.
            return longest
        return min(pause, longest)

    def _is_tried_again(self, error: APIError) -> bool:
        if isinstance(error, ConnectionFailedError | TimeLimitError):
            return self._config.retry_connection_errors
        return isinstance(error, StatusError) and error.status in STATUSES


def policy(call: RetryConfig | Unset | None, client: RetryConfig | Unset | None, clock: Clock) -> Pausing:
    """What holds for one call: its own configuration, where it was given one, None included; else the client's.

    Raises:
        InvalidRequestError: it is none.
    """
    config = client if isinstance(call, Unset) else call
    if config is None or isinstance(config, Unset):
        return NEVER
    if not hasattr(config, "strategy"):
        raise InvalidRequestError(f"what is tried again is a RetryConfig, not a {type(config).__name__}")
    if config.strategy != "backoff":
        return NEVER
    return Backoff(config, clock)
