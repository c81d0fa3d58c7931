"""How long the store keeps what it is given. No I/O."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dragoman.gateway.config.shape import StoreConfig


def lasting_days(config: StoreConfig | None) -> tuple[timedelta | None, timedelta | None]:
    """How long requests are kept, and how long their words; None for ever."""
    if config is None:
        return None, None
    return _days(config.keep_days), _days(config.keep_texts_days)


def _days(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(days=number)
