"""From what a user writes to the request that travels: address, credential, body, headers. No I/O but the environment.

`Settings` is what a client was made with; each method of a client turns it and its own arguments into a `Call`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import msgspec

from dragoman.dialect import PRIVATE, Dialect
from dragoman.dialect.table import PLAIN, at
from dragoman.errors import InvalidRequestError
from dragoman.exchange import Call, Timeouts
from dragoman.retry import Retry
from dragoman.secret import Secret
from dragoman.transport import Outgoing
from dragoman.wire.completion import Sourced

if TYPE_CHECKING:
    from dragoman.dialect.anthropic import Manner
    from dragoman.reading import Translation

VERSION = "0.1.0"


class Null:
    """The type of `NULL`."""

    __slots__ = ()

    def __repr__(self) -> str:
        """As it is written."""
        return "NULL"


NULL = Null()
"""Sends an explicit `null`; `None` leaves the field out."""

LOCAL = "local"
"""The address of the embedded engine, and the model of a request to it whose caller named none."""

LOCAL_URL = "http://engine.local/v1"
"""What requests to the engine are addressed to; its transport knows the socket."""

Pairs = tuple[tuple[str, str], ...]
"""Headers: names and values, in order."""

Key = str | Callable[[], str]
"""A credential, or what returns one: asked anew for each call, so that it may rotate."""


def _encodable(value: object) -> object:
    """What JSON does not know: our own objects, NULL, and models of other libraries that can dump themselves."""
    if isinstance(value, Null):
        return None
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(exclude_none=True)
    raise InvalidRequestError(f"a request cannot hold a {type(value).__name__}: JSON has no form for it")


_encode = msgspec.json.Encoder(enc_hook=_encodable).encode


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a client was made with.

    Attributes:
        base_url: the address, without a slash at its end.
        key: the credential, or what returns it.
        model: the model for calls that name none; empty where there is none.
        timeouts: the limits in time.
        retry: what is tried again, and when.
        headers: sent with every request.
        dialect: how the vendor at that address spells requests.
        manner: what is declared of an upstream that speaks Anthropic's Messages API; None is its defaults.
        ready: the headers of calls that add none of their own, by what they begin with.
        engine: the weights of the embedded engine that answers, "" for its own; None where it is not asked.
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
    ready: dict[Pairs, Pairs] = {}

    def shared(self, own: Pairs, given: Mapping[str, str] | None) -> tuple[Secret, Pairs]:
        """The credential for one call, and the headers that carry it: made once where nothing about them changes."""
        if isinstance(self.key, Secret) and not given:
            known = self.ready.get(own)
            if known is None:
                known = self.ready[own] = _headers(self.dialect, own, self.key, self.headers)
            return self.key, known
        secret = self.key if isinstance(self.key, Secret) else Secret(self.key())
        return secret, _headers(self.dialect, own, secret, (*self.headers, *(given.items() if given else ())))

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
        return given if callable(given) else Secret(given.strip())
    host = urlsplit(base_url).hostname or ""
    ambient = ambient_url()
    if ambient is not None and urlsplit(ambient).netloc == urlsplit(base_url).netloc:
        return Secret(os.environ.get("DRAGOMAN_API_KEY", "").strip())
    variable = at(host).credential
    return Secret(os.environ.get(variable, "").strip() if variable else "")


def checked_url(base_url: str) -> str:
    """An address that can be called, without a slash at its end.

    Raises:
        InvalidRequestError: it is none.
    """
    parts = urlsplit(base_url)
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
    if not given > 0:
        raise InvalidRequestError(f"a timeout is a number of seconds above 0, not {given!r}", param="timeout")
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
    if given < 0:
        raise InvalidRequestError(f"retries is a whole number from 0, not {given!r}", param="retries")
    return replace(default, times=given)


def settings_for(  # noqa: PLR0913 - what a client is made with
    base_url: str | None,
    *,
    api_key: Key | None,
    model: str,
    timeout: float | Timeouts | None,
    retries: int | Retry | None,
    headers: Mapping[str, str] | None,
) -> Settings:
    """What a client's arguments mean; see `dragoman.Dragoman` for them.

    Raises:
        InvalidRequestError: one of them cannot be used.
    """
    address = base_url or ambient_url() or LOCAL
    weights = _weights(address)
    url = LOCAL_URL if weights is not None else checked_url(address)
    return Settings(
        base_url=url,
        key=credential_for(url, api_key) if weights is None else Secret(""),
        model=model,
        timeouts=limits(timeout, Timeouts()),
        retry=policy(retries, Retry()),
        headers=tuple(headers.items()) if headers else (),
        dialect=at(urlsplit(url).hostname or ""),
        engine=weights,
    )


def _weights(address: str) -> str | None:
    """The weights an address means: "" the embedded ones, a path others, None an address of the network."""
    if address == LOCAL:
        return ""
    return address if address.endswith(".gguf") and "://" not in address else None


def create_call(settings: Settings, arguments: Mapping[str, Any]) -> Call:
    """The call that asks for a completion in one piece, from a method's keyword arguments.

    Raises:
        InvalidRequestError: an argument is missing or cannot be used.
    """
    body, options = _split(settings, arguments)
    return _chat_call(settings, body, **options)


def stream_call(settings: Settings, arguments: Mapping[str, Any]) -> Call:
    """The call that asks for a streamed completion, from a method's keyword arguments.

    The usage is asked for where the dialect can say it and the caller did not decide, and then kept out of the
    chunks: a loop over `chunk.choices[0]` was not written for a chunk without choices.

    Raises:
        InvalidRequestError: an argument is missing or cannot be used.
    """
    body, options = _split(settings, arguments)
    body["stream"] = True
    hide_usage = settings.dialect.usage and "stream_options" not in body
    if hide_usage:
        body["stream_options"] = {"include_usage": True}
    return _chat_call(settings, body, hide_usage=hide_usage, **options)


def body_call(
    settings: Settings,
    body: Mapping[str, Any],
    headers: Mapping[str, str] | None,
    timeout: float | Timeouts | None = None,
) -> Call:
    """The call that sends a JSON body as it is.

    Raises:
        InvalidRequestError: it holds what JSON cannot.
    """
    return _chat_call(settings, dict(body), headers=headers, timeout=timeout)


_OPTIONS = ("timeout", "retries", "headers")


def _split(settings: Settings, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request's own fields, None left out, and the options of the call."""
    body = {name: value for name, value in arguments.items() if value is not None}
    options = {name: body.pop(name) for name in _OPTIONS if name in body}
    extra = body.pop("extra_body", None)
    messages = body.get("messages")
    if isinstance(messages, str):
        body["messages"] = [{"role": "user", "content": messages}]
    elif messages is None:
        raise InvalidRequestError("messages is missing: pass a text, or a list of messages", param="messages")
    else:
        body["messages"] = [as_sent(message) for message in messages]
    if "model" not in body:
        body["model"] = _default_model(settings)
    if extra:
        body |= extra
    return body, options


