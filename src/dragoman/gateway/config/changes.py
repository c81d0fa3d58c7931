"""What a reload changes, in lines for people. No I/O; no secret is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.gateway.config.show import key, literal, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from msgspec import Struct

    from dragoman.gateway.config.shape import Config

Place = tuple[str, ...]

RESTART: frozenset[Place] = frozenset({
    ("server", "host"), ("server", "port"), ("server", "drain"), ("bounds", "headers"), ("bounds", "arrival"),
    ("store",), ("store", "url"), ("store", "shared"), ("store", "journal"), ("cache", "shared"),
    ("telemetry",), ("telemetry", "endpoint"),
})  # fmt: skip
"""What a running gateway cannot change: it goes on as it was until it is started anew."""


def changes(old: Config, new: Config) -> list[str]:
    """What is another in the second configuration, a line each; none where they mean the same.

    A line is a place and what became of it: `server.port: 8000 → 9000 (needs a restart)`, `upstreams.house: added`.
    """
    before, after = _tables(old), _tables(new)
    lines: list[str] = []
    for place in before | after:
        if place not in after:
            lines.append(_line(place, "removed"))
        elif place not in before:
            lines.append(_line(place, "added"))
        else:
            lines += _differences(place, before[place], after[place])
    kept = [place for place in before if place in after]
    if kept != [place for place in after if place in before]:
        lines.append("routes: in another order")
    return lines


_RESTARTS = " (needs a restart)"


def _tables(config: Config) -> dict[Place, Struct]:
    """Every table of a configuration by a name that stays when others come and go; routes in their order."""
    names = ("server", "bounds", "store", "timeouts", "cache", "repeats", "log", "telemetry")
    single = {(name,): getattr(config, name) for name in names}
    found: dict[Place, Struct] = {place: table for place, table in single.items() if table is not None}
    found |= {("routes", route.model): route for route in config.routes}
    # Their order means nothing.
    found |= {("upstreams", name): config.upstreams[name] for name in sorted(config.upstreams)}
    return found | {("prices", name): config.prices[name] for name in sorted(config.prices)}


def _differences(place: Place, old: Struct, new: Struct) -> Iterator[str]:
    before, after = said(old), said(new)
    for name in old.__struct_fields__:
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        shown: tuple[Any, Any] = literal(was), literal(now)
        became = f"{shown[0]} → {shown[1]}" if shown[0] != shown[1] else "changed in what is not shown of it"
        yield _line((*place, name), became)


def _line(place: Place, became: str) -> str:
    return f"{'.'.join(map(key, place))}: {became}{_RESTARTS if place in RESTART else ''}"
