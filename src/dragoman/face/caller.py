"""How a face's client makes its calls: address, credential, headers, limits, what carries them. Shells of the core.

A call is carried by our own transport; by the user's httpx client where one was given; by a httpx client of ours
where there are hooks, which have to see its requests and responses.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, cast
from urllib.parse import urlsplit

from msgspec import Struct

from dragoman.amount import is_duration
from dragoman.call import encode
from dragoman.call.settings import VERSION, ambient_url, checked_url
from dragoman.errors import APIError, ConfigurationError, InvalidRequestError
from dragoman.exchange import Call, Timeouts
from dragoman.face.either import either, recorded
from dragoman.face.field import UNSET, Unset
from dragoman.face.hooks import AsyncHooked, HookContext, Hooked, Hooks
from dragoman.face.log import Silent
from dragoman.face.record import RawResponse
from dragoman.face.retries import RetryConfig, policy
from dragoman.names import fresh
from dragoman.secret import MASK, Secret, masked_url, names_credential
from dragoman.stream import AsyncStream, Stream, adrive, drive
from dragoman.stream.ask import aask, ask
from dragoman.transport import Outgoing

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from dragoman.face.log import Logger
    from dragoman.transport import AsyncTransport, Transport

Key = str | Callable[[], str | None] | None
"""A credential, or what returns one."""

_Bound = tuple[str, Secret, tuple[tuple[str, str], ...]]
"""An address, a credential, and the headers that carry it."""

PATIENCE = Timeouts(total=math.inf, connect=10.0, first_token=600.0, idle=600.0, attempt=600.0)
"""The limits of a call that names none. The originals have no limit at all, and hang for good."""


@dataclass(kw_only=True)
class Face:
    """What one vendor's face is.

    Attributes:
        server: the vendor's address, without a slash at its end.
        path: from the vendor's address to the operation; `chat` is the same from an address that ends in the version.
        credential: the environment variable that holds the key, for the vendor's own address.
        explain: the face's own exception for one of ours.
    """

    server: str
    path: str = "/chat/completions"
    credential: str
    explain: Callable[[APIError], Exception]


class Options(Struct, frozen=True, kw_only=True, gc=False):
    """What a client was made with, and what one call says in its stead."""

    server_url: str | None = None
    timeout_ms: int | None = None
    retries: RetryConfig | Unset | None = UNSET
    http_headers: Mapping[str, str] | None = None


class Caller:
    """Makes the calls of one client.

    Args:
        face: the vendor's facts.
        key: the credential given.
        options: those of the client.
        client: the user's own httpx client, for blocking calls.
        async_client: the same for asynchronous ones.
        logger: told of each request and answer, credentials masked.
        hooks: run around each attempt.
        config: what hooks are told is the client's configuration.
    """

    def __init__(  # noqa: PLR0913 - what a client is made of
        self,
        face: Face,
        *,
        key: Key,
        options: Options,
        client: Any = None,  # noqa: ANN401 - anything with httpx.Client's build_request and send
        async_client: Any = None,  # noqa: ANN401 - anything with httpx.AsyncClient's build_request and send
        logger: Logger | None = None,
        hooks: Hooks | None = None,
        config: Any = None,  # noqa: ANN401 - each face's own
    ) -> None:
        for given in (client, async_client):
            if given is not None and not (hasattr(given, "send") and hasattr(given, "build_request")):
                raise AssertionError("a client has to have the methods send and build_request of httpx's")
        self.hooks = hooks if hooks is not None else Hooks()
        self._face = face
        self._key = key
        self._options = options
        self._client = client
        self._async_client = async_client
        # Nothing is put together for who writes nothing.
        self._logger = None if isinstance(logger, Silent) else logger
        self.config = config
        self._ready: dict[tuple[str | None, bool], _Bound] = {}
        self._own: Any = None
        self._own_async: dict[AbstractEventLoop, Any] = {}
        self._plain: Transport | None = None
        self._async_plain: AsyncTransport | None = None
        self._closed = self._async_closed = False

    def address(self, given: str | None = None) -> tuple[str, str]:
        """The address of a call and the operation's path from there, with the query that the address has.

        The first of: the call's own, the client's, `DRAGOMAN_BASE_URL`, the vendor's.

        Raises:
            InvalidRequestError: it is none.
        """
        named = given or self._options.server_url
        if named:
            return _apart(named, self._face.path)
        ambient = ambient_url()
        if ambient is None:
            return self._face.server, self._face.path
        if "://" not in ambient:
            raise InvalidRequestError(
                f"DRAGOMAN_BASE_URL is {ambient!r}, and the faces take addresses alone, which begin with http:// or "
                "https://: `dragoman serve` gives one to the model on this machine, and to others"
            )
        return _apart(ambient, "/chat/completions")

    def call(self, body: Any, options: Options, *, stream: bool) -> Call:  # noqa: ANN401 - any JSON
        """The call that sends a body.

        Raises:
            InvalidRequestError: something in it cannot be sent.
        """
        url, secret, headers = self._bound(options, stream=stream)
        client = self._options
        timeouts = _limits(options.timeout_ms if options.timeout_ms is not None else client.timeout_ms)
        return Call(
            request=Outgoing(
                "POST",
                url,
                headers,
                encode(body),
                timeouts.connect,
                (("idempotency-key", fresh()),),
            ),
            timeouts=timeouts,
            retry=policy(options.retries, client.retries, time),
            secret=secret,
        )

    def send(self, call: Call, context: Callable[[], HookContext]) -> RawResponse | Stream:
        """Make a call; `context` says what hooks are told of it, where there are any.

        Raises:
            Exception: the face's own, where it failed.
        """
        self._log_request(call)
        try:
            carrier = self._transport(context)
            if _is_streamed(call):
                outcome = drive(either(call, time, streamed=True), carrier)
            else:
                outcome = ask(call, carrier, recorded, either)
        except APIError as error:
            self._failed(error)
        made = outcome if isinstance(outcome, RawResponse) else Stream(call, outcome)
        self._log_answer(made)
        return made

    async def asend(self, call: Call, context: Callable[[], HookContext]) -> RawResponse | AsyncStream:
        """Make a call; `context` says what hooks are told of it, where there are any.

        Raises:
            Exception: the face's own, where it failed.
        """
        self._log_request(call)
        try:
            carrier = self._async_transport(context)
            if _is_streamed(call):
                outcome = await adrive(either(call, time, streamed=True), carrier)
            else:
                outcome = await aask(call, carrier, recorded, either)
        except APIError as error:
            self._failed(error)
        made = outcome if isinstance(outcome, RawResponse) else AsyncStream(call, outcome)
        self._log_answer(made)
        return made

    def close(self) -> None:
        """Close what was opened here for blocking calls; a client that was given stays its owner's."""
        self._closed = True
        if self._plain is not None:
            self._plain.close()
        if self._own is not None:
            self._own.close()

    async def aclose(self) -> None:
        """Close what was opened here; a client that was given stays its owner's."""
        self._async_closed = True
        if self._async_plain is not None:
            self._async_plain.close()
        # Imported here because blocking programs do without.
        from asyncio import get_running_loop, run_coroutine_threadsafe  # noqa: PLC0415

        for loop, client in tuple(self._own_async.items()):
            if loop is get_running_loop():
                await client.aclose()
            elif loop.is_running():
                run_coroutine_threadsafe(client.aclose(), loop)
        self.close()

    def _bound(self, options: Options, *, stream: bool) -> _Bound:
        """Where a call goes and with which credential and headers: made once where nothing about them may change."""
        # A key that is blank is looked for in the environment, and one that is returned may rotate.
        alike = isinstance(self._key, str) and self._key.strip() and not (options.server_url or options.http_headers)
        ambient = None if self._options.server_url else ambient_url()
        if alike and (ambient, stream) in self._ready:
            return self._ready[ambient, stream]
        base, path = self.address(options.server_url)
        secret = self._secret(base)
        bound = base + path, secret, self._headers(secret, options.http_headers, stream=stream)
        if alike:
            self._ready[ambient, stream] = bound
        return bound

    def _secret(self, base: str) -> Secret:
        given = cast("object", self._key() if callable(self._key) else self._key)
        if not isinstance(given, str | None):
            kind = type(given).__name__
            raise InvalidRequestError(f"the key is a text, or a function that returns one at once; not a {kind}")
        key = (given or "").strip()
        if not key and urlsplit(base).netloc == urlsplit(self._face.server).netloc:
            key = os.environ.get(self._face.credential, "").strip()
        elif not key and base == (ambient_url() or "").partition("?")[0].rstrip("/"):
            key = os.environ.get("DRAGOMAN_API_KEY", "").strip()
        return Secret(key[len("bearer ") :].strip() if key.lower().startswith("bearer ") else key)

    def _headers(self, secret: Secret, given: Mapping[str, str] | None, *, stream: bool) -> tuple[tuple[str, str], ...]:
        headers = {
            "accept": "text/event-stream" if stream else "application/json",
            "user-agent": f"dragoman/{VERSION}",
            "content-type": "application/json",
        }
        if secret:
            headers["authorization"] = f"Bearer {secret.reveal()}"
        headers |= _named(given or {})
        return tuple(headers.items())

    def _transport(self, context: Callable[[], HookContext]) -> Transport:
        if self._client is None and not self.hooks:
            if self._plain is None:
                from dragoman.transport.blocking import BlockingTransport  # noqa: PLC0415 - when it is needed

                self._plain = BlockingTransport()
                if self._closed:
                    self._plain.close()
            return self._plain
        from dragoman.transport.httpx import HttpxTransport  # noqa: PLC0415 - only for those who have httpx

        if self._client is None:
            self._client = self._own = _httpx().Client(follow_redirects=False)
            if self._closed:
                self._own.close()
        client: Any = Hooked(self._client, self.hooks, context()) if self.hooks else self._client
        return HttpxTransport(client)

    def _async_transport(self, context: Callable[[], HookContext]) -> AsyncTransport:
        if self._async_client is None and (self._async_closed or not self.hooks):
            if self._async_plain is None:
                from dragoman.transport.aio import AsyncioTransport  # noqa: PLC0415 - when it is needed

                self._async_plain = AsyncioTransport()
                if self._async_closed:
                    self._async_plain.close()
            return self._async_plain
        from dragoman.transport.httpx import AsyncHttpxTransport  # noqa: PLC0415 - only for those who have httpx

        given = self._async_client if self._async_client is not None else self._of_this_loop()
        client: Any = AsyncHooked(given, self.hooks, context()) if self.hooks else given
        return AsyncHttpxTransport(client)

    def _of_this_loop(self) -> Any:  # noqa: ANN401 - an httpx.AsyncClient
        """A client of ours: its connections are of one event loop, and who calls may use several."""
        from asyncio import get_running_loop  # noqa: PLC0415 - as above

        loop = get_running_loop()
        client = self._own_async.get(loop)
        if client is None:
            # Connections refer to their loop, and would keep it for good.
            for ended in [other for other in tuple(self._own_async) if other.is_closed()]:
                self._own_async.pop(ended, None)
            client = self._own_async[loop] = _httpx().AsyncClient(follow_redirects=False)
        return client

    def _log_request(self, call: Call) -> None:
        if self._logger is not None:
            self._logger.debug(
                "Request:\nMethod: %s\nURL: %s\nHeaders: %s\nBody: %s",
                call.request.method,
                masked_url(call.request.url),
                _shown({name: call.secret.mask(value) for name, value in call.request.headers}),
                call.request.body.decode(),
            )

    def _log_answer(self, outcome: RawResponse | Stream | AsyncStream) -> None:
        if self._logger is not None:
            self._logger.debug(
                "Response:\nStatus Code: %s\nHeaders: %s\nBody: %s",
                outcome.status_code if isinstance(outcome, RawResponse) else outcome.status,
                _shown(outcome.headers),
                outcome.text if isinstance(outcome, RawResponse) else "<streaming response>",
            )

    def _failed(self, error: APIError) -> NoReturn:
        if self._logger is not None:
            self._logger.debug(
                "Response:\nStatus Code: %s\nHeaders: %s\nBody: %s",
                error.status,
                _shown(error.headers),
                error.body.decode("utf-8", "replace"),
            )
        raise self._face.explain(error) from error


