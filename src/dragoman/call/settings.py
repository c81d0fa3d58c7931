"""What a client was made with: an address, its credential, limits, headers. No I/O but the environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, cast
from urllib.parse import quote, unquote, urlsplit

import msgspec

from dragoman.amount import is_count, is_duration
from dragoman.call.kinds import check_client, hooks_of
from dragoman.dialect.table import ENGINE, PLAIN, at, bare, named, names, spoken_at
from dragoman.errors import ConfigurationError, InvalidRequestError
from dragoman.exchange import Timeouts
from dragoman.retry import Retry
from dragoman.secret import Secret

if TYPE_CHECKING:
    from dragoman.dialect import Dialect
    from dragoman.dialect.spoken import Manner
    from dragoman.exchange import Call, Limiting
    from dragoman.exchange.continuation import Resume
    from dragoman.hooks import Hook

VERSION = "0.1.0"


LOCAL = "local"
"""The address of the embedded engine, and the model of a request to it whose caller named none."""

LOCAL_URL = "http://engine.local/v1"
"""What requests to the engine are addressed to; its transport knows the socket."""

_WEIGHTS_URL = "http://engine.local/~"
"""The same for weights of one's own, whose path follows in one piece."""

Pairs = tuple[tuple[str, str], ...]
"""Headers: names and values, in order."""

Kind = Literal["get", "post", "stream"]
"""What a call asks for: a document, an answer to a document, or events."""

_JSON = ("content-type", "application/json")
_BEGIN: dict[Kind, Pairs] = {
    "get": (("accept", "application/json"),),
    "post": (("accept", "application/json"), _JSON),
    "stream": (("accept", "text/event-stream"), _JSON),
}

Bound = tuple[str, Secret, Pairs]
"""An address, the credential for it, and the headers that carry it."""

_READY = 64
"""How many addresses of a client are kept ready: they are few, but a caller may put data into them."""

Key = str | Callable[[], str]
"""A credential, or what returns one: asked anew for each call, so that it may rotate."""


