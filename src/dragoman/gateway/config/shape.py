"""The form of the gateway's configuration: sections, fields, defaults, and what each is for. Types; no I/O.

The sentences beside the fields are the reference's and the JSON Schema's.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from dragoman.gateway.config.source import Address, Source, Value  # noqa: TC001 - a Struct reads its annotations

Seconds = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]
Days = Annotated[int, Meta(ge=1, le=36_500)]
Name = Annotated[str, Meta(min_length=1)]
Amount = Annotated[float, Meta(ge=0)]

EVERY_SITE = "*"
"""What stands for all of them in `origins`."""


class ServerConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the gateway listens, and whom it serves."""

    host: Name = "127.0.0.1"
    """The address to listen on: an IP address of this machine, or `localhost`. Any but loopback needs `keys =
    "required"`. A change needs a restart."""
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    """The port; 0 chooses a free one. A change needs a restart."""
    keys: Literal["required", "off"] | None = None
    """Whether callers need a key. By default `required` where there is a store, else `off`."""
    drain: Annotated[float, Meta(ge=0)] = 30
    """Seconds that running requests have when the gateway is told to stop. A change needs a restart."""
    admin_key: Source | None = None
    """Where the credential of the admin API is: `env:NAME` or `file:/path`. Without it there is no admin API."""
    tell_cost: bool = False
    """Whether callers are told what an answer cost, in US dollars: `cost` in its `usage`."""
    origins: tuple[Name, ...] = ()
    """The sites whose pages may ask from a browser (CORS), such as `https://app.example`; `*` for all of them, where
    callers need a key. By default none."""


class BoundsConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much of everything: each is refused with a sentence that names it. Those at once are of one process."""

    body: Count = 32 * 1024 * 1024
    """Bytes of a request's body, also once unpacked where it came packed (`Content-Encoding`)."""
    headers: Count = 64 * 1024
    """Bytes of a request's headers. A change needs a restart."""
    arrival: Seconds = 60
    """Seconds in which a request's headers have to arrive, from when they or their connection began, and each next
    piece of its body; who takes nothing of an answer for so long is left, within as long again. A change needs a
    restart."""
    messages: Count = 10_000
    """Messages of a request."""
    depth: Annotated[int, Meta(ge=1, le=200)] = 64
    """How deeply objects and arrays of a request may be nested."""
    requests: Count = 1000
    """Requests under way at once, streams included."""
    streams: Count = 1000
    """Streams under way at once."""
    queue: Annotated[int, Meta(ge=0)] = 1000
    """Requests that wait while `requests` are under way; 0 refuses them at once."""


class StoreConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where keys and the ledger are kept."""

    url: Address
    """`sqlite:PATH` for one machine, or `postgresql://USER@HOST/DATABASE` for several; or where it is: `env:NAME` or
    `file:/path`. A change needs a restart."""
    shared: Address | None = None
    """Where limits and cool-downs of several replicas are kept: `redis://HOST:PORT` (Valkey speaks it too), `env:NAME`
    or `file:/path`. By default they are in a file of this machine. A change needs a restart."""
    keep_days: Days | None = None
    """Days that the ledger keeps a request; by default for ever."""
    keep_texts_days: Days | None = None
    """Days that it keeps prompts and answers, where `[log] prompts` has them kept; by default as long as requests."""
    journal: Name | None = None
    """The folder of the journal, where the ledger's lines are until the store has them. By default it is beside an
    SQLite file, or in the user's folder for such things. A change needs a restart."""


class TimeoutsConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The limits in time of every upstream, in seconds."""

    connect: Seconds = 5
    """Making one connection."""
    first_token: Seconds = 60
    """From sending a streamed request to its first content."""
    idle: Seconds = 30
    """Between two pieces of a stream's content."""
    total: Seconds = 600
    """A whole request: attempts, pauses and the reading of a stream included."""


class OwnTimeoutsConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The limits in time of one upstream; what is left out is as in `[timeouts]`."""

    connect: Seconds | None = None
    """Making one connection."""
    first_token: Seconds | None = None
    """From sending a streamed request to its first content."""
    idle: Seconds | None = None
    """Between two pieces of a stream's content."""
    total: Seconds | None = None
    """A whole request."""


class UpstreamConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One service behind the gateway: a vendor, a server at an address of its own, or the model on this machine."""

    vendor: Name | None = None
    """Whose service it is, or which kind of server: gives the address, the credential's variable, and what it is known
    to take. By default it is told from the address."""
    url: Name | None = None
    """Its address, up to `/chat/completions`; at one that ends in `/responses` that API is asked. By default the
    vendor's."""
    credentials: tuple[Source, ...] | None = None
    """Where its credentials are, each `env:NAME` or `file:/path`; several are rotated, and a file is read again when
    it changes. By default the vendor's own variable, for the vendor's own address alone."""
    parameters: Literal["refuse", "drop", "pass"] = "refuse"
    """What becomes of a parameter it is known not to take: the request is refused (or goes to another candidate), the
    parameter is dropped, or it is passed on. The answer's header `x-dragoman-changed` says what was changed."""
    continues: bool | None = None
    """Whether it can go on from the beginning of an answer that another upstream broke off. By default as is known of
    the vendor."""
    timeouts: OwnTimeoutsConfig = OwnTimeoutsConfig()
    """Limits in time that differ from `[timeouts]`."""
    query: dict[str, str] = {}
    """What follows the path of every request to it, such as `api-version` of Azure's deployments."""
    headers: dict[str, Value] = {}
    """What every request to it carries besides `credentials`; of a header that holds a credential, where that is:
    `env:NAME` or `file:/path`, read when this file is."""
    engine: bool = False
    """Whether it is the embedded model."""
    weights: Name | None = None
    """The path of a `.gguf` file to run on this machine instead."""


