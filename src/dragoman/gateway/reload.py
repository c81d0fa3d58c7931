"""A configuration takes the place of another while the gateway serves. Reads what the new one names.

All of it or nothing: a file with a mistake in it changes nothing. What needs a restart stays as it is, and so does who
may come in: a reload never opens a gateway that asked for keys to whoever finds its address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dragoman.errors import ConfigurationError
from dragoman.gateway.config.changes import changes
from dragoman.gateway.config.days import lasting_days
from dragoman.gateway.log import set_level
from dragoman.gateway.running import Running

if TYPE_CHECKING:
    from dragoman.gateway.config.shape import Config


def standing(old: Config, new: Config) -> Config:
    """The new configuration with those parts of the old one that need a restart.

    Args:
        old: what the gateway was started with, or has become since.
        new: what the file says now.

    Raises:
        ConfigurationError: the new one cannot be had without a restart.
    """
    if old.store is None and new.server.keys == "required":
        raise ConfigurationError(
            'keys = "required" needs a store, and this gateway was started without one: restart it'
        )
    server = replace(new.server, host=old.server.host, port=old.server.port, drain=old.server.drain)
    bounds = replace(new.bounds, headers=old.bounds.headers, arrival=old.bounds.arrival)
    store = old.store
    if store is not None and new.store is not None:
        store = replace(store, keep_days=new.store.keep_days, keep_texts_days=new.store.keep_texts_days)
    cache = replace(new.cache, shared=old.cache.shared)
    return replace(new, server=server, bounds=bounds, store=store, cache=cache, telemetry=old.telemetry)


def prepared(running: Running, new: Config) -> tuple[Running, list[str]]:
    """What takes the place of a gateway that runs, and what that changes, a line each.

    Args:
        running: the gateway as it is.
        new: what the file says now, complete.

    Raises:
        ConfigurationError: it cannot be made; everything is as it was.
    """
    lines = changes(running.config, new)
    return Running(standing(running.config, new), running.lasting, running), lines


def adopt(running: Running) -> None:
    """Have what lasts longer than one configuration go by this one: seats, cache, log, the ledger's retention."""
    config, carrier = running.config, running.lasting.carrier
    running.seats.resize(config.bounds.requests, config.bounds.streams, config.bounds.queue)
    running.cache.resize(config.cache.size)
    set_level(config.log.level)
    if carrier is not None:
        carrier.keep, carrier.keep_texts = lasting_days(config.store)
