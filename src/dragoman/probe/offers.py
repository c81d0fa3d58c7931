"""Checks of the list of models. No I/O of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from dragoman.probe.answer import OK, dig, many
from dragoman.probe.check import Check
from dragoman.probe.finding import Found, broken, honoured, ignored, refused

if TYPE_CHECKING:
    from dragoman.probe.endpoint import Endpoint


def listed(endpoint: Endpoint) -> Found:
    """Whether there is a list, and the model that was asked is in it."""
    whole = endpoint.send("GET", "/models")
    if whole.status != OK:
        return refused(whole.told) if whole.refusal else broken(f"no list of models: {whole.told}")
    names = [dig(card, "id") for card in many(dig(whole.json, "data"))]
    if dig(whole.json, "object") != "list" or not names or not all(isinstance(name, str) for name in names):
        return broken(f"no list of models: {whole.told}")
    if endpoint.model not in names:
        return ignored(f"{endpoint.model!r}, which answers, is none of the {len(names)} that are listed")
    return honoured(f"{endpoint.model!r} is one of {len(names)}")


def card(endpoint: Endpoint) -> Found:
    """Whether the model that was asked has a card of its own."""
    whole = endpoint.send("GET", "/models/" + quote(endpoint.model, safe="/"))
    if whole.status != OK:
        return refused(whole.told) if whole.refusal else broken(f"no card: {whole.told}")
    name, kind = dig(whole.json, "id"), dig(whole.json, "object")
    seen = f"id {name!r}, object {kind!r}"
    return honoured(seen) if (name, kind) == (endpoint.model, "model") else broken(seen)


CHECKS = (
    Check("models", "models", listed),
    Check("model", "models", card),
)
