"""Routes that lead nowhere, that nothing reaches, or that cannot do what they say. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.gateway.config.mistakes import Mistake, Path, dotted, suggestion
from dragoman.gateway.config.pattern import covers, exactness
from dragoman.gateway.config.upstream import timeouts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dragoman.gateway.config.shape import Candidate, Config, RouteConfig


def routing(config: Config) -> Iterator[Mistake]:
    """What is wrong with the routes of a configuration, each by itself and among the others."""
    if not config.routes and len(config.upstreams) > 1:
        yield Mistake(
            ("upstreams",),
            f"upstreams: there are {len(config.upstreams)} and no [[routes]] that say which of them answers for which "
            "model",
        )
    for place, route in enumerate(config.routes):
        path: Path = ("routes", place)
        yield from _candidates(config, path, route)
        yield from _hedge(config, path, route)
        if route.last_resort is not None:
            yield from _name(config, (*path, "last_resort"), route.last_resort)
        yield from _reached(config, place)


def _candidates(config: Config, path: Path, route: RouteConfig) -> Iterator[Mistake]:
    seen: set[tuple[str, str | None]] = set()
    for place, candidate in enumerate(route.candidates):
        inside = (*path, "candidates", place)
        yield from _name(config, inside, candidate.upstream)
        yield from _model(inside, route, candidate)
        known = (candidate.upstream, candidate.model)
        if known in seen:
            yield Mistake(inside, f"{dotted(inside)} stands twice: say it once, with a weight where it counts for more")
        seen.add(known)


def _name(config: Config, path: Path, name: str) -> Iterator[Mistake]:
    if name and name not in config.upstreams:
        yield Mistake(path, f'{dotted(path)}: there is no upstream "{name[:64]}"{suggestion(name, config.upstreams)}')


def _model(path: Path, route: RouteConfig, candidate: Candidate) -> Iterator[Mistake]:
    stars = (candidate.model or "").count("*")
    if not stars:
        return
    place = (*path, "model")
    if stars > 1:
        yield Mistake(place, f"{dotted(place)} has {stars} *: one stands for what the route's matched")
    elif route.model.count("*") != 1:
        said = "none" if "*" not in route.model else "several"
        yield Mistake(
            place, f"{dotted(place)}: its * stands for what the * of the route's model matched, which has {said}"
        )


def _hedge(config: Config, path: Path, route: RouteConfig) -> Iterator[Mistake]:
    if route.hedge_after is None:
        return
    place = (*path, "hedge_after")
    if len(route.candidates) == 1:
        yield Mistake(place, f"{dotted(place)}: there is no second candidate to ask")
    elif not route.retries:
        yield Mistake(place, f"{dotted(place)}: with retries = 0 nobody is asked but the first")
    known = [config.upstreams[each.upstream] for each in route.candidates if each.upstream in config.upstreams]
    longest = max((timeouts_of(config, upstream).first_token for upstream in known), default=route.hedge_after + 1)
    if route.hedge_after >= longest:
        yield Mistake(place, f"{dotted(place)}: first_token, {longest:g} s, has run out by then")


def _reached(config: Config, place: int) -> Iterator[Mistake]:
    """Whether there is a name for which a route counts: one that no other takes from it."""
    pattern = config.routes[place].model
    path: Path = ("routes", place, "model")
    for earlier, route in enumerate(config.routes[:place]):
        if not pattern or not route.model:
            continue
        if route.model == pattern:
            yield Mistake(path, f'{dotted(path)}: "{pattern[:64]}" has a route already, routes[{earlier}]')
            return
        if covers(route.model, pattern) and exactness(route.model) >= exactness(pattern):
            yield Mistake(
                path,
                f'{dotted(path)}: nothing reaches it, for routes[{earlier}] takes all that "{pattern[:64]}" matches: '
                "put it before that",
            )
            return