class Party(Protocol):
    """Who answers the calls of a client that has no address of its own: `dragoman.candidates.Candidates` is one."""

    def call(
        self,
        make: Callable[[Settings, Mapping[str, Any]], Call],
        arguments: Mapping[str, Any],
        retries: int | Retry | None = None,
    ) -> Call:
        """The call that asks one of them, or several in turn; `make` makes the call of one."""
        ...

    def varied(self, options: Mapping[str, Any]) -> Settings:
        """The settings of the same client with other options: those of `varied`."""
        ...


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a client was made with.

    Attributes:
        base_url: the address, without a slash at its end and without its query.
        key: the credential, or what returns it.
        model: the model for calls that name none; empty where there is none.
        timeouts: the limits in time.
        retry: what is tried again, and when.
        headers: sent with every request.
        dialect: how the vendor at that address spells requests.
        manner: what is declared of an upstream that speaks another API than chat; None is the defaults.
        hooks: what is told of each attempt.
        resume: whether streams that break off are gone on with; None where they are not.
        limiter: what makes calls wait for their turn; None where nothing does.
        ready: where calls without headers of their own go, by kind and path; empty where the credential rotates.
        engine: the weights of the embedded engine that answers, "" for its own; None where it is not asked.
        party: who is asked, where a call's model decides it or several may be; None where it is this address alone.
        query: what the address had behind its question mark, which goes with every request.
    """

    base_url: str
    key: Secret | Callable[[], str]
    model: str = ""
    timeouts: Timeouts = Timeouts()
    retry: Retry = Retry()
    headers: tuple[tuple[str, str], ...] = ()
    dialect: Dialect = PLAIN
    manner: Manner | None = None
    engine: str | None = None
    party: Party | None = None
    hooks: tuple[Hook, ...] = ()
    resume: Resume | None = None
    limiter: Limiting | None = None
    ready: dict[tuple[Kind, str], Bound] = {}
    query: str = ""

    def __post_init__(self) -> None:
        """Begin anew: what is kept ready for other settings leads elsewhere."""
        msgspec.structs.force_setattr(self, "ready", {})

    def bound(self, kind: Kind, path: str, given: Mapping[str, str] | None = None) -> Bound:
        """Where a call goes, its credential, and the headers that carry it: made once where nothing about them changes.

        Args:
            kind: what is asked for.
            path: from the address on; it may have a query of its own.
            given: headers of this call alone.
        """
        known = self.ready.get((kind, path))
        if known is not None and not given:
            return known
        secret = self.key if isinstance(self.key, Secret) else _secret(self.key())
        headers = _headers(self.dialect, _BEGIN[kind], secret, (*self.headers, *(given.items() if given else ())))
        query = f"{'&' if '?' in path else '?'}{self.query}" if self.query else ""
        made = f"{self.base_url}{path}{query}", secret, headers
        if secret is self.key and not given:
            if len(self.ready) >= _READY:
                self.ready.clear()
            self.ready[kind, path] = made
        return made

    def __repr__(self) -> str:
        """Where it points; the headers it keeps ready hold the credential."""
        return f"Settings({self.base_url!r})"


def ambient_url() -> str | None:
    """The address every client of this process is pointed at: `DRAGOMAN_BASE_URL`."""
    return os.environ.get("DRAGOMAN_BASE_URL", "").strip() or None


def credential_for(base_url: str, given: Key | None) -> Secret | Callable[[], str]:
    """The credential to send to an address.

    An argument goes wherever its caller says. One from the environment goes to its own host and no other:
    `DRAGOMAN_API_KEY` to that of `DRAGOMAN_BASE_URL`, a vendor's variable to that vendor.
    """
    if given is not None:
        return given if callable(given) else _secret(given)
    host = urlsplit(base_url).hostname or ""
    ambient = ambient_url()
    if ambient is not None and urlsplit(ambient).netloc == urlsplit(base_url).netloc:
        return Secret(os.environ.get("DRAGOMAN_API_KEY", "").strip())
    variable = at(host).credential
    return Secret(os.environ.get(variable, "").strip() if variable else "")


def _secret(given: object) -> Secret:
    """A credential as it is sent; what an asynchronous function returns is none."""
    if not isinstance(given, str):
        sentence = "api_key is a text, or a function that returns one and is not asynchronous; not a "
        raise InvalidRequestError(sentence + type(given).__name__, param="api_key")
    return Secret(given.strip())


def checked_url(base_url: str) -> str:
    """An address that can be called, without a slash at its end.

    Raises:
        InvalidRequestError: it is none.
    """
    try:
        parts = urlsplit(base_url)
    except ValueError as error:
        raise InvalidRequestError(f"{base_url!r} is no address: {error}", param="base_url") from None
    if parts.scheme == "unix":
        socket = quote(parts.path or "/run/x.sock", safe="")
        raise InvalidRequestError(
            f"{base_url!r} does not say where the socket's path ends: write http+unix://{socket}/v1, or give "
            "transport=Connections(unix=…)",
            param="base_url",
        )
    if parts.scheme not in {"http", "https", "http+unix"} or not parts.netloc:
        raise InvalidRequestError(
            f"{base_url!r} is no address: it has to begin with http:// or https:// and name a host", param="base_url"
        )
    if parts.query or parts.fragment:
        raise InvalidRequestError("an address with a query or a fragment cannot be built upon", param="base_url")
    return base_url.rstrip("/")


def limits(given: float | Timeouts | None, default: Timeouts) -> Timeouts:
    """The limits in time of one call: a number is the total, and no other limit is longer.

    Raises:
        InvalidRequestError: the number is not above 0.
    """
    if given is None:
        return default
    if isinstance(given, Timeouts):
        return given
    if not is_duration(given):
        raise InvalidRequestError(f"a timeout is Timeouts, or seconds above 0, not {given!r}", param="timeout")
    return replace(default, total=float(given))


def policy(given: int | Retry | None, default: Retry) -> Retry:
    """What is tried again: a number is how many times.

    Raises:
        InvalidRequestError: the number is below 0.
    """
    if given is None:
        return default
    if isinstance(given, Retry):
        return given
    if not is_count(given):
        raise InvalidRequestError(f"retries is a whole number from 0, or Retry, not {given!r}", param="retries")
    return replace(default, times=given)


def settings_for(  # noqa: PLR0913 - what a client is made with
    base_url: str | None,
    *,
    api_key: Key | None,
    model: str,
    timeout: float | Timeouts | None,
    retries: int | Retry | None,
    headers: Mapping[str, str] | None,
    hooks: Iterable[Hook] = (),
    limiter: Limiting | None = None,
) -> Settings:
    """What a client's arguments mean; see `dragoman.Dragoman` for them.

    Raises:
        InvalidRequestError: one of them cannot be used.
    """
    check_client(base_url, model, headers, limiter)
    address = base_url or ambient_url() or LOCAL
    place = placed(address)
    return Settings(
        base_url=place.url,
        key=Secret("") if place.weights is not None else _credential(address, place, api_key, headers or {}),
        model=model,
        timeouts=limits(timeout, Timeouts()),
        retry=policy(retries, Retry()),
        headers=tuple(headers.items()) if headers else (),
        dialect=place.dialect,
        engine=place.weights,
        hooks=(*hooks_of(hooks), *ambient_hooks()),
        query=place.query,
        limiter=limiter,
    )


def ambient_hooks() -> tuple[Hook, ...]:
    """The hook that logs, where `DRAGOMAN_LOG` asks for it."""
    if not os.environ.get("DRAGOMAN_LOG", "").strip():
        return ()
    # Imported here because few programs are watched this way.
    from dragoman.log import ambient  # noqa: PLC0415

    return (ambient(os.environ["DRAGOMAN_LOG"].strip()),)


def varied(  # noqa: PLR0913 - what may be varied
    settings: Settings,
    *,
    api_key: Key | None = None,
    model: str | None = None,
    timeout: float | Timeouts | None = None,
    retries: int | Retry | None = None,
    headers: Mapping[str, str] | None = None,
    resume: int | Resume | None = None,
    limiter: Limiting | None = None,
) -> Settings:
    """The same with other options; headers come on top of those there are.

    Raises:
        InvalidRequestError: one of them cannot be used.
    """
    check_client(None, model, headers, limiter)
    options: dict[str, Any] = {"timeout": timeout, "retries": retries, "headers": headers}
    options |= {"resume": resume, "limiter": limiter}
    if settings.party is not None:
        return settings.party.varied({"api_key": api_key, "model": model, **options})
    if resume is not None:
        # Imported here because few streams are gone on with.
        from dragoman.exchange.continuation import resume_of  # noqa: PLC0415

        settings = msgspec.structs.replace(settings, resume=resume_of(resume, None))
    return msgspec.structs.replace(
        settings,
        key=settings.key if api_key is None else credential_for(settings.base_url, api_key),
        model=settings.model if model is None else model,
        timeouts=limits(timeout, settings.timeouts),
        retry=policy(retries, settings.retry),
        headers=(*settings.headers, *(headers.items() if headers else ())),
        limiter=settings.limiter if limiter is None else limiter,
    )


class Place(NamedTuple):
    """Where a client's first argument leads.

    Attributes:
        url: the address.
        dialect: how requests are spelled there.
        weights: "" for the embedded engine's own, a path for others, None for an address of the network.
        query: what the address has behind its question mark.
    """

    url: str
    dialect: Dialect
    weights: str | None = None
    query: str = ""


def placed(address: str) -> Place:
    """Where an address leads, a provider's name, `local`, or the path of weights.

    Raises:
        InvalidRequestError: it is none of them.
    """
    if address == LOCAL:
        return Place(LOCAL_URL, ENGINE, "")
    if address.endswith(".gguf") and "://" not in address:
        return Place(f"{_WEIGHTS_URL}{quote(address, safe='', errors='surrogateescape')}/v1", PLAIN, address)
    if not {":", "/"}.isdisjoint(address):
        # A host that is asked by a version or a tenant wants it with every request: `https://…/v1?api-version=…`.
        before, _, query = address.partition("?")
        url = checked_url(before)
        if "#" in query:
            raise InvalidRequestError("an address with a fragment cannot be built upon", param="base_url")
        return Place(bare(url), spoken_at(at(urlsplit(url).hostname or ""), url), query=query)
    row = named(address)
    if row is None:
        raise InvalidRequestError(_unknown(address), param="base_url")
    if not row.base_url:
        raise InvalidRequestError(f"every {address} has an address of its own: give that of yours", param="base_url")
    return Place(row.base_url, row)


def _unknown(name: str) -> str:
    # Imported here because few names are wrong.
    from difflib import get_close_matches  # noqa: PLC0415

    near = get_close_matches(name.lower(), names(), 1)
    known = f"did you mean {near[0]!r}?" if near else f"a provider is one of {', '.join(names())}"
    return f"{name!r} is no provider, and no address, which begins with http:// or https://; {known}"


def weights_at(url: str) -> str | None:
    """The weights of the engine that a request's URL asks: "" for its own, None where it asks no engine."""
    if url.startswith(_WEIGHTS_URL):
        return unquote(url.removeprefix(_WEIGHTS_URL).partition("/")[0], errors="surrogateescape")
    return "" if url.startswith(LOCAL_URL) else None


