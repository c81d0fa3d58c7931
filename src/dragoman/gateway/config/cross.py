"""What only two fields together can be wrong about: names that lead nowhere, places others reach. No I/O."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from dragoman.dialect.table import named, names
from dragoman.errors import ConfigurationError, InvalidRequestError
from dragoman.gateway.config.mistakes import Mistake, Path, dotted, suggestion
from dragoman.gateway.config.routing import routing
from dragoman.gateway.config.shape import EVERY_SITE, CacheConfig
from dragoman.gateway.config.upstream import row_of, timeouts_of
from dragoman.gateway.store.address import dialect_url
from dragoman.secret import names_credential
from dragoman.transport.address import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dragoman.gateway.config.shape import Config, UpstreamConfig
    from dragoman.gateway.config.source import Address, Value

_UPSTREAM = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
_FIELD_VALUE = re.compile(r"[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?")  # RFC 9110 §5.5, without obs-text
_ORIGIN = re.compile(  # RFC 6454 §6.2, of sites as browsers name them: without the port that goes without saying
    r"(?!http://.*:80$|https://.*:443$)[a-z][a-z0-9+.-]*://(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?"
)
_LAST_PORT = 65_535  # RFC 9293 §3.1: sixteen bits
_SHARED = re.compile(r"(?:rediss?|valkeys?)://[^/]|unix://")

OURS = frozenset({"host", "connection", "content-length", "content-type", "transfer-encoding", "accept-encoding"})
"""Headers that say how a request travels."""

_LIMITS = ("connect", "first_token", "idle")

_KEEPING = 'with url = "sqlite:dragoman.db", say'


def cross(config: Config) -> Iterator[Mistake]:
    """What does not fit together in a configuration whose values are each what they should be."""
    yield from _server(config)
    yield from _store(config)
    if config.bounds.streams > config.bounds.requests:
        path: Path = ("bounds", "streams")
        yield Mistake(path, "bounds.streams is above bounds.requests: every stream is a request")
    yield from _timeouts(config)
    for name, upstream in config.upstreams.items():
        yield from _upstream(name, upstream)
    yield from routing(config)
    yield from _cache(config)
    yield from _telemetry(config)
    yield from _prices(config)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address.

    Raises:
        ValueError: it is none.
    """
    return host == "localhost" or ipaddress.ip_address(host).is_loopback


def _server(config: Config) -> Iterator[Mistake]:
    server = config.server
    wants_keys = server.keys == "required" or (server.keys is None and config.store is not None)
    try:
        reached = not is_loopback(server.host)
    except ValueError:
        reached = False
        yield Mistake(("server", "host"), 'server.host takes an IP address of this machine, or "localhost"')
    if reached and not wants_keys:
        yield Mistake(
            ("server", "host"),
            f"server.host: {server.host} is reached from other machines, and nobody is asked for a key: set keys = "
            f'"required" and add a [store] for them, {_KEEPING}; or listen on "127.0.0.1"',
        )
    if server.keys == "required" and config.store is None:
        yield Mistake(("server", "keys"), f"server.keys are required and kept nowhere: add a [store], {_KEEPING}")
    for index, origin in enumerate(server.origins):
        yield from _origin(("server", "origins", index), origin, wants_keys=wants_keys)
    if config.log.prompts and config.store is None:
        yield Mistake(
            ("log", "prompts"), f"log.prompts are kept in the ledger, and there is none: add a [store], {_KEEPING}"
        )


def _origin(path: Path, origin: str, *, wants_keys: bool) -> Iterator[Mistake]:
    if origin == EVERY_SITE:
        if not wants_keys:
            yield Mistake(
                path,
                f'{dotted(path)}: "*" lets the pages of every site ask, and nobody is asked for a key: name the sites, '
                f'or set keys = "required" and add a [store] for them, {_KEEPING}',
            )
    elif (found := _ORIGIN.fullmatch(origin)) is None or int(found[1] or 0) > _LAST_PORT:
        says = 'is not how browsers name a site, such as "https://app.example" or "http://localhost:5173"'
        yield Mistake(path, f'{dotted(path)}: "{origin[:64]}" {says}: in lower case, without a path or a default port')


def _store(config: Config) -> Iterator[Mistake]:
    if config.store is None:
        return
    url, shared = config.store.url, config.store.shared
    if url.kind == "text":
        try:
            dialect_url(written(url))
        except ConfigurationError:
            # What is written there may be a password: it is not repeated.
            says = 'store.url takes "sqlite:PATH" or "postgresql://USER@HOST/DATABASE", or where that is: "env:NAME"'
            yield Mistake(("store", "url"), says)
    yield from _shared(("store", "shared"), shared)


def _cache(config: Config) -> Iterator[Mistake]:
    if config.cache != CacheConfig() and all(route.cache is None for route in config.routes):
        says = "no route has its answers given again: add `cache = 600`, say, to one of [[routes]]"
        yield Mistake(("cache",), f"cache: {says}")
    yield from _shared(("cache", "shared"), config.cache.shared)


def _shared(path: Path, address: Address | None) -> Iterator[Mistake]:
    if address is not None and address.kind == "text" and not _SHARED.match(written(address)):
        yield Mistake(path, f'{dotted(path)} takes an address such as "redis://host:6379", or "env:NAME"')


