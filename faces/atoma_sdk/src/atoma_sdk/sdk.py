"""The client: `AtomaSDK`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atoma_sdk._hooks import SDKHooks
from atoma_sdk.chat import Chat
from atoma_sdk.models.error import explain
from atoma_sdk.sdkconfiguration import SERVERS, SDKConfiguration
from atoma_sdk.utils import get_default_logger
from dragoman.call.settings import ambient_url
from dragoman.face.caller import Caller, Face, Options
from dragoman.face.field import UNSET, Unset
from dragoman.face.sdk import SDK
from dragoman.face.url import filled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dragoman.face.httpclient import AsyncHttpClient, HttpClient
    from dragoman.face.log import Logger
    from dragoman.face.retries import RetryConfig


class AtomaSDK(SDK):
    """A client of Atoma.

    Args:
        bearer_auth: the key, or a function that returns it, asked for each request. Empty: `ATOMASDK_BEARER_AUTH`, else
            none.
        server_idx: which of the vendor's servers, from 0.
        server_url: another address.
        url_params: what to put for each `{name}` in it.
        client: an httpx client of your own for blocking calls; it stays yours to close.
        async_client: the same for asynchronous calls.
        retry_config: what is tried again; nothing by default.
        timeout_ms: milliseconds for each attempt, or each phase of a stream.
        debug_logger: told of each request and answer, credentials masked. Default: with `ATOMASDK_DEBUG` in the
            environment, the logger "atoma_sdk".

    Attributes:
        chat: chat completions.
        sdk_configuration: the settings; its `get_hooks()` takes hooks at any time.

    Raises:
        IndexError: there is no server of that number.
        AssertionError: a client lacks httpx's methods.
    """

    ELSEWHERE = frozenset({
        "confidential_chat", "confidential_embeddings", "confidential_images", "embeddings", "health", "images",
        "models_", "nodes",
    })  # fmt: skip

    def __init__(
        self,
        bearer_auth: str | Callable[[], str | None] | None = None,
        server_idx: int | None = None,
        server_url: str | None = None,
        url_params: Mapping[str, str] | None = None,
        client: HttpClient | None = None,
        async_client: AsyncHttpClient | None = None,
        retry_config: RetryConfig | Unset | None = UNSET,
        timeout_ms: int | None = None,
        debug_logger: Logger | None = None,
    ) -> None:
        server = SERVERS[server_idx or 0]
        hooks = SDKHooks()
        named = filled(server_url, url_params)
        known = named or ambient_url() or server
        url, client = hooks.sdk_init(known, client)
        self.sdk_configuration = SDKConfiguration(
            client=client,
            async_client=async_client,
            debug_logger=debug_logger if debug_logger is not None else get_default_logger(),
            server_url=named if url == known else url,
            server_idx=server_idx or 0,
            retry_config=retry_config,
            timeout_ms=timeout_ms,
            _hooks=hooks,
        )
        config = self.sdk_configuration
        self._caller = Caller(
            Face(server=server, path="/v1/chat/completions", credential="ATOMASDK_BEARER_AUTH", explain=explain),
            key=bearer_auth,
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
