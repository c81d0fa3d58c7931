"""Chat completions: `BeezyAI.chat`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from beezy_ai import models
from beezy_ai.models.error import explain, unexpected
from dragoman.errors import InvalidRequestError
from dragoman.face.caller import Options
from dragoman.face.events import EventStream, EventStreamAsync
from dragoman.face.field import UNSET, Unset
from dragoman.face.hooks import HookContext
from dragoman.face.model import Model
from dragoman.face.record import RawResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dragoman.exchange import Call
    from dragoman.face.caller import Caller
    from dragoman.face.retries import RetryConfig
    from dragoman.stream import AsyncStream, Stream

CREATE = "createChatCompletion"
STREAM = "streamChatCompletions"
OK = 200
LAST: list[models.ChatCompletionEvent] = [models.ChatCompletionSentinelEvent()]

S = TypeVar("S")


class Chat:
    """Chat completions."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def stream(
        self,
        *,
        request: models.StreamChatCompletionsRequestBody | models.StreamChatCompletionsRequestBodyTypedDict,
        server_url: str | None = None,
        timeout_config: int | None = None,
        timeout_ms: int | None = None,
        retries: RetryConfig | Unset | None = UNSET,
        http_headers: Mapping[str, str] | None = None,
    ) -> EventStream[models.ChatCompletionEvent]:
        """Create a chat completion, and give it out as it comes; the last event is the sentinel.

        Args:
            request: the request, as a dict or a model.
            server_url: in place of the client's.
            timeout_config: milliseconds, in place of the client's.
            timeout_ms: the same under its later name.
            retries: in place of the client's.
            http_headers: beside ours, and in their place.

        Raises:
            InvalidRequestError: (a ValueError) the request is wrong as written; nothing was sent.
            SDKError: the call failed; see `beezy_ai.models.error` for how.
        """
        options = Options(
            server_url=server_url,
            timeout_ms=timeout_ms if timeout_ms is not None else timeout_config,
            retries=retries,
            http_headers=http_headers,
        )
        call = self._call(request, options, stream=True)
        outcome = self._caller.send(call, partial(self._context, STREAM, options))
        return EventStream(_streamed(outcome), _event(), explain, LAST)

    async def stream_async(
        self,
        *,
        request: models.StreamChatCompletionsRequestBody | models.StreamChatCompletionsRequestBodyTypedDict,
        server_url: str | None = None,
        timeout_config: int | None = None,
        timeout_ms: int | None = None,
        retries: RetryConfig | Unset | None = UNSET,
        http_headers: Mapping[str, str] | None = None,
    ) -> EventStreamAsync[models.ChatCompletionEvent]:
        """Create a chat completion, and give it out as it comes; the last event is the sentinel.

        Args:
            request: the request, as a dict or a model.
            server_url: in place of the client's.
            timeout_config: milliseconds, in place of the client's.
            timeout_ms: the same under its later name.
            retries: in place of the client's.
            http_headers: beside ours, and in their place.

        Raises:
            InvalidRequestError: (a ValueError) the request is wrong as written; nothing was sent.
            SDKError: the call failed; see `beezy_ai.models.error` for how.
        """
        options = Options(
            server_url=server_url,
            timeout_ms=timeout_ms if timeout_ms is not None else timeout_config,
            retries=retries,
            http_headers=http_headers,
        )
        call = self._call(request, options, stream=True)
        outcome = await self._caller.asend(call, partial(self._context, STREAM, options))
        return EventStreamAsync(_streamed(outcome), _event(), explain, LAST)

    def create(
        self,
        *,
        request: models.CreateChatCompletionRequestBody | models.CreateChatCompletionRequestBodyTypedDict,
        server_url: str | None = None,
        timeout_config: int | None = None,
        timeout_ms: int | None = None,
        retries: RetryConfig | Unset | None = UNSET,
        http_headers: Mapping[str, str] | None = None,
    ) -> models.CreateChatCompletionResponseBody:
        """Create a chat completion.

        Args:
            request: the request, as a dict or a model.
            server_url: in place of the client's.
            timeout_config: milliseconds, in place of the client's.
            timeout_ms: the same under its later name.
            retries: in place of the client's.
            http_headers: beside ours, and in their place.

        Raises:
            InvalidRequestError: (a ValueError) the request is wrong as written; nothing was sent.
            SDKError: the call failed; see `beezy_ai.models.error` for how.
        """
        options = Options(
            server_url=server_url,
            timeout_ms=timeout_ms if timeout_ms is not None else timeout_config,
            retries=retries,
            http_headers=http_headers,
        )
        call = self._call(request, options, stream=False)
        outcome = self._caller.send(call, partial(self._context, CREATE, options))
        return _completion(outcome)

    async def create_async(
        self,
        *,
        request: models.CreateChatCompletionRequestBody | models.CreateChatCompletionRequestBodyTypedDict,
        server_url: str | None = None,
        timeout_config: int | None = None,
        timeout_ms: int | None = None,
        retries: RetryConfig | Unset | None = UNSET,
        http_headers: Mapping[str, str] | None = None,
    ) -> models.CreateChatCompletionResponseBody:
        """Create a chat completion.

        Args:
            request: the request, as a dict or a model.
            server_url: in place of the client's.
            timeout_config: milliseconds, in place of the client's.
            timeout_ms: the same under its later name.
            retries: in place of the client's.
            http_headers: beside ours, and in their place.

        Raises:
            InvalidRequestError: (a ValueError) the request is wrong as written; nothing was sent.
            SDKError: the call failed; see `beezy_ai.models.error` for how.
        """
        options = Options(
            server_url=server_url,
            timeout_ms=timeout_ms if timeout_ms is not None else timeout_config,
            retries=retries,
            http_headers=http_headers,
        )
        call = self._call(request, options, stream=False)
        outcome = await self._caller.asend(call, partial(self._context, CREATE, options))
        return _completion(outcome)

    def _call(self, request: object, options: Options, *, stream: bool) -> Call:
        return self._caller.call(_asked(request, stream=stream), options, stream=stream)

    def _context(self, operation: str, options: Options) -> HookContext:
        base, _ = self._caller.address(options.server_url)
        return HookContext(operation, [], None, self._caller.config, base)


