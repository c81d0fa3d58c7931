"""The models a caller may ask for: those the routes name, and those their upstreams offer where a route has a `*`."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from dragoman.errors import DragomanError, NotFoundError
from dragoman.gateway.config.pattern import matched

if TYPE_CHECKING:
    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.relay import Relay
    from dragoman.gateway.routes import Found

Card = dict[str, Any]

MISTRALS = {"type": "base", "capabilities": {"completion_chat": True}}
"""What a card has to hold besides for Mistral's own client to read it; others pass over what they do not know."""

log = logging.getLogger("dragoman.gateway")


async def listed(relay: Relay, who: Identity) -> dict[str, Any]:
    """All of them, as `GET /v1/models` answers.

    An upstream that keeps its list to itself, or cannot be reached, has nothing to add to it.

    Raises:
        DragomanError: not a single model is known, and this is why.
    """
    found: dict[str, Card] = {}
    failure: DragomanError | None = None
    for route in relay.routes.all():
        if "*" not in route.model:
            found.setdefault(route.model, _card(route.model))
    for pattern, cards in zip(*await _offered(relay), strict=True):
        if isinstance(cards, DragomanError):
            failure = cards
            log.info("the models of an upstream are not known: %s", cards)
            continue
        for card in cards:
            if matched(pattern, str(card.get("id", ""))) is not None:
                found.setdefault(card["id"], card)
    if not found and failure is not None:
        raise failure
    return {"object": "list", "data": [MISTRALS | card for name, card in found.items() if who.allows(name)]}


async def one(relay: Relay, who: Identity, name: str) -> Card:
    """One of them, as `GET /v1/models/{model}` answers.

    Raises:
        NotFoundError: there is none of that name, or not for this caller.
        DragomanError: its upstream did not say.
    """
    found = relay.routes.find(name)
    # Upstream these would name another path (RFC 3986 §5.2.4), to be fetched with the gateway's credential.
    if found is None or not who.allows(name) or {".", ".."} & set(name.split("/")):
        raise NotFoundError(f"there is no model {name[:200]!r} here", status=404, code="model_not_found")
    if "*" not in found.route.model:
        return MISTRALS | _card(name)
    return MISTRALS | await _asked(relay, found)


async def _asked(relay: Relay, found: Found) -> Card:
    way = found.ways[0]
    return (await relay.upstreams[way.upstream].model(way.model)).to_dict()


async def _offered(relay: Relay) -> tuple[list[str], list[list[Card] | DragomanError]]:
    """The patterns of routes that pass names on as they are, and what the upstreams behind each offer."""
    asked = [
        (route.model, candidate.upstream)
        for route in relay.routes.all()
        for candidate in route.candidates
        if "*" in route.model and candidate.model in {None, route.model}
    ]
    answers = await asyncio.gather(*(_cards(relay, upstream) for _, upstream in asked))
    return [pattern for pattern, _ in asked], list(answers)


async def _cards(relay: Relay, upstream: str) -> list[Card] | DragomanError:
    try:
        listed_there = (await relay.upstreams[upstream].models()).to_dict()
    except DragomanError as error:
        return error
    data: list[Any] = listed_there.get("data") or []
    return [card for card in data if isinstance(card, dict)]


def _card(name: str) -> Card:
    return {"id": name, "object": "model", "created": 0, "owned_by": "dragoman"}
