"""Chat completions: `AtomaSDK.chat`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from atoma_sdk import models
from atoma_sdk.models.error import explain, unexpected
from dragoman.face.caller import Options
from dragoman.face.events import EventStream, EventStreamAsync
from dragoman.face.field import UNSET, Unset
from dragoman.face.hooks import HookContext
from dragoman.face.record import RawResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dragoman.face.caller import Caller
    from dragoman.face.retries import RetryConfig
    from dragoman.stream import AsyncStream, Stream

CREATE = "chat_completions_create"
STREAM = "chat_completions_create_stream"
OK = 200

S = TypeVar("S")


class Chat:
    """Chat completions."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create(
        self,
        *,
        messages: Sequence[models.ChatCompletionMessage | models.ChatCompletionMessageTypedDict],
        model: str,
        frequency_penalty: float | Unset | None = UNSET,
        function_call: Any = None,
        functions: Sequence[Any] | Unset | None = UNSET,
        logit_bias: Mapping[str, float] | Unset | None = UNSET,
        max_tokens: int | Unset | None = UNSET,
        n: int | Unset | None = UNSET,
        presence_penalty: float | Unset | None = UNSET,
        response_format: Any = None,
        seed: int | Unset | None = UNSET,
        stop: str | Sequence[str] | Unset | None = UNSET,
        stream: bool | None = False,
        temperature: float | Unset | None = UNSET,
        tool_choice: Any = None,
        tools: Sequence[Any] | Unset | None = UNSET,
        top_p: float | Unset | None = UNSET,
        user: str | Unset | None = UNSET,
        retries: RetryConfig | Unset | None = UNSET,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> models.ChatCompletionResponse:
        """Create a chat completion.

        A parameter left out is not sent; one that is None is sent as null, but for those of any type.

        Args:
            messages: the conversation so far; models or dicts.
            model: the model's name.
            frequency_penalty: from -2 to 2; above 0, tokens are less likely the more often they came.
            function_call: which function to call, in the older form.
            functions: functions the model may call, in the older form.
            logit_bias: token ids, and what to add to how likely each is.
            max_tokens: the most tokens of the answer.
            n: how many answers.
            presence_penalty: from -2 to 2; above 0, tokens that came at all are less likely.
            response_format: the form of the answer, as the API writes it.
            seed: the same seed and request give the same answer, as far as the server can.
            stop: up to four texts that end the answer.
            stream: False: `create_stream` streams.
            temperature: from 0 to 2; higher is more varied.
            tool_choice: whether and which tool the model is to call.
            tools: tools the model may call.
            top_p: consider the likeliest tokens of this share.
            user: who asks, for the vendor's abuse monitoring.
            retries: in place of the client's.
            server_url: in place of the client's.
            timeout_ms: in place of the client's.
            http_headers: beside ours, and in their place.

        Raises:
            InvalidRequestError: (a ValueError) an argument has a wrong type; nothing was sent.
            APIError: the call failed.
        """
        request = {
            "messages": messages,
            "model": model,
            "frequency_penalty": frequency_penalty,
            "function_call": function_call,
            "functions": functions,
            "logit_bias": logit_bias,
            "max_tokens": max_tokens,
            "n": n,
            "presence_penalty": presence_penalty,
            "response_format": response_format,
            "seed": seed,
            "stop": stop,
            "stream": stream,
            "temperature": temperature,
            "tool_choice": tool_choice,
            "tools": tools,
            "top_p": top_p,
            "user": user,
        }
        options = Options(server_url=server_url, timeout_ms=timeout_ms, retries=retries, http_headers=http_headers)
        call = self._caller.call(models.CreateChatCompletionRequest.sent(request, "create"), options, stream=False)
        outcome = self._caller.send(call, partial(self._context, CREATE, options))
        return _completion(outcome)

    async def create_async(
        self,
        *,
        messages: Sequence[models.ChatCompletionMessage | models.ChatCompletionMessageTypedDict],
        model: str,
        frequency_penalty: float | Unset | None = UNSET,
        function_call: Any = None,
        functions: Sequence[Any] | Unset | None = UNSET,
        logit_bias: Mapping[str, float] | Unset | None = UNSET,
        max_tokens: int | Unset | None = UNSET,
        n: int | Unset | None = UNSET,
        presence_penalty: float | Unset | None = UNSET,
        response_format: Any = None,
        seed: int | Unset | None = UNSET,
        stop: str | Sequence[str] | Unset | None = UNSET,
        stream: bool | None = False,
        temperature: float | Unset | None = UNSET,
        tool_choice: Any = None,
        tools: Sequence[Any] | Unset | None = UNSET,
        top_p: float | Unset | None = UNSET,
        user: str | Unset | None = UNSET,
        retries: RetryConfig | Unset | None = UNSET,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> models.ChatCompletionResponse:
        """Create a chat completion.

        A parameter left out is not sent; one that is None is sent as null, but for those of any type.

        Args:
            messages: the conversation so far; models or dicts.
            model: the model's name.
            frequency_penalty: from -2 to 2; above 0, tokens are less likely the more often they came.
            function_call: which function to call, in the older form.
            functions: functions the model may call, in the older form.
            logit_bias: token ids, and what to add to how likely each is.
            max_tokens: the most tokens of the answer.
            n: how many answers.
            presence_penalty: from -2 to 2; above 0, tokens that came at all are less likely.
            response_format: the form of the answer, as the API writes it.
            seed: the same seed and request give the same answer, as far as the server can.
            stop: up to four texts that end the answer.
            stream: False: `create_stream` streams.
            temperature: from 0 to 2; higher is more varied.
            tool_choice: whether and which tool the model is to call.
            tools: tools the model may call.
            top_p: consider the likeliest tokens of this share.
            user: who asks, for the vendor's abuse monitoring.
            retries: in place of the client's.
            server_url: in place of the client's.
            timeout_ms: in place of the client's.
            http_headers: beside ours, and in their place.

        Raises:
            InvalidRequestError: (a ValueError) an argument has a wrong type; nothing was sent.
            APIError: the call failed.
        """
        request = {
            "messages": messages,
            "model": model,
            "frequency_penalty": frequency_penalty,
            "function_call": function_call,
            "functions": functions,
            "logit_bias": logit_bias,
            "max_tokens": max_tokens,
            "n": n,
            "presence_penalty": presence_penalty,
            "response_format": response_format,
            "seed": seed,
            "stop": stop,
            "stream": stream,
            "temperature": temperature,
            "tool_choice": tool_choice,
            "tools": tools,
            "top_p": top_p,
            "user": user,
        }
        options = Options(server_url=server_url, timeout_ms=timeout_ms, retries=retries, http_headers=http_headers)
        call = self._caller.call(models.CreateChatCompletionRequest.sent(request, "create"), options, stream=False)
        outcome = await self._caller.asend(call, partial(self._context, CREATE, options))
        return _completion(outcome)

    def create_stream(
        self,
        *,
        messages: Sequence[models.ChatCompletionMessage | models.ChatCompletionMessageTypedDict],
        model: str,
        frequency_penalty: float | Unset | None = UNSET,
        function_call: Any = None,
        functions: Sequence[Any] | Unset | None = UNSET,
        logit_bias: Mapping[str, float] | Unset | None = UNSET,
        max_tokens: int | Unset | None = UNSET,
        n: int | Unset | None = UNSET,
        presence_penalty: float | Unset | None = UNSET,
        response_format: Any = None,
        seed: int | Unset | None = UNSET,
        stop: str | Sequence[str] | Unset | None = UNSET,
        stream: bool | None = True,
        temperature: float | Unset | None = UNSET,
        tool_choice: Any = None,
        tools: Sequence[Any] | Unset | None = UNSET,
        top_p: float | Unset | None = UNSET,
        user: str | Unset | None = UNSET,
        retries: RetryConfig | Unset | None = UNSET,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> EventStream[models.ChatCompletionStreamResponse]:
        """Create a chat completion, and give it out as it comes.

        A parameter left out is not sent; one that is None is sent as null, but for those of any type.

        Args:
            messages: the conversation so far; models or dicts.
            model: the model's name.
            frequency_penalty: from -2 to 2; above 0, tokens are less likely the more often they came.
            function_call: which function to call, in the older form.
            functions: functions the model may call, in the older form.
            logit_bias: token ids, and what to add to how likely each is.
            max_tokens: the most tokens of the answer.
            n: how many answers.
            presence_penalty: from -2 to 2; above 0, tokens that came at all are less likely.
            response_format: the form of the answer, as the API writes it.
            seed: the same seed and request give the same answer, as far as the server can.
            stop: up to four texts that end the answer.
            stream: True: this operation streams.
            temperature: from 0 to 2; higher is more varied.
            tool_choice: whether and which tool the model is to call.
            tools: tools the model may call.
            top_p: consider the likeliest tokens of this share.
            user: who asks, for the vendor's abuse monitoring.
            retries: in place of the client's.
            server_url: in place of the client's.
            timeout_ms: in place of the client's.
            http_headers: beside ours, and in their place.

        Raises:
            InvalidRequestError: (a ValueError) an argument has a wrong type; nothing was sent.
            APIError: the call failed.
        """
        request = {
            "messages": messages,
            "model": model,
            "frequency_penalty": frequency_penalty,
            "function_call": function_call,
            "functions": functions,
            "logit_bias": logit_bias,
            "max_tokens": max_tokens,
            "n": n,
            "presence_penalty": presence_penalty,
            "response_format": response_format,
            "seed": seed,
            "stop": stop,
            "stream": stream,
            "temperature": temperature,
            "tool_choice": tool_choice,
            "tools": tools,
            "top_p": top_p,
            "user": user,
        }
        options = Options(server_url=server_url, timeout_ms=timeout_ms, retries=retries, http_headers=http_headers)
        call = self._caller.call(
            models.CreateChatCompletionStreamRequest.sent(request, "create_stream"), options, stream=True
        )
        outcome = self._caller.send(call, partial(self._context, STREAM, options))
        return EventStream(_streamed(outcome), _event(), explain)

    async def create_stream_async(
        self,
        *,
        messages: Sequence[models.ChatCompletionMessage | models.ChatCompletionMessageTypedDict],
        model: str,
        frequency_penalty: float | Unset | None = UNSET,
        function_call: Any = None,
        functions: Sequence[Any] | Unset | None = UNSET,
        logit_bias: Mapping[str, float] | Unset | None = UNSET,
        max_tokens: int | Unset | None = UNSET,
        n: int | Unset | None = UNSET,
        presence_penalty: float | Unset | None = UNSET,
        response_format: Any = None,
        seed: int | Unset | None = UNSET,
        stop: str | Sequence[str] | Unset | None = UNSET,
        stream: bool | None = True,
        temperature: float | Unset | None = UNSET,
        tool_choice: Any = None,
        tools: Sequence[Any] | Unset | None = UNSET,
        top_p: float | Unset | None = UNSET,
        user: str | Unset | None = UNSET,
        retries: RetryConfig | Unset | None = UNSET,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> EventStreamAsync[models.ChatCompletionStreamResponse]:
        """Create a chat completion, and give it out as it comes.

        A parameter left out is not sent; one that is None is sent as null, but for those of any type.

        Args:
            messages: the conversation so far; models or dicts.
            model: the model's name.
            frequency_penalty: from -2 to 2; above 0, tokens are less likely the more often they came.
            function_call: which function to call, in the older form.
            functions: functions the model may call, in the older form.
            logit_bias: token ids, and what to add to how likely each is.
            max_tokens: the most tokens of the answer.
            n: how many answers.
            presence_penalty: from -2 to 2; above 0, tokens that came at all are less likely.
            response_format: the form of the answer, as the API writes it.
            seed: the same seed and request give the same answer, as far as the server can.
            stop: up to four texts that end the answer.
            stream: True: this operation streams.
            temperature: from 0 to 2; higher is more varied.
            tool_choice: whether and which tool the model is to call.
            tools: tools the model may call.
            top_p: consider the likeliest tokens of this share.
            user: who asks, for the vendor's abuse monitoring.
            retries: in place of the client's.
            server_url: in place of the client's.
            timeout_ms: in place of the client's.
            http_headers: beside ours, and in their place.

        Raises:
            InvalidRequestError: (a ValueError) an argument has a wrong type; nothing was sent.
            APIError: the call failed.
        """
        request = {
            "messages": messages,
            "model": model,
            "frequency_penalty": frequency_penalty,
            "function_call": function_call,
            "functions": functions,
            "logit_bias": logit_bias,
            "max_tokens": max_tokens,
            "n": n,
            "presence_penalty": presence_penalty,
            "response_format": response_format,
            "seed": seed,
            "stop": stop,
            "stream": stream,
            "temperature": temperature,
            "tool_choice": tool_choice,
            "tools": tools,
            "top_p": top_p,
            "user": user,
        }
        options = Options(server_url=server_url, timeout_ms=timeout_ms, retries=retries, http_headers=http_headers)
        call = self._caller.call(
            models.CreateChatCompletionStreamRequest.sent(request, "create_stream"), options, stream=True
        )
        outcome = await self._caller.asend(call, partial(self._context, STREAM, options))
        return EventStreamAsync(_streamed(outcome), _event(), explain)

    def _context(self, operation: str, options: Options) -> HookContext:
        base, _ = self._caller.address(options.server_url)
        return HookContext(operation, [], None, self._caller.config, base)


def _event() -> Callable[[dict[str, Any]], models.ChatCompletionStreamResponse]:
    opened = models.ChatCompletionStreamResponse.planned().open
    return lambda chunk: opened({"data": chunk})


def _completion(outcome: RawResponse | Stream | AsyncStream) -> models.ChatCompletionResponse:
    if not isinstance(outcome, RawResponse):
        outcome.close()
        raise unexpected(RawResponse(outcome.status, outcome.headers))
    if outcome.status_code != OK or outcome.media_type != "application/json":
        raise unexpected(outcome)
    try:
        body = outcome.json()
    except ValueError as error:
        raise models.APIError(str(error), OK, outcome.text, outcome) from None
    if not isinstance(body, dict) or not isinstance(body.get("choices"), list):
        raise models.APIError("a completion has a list of choices", OK, outcome.text, outcome)
    return models.ChatCompletionResponse.received(body)


def _streamed(outcome: RawResponse | S) -> S:
    if isinstance(outcome, RawResponse):
        raise unexpected(outcome)
    return outcome