def _asked(request: object, *, stream: bool) -> dict[str, Any]:
    """What is sent, by the model for its use: with functions, for JSON, or plain."""
    given = request.values_by_wire if isinstance(request, Model) else request
    if not isinstance(given, dict):
        raise InvalidRequestError(f"request has to be a dict or a model, not {type(request).__name__}", param="request")
    fields = cast("dict[str, Any]", given)
    if isinstance(request, models.ChatFunctionCall1) or "tools" in fields or "tool_choice" in fields:
        cls: type[models.ChatCompletionRequest] = models.ChatFunctionCall if stream else models.ChatFunctionCall1
    elif "response_format" in fields:
        cls = models.JSONMode if stream else models.ChatCompletionRequestJSONMode
    else:
        cls = models.ChatCompletionStreamRequest if stream else models.ChatCompletionRequest
    return cls.sent(fields, "request")


def _event() -> Callable[[dict[str, Any]], models.ChatCompletionEvent]:
    opened = models.ChatCompletionChoicesEvent.planned().open
    return lambda chunk: opened({"data": chunk})


def _completion(outcome: RawResponse | Stream | AsyncStream) -> models.CreateChatCompletionResponseBody:
    if not isinstance(outcome, RawResponse):
        outcome.close()
        raise unexpected(RawResponse(outcome.status, outcome.headers))
    if outcome.status_code != OK or outcome.media_type != "application/json":
        raise unexpected(outcome)
    try:
        body = outcome.json()
    except ValueError as error:
        raise models.SDKError(str(error), OK, outcome.text, outcome) from None
    if not isinstance(body, dict) or not isinstance(body.get("choices"), list):
        raise models.SDKError("a completion has a list of choices", OK, outcome.text, outcome)
    called = models.ChatCompletionResponseFunctionCall
    return called.received(body) if called.describes(body) else models.ChatCompletionResponse.received(body)


def _streamed(outcome: RawResponse | S) -> S:
    if isinstance(outcome, RawResponse):
        raise unexpected(outcome)
    return outcome
