"""The client: `BeezyAI`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from beezy_ai._hooks import SDKHooks
from beezy_ai.chat import Chat
from beezy_ai.models.error import explain
from beezy_ai.sdkconfiguration import SERVER_PROD, SERVERS, SDKConfiguration
from dragoman.call.settings import ambient_url
from dragoman.face.caller import Caller, Face, Options
from dragoman.face.field import UNSET, Unset
from dragoman.face.log import get_default_logger
from dragoman.face.sdk import SDK
from dragoman.face.url import filled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dragoman.face.httpclient import AsyncHttpClient, HttpClient
    from dragoman.face.log import Logger
    from dragoman.face.retries import RetryConfig


class BeezyAI(SDK):
    """A client of BeezyAI.

    Args:
        api_key_auth: the key, or a function that returns it, asked for each request. Empty: `API_KEY_AUTH`, else none.
        server: which of the vendor's servers, by name.
        server_url: another address.
        url_params: what to put for each `{name}` in it.
        client: an httpx client of your own for blocking calls; it stays yours to close.
        async_client: the same for asynchronous calls.
        retry_config: what is tried again; nothing by default.
        timeout_config: milliseconds for each attempt, or each phase of a stream.
        timeout_ms: the same under its later name.
        debug_logger: told of each request and answer, credentials masked.

    Attributes:
        chat: chat completions.
        sdk_configuration: the settings; its `get_hooks()` takes hooks at any time.

    Raises:
        ValueError: there is no server of that name.
        AssertionError: a client lacks httpx's methods.
    """

    ELSEWHERE = frozenset({"embeddings", "files", "fim", "fine_tuning", "models"})

    def __init__(
        self,
        api_key_auth: str | Callable[[], str | None] | None = None,
        server: str | None = None,
        server_url: str | None = None,
        url_params: Mapping[str, str] | None = None,
        client: HttpClient | None = None,
        async_client: AsyncHttpClient | None = None,
        retry_config: RetryConfig | Unset | None = UNSET,
        timeout_config: int | None = None,
        timeout_ms: int | None = None,
        debug_logger: Logger | None = None,
    ) -> None:
        name = server or SERVER_PROD
        if name not in SERVERS:
            raise ValueError(f'Invalid server "{name}"')
        hooks = SDKHooks()
        named = filled(server_url, url_params)
        known = named or ambient_url() or SERVERS[name]
        url, client = hooks.sdk_init(known, client)
        self.sdk_configuration = SDKConfiguration(
            client=client,
            async_client=async_client,
            debug_logger=debug_logger if debug_logger is not None else get_default_logger(),
            server_url=named if url == known else url,
            server=name,
            retry_config=retry_config,
            timeout_ms=timeout_ms if timeout_ms is not None else timeout_config,
            _hooks=hooks,
        )
        config = self.sdk_configuration
        self._caller = Caller(
            Face(server=SERVERS[name], credential="API_KEY_AUTH", explain=explain),
            key=api_key_auth,
            options=Options(
                server_url=config.server_url or None, timeout_ms=config.timeout_ms, retries=config.retry_config
            ),
            client=config.client,
            async_client=config.async_client,
            logger=config.debug_logger,
            hooks=hooks,
            config=config,
        )
        self.chat = Chat(self._caller)