def written(address: Address) -> str:
    """An address that stands in the file itself."""
    return address.read().reveal()


def _timeouts(config: Config) -> Iterator[Mistake]:
    """Limits that never run out because the total does before. Of an upstream, only where it sets one of the two."""
    general = config.timeouts
    yield from _too_long(("timeouts",), general, general.total, _LIMITS)
    for name, upstream in config.upstreams.items():
        given = upstream.timeouts
        own = [limit for limit in _LIMITS if given.total is not None or getattr(given, limit) is not None]
        limits = timeouts_of(config, upstream)
        yield from _too_long(("upstreams", name, "timeouts"), limits, limits.total, own)


def _too_long(path: Path, limits: object, total: float, names: Iterable[str]) -> Iterator[Mistake]:
    for limit in names:
        seconds = getattr(limits, limit)
        if seconds > total:
            place = (*path, limit)
            yield Mistake(place, f"{dotted(place)}, {seconds:g} s, never runs out: total, {total:g} s, does before it")


def _upstream(name: str, upstream: UpstreamConfig) -> Iterator[Mistake]:
    path: Path = ("upstreams", name)
    if not _UPSTREAM.fullmatch(name):
        yield Mistake(path, f'upstreams: the name "{name[:64]}" takes letters, digits, ".", "_" and "-", at most 64')
    if upstream.engine or upstream.weights is not None:
        yield from _local(path, upstream)
    else:
        yield from _remote(path, upstream)
    for header, value in upstream.headers.items():
        yield from _header((*path, "headers", header), header, value, row_of(upstream).key_header)


def _local(path: Path, upstream: UpstreamConfig) -> Iterator[Mistake]:
    kind = "engine" if upstream.engine else "weights"
    if upstream.engine and upstream.weights is not None:
        yield Mistake((*path, "weights"), f"{dotted(path)} has weights and is the embedded model: choose")
    for field in ("vendor", "url", "credentials", "query", "headers"):
        if getattr(upstream, field):
            yield Mistake(
                (*path, field), f"{dotted(path)} is on this machine ({kind}) and has no {field}: leave it out"
            )
    if upstream.weights is not None and not upstream.weights.endswith(".gguf"):
        yield Mistake((*path, "weights"), f"{dotted(path)}.weights takes the path of a .gguf file")
    if upstream.weights is not None and upstream.continues:
        yield Mistake((*path, "continues"), f"{dotted(path)}.continues: of models here only the embedded one can")


def _remote(path: Path, upstream: UpstreamConfig) -> Iterator[Mistake]:
    vendor, url = upstream.vendor, upstream.url
    if vendor is None and url is None:
        yield Mistake(path, f"{dotted(path)} is nowhere: it takes a vendor, a url, or engine = true")
    if vendor is not None and named(vendor) is None:
        yield Mistake((*path, "vendor"), f'{dotted(path)}.vendor: "{vendor[:64]}" is none{suggestion(vendor, names())}')
    elif url is None and vendor is not None and not row_of(upstream).base_url:
        yield Mistake((*path, "vendor"), f"{dotted(path)}: {vendor} is at an address of your own: add its url")
    if url is not None:
        try:
            parse(url)
        except InvalidRequestError as error:
            yield Mistake((*path, "url"), f"{dotted(path)}.url: {error}")
        else:
            if "?" in url or "#" in url:
                yield Mistake((*path, "url"), f"{dotted(path)}.url ends before its query: that goes into `query`")


def _header(path: Path, name: str, value: Value, key_header: str) -> Iterator[Mistake]:
    said = value.kind == "text"
    if not _FIELD_NAME.fullmatch(name) or (said and not _FIELD_VALUE.fullmatch(written(value))):
        yield Mistake(path, f"{dotted(path[:-1])}: a header is a name without spaces and a value in printable ASCII")
    elif name.lower() in {"authorization", key_header}:
        yield Mistake(path, f"{dotted(path)} is a credential, and does not stand in this file: use `credentials`")
    elif said and names_credential(name):
        says = 'is a credential, and does not stand in this file: write "env:NAME" or "file:/path"'
        yield Mistake(path, f"{dotted(path)} {says}")
    elif name.lower() in OURS:
        yield Mistake(path, f"{dotted(path)} is set by what sends the request: leave it out")


def _telemetry(config: Config) -> Iterator[Mistake]:
    if config.telemetry is None:
        return
    path: Path = ("telemetry", "endpoint")
    endpoint = config.telemetry.endpoint
    try:
        parse(endpoint)
    except InvalidRequestError:
        fits = False
    else:
        fits = endpoint.startswith(("http://", "https://")) and not {"?", "#", "@"} & set(endpoint)
    if not fits:
        # What is written there may hold a password: it is not repeated.
        says = 'telemetry.endpoint takes an address such as "http://collector:4318", without a credential or a query'
        yield Mistake(path, says)


def _prices(config: Config) -> Iterator[Mistake]:
    for name in config.prices:
        upstream, colon, model = name.partition(":")
        if not (colon and model):
            yield Mistake(("prices", name), f'prices: "{name[:64]}" takes the form "upstream:model"')
        elif upstream not in config.upstreams:
            meant = suggestion(upstream, config.upstreams)
            yield Mistake(("prices", name), f'prices: there is no upstream "{upstream[:64]}"{meant}')
