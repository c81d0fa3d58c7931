"""Chat completions: `R9S.chat`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

from dragoman.face.caller import Options
from dragoman.face.events import EventStream, EventStreamAsync
from dragoman.face.field import UNSET, Unset
from dragoman.face.hooks import HookContext
from dragoman.face.record import RawResponse
from r9s import models
from r9s.errors import ResponseValidationError, explain, unexpected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dragoman.exchange import Call
    from dragoman.face.caller import Caller
    from dragoman.face.retries import RetryConfig

OPERATION = "createChatCompletion"
OK = 200

Messages: TypeAlias = "Sequence[models.Message | models.MessageTypedDict]"


class Chat:
    """Chat completions."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @overload
    def create(
        self,
        *,
        model: str,
        messages: Messages,
        frequency_penalty: float | None = None,
        logit_bias: Mapping[str, float] | None = None,
        logprobs: bool | None = None,
        top_logprobs: int | None = None,
        max_tokens: int | None = None,
        n: int | None = None,
        modalities: Sequence[models.Modalities] | None = None,
        audio: models.Audio | models.AudioTypedDict | None = None,
        presence_penalty: float | None = None,
        response_format: models.ResponseFormat | models.ResponseFormatTypedDict | None = None,
        seed: int | None = None,
        service_tier: models.ServiceTier | None = None,
        stop: str | Sequence[str] | None = None,
        stream: Literal[False] | None = None,
        stream_options: models.StreamOptions | models.StreamOptionsTypedDict | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        top_k: int | None = None,
        tools: Sequence[models.Tool | models.ToolTypedDict] | None = None,
        tool_choice: models.ChatCompletionRequestToolChoice
        | models.ChatCompletionRequestToolChoiceTypedDict
        | None = None,
        parallel_tool_calls: bool | None = None,
        user: str | None = None,
        reasoning_effort: models.ReasoningEffort | None = None,
        max_completion_tokens: int | None = None,
        store: bool | None = None,
        metadata: Mapping[str, Any] | None = None,
        retries: RetryConfig | Unset | None = UNSET,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> models.ChatCompletionResponse: ...
    @overload
    def create(
        self,
        *,
        model: str,
        messages: Messages,
        frequency_penalty: float | None = None,
        logit_bias: Mapping[str, float] | None = None,
        logprobs: bool | None = None,
        top_logprobs: int | None = None,
        max_tokens: int | None = None,
        n: int | None = None,
        modalities: Sequence[models.Modalities] | None = None,
        audio: models.Audio | models.AudioTypedDict | None = None,
        presence_penalty: float | None = None,
        response_format: models.ResponseFormat | models.ResponseFormatTypedDict | None = None,
        seed: int | None = None,
        service_tier: models.ServiceTier | None = None,
        stop: str | Sequence[str] | None = None,
        stream: Literal[True],
        stream_options: models.StreamOptions | models.StreamOptionsTypedDict | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        top_k: int | None = None,
        tools: Sequence[models.Tool | models.ToolTypedDict] | None = None,
        tool_choice: models.ChatCompletionRequestToolChoice
        | models.ChatCompletionRequestToolChoiceTypedDict
        | None = None,
        parallel_tool_calls: bool | None = None,
        user: str | None = None,
        reasoning_effort: models.ReasoningEffort | None = None,
        max_completion_tokens: int | None = None,
        store: bool | None = None,
        metadata: Mapping[str, Any] | None = None,
        retries: RetryConfig | Unset | None = UNSET,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> EventStream[models.ChatCompletionStreamEvent]: ...
    def create(
        self,
        *,
        model: str,
        messages: Messages,
        frequency_penalty: float | None = None,
        logit_bias: Mapping[str, float] | None = None,
        logprobs: bool | None = None,
        top_logprobs: int | None = None,
        max_tokens: int | None = None,
        n: int | None = None,
        modalities: Sequence[models.Modalities] | None = None,
        audio: models.Audio | models.AudioTypedDict | None = None,
        presence_penalty: float | None = None,
        response_format: models.ResponseFormat | models.ResponseFormatTypedDict | None = None,
        seed: int | None = None,
        service_tier: models.ServiceTier | None = None,
        stop: str | Sequence[str] | None = None,
        stream: bool | None = False,
        stream_options: models.StreamOptions | models.StreamOptionsTypedDict | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        top_k: int | None = None,
        tools: Sequence[models.Tool | models.ToolTypedDict] | None = None,
        tool_choice: models.ChatCompletionRequestToolChoice
        | models.ChatCompletionRequestToolChoiceTypedDict
        | None = None,
        parallel_tool_calls: bool | None = None,
        user: str | None = None,
        reasoning_effort: models.ReasoningEffort | None = None,
        max_completion_tokens: int | None = None,
        store: bool | None = None,
        metadata: Mapping[str, Any] | None = None,
        retries: RetryConfig | Unset | None = UNSET,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Create a chat completion, streamed where `stream` is true.

        Args:
            model: the model's name.
            messages: the conversation so far; models or dicts.
            frequency_penalty: from -2 to 2; above 0, tokens are less likely the more often they came.
            logit_bias: token ids, and what to add to how likely each is.
            logprobs: say how likely each token was.
            top_logprobs: how many other tokens to say it of at each place, up to 20.
            max_tokens: the most tokens of the answer.
            n: how many answers.
            modalities: what the answer is made of; audio needs `audio`.
            audio: voice and format of spoken answers.
            presence_penalty: from -2 to 2; above 0, tokens that came at all are less likely.
            response_format: text, JSON, or JSON of a schema.
            seed: the same seed and request give the same answer, as far as the server can.
            service_tier: the tier that is to serve the request.
            stop: up to four texts that end the answer.
            stream: answer piece by piece.
            stream_options: `include_usage` adds a last chunk that says the usage.
            temperature: from 0 to 2; higher is more varied.
            top_p: consider the likeliest tokens of this share.
            top_k: consider this many of the likeliest tokens.
            tools: functions the model may call.
            tool_choice: whether and which it is to call.
            parallel_tool_calls: whether it may call several at once.
            user: who asks, for the vendor's abuse monitoring.
            reasoning_effort: how long a reasoning model may think.
            max_completion_tokens: as `max_tokens`, thinking included.
            store: whether the vendor keeps the answer.
            metadata: what to find a kept answer by.
            retries: in place of the client's.
            server_url: in place of the client's.
            timeout_ms: in place of the client's.
            http_headers: beside ours, and in their place.

        Raises:
            InvalidRequestError: (a ValueError) an argument has a wrong type; nothing was sent.
            R9SError: the call failed; see `r9s.errors` for how.
        """
        request = {
            "model": model,
            "messages": messages,
            "frequency_penalty": frequency_penalty,
            "logit_bias": logit_bias,
            "logprobs": logprobs,
            "top_logprobs": top_logprobs,
            "max_tokens": max_tokens,
            "n": n,
            "modalities": modalities,
            "audio": audio,
            "presence_penalty": presence_penalty,
            "response_format": response_format,
            "seed": seed,
            "service_tier": service_tier,
            "stop": stop,
            "stream": stream,
            "stream_options": stream_options,
            "temperature": temperature,
            "top_p": top_p,
            "top_k": top_k,
            "tools": tools,
            "tool_choice": tool_choice,
            "parallel_tool_calls": parallel_tool_calls,
            "user": user,
            "reasoning_effort": reasoning_effort,
            "max_completion_tokens": max_completion_tokens,
            "store": store,
            "metadata": metadata,
        }
        options = Options(server_url=server_url, timeout_ms=timeout_ms, retries=retries, http_headers=http_headers)
        outcome = self._caller.send(self._call(request, options), partial(self._context, options))
        # What came decides, as in the original, not what was asked for.
        if isinstance(outcome, RawResponse):
            return _completion(outcome)
        return EventStream(outcome, _event(), explain)

    @overload
    async def create_async(
        self,
        *,
        model: str,
        messages: Messages,
        frequency_penalty: float | None = None,
        logit_bias: Mapping[str, float] | None = None,
        logprobs: bool | None = None,
        top_logprobs: int | None = None,
        max_tokens: int | None = None,
        n: int | None = None,
        modalities: Sequence[models.Modalities] | None = None,
        audio: models.Audio | models.AudioTypedDict | None = None,
        presence_penalty: float | None = None,
        response_format: models.ResponseFormat | models.ResponseFormatTypedDict | None = None,
        seed: int | None = None,
        service_tier: models.ServiceTier | None = None,
        stop: str | Sequence[str] | None = None,
        stream: Literal[False] | None = None,
        stream_options: models.StreamOptions | models.StreamOptionsTypedDict | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        top_k: int | None = None,
        tools: Sequence[models.Tool | models.ToolTypedDict] | None = None,
        tool_choice: models.ChatCompletionRequestToolChoice
        | models.ChatCompletionRequestToolChoiceTypedDict
        | None = None,
        parallel_tool_calls: bool | None = None,
        user: str | None = None,
        reasoning_effort: models.ReasoningEffort | None = None,
        max_completion_tokens: int | None = None,
        store: bool | None = None,
        metadata: Mapping[str, Any] | None = None,
        retries: RetryConfig | Unset | None = UNSET,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> models.ChatCompletionResponse: ...
    @overload
    async def create_async(
        self,
        *,
        model: str,
        messages: Messages,
        frequency_penalty: float | None = None,
        logit_bias: Mapping[str, float] | None = None,
        logprobs: bool | None = None,
        top_logprobs: int | None = None,
        max_tokens: int | None = None,
        n: int | None = None,
        modalities: Sequence[models.Modalities] | None = None,
        audio: models.Audio | models.AudioTypedDict | None = None,
        presence_penalty: float | None = None,
        response_format: models.ResponseFormat | models.ResponseFormatTypedDict | None = None,
        seed: int | None = None,
        service_tier: models.ServiceTier | None = None,
        stop: str | Sequence[str] | None = None,
        stream: Literal[True],
        stream_options: models.StreamOptions | models.StreamOptionsTypedDict | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        top_k: int | None = None,
        tools: Sequence[models.Tool | models.ToolTypedDict] | None = None,
        tool_choice: models.ChatCompletionRequestToolChoice
        | models.ChatCompletionRequestToolChoiceTypedDict
        | None = None,
        parallel_tool_calls: bool | None = None,
        user: str | None = None,
        reasoning_effort: models.ReasoningEffort | None = None,
        max_completion_tokens: int | None = None,
        store: bool | None = None,
        metadata: Mapping[str, Any] | None = None,
        retries: RetryConfig | Unset | None = UNSET,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> EventStreamAsync[models.ChatCompletionStreamEvent]: ...
    async def create_async(
        self,
        *,
        model: str,
        messages: Messages,
        frequency_penalty: float | None = None,
        logit_bias: Mapping[str, float] | None = None,
        logprobs: bool | None = None,
        top_logprobs: int | None = None,
        max_tokens: int | None = None,
        n: int | None = None,
        modalities: Sequence[models.Modalities] | None = None,
        audio: models.Audio | models.AudioTypedDict | None = None,
        presence_penalty: float | None = None,
        response_format: models.ResponseFormat | models.ResponseFormatTypedDict | None = None,
        seed: int | None = None,
        service_tier: models.ServiceTier | None = None,
        stop: str | Sequence[str] | None = None,
        stream: bool | None = False,
        stream_options: models.StreamOptions | models.StreamOptionsTypedDict | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        top_k: int | None = None,
        tools: Sequence[models.Tool | models.ToolTypedDict] | None = None,
        tool_choice: models.ChatCompletionRequestToolChoice
        | models.ChatCompletionRequestToolChoiceTypedDict
        | None = None,
        parallel_tool_calls: bool | None = None,
        user: str | None = None,
        reasoning_effort: models.ReasoningEffort | None = None,
        max_completion_tokens: int | None = None,
        store: bool | None = None,
        metadata: Mapping[str, Any] | None = None,
        retries: RetryConfig | Unset | None = UNSET,
        server_url: str | None = None,
        timeout_ms: int | None = None,
        http_headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Create a chat completion, streamed where `stream` is true.

        Args:
            model: the model's name.
            messages: the conversation so far; models or dicts.
            frequency_penalty: from -2 to 2; above 0, tokens are less likely the more often they came.
            logit_bias: token ids, and what to add to how likely each is.
            logprobs: say how likely each token was.
            top_logprobs: how many other tokens to say it of at each place, up to 20.
            max_tokens: the most tokens of the answer.
            n: how many answers.
            modalities: what the answer is made of; audio needs `audio`.
            audio: voice and format of spoken answers.
            presence_penalty: from -2 to 2; above 0, tokens that came at all are less likely.
            response_format: text, JSON, or JSON of a schema.
            seed: the same seed and request give the same answer, as far as the server can.
            service_tier: the tier that is to serve the request.
            stop: up to four texts that end the answer.
            stream: answer piece by piece.
            stream_options: `include_usage` adds a last chunk that says the usage.
            temperature: from 0 to 2; higher is more varied.
            top_p: consider the likeliest tokens of this share.
            top_k: consider this many of the likeliest tokens.
            tools: functions the model may call.
            tool_choice: whether and which it is to call.
            parallel_tool_calls: whether it may call several at once.
            user: who asks, for the vendor's abuse monitoring.
            reasoning_effort: how long a reasoning model may think.
            max_completion_tokens: as `max_tokens`, thinking included.
            store: whether the vendor keeps the answer.
            metadata: what to find a kept answer by.
            retries: in place of the client's.
            server_url: in place of the client's.
            timeout_ms: in place of the client's.
            http_headers: beside ours, and in their place.

        Raises:
            InvalidRequestError: (a ValueError) an argument has a wrong type; nothing was sent.
            R9SError: the call failed; see `r9s.errors` for how.
        """
        request = {
            "model": model,
            "messages": messages,
            "frequency_penalty": frequency_penalty,
            "logit_bias": logit_bias,
            "logprobs": logprobs,
            "top_logprobs": top_logprobs,
            "max_tokens": max_tokens,
            "n": n,
            "modalities": modalities,
            "audio": audio,
            "presence_penalty": presence_penalty,
            "response_format": response_format,
            "seed": seed,
            "service_tier": service_tier,
            "stop": stop,
            "stream": stream,
            "stream_options": stream_options,
            "temperature": temperature,
            "top_p": top_p,
            "top_k": top_k,
            "tools": tools,
            "tool_choice": tool_choice,
            "parallel_tool_calls": parallel_tool_calls,
            "user": user,
            "reasoning_effort": reasoning_effort,
            "max_completion_tokens": max_completion_tokens,
            "store": store,
            "metadata": metadata,
        }
        options = Options(server_url=server_url, timeout_ms=timeout_ms, retries=retries, http_headers=http_headers)
        outcome = await self._caller.asend(self._call(request, options), partial(self._context, options))
        # What came decides, as in the original, not what was asked for.
        if isinstance(outcome, RawResponse):
            return _completion(outcome)
        return EventStreamAsync(outcome, _event(), explain)

    def _call(self, request: Mapping[str, Any], options: Options) -> Call:
        asked = models.ChatCompletionRequest.sent(request, "create")
        return self._caller.call(asked, options, stream=bool(request.get("stream")))

    def _context(self, options: Options) -> HookContext:
        base, _ = self._caller.address(options.server_url)
        return HookContext(OPERATION, None, None, self._caller.config, base)


def _event() -> Callable[[dict[str, Any]], models.ChatCompletionStreamEvent]:
    return models.ChatCompletionStreamEvent.planned().open


def _completion(outcome: RawResponse) -> models.ChatCompletionResponse:
    if outcome.status_code != OK or outcome.media_type != "application/json":
        raise unexpected(outcome)
    try:
        body = outcome.json()
    except ValueError as error:
        raise ResponseValidationError("Response validation failed", outcome, error) from None
    if not isinstance(body, dict) or not isinstance(body.get("choices"), list):
        said = ValueError("a completion has a list of choices")
        raise ResponseValidationError("Response validation failed", outcome, said)
    return models.ChatCompletionResponse.received(body)
