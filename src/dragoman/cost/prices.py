"""What models cost, from data that came with dragoman. Reads one file; no network.

`prices.json` is written from the pinned package genai-prices by `tools/prices.py`. Money is in microusd, millionths of
a US dollar: since vendors state dollars for a million tokens, that is also what one token costs. A price that nobody
knows is None. It is never 0: a price of 0 is one that somebody has stated.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from functools import cache
from importlib.resources import files

import msgspec

Rate = Decimal | tuple[Decimal, tuple[tuple[int, Decimal], ...]]
"""Dollars for a million tokens; or those, and what takes their place for prompts of more tokens than this or that."""


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """What a model's tokens cost: dollars for a million of them."""

    input: Rate | None = None
    """Tokens of the prompt."""
    output: Rate | None = None
    """Tokens of the answer; None where the model gives none, as for embeddings."""
    cached: Rate | None = None
    """Tokens of the prompt that came from the vendor's cache; default as `input`."""
    written: Rate | None = None
    """Tokens of the prompt that were put into it; default as `input`."""
    reasoning: Rate | None = None
    """Tokens of the answer that nobody sees; default as `output`."""
    requests: Rate | None = None
    """A thousand requests, whatever their tokens."""
    tiers: dict[str, Decimal] = {}
    """How many times as much all of it costs in another service tier (`dragoman.cost.tier`), by its name."""
    when: str = ""
    """From which day (`2026-09-01`), or at which time of day (`16:30:00-00:30:00`, in UTC); empty for always."""


class Used(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The tokens that are to be paid, as OpenAI counts them: the parts are parts of the whole."""

    prompt: int
    """Tokens of the prompt."""
    completion: int
    """Tokens of the answer."""
    cached: int = 0
    """Those of the prompt that came from the cache."""
    written: int = 0
    """Those of the prompt that were put into the cache, where the vendor charges for that."""
    reasoning: int = 0
    """Those of the answer that were reasoning."""


class _Either(msgspec.Struct, frozen=True):
    any: tuple[_Match, ...] = ()
    all: tuple[_Match, ...] = ()


_Match = str | _Either


class _Model(msgspec.Struct, frozen=True):
    match: _Match
    prices: tuple[Rates, ...]


class _Vendor(msgspec.Struct, frozen=True):
    borrows: tuple[str, ...]
    models: tuple[_Model, ...]


class _Data(msgspec.Struct, frozen=True):
    source: str
    vendors: dict[str, _Vendor]


@cache
def _data() -> _Data:
    return msgspec.json.decode((files("dragoman.cost") / "prices.json").read_bytes(), type=_Data)


def source() -> str:
    """Where the published prices are from, and of which version."""
    return _data().source


def published(vendor: str, model: str) -> tuple[Rates, ...]:
    """The prices of a model; those of the vendors whose models it resells, where it states none of its own."""
    known = _data().vendors
    if vendor not in known:
        return ()
    name = model.lower()
    for spelling in dict.fromkeys((name, _COMPACT.sub(r"-\1-\2-\3", name))):
        for seller in (vendor, *known[vendor].borrows):
            for row in known[seller].models:
                if _matches(row.match, spelling):
                    return row.prices
    return ()


_COMPACT = re.compile(r"-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)")
"""A day in a model's name, as some write it that others write with dashes."""


def _matches(match: _Match, name: str) -> bool:
    if not isinstance(match, str):
        return any(_matches(one, name) for one in match.any) or (
            bool(match.all) and all(_matches(one, name) for one in match.all)
        )
    mark, text = match[0], match[1:]
    if mark == "=":
        return name == text
    if mark == "^":
        return name.startswith(text)
    if mark == "$":
        return name.endswith(text)
    return text in name if mark == "*" else re.search(text, name) is not None


def in_force(terms: tuple[Rates, ...], at: datetime | None) -> Rates | None:
    """The last of a model's prices that are in force at a moment, or the first where none is."""
    if len(terms) < 2:  # noqa: PLR2004 - one price, or none: there is nothing to choose
        return terms[0] if terms else None
    moment = f"{(at or datetime.now(UTC)).astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    day, _, time = moment.partition(" ")
    for rates in reversed(terms):
        start, _, end = rates.when.partition("-")
        if ":" not in start:
            holds = rates.when <= day
        elif start <= end:
            holds = start <= time < end
        else:
            holds = time >= start or time < end
        if holds:
            return rates
    return terms[0]


def cost(rates: Rates, used: Used, tier: str = "") -> int | None:
    """What tokens cost at these rates, in microusd, rounded up; None where the rates do not say.

    Args:
        rates: the rates.
        used: the tokens.
        tier: the name of the service tier, where it is another than prices are listed for.
    """
    if rates.input is None or (rates.output is None and used.completion):
        return None
    # What a vendor says of the parts may exceed what it says of the whole: nothing is paid twice for that.
    cached = min(used.cached, used.prompt) if rates.cached is not None else 0
    written = min(used.written, used.prompt - cached) if rates.written is not None else 0
    reasoning = min(used.reasoning, used.completion) if rates.reasoning is not None else 0
    total = Decimal(0)
    for rate, count in (
        (rates.input, used.prompt - cached - written),
        (rates.cached, cached),
        (rates.written, written),
        (rates.output, used.completion - reasoning),
        (rates.reasoning, reasoning),
        (rates.requests, 1_000),
    ):
        if count and rate is not None:
            total += (rate if type(rate) is Decimal else _rate(rate, used.prompt)) * count
    if tier and total:
        if tier not in rates.tiers:
            return None
        total *= rates.tiers[tier]
    return int(total.to_integral_value(ROUND_CEILING))


def _rate(rate: Rate, prompt: int) -> Decimal:
    """A rate for a prompt of that many tokens."""
    if isinstance(rate, Decimal):
        return rate
    standing, steps = rate
    for start, price in steps:
        if prompt > start:
            standing = price
    return standing