def _apart(address: str, path: str) -> tuple[str, str]:
    """An address without its query, and the path with it: a host that is asked by a version wants it each time."""
    bare, mark, query = address.partition("?")
    return checked_url(bare), path + mark + query


def _named(headers: object) -> dict[str, str]:
    """A call's own headers, their names as ours are written."""
    if not isinstance(headers, Mapping):
        raise InvalidRequestError(f"http_headers is a mapping of names to values, not a {type(headers).__name__}")
    named = {str(name).lower(): value for name, value in cast("Mapping[object, object]", headers).items()}
    for name, value in named.items():
        if not isinstance(value, str):
            raise InvalidRequestError(f"http_headers: the value of {name!r} is a text, not a {type(value).__name__}")
    return cast("dict[str, str]", named)


def _shown(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers as a log may have them: a program puts other credentials than its key into them, and a server cookies."""
    return {name: MASK if names_credential(name) else value for name, value in headers.items()}


def _is_streamed(call: Call) -> bool:
    return ("accept", "text/event-stream") in call.request.headers


def _limits(timeout_ms: int | None) -> Timeouts:
    """Milliseconds as the originals mean them: of each phase of a stream, of each attempt of anything else."""
    if timeout_ms is None:
        return PATIENCE
    if not is_duration(timeout_ms):
        raise InvalidRequestError(f"a time-out is a number of milliseconds above 0, not {timeout_ms!r}")
    seconds = timeout_ms / 1000
    return Timeouts(total=math.inf, connect=seconds, first_token=seconds, idle=seconds, attempt=seconds)


def _httpx() -> Any:  # noqa: ANN401 - the module
    try:
        import httpx  # noqa: PLC0415 - only for those who use hooks
    except ImportError:
        raise ConfigurationError("hooks see httpx's requests: install httpx") from None
    return httpx
