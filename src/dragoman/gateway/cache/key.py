"""Which requests are the same: the name under which an answer is kept. No I/O.

A name is a SHA-256: of a request nothing else is ever kept.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.dialect import ANTHROPIC, RESPONSES
from dragoman.wire.tolerant import is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.gateway.config.shape import RouteConfig, UpstreamConfig
    from dragoman.gateway.tongue import What

VERSION = 2
"""Grows when what is kept, or what makes two requests the same, becomes another: replicas may be of two versions."""

ASIDE = frozenset({
    "stream", "stream_options", "user", "metadata", "safety_identifier",
    "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
})  # fmt: skip
"""Fields of a request that say how it is answered, for whom and at which price, and nothing of what is asked."""

_encode = msgspec.json.Encoder(enc_hook=str, order="deterministic").encode


def mark_of(route: RouteConfig, upstreams: Mapping[str, UpstreamConfig]) -> str:
    """What tells a route from any other, and from itself with another configuration.

    Args:
        route: the route.
        upstreams: all there are, by name; those that it leads to are a part of it.
    """
    names = {candidate.upstream for candidate in route.candidates} | {route.last_resort or ""}
    return sha256(_encode((route, {name: upstreams[name] for name in names if name}))).hexdigest()


def key_of(who: str, asks: What, mark: str, body: dict[str, Any]) -> str:
    """The name of a request's answer.

    Args:
        who: the id of the key that asks; empty where no keys are asked for.
        asks: what is asked for.
        mark: its route's: see `mark_of`.
        body: the request, in our words; the order of its fields does not matter, nor do those of `ASIDE`, wherever they
            are said.
    """
    asked = _without_asides(body)
    for api in (ANTHROPIC, RESPONSES):
        if is_object(private := asked.get(api)):
            asked[api] = _without_asides(private)
    return sha256(_encode((VERSION, who, asks, mark, asked))).hexdigest()


def _without_asides(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in ASIDE}