def _credential(
    address: str, place: Place, given: Key | None, headers: Mapping[str, str]
) -> Secret | Callable[[], str]:
    """The credential for a place; whoever goes by a vendor's name means to be let in there.

    Raises:
        ConfigurationError: the vendor wants one, and there is none.
    """
    key = credential_for(place.url, given)
    row = place.dialect
    known = given is not None or key or any(name.lower() in {"authorization", row.key_header} for name in headers)
    if not known and "://" not in address and row.credential:
        raise ConfigurationError(f"{address} wants a credential: set {row.credential}, or give api_key")
    return key


def _headers(dialect: Dialect, own: Pairs, secret: Secret, theirs: Pairs) -> Pairs:
    """The headers of a request; a caller's beat the client's, and both beat our own."""
    base = (*own, ("user-agent", f"dragoman/{VERSION}"), *dialect.headers)
    if secret and dialect.key_header:
        base = (*base, (dialect.key_header, secret.reveal()))
    elif secret:
        base = (*base, ("authorization", f"Bearer {secret.reveal()}"))
    if not theirs:
        return base
    last = {name.lower(): value for name, value in theirs}
    for name, value in cast("dict[str, object]", last).items():
        if not isinstance(value, str):
            raise InvalidRequestError(f"the header {name!r} is a text, not a {type(value).__name__}", param="headers")
    return (*(pair for pair in base if pair[0] not in last), *last.items())
