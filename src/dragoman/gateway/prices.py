"""What a request costs: by the configuration, else by `dragoman.cost.prices`. No I/O of its own."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from dragoman.cost.prices import Rates, Used, cost, in_force, published
from dragoman.gateway.config.pattern import exactness, matched

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from dragoman.gateway.config.shape import PriceConfig

ENGINE = "engine"
"""The vendor of the models that run on this machine, which nobody charges for."""


REMEMBERED = 400
"""The most characters of the two names of a model of which it is remembered what it costs."""


class Prices:
    """What models cost.

    Args:
        stated: the configuration's `[prices]`, which come before all others: by `upstream:model`, in which `*` matches
            anything, and the most exact counts.
    """

    def __init__(self, stated: Mapping[str, PriceConfig] | None = None) -> None:
        prices = stated or {}
        self._names = {name: _rates(prices[name]) for name in prices if "*" not in name}
        patterns = sorted((name for name in prices if "*" in name), key=exactness, reverse=True)
        self._patterns = [(name, _rates(prices[name])) for name in patterns]
        # A caller may name any model, and an upstream call it what it likes: what is remembered of them is bounded, in
        # number and in length.
        self._rates = lru_cache(1024)(self._look_up)

    def price(  # noqa: PLR0913 - who answers what, at how many tokens
        self,
        upstream: str,
        vendor: str | None,
        model: str,
        used: Used,
        at: datetime | None = None,
        *,
        served: str | None = None,
        tier: str = "",
    ) -> int | None:
        """What a request costs, or may cost, in microusd, rounded up; None when its price is unknown.

        Args:
            upstream: the upstream's name in the configuration.
            vendor: what kind of upstream that is: a row of `dragoman.dialect.table`, or `ENGINE`.
            model: the model that the upstream is asked for.
            used: the tokens.
            at: when that was; default now.
            served: the model that answers, as its upstream calls it, which may be a name that nobody stated a price
                for; default the one that is asked for.
            tier: the name of the service tier (`dragoman.cost.tier`), where it is another than prices are listed for.
        """
        names = served or model, model
        rated = self._rates if len(names[0]) + len(model) <= REMEMBERED else self._look_up
        rates = in_force(rated(upstream, vendor, *names), at)
        return None if rates is None else cost(rates, used, tier)

    def _look_up(self, upstream: str, vendor: str | None, *models: str) -> tuple[Rates, ...]:
        """The rates of the first of the models, where they have some of its own; else of the next."""
        stated = self._stated([f"{upstream}:{model}" for model in models])
        if stated is not None:
            return (stated,)
        if vendor == ENGINE:
            return (Rates(input=Decimal(0), output=Decimal(0)),)
        return next(filter(None, (published(vendor, model) for model in models)), ()) if vendor else ()

    def _stated(self, names: Sequence[str]) -> Rates | None:
        for name in names:
            if name in self._names:
                return self._names[name]
        for pattern, rates in self._patterns:
            if any(matched(pattern, name) is not None for name in names):
                return rates
        return None


def _rates(stated: PriceConfig) -> Rates:
    """A price as the configuration states it; what was written in decimals is meant in decimals."""
    cached = None if stated.cached is None else Decimal(str(stated.cached))
    tiers = {name.lower(): Decimal(str(times)) for name, times in stated.tiers.items()}
    return Rates(input=Decimal(str(stated.input)), output=Decimal(str(stated.output)), cached=cached, tiers=tiers)
