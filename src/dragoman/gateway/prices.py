"""What a request costs: by the configuration, else by `dragoman.cost.prices`. No I/O of its own."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from dragoman.cost.prices import Rates, Used, cost, in_force, published
from dragoman.gateway.config.pattern import exactness, matched

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dragoman.gateway.config.shape import PriceConfig

ENGINE = "engine"
"""The vendor of the models that run on this machine, which nobody charges for."""


class Prices:
    """What models cost.

    Args:
        stated: the configuration's `[prices]`, which come before all others: by `upstream:model`, in which `*` matches
            anything, and the most exact counts.
    """

    def __init__(self, stated: Mapping[str, PriceConfig] | None = None) -> None:
        prices = stated or {}
        self._stated = [(name, _rates(prices[name])) for name in sorted(prices, key=exactness, reverse=True)]
        # A caller may name any model: what is remembered of them is bounded.
        self._rates = lru_cache(1024)(self._look_up)

    def price(
        self, upstream: str, vendor: str | None, model: str, used: Used, at: datetime | None = None
    ) -> int | None:
        """What a request costs, or may cost, in microusd, rounded up; None when its price is unknown.

        Args:
            upstream: the upstream's name in the configuration.
            vendor: what kind of upstream that is: a row of `dragoman.dialect.table`, or `ENGINE`.
            model: the model that answers, as its upstream calls it.
            used: the tokens.
            at: when that was; default now.
        """
        rates = in_force(self._rates(upstream, vendor, model), at)
        return None if rates is None else cost(rates, used)

    def _look_up(self, upstream: str, vendor: str | None, model: str) -> tuple[Rates, ...]:
        for pattern, rates in self._stated:
            if matched(pattern, f"{upstream}:{model}") is not None:
                return (rates,)
        if vendor == ENGINE:
            return (Rates(input=Decimal(0), output=Decimal(0)),)
        return published(vendor, model) if vendor else ()


def _rates(stated: PriceConfig) -> Rates:
    """A price as the configuration states it; what was written in decimals is meant in decimals."""
    cached = None if stated.cached is None else Decimal(str(stated.cached))
    return Rates(input=Decimal(str(stated.input)), output=Decimal(str(stated.output)), cached=cached)
