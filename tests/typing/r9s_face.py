"""What type checkers must accept of a program written for `r9s`; never run. mypy --strict and basedpyright read it.

Lines that must be refused carry the checker's own mark, and an unused mark is an error.
"""

from logging import getLogger
from typing import Any, Literal, assert_type

import httpx

from r9s import R9S, UNSET, Logger, OptionalNullable, SDKConfiguration, errors, models, utils
from r9s._hooks import (
    AfterErrorContext,
    AfterErrorHook,
    AfterSuccessContext,
    AfterSuccessHook,
    BeforeRequestContext,
    BeforeRequestHook,
    SDKInitHook,
)
from r9s.utils import BackoffStrategy, RetryConfig
from r9s.utils.eventstreaming import EventStream, EventStreamAsync

RETRIES = RetryConfig("backoff", BackoffStrategy(1, 50, 1.1, 100), retry_connection_errors=False)


def made() -> R9S:
    logger: Logger = getLogger("r9s")
    R9S("key", 0, "https://example.test/v1", None, httpx.Client(), httpx.AsyncClient(), RETRIES, 1000, logger)
    R9S(api_key=lambda: "key")
    R9S()
    return R9S(
        api_key="key",
        server_idx=0,
        server_url="https://{host}/v1",
        url_params={"host": "example.test"},
        client=httpx.Client(),
        async_client=httpx.AsyncClient(),
        retry_config=RETRIES,
        timeout_ms=1000,
        debug_logger=logger,
    )


def documented() -> None:
    with R9S(api_key="<YOUR_BEARER_TOKEN_HERE>") as r9_s:
        assert_type(r9_s, R9S)
        res = r9_s.chat.create(
            model="gpt-4o-mini",
            messages=[{"role": "user", "content": "Hello, how are you?"}],
            stream=False,
        )
        with res as event_stream:
            for event in event_stream:
                print(event, flush=True)  # noqa: T201 - the vendor's page


def answers(client: R9S) -> None:
    completion = client.chat.create(model="m", messages=[models.Message(role="user", content="Hello")])
    assert_type(completion, models.ChatCompletionResponse)
    assert_type(completion.id, str)
    assert_type(completion.created, int)
    assert_type(completion.OBJECT, Literal["chat.completion"])
    assert_type(completion.choices, list[models.ChatCompletionChoice])
    assert_type(completion.choices[0].finish_reason, models.FinishReason)
    message = completion.choices[0].message
    assert_type(message.role, models.Role)
    content: OptionalNullable[models.Content] = message.content
    if isinstance(content, str):
        content.upper()
    assert_type(message.tool_calls, list[models.ToolCall] | None)
    assert_type(completion.usage, models.Usage | None)
    if completion.usage and completion.usage.prompt_tokens_details:
        assert_type(completion.usage.prompt_tokens_details.cached_tokens, int | None)
    assert_type(completion.model_dump(mode="json", exclude_none=True), dict[str, Any])
    assert_type(completion.model_dump_json(indent=2), str)
    assert_type(models.ChatCompletionResponse.model_validate({}), models.ChatCompletionResponse)
    assert_type(completion.model_copy(update={"id": "x"}), models.ChatCompletionResponse)
    client.chat.create(model="m", messages=[message])


