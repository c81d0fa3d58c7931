"""How fast one server may be asked: what is left of its limits, how many at once, whose turn it is. No I/O, no clock.

What a server says of its limits counts, less what has been sent since and is not in its count yet. How many calls may
be under way at once nobody says, so it is found out as TCP finds its window out: one more with each success until the
first refusal, from then on one more with as many successes as there are places; half as many after a refusal.
"""

from __future__ import annotations

import math
from bisect import insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dragoman.rates import RateLimit, RateLimits, Subject

    Costs = Mapping[Subject, int]
    Wake = Callable[[], None]

HOLD = 1.0
"""Seconds in which nobody asks after a 429 that does not say when to come back."""


class Place:
    """One call's place: in the queue, or among those that are under way.

    Args:
        number: calls that came earlier have lower ones.
        costs: what a request of it counts, by what is counted.

    Attributes:
        held: whether it is under way.
        sent: which request of all this was, from 1.
        counted: whether its answer has arrived, so that the server's count has it.
        streams: whether it is a stream that has begun.
        wake: called when `Pace.ask` is worth another try; None where nobody waits.
    """

    __slots__ = ("costs", "counted", "held", "number", "sent", "streams", "wake")

    def __init__(self, number: int, costs: Costs) -> None:
        self.number = number
        self.costs = costs
        self.held = False
        self.sent = 0
        self.counted = False
        self.streams = False
        self.wake: Wake | None = None

    def __lt__(self, other: Place) -> bool:
        """Whether it came earlier."""
        return self.number < other.number


class _Budget:
    """One limit of the server's, as far as it is known."""

    __slots__ = ("heard", "left", "limit", "resets_at")

    def __init__(self) -> None:
        self.left = math.inf
        self.limit = math.inf
        self.resets_at = -math.inf
        self.heard = 0

    def free_at(self, cost: int, now: float) -> float:
        """When there is enough of it."""
        # A request that is over the limit alone is sent when all of it is there: the server says better what is wrong.
        return now if self.left >= min(cost, self.limit) else self.resets_at

    def take(self, said: RateLimit, place: Place, under_way: int, now: float) -> None:
        """Take what an answer says; `under_way` is what was sent and may not be in its count."""
        if said.limit is not None:
            self.limit = float(said.limit)
        if said.remaining is None or said.resets_in is None:
            return
        left = float(said.remaining - under_way)
        # Answers overtake each other: what an earlier request left says nothing of what later ones took.
        overtaken = place.sent < self.heard and now < self.resets_at
        self.left = min(self.left, left) if overtaken else left
        if not overtaken:
            self.heard, self.resets_at = place.sent, now + said.resets_in

    def renew(self, under_way: int, now: float) -> None:
        """Take that its time has come, where it has."""
        if self.left < math.inf and now >= self.resets_at:
            self.left = self.limit - under_way


class Pace:
    """How fast one server may be asked.

    Args:
        start: how many calls may be under way before anything is known.
        most: how many at most.

    Attributes:
        most_now: how many may be under way now.
        under_way: those that are.
        waiting: those that wait, in their order.
    """

    def __init__(self, start: int, most: int) -> None:
        self.most_now = float(start)
        self.under_way: set[Place] = set()
        self.waiting: list[Place] = []
        self._most = most
        self._budgets: dict[tuple[Subject, str], _Budget] = {}
        self._held_until = -math.inf
        self._sent = 0
        self._refused_at = 0
        self._found = False

    def ask(self, place: Place, now: float) -> float | None:
        """None where it may be sent now, and is under way from now on; else when to ask again, unless woken earlier."""
        if place not in self.waiting:
            insort(self.waiting, place)
        if self.waiting[0] is not place or len(self.under_way) >= int(self.most_now):
            return math.inf
        at = max((self._held_until, *(self._free_at(key, place, now) for key in self._budgets)))
        if at > now:
            return at
        del self.waiting[0]
        for (subject, _), budget in self._budgets.items():
            budget.left -= place.costs.get(subject, 0)
        self._sent += 1
        place.held, place.sent, place.counted = True, self._sent, False
        self.under_way.add(place)
        return None

    def held_by(self, places: frozenset[Place]) -> bool:
        """Whether these are all who are under way, and as many as may be: no turn comes before one of theirs ends."""
        return bool(places) and len(self.under_way) >= int(self.most_now) and self.under_way <= places

    def why(self) -> str:
        """Why who waits does, in a few words."""
        taken, streams = len(self.under_way), sum(place.streams for place in self.under_way)
        if taken < int(self.most_now):
            return "its turn did not come, for the server's limits allow no request until later"
        held = f", {streams} of them because a stream is open: it holds its turn until it is read to its end or closed"
        return f"its turn did not come, for {taken} of {int(self.most_now)} are under way{held if streams else ''}"

    def leave(self, place: Place) -> None:
        """Give up waiting."""
        if place in self.waiting:
            self.waiting.remove(place)

    def answered(self, place: Place, limits: RateLimits, now: float) -> None:
        """Take what an answer's head says of limits."""
        place.counted = True
        for said in limits.every:
            budget = self._budgets.setdefault((said.of, said.window), _Budget())
            budget.take(said, place, self._uncounted(said.of), now)

    def over(self, place: Place) -> None:
        """Take that it is not under way any more."""
        place.held = False
        self.under_way.discard(place)

    def succeeded(self, place: Place) -> None:
        """Take that it was answered: there may be room for more, where there was need of it."""
        if place.held and len(self.under_way) * 2 >= self.most_now:
            self.most_now = min(self.most_now + (1 / self.most_now if self._found else 1), float(self._most))

    def refused(self, place: Place, again_in: float | None, now: float) -> None:
        """Take that the server would have had fewer; `again_in` is when, in seconds, it wants to be asked again."""
        if again_in is not None:
            self._held_until = max(self._held_until, now + again_in)
        # Those that were sent before the last refusal was heard are part of what it was about.
        if place.sent > self._refused_at:
            self._refused_at = self._sent
            self._found = True
            self.most_now = max(self.most_now / 2, 1.0)

    def next(self) -> Wake | None:
        """Who has to be told that it may be its turn."""
        if not self.waiting:
            return None
        first = self.waiting[0]
        wake, first.wake = first.wake, None
        return wake

    def _free_at(self, key: tuple[Subject, str], place: Place, now: float) -> float:
        budget = self._budgets[key]
        budget.renew(self._uncounted(key[0]), now)
        return budget.free_at(place.costs.get(key[0], 0), now)

    def _uncounted(self, subject: Subject) -> int:
        return sum(each.costs.get(subject, 0) for each in tuple(self.under_way) if not each.counted)
