"""The client: `Dragoman` and its asynchronous twin. Shells: they hold no decisions.

    with Dragoman() as client:                          # the embedded model: no key, no network
        print(client.chat.create(messages="Who is the best French painter?").text)

    client = Dragoman("openai")                         # a provider by name; the key from its own variable
    client = Dragoman("https://house.example/v1")       # any other

    client = Dragoman.any("openai:gpt-5", "local")      # the first; where it cannot answer, the second

`Models` and `AsyncModels`, `Dragoman` and `AsyncDragoman` are twins, held equal by a test.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self

from dragoman.call import get_call
from dragoman.call.settings import ambient_url, settings_for, varied
from dragoman.carry import async_transport, blocking_transport
from dragoman.chat import AsyncChat, Chat
from dragoman.exchange import fetch
from dragoman.stream import adrive, drive
from dragoman.transport.connections import Connections
from dragoman.wire.card import ModelCard, ModelList, card_path, read_card, read_cards

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from dragoman.call.settings import Key, Settings
    from dragoman.exchange import Timeouts
    from dragoman.exchange.continuation import Resume
    from dragoman.hooks import Hook
    from dragoman.limiter import Limiter
    from dragoman.retry import Retry
    from dragoman.transport import AsyncTransport, Transport


def settled(base_url: str | None, **options: Any) -> Settings:  # noqa: ANN401 - settings_for types them
    """What a client's arguments mean: `settings_for`, and where there is no address, whatever its model says."""
    if base_url or ambient_url() is not None:
        return settings_for(base_url, **options)
    # Imported here because most clients have an address.
    from dragoman.candidates import roaming  # noqa: PLC0415

    return roaming(**options)


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
            InvalidRequestError: that can be no model's name: it is empty, or leads elsewhere (`..`).
            NotFoundError: there is no such model.
            APIError: the call failed; see `dragoman.errors` for how.
        """
        call = get_call(self._settings, card_path(model), timeout=timeout)
        return drive(fetch(call, time, read_card), self._transport)


class Dragoman:
    """A client of one chat-completions endpoint. It may be shared by threads; close it, or use it in a `with`.

    Args:
        base_url: a provider's name (`"openai"`, `"mistral"`, `"ollama"`, …); or the endpoint's address up to and
            without `/chat/completions`, and its query, which goes with every request; or `"local"` or the path of a
            `.gguf` file for a model on this machine. Default: `DRAGOMAN_BASE_URL`, else the embedded model.
        api_key: the credential, or a function that returns it. Default: the variable of the vendor at that address
            (`OPENAI_API_KEY` for api.openai.com, …), or `DRAGOMAN_API_KEY` at `DRAGOMAN_BASE_URL`.
        model: the model for calls that name none. Where there is no address, `provider:model` is that provider's
            model, here and in a call.
        timeout: seconds for each whole call, or `Timeouts`; default 600.
        retries: how often a failed call is tried again, or a `Retry`; default 2.
        headers: sent with every request.
        hooks: told of each attempt of each call, and of its end: see `dragoman.hooks`.
        limiter: makes calls wait before they are sent rather than be refused, and may be shared: `dragoman.Limiter`.
        transport: what carries the requests, or how to connect: `dragoman.Connections`; default our own HTTP/1.1,
            see `dragoman.transport`. A transport that is given is not closed with the client.

    Attributes:
        chat: chat completions.
        models: the models that the server offers.

    Raises:
        InvalidRequestError: an argument cannot be used.
        ConfigurationError: the provider wants a credential and there is none; or there is no address and no embedded
            model either.
    """

    # Slots, so that the class has these names as well: whoever stands in for a client is made from it.
    __slots__ = ("__dict__", "__weakref__", "chat", "models")

    def __init__(  # noqa: PLR0913 - each is documented above
        self,
        base_url: str | None = None,
        *,
        api_key: Key | None = None,
        model: str = "",
        timeout: float | Timeouts | None = None,
        retries: int | Retry | None = None,
        headers: Mapping[str, str] | None = None,
        hooks: Iterable[Hook] = (),
        limiter: Limiter | None = None,
        transport: Transport | Connections | None = None,
    ) -> None:
        options: dict[str, Any] = {"timeout": timeout, "retries": retries, "headers": headers, "limiter": limiter}
        settings = settled(base_url, api_key=api_key, model=model, hooks=hooks, **options)
        self._hold(settings, transport)

    @classmethod
    def any(  # noqa: PLR0913 - each is documented
        cls,
        *candidates: str | Dragoman,
        timeout: float | Timeouts | None = None,
        retries: int | Retry | None = None,
        headers: Mapping[str, str] | None = None,
        hooks: Iterable[Hook] = (),
        limiter: Limiter | None = None,
        transport: Transport | Connections | None = None,
    ) -> Self:
        """A client of several candidates: the first is asked, and where it cannot answer, the next.

        What a failure means is decided as in the gateway: a candidate that is down, slow or busy is asked again
        later and left alone for a while when it goes on failing; one that refuses the credential is left alone for
        minutes; one without the model is not asked again for this call; a request that is wrong is nobody else's
        to judge. A stream goes to the next candidate until its first content has arrived, never after.

        `error.history` and `stream.attempts` say who was asked, and what became of it.

        Args:
            *candidates: in the order in which they are asked: `"provider:model"`, or whatever a client takes as
                `base_url`, or a client, which lends its address, credential, model and options. A call's `model` is
                for those that name none.
            timeout: seconds for each whole call, all attempts together, or `Timeouts`, whose `attempt` is for one.
            retries: how many further attempts are made, or a `Retry`; default 2, and no fewer than ask each once.
            headers: sent with every request.
            hooks: told of each attempt; each candidate asked is a call of its own to them.
            limiter: makes attempts wait for their turn, each candidate's by what it says of its own limits.
            transport: what carries the requests to all of them, or how to connect.

        Raises:
            InvalidRequestError: a candidate or an option cannot be used.
            ConfigurationError: a candidate wants a credential and there is none.
        """
        # Imported here because most clients have one address.
        from dragoman.candidates import in_turn  # noqa: PLC0415

        settings = in_turn(candidates, timeout=timeout, retries=retries, headers=headers, limiter=limiter, hooks=hooks)
        return cls._of(settings, transport)

    def with_options(  # noqa: PLR0913 - each is documented below
        self,
        *,
        api_key: Key | None = None,
        model: str | None = None,
        timeout: float | Timeouts | None = None,
        retries: int | Retry | None = None,
        headers: Mapping[str, str] | None = None,
        resume: int | Resume | None = None,
        limiter: Limiter | None = None,
    ) -> Self:
        """The same client with other options, on the same connections, which stay this one's to close.

        Args:
            api_key: another credential.
            model: another model for calls that name none.
            timeout: other limits in time.
            retries: another policy.
            headers: sent with every request, above this client's.
            resume: whether, or how often, streams that break off are gone on with: see `dragoman.Resume`.
            limiter: another limiter.

        Raises:
            InvalidRequestError: one of them cannot be used.
        """
        options: dict[str, Any] = {"timeout": timeout, "retries": retries, "headers": headers, "limiter": limiter}
        settings = varied(self._settings, api_key=api_key, model=model, resume=resume, **options)
        return self._of(settings, self._transport)

    @classmethod
    def _of(cls, settings: Settings, transport: Transport | Connections | None) -> Self:
        made = cls.__new__(cls)
        cls._hold(made, settings, transport)
        return made

    def _hold(self, settings: Settings, transport: Transport | Connections | None) -> None:
        self._settings = settings
        self._owned = transport is None or isinstance(transport, Connections)
        self._transport = blocking_transport(settings, transport)
        self.chat = Chat(settings, self._transport)
        self.models = Models(settings, self._transport)

    def close(self) -> None:
        """Close every connection: a call under way, in any thread or task, ends at once with what had arrived.

        The embedded model stays for other clients of this process, and ends with it.
        """
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
            InvalidRequestError: that can be no model's name: it is empty, or leads elsewhere (`..`).
            NotFoundError: there is no such model.
            APIError: the call failed; see `dragoman.errors` for how.
        """
        call = get_call(self._settings, card_path(model), timeout=timeout)
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
        ConfigurationError: the provider wants a credential and there is none; or there is no address and no embedded
            model either.
    """

    # Slots, so that the class has these names as well: whoever stands in for a client is made from it.
    __slots__ = ("__dict__", "__weakref__", "chat", "models")

    def __init__(  # noqa: PLR0913 - each is documented at Dragoman
        self,
        base_url: str | None = None,
        *,
        api_key: Key | None = None,
        model: str = "",
        timeout: float | Timeouts | None = None,
        retries: int | Retry | None = None,
        headers: Mapping[str, str] | None = None,
        hooks: Iterable[Hook] = (),
        limiter: Limiter | None = None,
        transport: AsyncTransport | Connections | None = None,
    ) -> None:
        options: dict[str, Any] = {"timeout": timeout, "retries": retries, "headers": headers, "limiter": limiter}
        settings = settled(base_url, api_key=api_key, model=model, hooks=hooks, **options)
        self._hold(settings, transport)

    @classmethod
    def any(  # noqa: PLR0913 - each is documented
        cls,
        *candidates: str | AsyncDragoman,
        timeout: float | Timeouts | None = None,
        retries: int | Retry | None = None,
        headers: Mapping[str, str] | None = None,
        hooks: Iterable[Hook] = (),
        limiter: Limiter | None = None,
        transport: AsyncTransport | Connections | None = None,
    ) -> Self:
        """A client of several candidates: see `Dragoman.any`."""
        # Imported here because most clients have one address.
        from dragoman.candidates import in_turn  # noqa: PLC0415

        settings = in_turn(candidates, timeout=timeout, retries=retries, headers=headers, limiter=limiter, hooks=hooks)
        return cls._of(settings, transport)

    def with_options(  # noqa: PLR0913 - each is documented below
        self,
        *,
        api_key: Key | None = None,
        model: str | None = None,
        timeout: float | Timeouts | None = None,
        retries: int | Retry | None = None,
        headers: Mapping[str, str] | None = None,
        resume: int | Resume | None = None,
        limiter: Limiter | None = None,
    ) -> Self:
        """The same client with other options, on the same connections, which stay this one's to close.

        Args:
            api_key: another credential.
            model: another model for calls that name none.
            timeout: other limits in time.
            retries: another policy.
            headers: sent with every request, above this client's.
            resume: whether, or how often, streams that break off are gone on with: see `dragoman.Resume`.
            limiter: another limiter.

        Raises:
            InvalidRequestError: one of them cannot be used.
        """
        options: dict[str, Any] = {"timeout": timeout, "retries": retries, "headers": headers, "limiter": limiter}
        settings = varied(self._settings, api_key=api_key, model=model, resume=resume, **options)
        return self._of(settings, self._transport)

    @classmethod
    def _of(cls, settings: Settings, transport: AsyncTransport | Connections | None) -> Self:
        made = cls.__new__(cls)
        cls._hold(made, settings, transport)
        return made

    def _hold(self, settings: Settings, transport: AsyncTransport | Connections | None) -> None:
        self._settings = settings
        self._owned = transport is None or isinstance(transport, Connections)
        self._transport = async_transport(settings, transport)
        self.chat = AsyncChat(settings, self._transport)
        self.models = AsyncModels(settings, self._transport)

    def close(self) -> None:
        """Close every connection: a call under way, in any thread or task, ends at once with what had arrived.

        The embedded model stays for other clients of this process, and ends with it.
        """
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