def everything(client: R9S, message: models.MessageTypedDict) -> None:
    client.chat.create(
        model="m",
        messages=[
            message,
            {"role": "system", "content": None, "name": "n"},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Look"},
                    {"type": "image_url", "image_url": {"url": "u", "detail": "low"}},
                ],
            },
            {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f"}}]},
            {"role": "tool", "tool_call_id": "1", "content": "42"},
            models.Message(
                role="user",
                content=[models.MessageContent(type="image_url", image_url=models.ImageURL(url="u"))],
            ),
        ],
        frequency_penalty=0,
        logit_bias={"1": 0.5},
        logprobs=True,
        top_logprobs=1,
        max_tokens=1,
        n=1,
        modalities=["text", "audio"],
        audio={"voice": "alloy", "format_": "mp3"},
        presence_penalty=0.5,
        response_format={"type": "json_schema", "json_schema": {"name": "s", "schema_": {}}},
        seed=1,
        service_tier="auto",
        stop="x",
        stream_options={"include_usage": True},
        temperature=0.5,
        top_p=1,
        top_k=1,
        tools=[{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        tool_choice="auto",
        parallel_tool_calls=False,
        user="u",
        reasoning_effort="low",
        max_completion_tokens=1,
        store=False,
        metadata={"a": 1},
        retries=RETRIES,
        server_url="https://example.test/v1",
        timeout_ms=1000,
        http_headers={"x-a": "b"},
    )
    client.chat.create(
        model="m",
        messages=[],
        audio=models.Audio(voice="alloy", format_="mp3"),
        response_format=models.ResponseFormat(
            type="json_schema", json_schema=models.JSONSchema(name="s", schema_={"type": "object"})
        ),
        stop=["x", "y"],
        stream_options=models.StreamOptions(include_usage=True),
        tools=[models.Tool(type="function", function=models.Function(name="f"))],
        tool_choice=models.Two(function=models.ChatCompletionRequestFunction(name="f")),
        retries=None,
    )
    client.chat.create(
        model="m", messages=[], tool_choice={"type": "function", "function": {"name": "f"}}, retries=UNSET
    )


def streamed(client: R9S) -> None:
    stream = client.chat.create(model="m", messages=[], stream=True)
    assert_type(stream, EventStream[models.ChatCompletionStreamEvent])
    assert_type(stream.response.status_code, int)
    with stream as events:
        for event in events:
            assert_type(event, models.ChatCompletionStreamEvent)
            assert_type(event.choices, list[models.ChatCompletionStreamChoice])
            assert_type(event.usage, models.Usage | None)
            delta = event.choices[0].delta
            assert_type(delta.content, str | None)
            assert_type(delta.role, models.ChatCompletionStreamDeltaRole | None)
            for call in delta.tool_calls or []:
                assert_type(call.function.arguments, str | None)
    assert_type(next(stream), models.ChatCompletionStreamEvent)
    stream.close()


async def waiting() -> None:
    async with R9S(api_key="k") as client:
        completion = await client.chat.create_async(model="m", messages=[{"role": "user", "content": "Hello"}])
        assert_type(completion, models.ChatCompletionResponse)
        async with completion as once:
            async for whole in once:
                assert_type(whole, models.ChatCompletionResponse)
        stream = await client.chat.create_async(model="m", messages=[], stream=True)
        assert_type(stream, EventStreamAsync[models.ChatCompletionStreamEvent])
        async with stream as events:
            async for event in events:
                assert_type(event.choices[0].delta.content, str | None)


def failed(client: R9S) -> None:
    try:
        client.chat.create(model="m", messages=[])
    except errors.BadRequestError as error:
        assert_type(error.data.error.message, str)
    except errors.NoResponseError as error:
        assert_type(error.message, str)
    except errors.ResponseValidationError as error:
        assert_type(error.cause, Exception)
    except errors.R9SError as error:
        assert_type(error.status_code, int)
        assert_type(error.headers.get("retry-after"), str | None)
        assert_type(error.body, str)


class Stamp(SDKInitHook, BeforeRequestHook, AfterSuccessHook, AfterErrorHook):
    def sdk_init(self, config: SDKConfiguration) -> SDKConfiguration:
        config.timeout_ms = 1000
        return config

    def before_request(self, hook_ctx: BeforeRequestContext, request: httpx.Request) -> httpx.Request | Exception:
        request.headers["x-operation"] = hook_ctx.operation_id
        return request

    def after_success(self, hook_ctx: AfterSuccessContext, response: httpx.Response) -> httpx.Response | Exception:
        return response if hook_ctx.base_url else ValueError("no address")

    def after_error(
        self, hook_ctx: AfterErrorContext, response: httpx.Response | None, error: Exception | None
    ) -> tuple[httpx.Response | None, Exception | None] | Exception:
        return (response, error) if hook_ctx.config else ValueError("no configuration")


def hooked(client: R9S) -> None:
    hooks = client.sdk_configuration.get_hooks()
    hooks.register_sdk_init_hook(Stamp())
    hooks.register_before_request_hook(Stamp())
    hooks.register_after_success_hook(Stamp())
    hooks.register_after_error_hook(Stamp())
    assert_type(client.sdk_configuration.get_server_details()[0], str)


def refused(client: R9S) -> None:
    create = client.chat.create
    R9S(api_kye="k")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    R9S(api_key="k", timeout_ms="1000")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    create(model="m", messages=[], temprature=0.5)  # type: ignore[call-overload] # pyright: ignore[reportCallIssue]
    create(messages=[])  # type: ignore[call-overload] # pyright: ignore[reportCallIssue]
    create(model="m")  # type: ignore[call-overload] # pyright: ignore[reportCallIssue]
    create("m", [])  # type: ignore[call-overload] # pyright: ignore[reportCallIssue]
    create(model="m", messages=[{"role": "alien", "content": "Hello"}])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
    create(model="m", messages=[{"content": "Hello"}])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
    create(model="m", messages=[models.Message(role="alien")])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    create(model="m", messages=[], temperature="hot")  # type: ignore[call-overload] # pyright: ignore[reportArgumentType]
    create(model="m", messages=[], tool_choice="perhaps")  # type: ignore[call-overload] # pyright: ignore[reportArgumentType]
    models.Message(content="Hello")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    print(create(model="m", messages=[]).choises)  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType] # noqa: T201 - never run
    print(client.chatt)  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType] # noqa: T201 - never run
    utils.RetryConfig("backoff")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    create(model="m", messages=[], retries=3)  # type: ignore[call-overload] # pyright: ignore[reportArgumentType]
