"""The limits of a key, and how people write them: `60`, `2M`, `5usd`, `200k tokens`. No I/O."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from dragoman.errors import ConfigurationError

MICROUSD = 1_000_000
"""Money is counted in millionths of a US dollar, in whole numbers."""


class Limits(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """What a key may use. None is no limit; 0 is nothing at all."""

    requests_per_minute: int | None = None
    """Requests admitted in any 60 seconds."""
    tokens_per_minute: int | None = None
    """Tokens of the requests admitted in any 60 seconds, of prompt and answer together."""
    concurrent: int | None = None
    """Requests under way at once, streams included."""
    budget_day_tokens: int | None = None
    """Tokens of the requests admitted in a day, which begins at midnight UTC."""
    budget_month_tokens: int | None = None
    """Tokens of the requests admitted in a month, which begins at midnight UTC on its first day."""
    budget_day_microusd: int | None = None
    """Money a day, in microusd."""
    budget_month_microusd: int | None = None
    """Money a month, in microusd."""

    @property
    def any(self) -> bool:
        """Whether there is a limit at all."""
        return self != _NONE

    @property
    def counts_money(self) -> bool:
        """Whether a request's price matters."""
        return not (self.budget_day_microusd is None and self.budget_month_microusd is None)


_NONE = Limits()

_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
# Of more digits Python makes no number, and no limit is one of so many.
_NUMBER = r"([0-9][0-9_]{0,99}(?:\.[0-9]{1,99})?)"
_AMOUNT = re.compile(rf"{_NUMBER}\s*([kmg]?)")
_BUDGET = re.compile(rf"(\$?)\s*{_NUMBER}\s*([kmg]?)\s*(usd|\$|tokens?|tok)?")


def amount(text: str) -> int:
    """A number of requests or tokens: `60`, `1_000`, `90k`, `2M`, `1.5M`.

    Raises:
        ConfigurationError: it is none, or not a whole number.
    """
    found = _AMOUNT.fullmatch(text.strip().lower())
    if found is None:
        raise ConfigurationError(f"{text!r} is no amount: write a number such as 60, 90k or 2M")
    return _whole(text, found[1], _UNITS[found[2]])


def budget(text: str) -> tuple[Literal["microusd", "tokens"], int]:
    """A budget: money as `5usd`, `$5` or `0.50 usd`; tokens as `200k`, `2M tokens`.

    Returns:
        What it counts, and how much of that: microusd, or tokens.

    Raises:
        ConfigurationError: it is none, or finer than a microusd or a token.
    """
    found = _BUDGET.fullmatch(text.strip().lower())
    if found is None or (found[1] and found[4]):
        raise ConfigurationError(f"{text!r} is no budget: write money such as 5usd, or tokens such as 2M")
    scale = _UNITS[found[3]]
    if found[1] or found[4] in {"usd", "$"}:
        return "microusd", _whole(text, found[2], scale * MICROUSD)
    return "tokens", _whole(text, found[2], scale)


def money(microusd: int) -> str:
    """An amount of money as people read it: `5.00 USD`, `0.000153 USD`."""
    whole, part = divmod(microusd, MICROUSD)
    digits = f"{part:06d}".rstrip("0").ljust(2, "0")
    return f"{whole:,}.{digits} USD"


def _whole(text: str, digits: str, scale: int) -> int:
    """A decimal number times a scale, in whole numbers throughout: money is not counted in floats."""
    whole, _, part = digits.replace("_", "").partition(".")
    value, rest = divmod(int(whole + part) * scale, int(f"1{'0' * len(part)}"))
    if rest:
        raise ConfigurationError(f"{text!r} is finer than can be counted")
    return value
