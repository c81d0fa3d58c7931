"""An upstream as the rest of the gateway needs it: its dialect, its limits in time, its credentials. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from dragoman.dialect import Continuation, Dialect
from dragoman.dialect.table import ENGINE, PLAIN, at, bare, named, spoken_at
from dragoman.exchange import Timeouts
from dragoman.gateway.config.source import Rotating, Source

if TYPE_CHECKING:
    from dragoman.gateway.config.shape import Config, UpstreamConfig


def row_of(upstream: UpstreamConfig) -> Dialect:
    """What is known of an upstream's vendor, by its name or by its host; `PLAIN` where it is nobody we know."""
    if upstream.engine:
        return ENGINE
    url = upstream.url or ""
    row = at(_host(url)) if upstream.vendor is None else named(upstream.vendor) or PLAIN
    return spoken_at(row, url)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        # `https://[::1`: what is wrong with an address is told of it by itself.
        return ""


def dialect_of(upstream: UpstreamConfig) -> Dialect:
    """How to speak to an upstream: its vendor's row with what its own configuration says besides.

    Raises:
        ConfigurationError: a header's value is not where it should be.
    """
    row = row_of(upstream)
    return replace(
        row,
        base_url=upstream.url or row.base_url,
        query=tuple({**dict(row.query), **upstream.query}.items()),
        headers=(*row.headers, *((name.lower(), value.read().reveal()) for name, value in upstream.headers.items())),
        continues=(row.continues or Continuation()) if _continues(upstream, row) else None,
    )


def address_of(upstream: UpstreamConfig) -> str | None:
    """The address as `dragoman.Dragoman` takes it: a URL, a path of weights, None for the embedded model."""
    if upstream.engine:
        return None
    return upstream.weights or upstream.url or row_of(upstream).base_url


def sources_of(upstream: UpstreamConfig) -> tuple[Source, ...]:
    """Where an upstream's credentials are: as it says, or the vendor's own variable for the vendor's own address.

    A kind of server that is nowhere at home, such as Azure's, gets its variable wherever it is.
    """
    if upstream.credentials is not None:
        return upstream.credentials
    row = row_of(upstream)
    is_own = row.base_url in {"", bare(upstream.url or row.base_url)}
    return (Source(f"env:{row.credential}"),) if row.credential and is_own else ()


def credentials_of(upstream: UpstreamConfig) -> tuple[Rotating, ...]:
    """An upstream's credentials, read now, each as `dragoman.Dragoman` takes a key; none where it needs none.

    Raises:
        ConfigurationError: one of them is not where it should be.
    """
    return tuple(map(Rotating, sources_of(upstream)))


def timeouts_of(config: Config, upstream: UpstreamConfig) -> Timeouts:
    """An upstream's limits in time: its own, and for the rest everybody's."""
    own, general = upstream.timeouts, config.timeouts
    return Timeouts(
        total=general.total if own.total is None else own.total,
        connect=general.connect if own.connect is None else own.connect,
        first_token=general.first_token if own.first_token is None else own.first_token,
        idle=general.idle if own.idle is None else own.idle,
    )


def completed(upstream: UpstreamConfig) -> UpstreamConfig:
    """The same with what it leaves to its vendor's row."""
    row = row_of(upstream)
    return replace(
        upstream,
        url=(upstream.url or row.base_url).rstrip("/") or None,
        credentials=sources_of(upstream),
        continues=_continues(upstream, row),
    )


def _continues(upstream: UpstreamConfig, row: Dialect) -> bool:
    if upstream.continues is not None:
        return upstream.continues
    # An upstream has one address.
    return row.continues is not None and not row.continues.base_url
