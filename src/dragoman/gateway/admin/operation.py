"""A gateway that runs, for its operator: its upstreams, its configuration, and reading that again."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Any

from dragoman import asgi
from dragoman.errors import ConfigurationError
from dragoman.gateway import refusal
from dragoman.gateway.config.show import show
from dragoman.gateway.refusal import TurnedAwayError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dragoman.candidates.breaker import Circuit
    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.upstream import Upstream
    from dragoman.gateway.visit import Visit


async def upstreams(visit: Visit, _: Identity) -> None:
    """`GET /admin/upstreams`: how it stands with each, and with each of its credentials."""
    running = visit.running
    told = await asyncio.gather(*map(_told, running.relay.upstreams.values()))
    seats = running.seats
    under_way = {"requests": seats.taken, "streams": seats.streams, "waiting": seats.waiting}
    await visit.json({"data": told, "under_way": under_way})


async def config(visit: Visit, _: Identity) -> None:
    """`GET /admin/config`: all of it as TOML, defaults included; credentials by where they are."""
    body = show(visit.running.config).encode()
    await asgi.respond(visit.send, 200, body, visit.headers, b"application/toml; charset=utf-8")


class Reloading:
    """The configuration is read again.

    Args:
        reload: does so, and says what that changed.
    """

    def __init__(self, reload: Callable[[], Awaitable[list[str]]]) -> None:
        self._reload = reload

    async def reload(self, visit: Visit, _: Identity) -> None:
        """`POST /admin/reload`: what changed, a line each; where it cannot be used, why, and nothing changed."""
        try:
            await visit.json({"changed": await self._reload()})
        except ConfigurationError as error:
            message = f"the configuration is as it was: {error}"
            raise TurnedAwayError(refusal.of_status(422, message, "configuration")) from None


async def _told(upstream: Upstream) -> dict[str, Any]:
    now = time.monotonic()
    return {
        "name": upstream.name,
        "busy": upstream.busy,
        "first_token_s": round(upstream.pace, 3) or None,
        "trouble": await upstream.trouble(),
        "credentials": [{"from": lane.credential, **_circuit(lane.circuit, now)} for lane in upstream.lanes],
    }


def _circuit(circuit: Circuit, now: float) -> dict[str, Any]:
    limited = {model: round(until - now, 1) for model, until in circuit.limits(now).items()}
    told: dict[str, Any] = {"limited": limited} if limited else {}
    if not circuit.is_open:
        return {"circuit": "closed"} | told
    free = circuit.free_at()
    if math.isinf(free):
        return {"circuit": "probing"} | told
    return {"circuit": "open", "seconds_left": round(max(free - now, 0.0), 1)} | told
