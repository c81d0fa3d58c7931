"""Which upstreams may answer a model, and in which order they are asked. No I/O, no clock."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dragoman.gateway.config.pattern import exactness, matched, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dragoman.gateway.config.shape import RouteConfig

REMEMBERED = 200
"""The most characters of a model's name of which it is remembered which route it has."""


class Way(NamedTuple):
    """One way to answer.

    Attributes:
        upstream: the upstream's name.
        model: the model to ask for there.
        weight: how much of the work it is meant for, beside the others; above 0.
    """

    upstream: str
    model: str
    weight: float = 1.0


class Found(NamedTuple):
    """What is done with a request.

    Attributes:
        route: what its configuration says.
        ways: who may answer, in the order in which they are written.
        resort: who answers when none of them can.
    """

    route: RouteConfig
    ways: tuple[Way, ...]
    resort: tuple[Way, ...] = ()


class Load(Protocol):
    """What is known of an upstream at this moment."""

    @property
    def busy(self) -> int:
        """How many requests it is at work on."""
        ...

    @property
    def pace(self) -> float:
        """Seconds to a first token of late; 0 where nobody knows."""
        ...


class Routes:
    """The routes of a gateway.

    Args:
        routes: in the order in which they are written.
    """

    def __init__(self, routes: Iterable[RouteConfig]) -> None:
        # The sort is stable: of two that say as much, the first counts.
        self._routes = sorted(routes, key=lambda route: exactness(route.model), reverse=True)
        # A caller may name any model: what is remembered of them is bounded, in number and in length.
        self._found = lru_cache(1024)(self._look_up)

    def find(self, asked: str) -> Found | None:
        """What is done with requests for a model; None where there is no route for it."""
        return self._found(asked) if len(asked) <= REMEMBERED else self._look_up(asked)

    def _look_up(self, asked: str) -> Found | None:
        for route in self._routes:
            star = matched(route.model, asked)
            if star is not None:
                ways = [Way(each.upstream, spelled(each.model, asked, star), each.weight) for each in route.candidates]
                resort = () if route.last_resort is None else (Way(route.last_resort, asked),)
                return Found(route, tuple(ways), resort)
        return None

    def all(self) -> list[RouteConfig]:
        """All of them, the most exact first."""
        return list(self._routes)

    def models(self) -> list[str]:
        """The models callers may ask for, as the routes name them, the most exact first."""
        return [route.model for route in self._routes]


def in_order(found: Found, load: Callable[[str], Load], chance: Callable[[], float]) -> list[Way]:
    """Ways to answer, in the order in which they are tried.

    ordered: as they are written · weighted: by lot, as often first as their weights say · least-busy: by the requests
    under way for each unit of weight · fastest: by the time to a first token of late, times the requests under way.

    Args:
        found: the ways there are, and how to choose.
        load: what is known of an upstream, by its name.
        chance: random numbers from 0 to 1.
    """
    ways = list(found.ways)
    if len(ways) > 1 and found.route.choose != "ordered":
        ways = _chosen(ways, found.route.choose, load, chance)
    return ways


def _chosen(ways: list[Way], choose: str, load: Callable[[str], Load], chance: Callable[[], float]) -> list[Way]:
    if choose == "weighted":
        # Efraimidis and Spirakis, 2006: as if drawn one after the other without putting any back.
        return sorted(ways, key=lambda way: chance() ** (1 / way.weight), reverse=True)
    shuffled = sorted(ways, key=lambda _: chance())
    if choose == "least-busy":
        return sorted(shuffled, key=lambda way: load(way.upstream).busy / way.weight)
    return sorted(shuffled, key=lambda way: load(way.upstream).pace * (load(way.upstream).busy + 1))
