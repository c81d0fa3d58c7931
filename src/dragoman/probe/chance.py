"""Checks of what chance does: seed, temperature, top_p. No I/O of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.probe.answer import text_of
from dragoman.probe.check import Check
from dragoman.probe.finding import Found, Settled, honoured, ignored, quoted, unclear
from dragoman.probe.prompts import LIST

if TYPE_CHECKING:
    from dragoman.probe.endpoint import Endpoint

TRIES = 3
"""How many answers may be the same before chance is taken to be at work nowhere."""

NARROW = 1e-6
"""A share of the probability that the likeliest token alone makes up."""


def seed(endpoint: Endpoint) -> Found:
    """Whether one seed gives one text, and other seeds give others."""
    first, again = (text_of(endpoint.chat(LIST, temperature=1, seed=7)) for _ in range(2))
    if first != again:
        return ignored(f"seed 7 gave {quoted(first)} and then {quoted(again)}")
    for other in range(8, 8 + TRIES):
        text = endpoint.chat(LIST, temperature=1, seed=other).text
        if text != first:
            return honoured(f"seed 7 gave one text twice, seed {other} another")
    return unclear(f"every seed gave {quoted(first)}")


def temperature(endpoint: Endpoint) -> Found:
    """Whether answers are the same at temperature 0, and differ at 1."""
    cold = _same(endpoint, "temperature 0", temperature=0)
    for _ in range(TRIES):
        if endpoint.chat(LIST, temperature=1).text != cold:
            return honoured("one text twice at temperature 0, another at 1")
    return ignored(f"one text at temperature 0 and at 1: {quoted(cold)}")


def top_p(endpoint: Endpoint) -> Found:
    """Whether only the likeliest is left where next to nothing may be chosen from."""
    narrow = _same(endpoint, f"top_p {NARROW:f}", temperature=1, top_p=NARROW)
    for _ in range(TRIES):
        if _free(endpoint) != narrow:
            return honoured(f"one text twice at top_p {NARROW:f}, another at 1")
    return unclear(f"one text at top_p {NARROW:f} and at 1: {quoted(narrow)}")


def _same(endpoint: Endpoint, what: str, **fields: float) -> str:
    """The text of answers that should leave nothing to chance.

    Raises:
        Settled: they differ. Servers that compute many answers at once may differ once; who differs each time does
            not do what was asked.
    """
    asked: dict[str, Any] = {**fields}
    first, again = (text_of(endpoint.chat(LIST, **asked)) for _ in range(2))
    if first == again:
        return first
    seen = f"texts at {what} differ: {quoted(first)} and {quoted(again)}"
    once_more = endpoint.chat(LIST, **asked).text
    raise Settled(unclear(seen) if once_more in {first, again} else ignored(seen))


def _free(endpoint: Endpoint) -> str:
    try:
        return endpoint.chat(LIST, temperature=1, top_p=1).text
    except Settled as settled:
        raise Settled(unclear(f"nothing to compare with: {settled.found.evidence}")) from None


CHECKS = (
    Check("seed", "parameters", seed),
    Check("temperature", "parameters", temperature),
    Check("top_p", "parameters", top_p),
)