class Candidate(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An upstream that may answer. Its name alone stands for `{ upstream = "name" }`."""

    upstream: Name
    """The upstream's name."""
    model: Name | None = None
    """The model to ask it for, by default the one that was asked for; `*` is what the `*` of the route's model
    matched."""
    weight: Annotated[float, Meta(gt=0)] = 1
    """How much of the work it is meant for, beside the others: how often it is asked first where `choose` is
    `weighted`, and how many requests under way it is meant for where that is `least-busy`."""


class RouteConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which upstreams answer for a model. The most exact route counts; of equals the first."""

    model: Name
    """What a caller asks for; `*` matches anything."""
    candidates: Annotated[tuple[Candidate, ...], Meta(min_length=1)]
    """The upstreams that may answer."""
    choose: Literal["ordered", "weighted", "least-busy", "fastest"] = "ordered"
    """Who is asked first: the first of the list, one at random by weight, the one with the fewest requests under way,
    or the one whose first tokens came soonest of late. The others follow."""
    retries: Annotated[int, Meta(ge=0, le=20)] = 2
    """Attempts after the first, over all candidates, within one deadline."""
    hedge_after: Seconds | None = None
    """Seconds without a first token after which the next candidate is asked too; the slower one is cancelled, and both
    are paid for. By default never."""
    continue_streams: bool = True
    """Whether a stream that breaks off goes on on another candidate, where that is provably safe: the candidate goes
    on from prefixes, and the answer is plain text."""
    last_resort: Name | None = None
    """The upstream that answers when no candidate can."""
    cache: Seconds | None = None
    """Seconds for which an answer is given again to whoever asks the same with the same key. By default never."""


class CacheConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the answers are that are given again, on routes that say so with `cache`."""

    size: Count = 64 * 1024 * 1024
    """Bytes of them in each process; the one that was asked for longest ago goes first. One answer may take an eighth
    of it, wherever it is kept."""
    shared: Address | None = None
    """Where they are kept for all workers and replicas instead: `redis://HOST:PORT` (Valkey speaks it too), `env:NAME`
    or `file:/path`. A change needs a restart."""


class RepeatsConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How requests are answered that are sent again with the same `Idempotency-Key`: by the same work."""

    kept: Seconds = 600
    """Seconds for which a finished answer is given again."""
    waits: Annotated[float, Meta(ge=0)] = 10
    """Seconds that work goes on whose caller is gone, for it to come back; 0 stops it at once."""
    size: Count = 64 * 1024 * 1024
    """Bytes of finished answers in each process; the oldest goes first. One answer may take an eighth of it."""


class LogConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is written down."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least important lines of the log."""
    prompts: bool = False
    """Whether the ledger keeps prompts and answers, redacted."""


class TelemetryConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where OpenTelemetry's spans and metrics are sent. Needs the extra `telemetry`. A change needs a restart."""

    endpoint: Name
    """The address of a collector that takes OTLP over HTTP, such as `http://collector:4318`; `/v1/traces` and
    `/v1/metrics` are added. A credential for it is in `OTEL_EXPORTER_OTLP_HEADERS`. A change needs a restart."""


class PriceConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a model costs, in US dollars for a million tokens."""

    input: Amount
    """Tokens of prompts."""
    output: Amount
    """Tokens of answers."""
    cached: Amount | None = None
    """Tokens of prompts that the vendor's cache knew; by default as `input`."""
    tiers: dict[str, Amount] = {}
    """How many times as much all of it costs in another service tier, by its name: a `service_tier` such as `priority`,
    a `speed`, an `inference_geo`; of several at once as `priority+fast`. In a tier that is not named its price is
    unknown."""


class Config(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The gateway's configuration. Every section may be left out.

    What `dragoman.gateway.config.load.load` returns is complete: `server.keys` is said, each upstream has its `url`,
    `credentials` and `continues`, and without `[upstreams]` there is the embedded model, for every model that is asked.
    """

    server: ServerConfig = ServerConfig()
    """Where the gateway listens, and whom it serves."""
    bounds: BoundsConfig = BoundsConfig()
    """How much of everything."""
    store: StoreConfig | None = None
    """Where keys and the ledger are kept; without it there are neither."""
    timeouts: TimeoutsConfig = TimeoutsConfig()
    """The limits in time of every upstream, in seconds."""
    upstreams: dict[str, UpstreamConfig] = {}
    """The services behind the gateway, by name: letters, digits, `.`, `_` and `-`. Without any, the embedded model
    answers."""
    routes: tuple[RouteConfig, ...] = ()
    """Which upstreams answer for which model. A single upstream needs none: it answers for all."""
    cache: CacheConfig = CacheConfig()
    """Where the answers are that are given again."""
    repeats: RepeatsConfig | None = None
    """How requests are answered that are sent again; without it they are worked on again."""
    log: LogConfig = LogConfig()
    """What is written down."""
    telemetry: TelemetryConfig | None = None
    """Where OpenTelemetry's spans and metrics are sent; without it there are none."""
    prices: dict[str, PriceConfig] = {}
    """Prices, by `upstream:model`, where the data that comes with the gateway has none or another; `*` in the model
    matches anything."""
