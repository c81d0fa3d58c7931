"""The tokens that looking may use: taken before a request is sent, settled when it is answered. No I/O."""

from __future__ import annotations

import threading

from dragoman.probe.finding import Settled, Tokens, unclear


class Purse:
    """So many tokens, for several threads at once.

    What a request may cost at most is set aside before it is sent: the budget is never overrun, but by a server that
    ignores the longest length it is told.

    Args:
        budget: tokens.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._used = 0
        self._estimated = 0
        self._aside = 0
        self._lock = threading.Lock()

    @property
    def left(self) -> int:
        """How many tokens nobody has used or set aside."""
        with self._lock:
            return self._budget - self._used - self._aside

    @property
    def tokens(self) -> Tokens:
        """What was used so far."""
        with self._lock:
            return Tokens(used=self._used, estimated=self._estimated, budget=self._budget)

    def take(self, most: int) -> None:
        """Set aside what a request may cost.

        Raises:
            Settled: there is not so much left.
        """
        with self._lock:
            left = self._budget - self._used - self._aside
            if most > left:
                raise Settled(unclear(f"not asked: it may take {most} tokens, and {left} of --budget are left"))
            self._aside += most

    def settle(self, most: int, reported: int | None, estimate: int) -> None:
        """Give back what was set aside, and count what was used.

        Args:
            most: what was set aside.
            reported: what the server says it took; None where it does not say.
            estimate: what is counted then.
        """
        with self._lock:
            self._aside -= most
            self._used += estimate if reported is None else reported
            self._estimated += estimate if reported is None else 0
