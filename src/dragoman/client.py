"""The client: `Dragoman` and its asynchronous twin. Shells: they hold no decisions.

    with Dragoman() as client:                          # the embedded model: no key, no network
        print(client.chat.create(messages="Who is the best French painter?").text)

    client = Dragoman("https://api.openai.com/v1")      # any other; the key from its own variable

`Models` and `AsyncModels`, `Dragoman` and `AsyncDragoman` are twins, held equal by a test.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from dragoman.call import get_call, settings_for
from dragoman.chat import AsyncChat, Chat
from dragoman.exchange import fetch
from dragoman.stream import adrive, drive
from dragoman.wire.card import ModelCard, ModelList, read_card, read_cards

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from dragoman.call import Key, Settings
    from dragoman.exchange import Timeouts
    from dragoman.retry import Retry
    from dragoman.transport import AsyncTransport, Transport


class Models:
    """The models that the server offers."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport

    def list(self, *, timeout: float | Timeouts | None = None) -> ModelList:
        """All of them: `GET …/models`.

        Raises:
            APIError: the call failed; see `dragoman.errors` for how.
        """
        call = get_call(self._settings, "/models", timeout=timeout)
        return drive(fetch(call, time, read_cards), self._transport)

    def retrieve(self, model: str, *, timeout: float | Timeouts | None = None) -> ModelCard:
        """One of them: `GET …/models/{model}`.

        Raises:
            NotFoundError: there is no such model.
            APIError: the call failed; see `dragoman.errors` for how.
        """
        call = get_call(self._settings, "/models/" + quote(model, safe="/"), timeout=timeout)
        return drive(fetch(call, time, read_card), self._transport)


class Dragoman:
    """A client of one chat-completions endpoint. It may be shared by threads; close it, or use it in a `with`.

    Args:
        base_url: the endpoint's address up to and without `/chat/completions`; `"local"` or the path of a `.gguf`
            file for a model on this machine. Default: `DRAGOMAN_BASE_URL`, else the embedded model.
        api_key: the credential, or a function that returns it. Default: the variable of the vendor at that address
            (`OPENAI_API_KEY` for api.openai.com, …), or `DRAGOMAN_API_KEY` at `DRAGOMAN_BASE_URL`.
        model: the model for calls that name none.
        timeout: seconds for each whole call, or `Timeouts`; default 600.
        retries: how often a failed call is tried again, or a `Retry`; default 2.
        headers: sent with every request.
        transport: what carries the requests; default our own HTTP/1.1, see `dragoman.transport`. One that is given
            is not closed with the client.

    Attributes:
        chat: chat completions.
        models: the models that the server offers.

    Raises:
        InvalidRequestError: an argument cannot be used.
        ConfigurationError: there is no address and no embedded model either.
    """

    def __init__(  # noqa: PLR0913 - each is documented above
        self,
        base_url: str | None = None,
        *,
        api_key: Key | None = None,
        model: str = "",
        timeout: float | Timeouts | None = None,
        retries: int | Retry | None = None,
        headers: Mapping[str, str] | None = None,
        transport: Transport | None = None,
    ) -> None:
        self._settings = settings_for(
            base_url, api_key=api_key, model=model, timeout=timeout, retries=retries, headers=headers
        )
        self._owned = transport is None
        self._transport: Transport = transport or blocking_transport(self._settings)
        self.chat = Chat(self._settings, self._transport)
        self.models = Models(self._settings, self._transport)

    def close(self) -> None:
        """Close idle connections; the embedded model stays for other clients of this process, and ends with it."""
        if self._owned:
            self._transport.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Where it points; never the credential."""
        return f"Dragoman({self._settings.base_url!r})"

    def __reduce__(self) -> Any:  # noqa: ANN401 - it never returns
        """Refuse: open connections and credentials do not travel."""
        raise TypeError("a client cannot be pickled or copied: make one where it is needed")


def blocking_transport(settings: Settings) -> Transport:
    """What carries a client's requests where its user brought nothing."""
    # Imported when a client is made: a program that only reads completions needs no network.
    if settings.engine is None:
        from dragoman.transport.blocking import BlockingTransport  # noqa: PLC0415

        return BlockingTransport()
    from dragoman.engine import Engine, EngineTransport  # noqa: PLC0415

    return EngineTransport(Engine.shared(settings.engine or None))


class AsyncModels:
    """The models that the server offers."""

    def __init__(self, settings: Settings, transport: AsyncTransport) -> None:
        self._settings = settings
        self._transport = transport

    async def list(self, *, timeout: float | Timeouts | None = None) -> ModelList:
        """All of them: `GET …/models`.

        Raises:
            APIError: the call failed; see `dragoman.errors` for how.
        """
        call = get_call(self._settings, "/models", timeout=timeout)
        return await adrive(fetch(call, time, read_cards), self._transport)

    async def retrieve(self, model: str, *, timeout: float | Timeouts | None = None) -> ModelCard:
        """One of them: `GET …/models/{model}`.

        Raises:
            NotFoundError: there is no such model.
            APIError: the call failed; see `dragoman.errors` for how.
        """
        call = get_call(self._settings, "/models/" + quote(model, safe="/"), timeout=timeout)
        return await adrive(fetch(call, time, read_card), self._transport)


class AsyncDragoman:
    """The asynchronous `Dragoman`: the same arguments, methods that are awaited.

    It may be used by several event loops, one after the other or at once: connections stay with the loop they were
    made on.

    Attributes:
        chat: chat completions.
        models: the models that the server offers.

    Raises:
        InvalidRequestError: an argument cannot be used.
        ConfigurationError: there is no address and no embedded model either.
    """

    def __init__(  # noqa: PLR0913 - each is documented at Dragoman
        self,
        base_url: str | None = None,
        *,
        api_key: Key | None = None,
        model: str = "",
        timeout: float | Timeouts | None = None,
        retries: int | Retry | None = None,
        headers: Mapping[str, str] | None = None,
        transport: AsyncTransport | None = None,
    ) -> None:
        self._settings = settings_for(
            base_url, api_key=api_key, model=model, timeout=timeout, retries=retries, headers=headers
        )
        self._owned = transport is None
        self._transport: AsyncTransport = transport or async_transport(self._settings)
        self.chat = AsyncChat(self._settings, self._transport)
        self.models = AsyncModels(self._settings, self._transport)

    def close(self) -> None:
        """Close idle connections; the embedded model stays for other clients of this process, and ends with it."""
        if self._owned:
            self._transport.close()

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Where it points; never the credential."""
        return f"AsyncDragoman({self._settings.base_url!r})"

    def __reduce__(self) -> Any:  # noqa: ANN401 - it never returns
        """Refuse: open connections and credentials do not travel."""
        raise TypeError("a client cannot be pickled or copied: make one where it is needed")


def async_transport(settings: Settings) -> AsyncTransport:
    """What carries a client's requests where its user brought nothing."""
    # Imported when a client is made: a program that only reads completions needs no network.
    if settings.engine is None:
        from dragoman.transport.aio import AsyncioTransport  # noqa: PLC0415

        return AsyncioTransport()
    from dragoman.engine import AsyncEngineTransport, Engine  # noqa: PLC0415

    return AsyncEngineTransport(Engine.shared(settings.engine or None))