def _default_model(settings: Settings) -> str:
    model = settings.model or (LOCAL if settings.engine is not None else "")
    if not model:
        raise InvalidRequestError(f"model is missing: say which model of {settings.base_url} to ask", param="model")
    return model


def as_sent(message: object) -> object:
    """A message as it travels: one that was received goes back with every field it came with."""
    return msgspec.Raw(message.to_json()) if isinstance(message, Sourced) else message


def _chat_call(  # noqa: PLR0913 - the options of a call
    settings: Settings,
    body: dict[str, Any],
    *,
    timeout: float | Timeouts | None = None,
    retries: int | Retry | None = None,
    headers: Mapping[str, str] | None = None,
    hide_usage: bool = False,
) -> Call:
    secret, shared = settings.shared(_STREAM if body.get("stream") is True else _POST, headers)
    timeouts = limits(timeout, settings.timeouts)
    path = settings.dialect.target(str(body.get("model", "")))
    changes: tuple[str, ...] = ()
    translation: Translation | None = None
    if settings.dialect.api == "messages":
        path, payload, changes, translation = _messages(settings, body)
        asked: dict[str, Any] = body.get("stream_options") or {}
        # This API's streams always say the usage: who did not ask for it is spared the chunk.
        hide_usage = hide_usage or asked.get("include_usage") is not True
    else:
        payload = settings.dialect.speak(body)
    return Call(
        request=Outgoing(
            "POST",
            settings.base_url + path,
            shared,
            encode(payload),
            timeouts.connect,
            # One for each call, the same in each attempt: a server that saw the first does not bill the second.
            (("idempotency-key", os.urandom(16).hex()),),
        ),
        timeouts=timeouts,
        retry=policy(retries, settings.retry),
        secret=secret,
        done=settings.dialect.done,
        hide_usage=hide_usage,
        translation=translation,
        changes=changes,
    )


def _messages(settings: Settings, body: dict[str, Any]) -> tuple[str, dict[str, Any], tuple[str, ...], Translation]:
    """A request in Anthropic's words: where it goes, what it says, what was changed, how its answer is read."""
    # Imported here because few programs speak it.
    from dragoman.dialect import anthropic  # noqa: PLC0415
    from dragoman.wire.check import check_request  # noqa: PLC0415

    # What a caller writes may hold objects that only become JSON when they are encoded.
    request: dict[str, Any] = msgspec.json.decode(encode(body))
    if PRIVATE not in request:
        check_request(request)
    spoken = anthropic.speak(request, settings.manner)
    return spoken.path, spoken.body, spoken.changes, anthropic.Translation(spoken.answer)


def get_call(
    settings: Settings,
    path: str,
    *,
    timeout: float | Timeouts | None = None,
    headers: Mapping[str, str] | None = None,
    retries: int | Retry | None = None,
) -> Call:
    """The call that fetches a document, `path` from the address on."""
    secret, shared = settings.shared(_GET, headers)
    timeouts = limits(timeout, settings.timeouts)
    return Call(
        request=Outgoing("GET", settings.base_url + path, shared, b"", timeouts.connect),
        timeouts=timeouts,
        retry=policy(retries, settings.retry),
        secret=secret,
    )


_POST = (("accept", "application/json"), ("content-type", "application/json"))
_STREAM = (("accept", "text/event-stream"), ("content-type", "application/json"))
_GET = (("accept", "application/json"),)


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
    return (*(pair for pair in base if pair[0] not in last), *last.items())


def encode(body: object) -> bytes:
    """A request's body as JSON.

    Raises:
        InvalidRequestError: it holds what JSON cannot.
    """
    try:
        return _encode(body)
    except InvalidRequestError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        _refuse(error)


def _refuse(error: Exception) -> NoReturn:
    raise InvalidRequestError(f"the request cannot be written as JSON: {error}") from None
