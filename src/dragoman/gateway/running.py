"""What a gateway that runs is made of: made from a configuration, and from another one when that is read again.

What belongs to the configuration (upstreams, routes, prices, bounds) is swapped whole, so that a request under way
keeps what it began with; what lasts as long as the process (the store, the journal, the limits, the cache) stays.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from msgspec.structs import replace

from dragoman.call.settings import LOCAL, settings_for
from dragoman.cost.prices import Used
from dragoman.dialect.spoken import Manner
from dragoman.errors import ConfigurationError
from dragoman.gateway.cache.cache import Cache
from dragoman.gateway.cache.key import mark_of
from dragoman.gateway.config.upstream import address_of, credentials_of, dialect_of, row_of, timeouts_of
from dragoman.gateway.keys.identify import Doorman
from dragoman.gateway.ledger import Book, Totals
from dragoman.gateway.prices import ENGINE, Prices
from dragoman.gateway.relay import Relay
from dragoman.gateway.routes import Routes
from dragoman.gateway.seats import Seats
from dragoman.gateway.sites import Sites
from dragoman.gateway.upstream import ONCE, Upstream

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from dragoman.asgi import Header
    from dragoman.call.settings import Key, Settings
    from dragoman.dialect import Dialect
    from dragoman.exchange import Timeouts
    from dragoman.gateway.carrier import Carrier
    from dragoman.gateway.config.shape import Config, UpstreamConfig
    from dragoman.gateway.journal import Journal
    from dragoman.gateway.keys.directory import Directory
    from dragoman.gateway.limits.admission import Admission
    from dragoman.gateway.routes import Found
    from dragoman.gateway.store.database import Store
    from dragoman.gateway.tally import Tokens
    from dragoman.gateway.telemetry import Place, Telemetry, Trace


class Lasting(NamedTuple):
    """What lasts as long as the process.

    Attributes:
        totals: what all entries add up to.
        store: where keys and the ledger are kept; None where there is none, and then none of what follows.
        journal: where entries are before they are in the store.
        directory: the keys of the store.
        admission: the limits of those keys.
        carrier: who carries entries from the journal into the store.
        telemetry: where spans and metrics go; None for nowhere.
    """

    totals: Totals
    store: Store | None = None
    journal: Journal | None = None
    directory: Directory | None = None
    admission: Admission | None = None
    carrier: Carrier | None = None
    telemetry: Telemetry | None = None


class Running:
    """A gateway as one configuration makes it.

    Args:
        config: complete, as `dragoman.gateway.config.load.load` returns it.
        lasting: what it shares with those before and after it.
        before: the one whose place it takes: those who have a seat there have it here, and what it keeps is kept here.

    Attributes:
        marks: what tells the routes whose answers are given again from any other, by their model: see
            `dragoman.gateway.cache.key.mark_of`.

    Raises:
        ConfigurationError: a credential is not where it should be, or the shared cache cannot be used.
    """

    def __init__(self, config: Config, lasting: Lasting, before: Running | None = None) -> None:
        self.config = config
        self.lasting = lasting
        self.relay = Relay({name: _upstream(config, name) for name in config.upstreams}, Routes(config.routes))
        self.prices = Prices(config.prices)
        bounds = config.bounds
        self.seats: Seats = Seats(bounds.requests, bounds.streams, bounds.queue) if before is None else before.seats
        self.cache: Cache = Cache(config.cache) if before is None else before.cache
        self.marks = {
            route.model: mark_of(route, config.upstreams) for route in config.routes if route.cache is not None
        }
        self.book = Book(lasting.journal, self.cost, config.log.prompts, config.server.tell_cost)
        admin = config.server.admin_key
        keys = lasting.directory if config.server.keys == "required" else None
        self.sites = Sites(config.server)
        self.doorman = Doorman(keys, admin.read() if admin is not None else None)
        self._places = None if lasting.telemetry is None else _places(config)
        self._within = 0
        self._retired = False
        self._vendors = {
            name: ENGINE if upstream.engine or upstream.weights else row_of(upstream).owner
            for name, upstream in config.upstreams.items()
        }

    def cost(self, upstream: str | None, asked: str, served: str, tokens: Tokens, tier: str = "") -> int | None:
        """What tokens cost, in microusd; None where that is not known. Models and tier are those of `Prices.price`."""
        if upstream is None:
            return None
        if tokens.prompt == tokens.completion == 0:
            # Whatever they cost: of a prompt that was only counted, say.
            return 0
        used = Used(
            prompt=tokens.prompt or 0,
            completion=tokens.completion or 0,
            cached=tokens.cached or 0,
            written=tokens.written or 0,
            reasoning=tokens.reasoning or 0,
        )
        return self.prices.price(upstream, self._vendors.get(upstream), asked, used, served=served, tier=tier)

    def most(self, found: Found, prompt: int, longest: int, body: dict[str, Any]) -> int | None:
        """What a request costs where it may cost most; None where the price of one of its ways is unknown.

        Args:
            found: where it may go.
            prompt: tokens of its prompt, at most.
            longest: tokens of its answer, at most.
            body: the request, which may ask for another service tier.
        """
        used = Used(prompt=prompt, completion=longest)
        most = 0
        for way in (*found.ways, *found.resort):
            tier = self.relay.upstreams[way.upstream].tier(body).named()
            cost = self.prices.price(way.upstream, self._vendors[way.upstream], way.model, used, tier=tier)
            if cost is None:
                return None
            most = max(most, cost)
        return most

    def tier(self, found: Found, body: dict[str, Any]) -> str:
        """The service tier that a request asks one of its ways for; empty for the one that prices are listed for."""
        tiers = (self.relay.upstreams[way.upstream].tier(body).named() for way in (*found.ways, *found.resort))
        return next(filter(None, tiers), "")

    def trace(self, sent: list[Header], body: Mapping[str, Any], operation: str) -> Trace | None:
        """The spans of a request that begins; None where nobody collects them.

        Args:
            sent: its headers.
            body: what it asks, in our words.
            operation: `chat` or `embeddings`.
        """
        telemetry = self.lasting.telemetry
        if telemetry is None or self._places is None:
            return None
        return telemetry.trace(sent, body, operation, self._places)

    def enter(self) -> None:
        """Note that a request begins, which has this to the end; `leave` ends it."""
        self._within += 1

    def leave(self) -> None:
        """Note that a request has ended."""
        self._within -= 1
        if self._retired and not self._within:
            self.close()

    def retire(self) -> None:
        """Close it once the requests that it has have ended: no other begins."""
        self._retired = True
        if not self._within:
            self.close()

    def close(self) -> None:
        """Close the connections to its upstreams."""
        for upstream in self.relay.upstreams.values():
            upstream.close()


@contextlib.contextmanager
def lasting_for(config: Config, *, alone: bool = False) -> Generator[Lasting]:
    """What lasts as long as the process, for as long as the block does.

    Args:
        config: complete, as `dragoman.gateway.config.load.load` returns it.
        alone: whether no other process of this machine serves by the same store.

    Raises:
        ConfigurationError: the store cannot be opened, or is another version's; what it needs, or OpenTelemetry, is not
            installed.
    """
    with contextlib.ExitStack() as parts:
        telemetry: Telemetry | None = None
        if config.telemetry is not None:
            from dragoman.gateway.collector import collecting  # noqa: PLC0415 - the SDK of OpenTelemetry, an extra's

            telemetry = parts.enter_context(collecting(config.telemetry))
        if config.store is None:
            yield Lasting(Totals(), telemetry=telemetry)
            return
        try:
            from dragoman.gateway.kept import kept  # noqa: PLC0415 - SQLAlchemy, which no gateway without a store needs
        except ImportError as error:
            raise ConfigurationError(f"a store needs {error.name}: pip install 'dragoman[gateway]'") from None

        lasting = parts.enter_context(kept(config.store, alone=alone))
        yield lasting._replace(telemetry=telemetry)


def _places(config: Config) -> dict[str, Place]:
    """The upstreams as spans say them."""
    from dragoman.gateway import telemetry  # noqa: PLC0415 - OpenTelemetry, an extra's

    found: dict[str, Place] = {}
    for name, upstream in config.upstreams.items():
        address = address_of(upstream)
        if upstream.engine or upstream.weights or address is None:
            found[name] = telemetry.Place(ENGINE)
        else:
            parts = urlsplit(address)
            port = parts.port or (443 if parts.scheme == "https" else 80)
            found[name] = telemetry.Place(row_of(upstream).owner, parts.hostname, port)
    return found


def _upstream(config: Config, name: str) -> Upstream:
    own = config.upstreams[name]
    dialect = dialect_of(own)
    keys = credentials_of(own)
    made = [_settings(own, dialect, timeouts_of(config, own), key) for key in keys or ("",)]
    credentials: list[str | None] = [str(key.source) for key in keys]
    # Weights of one's own come with a template of their own, which may not leave an answer open.
    continues = dialect.continues if own.weights is None else None
    return Upstream(name, made, credentials or [None], policy=own.parameters, continues=continues)


def _settings(own: UpstreamConfig, dialect: Dialect, timeouts: Timeouts, key: Key) -> Settings:
    """Those of a client of an upstream; its credential goes wherever the configuration says, and no other anywhere."""
    address = address_of(own) or LOCAL
    made = settings_for(address, api_key=key, model="", timeout=timeouts, retries=ONCE, headers=None)
    if made.engine is not None:
        return made
    return replace(made, dialect=dialect, manner=Manner(parameters=own.parameters))
