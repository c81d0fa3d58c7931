"""When an upstream is left alone for a while: one circuit for each of its credentials. No I/O, no clock.

A circuit is closed while its upstream works. It opens for as long as the upstream asked (`Retry-After`), or after
`FAILURES` failures one after the other for a while that doubles with each time it opens again. When that is over, one
request is let through as a probe: its success closes the circuit, its failure opens it anew.

An upstream that has had too many requests (429) works: vendors count them model by model, so that what it asked for is
kept to for the one model, and others are asked as before.
"""

from __future__ import annotations

FAILURES = 5
"""How many failures in a row open a circuit."""

FIRST = 5.0
"""Seconds for which it opens at first; doubled each time that a probe fails."""

LONGEST = 120.0
"""The most seconds that doubling may reach. What an upstream asks for itself may be longer."""

DAY = 86_400.0
"""The most seconds of that: no vendor counts in longer windows, and who says the time of day where seconds belong would
be left alone for decades."""

REFUSED = 300.0
"""Seconds for which a credential that the upstream refuses is left alone: nobody mends one in less."""

MODELS = 100
"""How many models are left alone one by one; an upstream that limits more of them at once means its credential."""


class Circuit:
    """Whether one upstream is asked with one credential.

    Times are seconds of any clock that only goes forward; each method is told the present one.
    """

    __slots__ = ("_failures", "_limited", "_opened", "_probing", "_until")

    def __init__(self) -> None:
        self._failures = 0
        self._opened = 0
        self._until = 0.0
        self._probing = False
        self._limited: dict[str, float] = {}

    @property
    def is_open(self) -> bool:
        """Whether it opened, and no probe has closed it since."""
        return self._until > 0.0

    def free_at(self, model: str = "") -> float:
        """When the next request for a model may pass; 0 for at once, infinity while a probe is under way."""
        return float("inf") if self._probing else max(self._until, self._limited.get(model, 0.0))

    def limits(self, now: float) -> dict[str, float]:
        """The models that are left alone, and when each may be asked again."""
        return {model: until for model, until in self._limited.items() if until > now}

    def begin(self, now: float, model: str = "") -> bool:
        """Let a request for a model pass, or not. One that passes is told of by one of the methods below."""
        if now < self.free_at(model):
            return False
        self._probing = self._until > 0.0
        return True

    def succeeded(self) -> None:
        """A request was answered."""
        self._failures = self._opened = 0
        self._until = 0.0
        self._probing = False

    def cancelled(self) -> None:
        """A request ended without a word about the upstream: a probe's place is free again."""
        self._probing = False

    def failed(self, now: float, *, pause: float | None = None) -> None:
        """A request failed in a way that is the upstream's.

        Args:
            now: the present time.
            pause: seconds for which the upstream asked to be left alone, or should be; None where nobody said.
        """
        self._failures += 1
        probed, self._probing = self._probing, False
        if pause is not None:
            self._until = max(self._until, now + min(pause, DAY))
        elif probed or self._failures >= FAILURES:
            self._until = max(self._until, now + min(FIRST * 2.0**self._opened, LONGEST))
            # Where it stands no higher power of two makes a difference, and one could overflow.
            self._opened = min(self._opened + 1, 16)

    def limited(self, model: str, now: float, pause: float) -> None:
        """An upstream that works has had too many requests for a model.

        Args:
            model: the model.
            now: the present time.
            pause: seconds for which it asked to be left alone.
        """
        known = self.limits(now)
        if model not in known and len(known) >= MODELS:
            self.failed(now, pause=pause)
            return
        self.succeeded()
        self._limited = known | {model: max(known.get(model, 0.0), now + min(pause, DAY))}
