"""`client.models`: the models that the server offers, in both colours. Shells: they hold no decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.openai.answer import raw
from dragoman.openai.calls import Options, counted, get
from dragoman.openai.omitted import not_given
from dragoman.openai.pages import AsyncPage, AsyncPaginator, SyncPage
from dragoman.openai.types.model import Model
from dragoman.wire.card import card_path
from dragoman.wire.tolerant import objects_in

if TYPE_CHECKING:
    from dragoman.exchange import Call
    from dragoman.openai.answer import APIResponse, Received
    from dragoman.openai.caller import AsyncCaller, Caller
    from dragoman.openai.calls import Query
    from dragoman.openai.config import Config, Headers


def list_call(config: Config, options: Options) -> Call:
    """The call that asks for all models."""
    return get(config, "/models", options)


def retrieve_call(config: Config, model: str, options: Options) -> Call:
    """The call that asks for one model.

    Raises:
        InvalidRequestError: (a ValueError) that can be no model's name: it is empty, or leads elsewhere (`..`).
    """
    return get(config, card_path(model), options)


def _page(received: Received) -> SyncPage[Model]:
    items = [Model.received(item) for item in objects_in(received.value.get("data"))]
    return SyncPage(items, received.value.get("object", "list"), received.headers)


def _async_page(received: Received) -> AsyncPage[Model]:
    items = [Model.received(item) for item in objects_in(received.value.get("data"))]
    return AsyncPage(items, received.value.get("object", "list"), received.headers)


class Models:
    """The models that the server offers.

    Attributes:
        with_raw_response: the same methods, answered with the headers.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.with_raw_response = RawModels(caller)

    def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: object = None,
        timeout: Any = not_given,  # noqa: ANN401 - see `dragoman.openai.limits`
    ) -> SyncPage[Model]:
        """All of them: `GET …/models`; a page that can be walked through.

        Raises:
            APIError: the call failed; see `dragoman.openai.errors` for how.
        """
        call = list_call(self._caller.config(), Options(extra_headers, extra_query, extra_body, timeout))
        return _page(self._caller.ask(call, "data"))

    def retrieve(
        self,
        model: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: object = None,
        timeout: Any = not_given,  # noqa: ANN401 - see `dragoman.openai.limits`
    ) -> Model:
        """One of them: `GET …/models/{model}`.

        Raises:
            NotFoundError: there is no such model.
            APIError: the call failed; see `dragoman.openai.errors` for how.
        """
        options = Options(extra_headers, extra_query, extra_body, timeout)
        received = self._caller.ask(retrieve_call(self._caller.config(), model, options), "id")
        return Model.answered(received.value, received.headers)


class RawModels:
    """The models that the server offers, answered with the headers."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(self, **options: Any) -> APIResponse[SyncPage[Model]]:  # noqa: ANN401 - as `Models.list`
        """All of them; the arguments are those of `Models.list`."""
        call, policy = counted(list_call(self._caller.config(), Options(**options)))
        received = self._caller.ask(call, "data")
        return raw(call, received, lambda: _page(received), policy.taken)

    def retrieve(self, model: str, **options: Any) -> APIResponse[Model]:  # noqa: ANN401 - as `Models.retrieve`
        """One of them; the arguments are those of `Models.retrieve`."""
        call, policy = counted(retrieve_call(self._caller.config(), model, Options(**options)))
        received = self._caller.ask(call, "id")
        return raw(call, received, lambda: Model.answered(received.value, received.headers), policy.taken)


class AsyncModels:
    """The models that the server offers.

    Attributes:
        with_raw_response: the same methods, answered with the headers.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller
        self.with_raw_response = AsyncRawModels(caller)

    def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: object = None,
        timeout: Any = not_given,  # noqa: ANN401 - see `dragoman.openai.limits`
    ) -> AsyncPaginator[Model]:
        """All of them: `GET …/models`; await it, or walk through it with `async for`.

        Raises:
            APIError: the call failed; see `dragoman.openai.errors` for how.
        """
        options = Options(extra_headers, extra_query, extra_body, timeout)

        async def ask() -> AsyncPage[Model]:
            return _async_page(await self._caller.ask(list_call(await self._caller.config(), options), "data"))

        return AsyncPaginator(ask)

    async def retrieve(
        self,
        model: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: object = None,
        timeout: Any = not_given,  # noqa: ANN401 - see `dragoman.openai.limits`
    ) -> Model:
        """One of them: `GET …/models/{model}`.

        Raises:
            NotFoundError: there is no such model.
            APIError: the call failed; see `dragoman.openai.errors` for how.
        """
        options = Options(extra_headers, extra_query, extra_body, timeout)
        received = await self._caller.ask(retrieve_call(await self._caller.config(), model, options), "id")
        return Model.answered(received.value, received.headers)


class AsyncRawModels:
    """The models that the server offers, answered with the headers."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def list(self, **options: Any) -> APIResponse[AsyncPage[Model]]:  # noqa: ANN401 - as `Models.list`
        """All of them; the arguments are those of `AsyncModels.list`."""
        call, policy = counted(list_call(await self._caller.config(), Options(**options)))
        received = await self._caller.ask(call, "data")
        return raw(call, received, lambda: _async_page(received), policy.taken)

    async def retrieve(self, model: str, **options: Any) -> APIResponse[Model]:  # noqa: ANN401 - as `Models.retrieve`
        """One of them; the arguments are those of `AsyncModels.retrieve`."""
        call, policy = counted(retrieve_call(await self._caller.config(), model, Options(**options)))
        received = await self._caller.ask(call, "id")
        return raw(call, received, lambda: Model.answered(received.value, received.headers), policy.taken)
