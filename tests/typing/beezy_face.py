"""What type checkers must accept of a program written for `beezy_ai`; never run.

mypy --strict and basedpyright read it. Lines that must be refused carry the checker's own mark, and an unused mark is
an error.
"""

import os
from logging import getLogger
from typing import assert_type

import httpx

import beezy_ai
from beezy_ai import UNSET, BeezyAI, HttpClient, models
from beezy_ai._hooks import (
    AfterErrorContext,
    AfterErrorHook,
    AfterSuccessContext,
    AfterSuccessHook,
    BeforeRequestContext,
    BeforeRequestHook,
    SDKInitHook,
)
from beezy_ai.utils import BackoffStrategy, RetryConfig
from beezy_ai.utils.eventstreaming import EventStream, EventStreamAsync

RETRIES = RetryConfig("backoff", BackoffStrategy(1, 50, 1.1, 100), retry_connection_errors=False)
PLAIN: models.ChatCompletionRequestTypedDict = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


def made() -> BeezyAI:
    logger = getLogger("beezy")
    BeezyAI("key", "prod", "https://example.test/v1", None, httpx.Client(), httpx.AsyncClient(), RETRIES, 1000)
    BeezyAI(api_key_auth=lambda: "key")
    return BeezyAI(
        api_key_auth=os.getenv("API_KEY_AUTH", ""),
        server="prod",
        server_url="https://{host}/v1",
        url_params={"host": "example.test"},
        client=httpx.Client(),
        async_client=httpx.AsyncClient(),
        retry_config=RETRIES,
        timeout_config=1000,
        timeout_ms=1000,
        debug_logger=logger,
    )


def documented(client: BeezyAI) -> None:
    stream = client.chat.stream(
        request={
            "model": "beezy-small-latest",
            "messages": [
                {
                    "role": beezy_ai.ChatCompletionRole.USER,
                    "content": "Who is the best French painter? Answer in JSON.",
                },
            ],
            "response_format": {"type": "json_object"},
            "max_tokens": 512,
            "random_seed": 1337,
        }
    )
    assert_type(stream, EventStream[models.ChatCompletionEvent])
    for event in stream:
        print(event)  # noqa: T201 - the vendor's page
    completion = client.chat.create(
        request={
            "model": "beezy-small-latest",
            "messages": [
                {"role": beezy_ai.ChatCompletionRole.USER, "content": "What is the weather like in Paris?"},
            ],
            "max_tokens": 64,
            "tools": [
                {
                    "type": "function",
                    "function": {
                        "name": "get_weather",
                        "description": "Get the current weather in a given location.",
                        "parameters": {},
                    },
                },
            ],
            "tool_choice": "auto",
            "random_seed": 1337,
        }
    )
    assert_type(completion, models.CreateChatCompletionResponseBody)


def answers(client: BeezyAI) -> None:
    completion = client.chat.create(request=PLAIN)
    assert_type(completion.id, str | None)
    assert_type(completion.usage, models.Usage | None)
    if isinstance(completion, models.ChatCompletionResponseFunctionCall):
        for choice in completion.choices or []:
            assert_type(choice.message, models.ChatCompletionResponseFunctionCallMessage | None)
            for call in (choice.message and choice.message.tool_calls) or []:
                assert_type(call, models.ToolCalls)
                assert_type(call.function, models.ToolCallsFunction | None)
    else:
        assert_type(completion.choices, list[models.Choices] | None)
        for answer in completion.choices or []:
            assert_type(answer.message, models.Message | None)
            assert_type(answer.finish_reason, models.FinishReason | str | None)


def everything(client: BeezyAI) -> None:
    said = models.Messages(role=models.ChatCompletionRole.USER, content="Hello")
    plain = models.ChatCompletionRequest(model="m", messages=[said], temperature=None, safe_prompt=True)
    called = models.ChatFunctionCall1(
        model="m",
        messages=[said],
        tools=[models.Tools(type=models.ToolType.FUNCTION, function=models.Function(name="f"))],
        tool_choice="any",
    )
    read = models.JSONMode(model="m", messages=[said], response_format=models.ResponseFormat(type="json_object"))
    client.chat.create(
        request=plain,
        server_url="https://example.test/v1",
        timeout_config=1000,
        timeout_ms=1000,
        retries=RETRIES,
        http_headers={"x-a": "b"},
    )
    client.chat.create(request=called, retries=None)
    client.chat.stream(request=read, retries=UNSET)
    client.chat.stream(
        request={
            "model": "m",
            "messages": [{"role": "assistant", "content": "Cl", "prefix": True}],
            "temperature": None,
            "top_p": 1,
            "safe_prompt": True,
        }
    )


def streamed(client: BeezyAI) -> None:
    for event in client.chat.stream(request=PLAIN):
        assert_type(event, models.ChatCompletionEvent)
        if isinstance(event, models.ChatCompletionSentinelEvent):
            assert_type(event.data, str)
        else:
            assert_type(event.data, models.ChatCompletionChoices)
            assert_type(event.data.choices[0].delta.content, str | None)
            assert_type(event.data.choices[0].delta.tool_calls, list[models.ToolCall] | None)
            assert_type(event.data.usage, models.UsageInfo | None)


async def waiting(client: BeezyAI) -> None:
    assert_type(await client.chat.create_async(request=PLAIN), models.CreateChatCompletionResponseBody)
    stream = await client.chat.stream_async(request=PLAIN)
    assert_type(stream, EventStreamAsync[models.ChatCompletionEvent])
    async for event in stream:
        assert_type(event, models.ChatCompletionEvent)


def failed(client: BeezyAI) -> None:
    try:
        client.chat.create(request=PLAIN)
    except models.BadRequest as error:
        assert_type(error.data, models.BadRequestData)
        assert_type(error.data.key, str | None)
    except beezy_ai.TooManyRequests as error:
        assert_type(error.status_code, int)
    except models.SDKError as error:
        assert_type(error.message, str)
        assert_type(error.body, str)


class Stamp(SDKInitHook, BeforeRequestHook, AfterSuccessHook, AfterErrorHook):
    def sdk_init(self, base_url: str, client: HttpClient | None) -> tuple[str, HttpClient | None]:
        return base_url, client

    def before_request(self, hook_ctx: BeforeRequestContext, request: httpx.Request) -> httpx.Request | Exception:
        request.headers["x-operation"] = hook_ctx.operation_id
        return request

    def after_success(self, hook_ctx: AfterSuccessContext, response: httpx.Response) -> httpx.Response | Exception:
        return response if hook_ctx.operation_id else ValueError("no operation")

    def after_error(
        self, hook_ctx: AfterErrorContext, response: httpx.Response | None, error: Exception | None
    ) -> tuple[httpx.Response | None, Exception | None] | Exception:
        return (response, error) if hook_ctx.operation_id else ValueError("no operation")


def hooked(client: BeezyAI) -> None:
    hooks = client.sdk_configuration.get_hooks()
    hooks.register_sdk_init_hook(Stamp())
    hooks.register_before_request_hook(Stamp())
    hooks.register_after_success_hook(Stamp())
    hooks.register_after_error_hook(Stamp())


def refused(client: BeezyAI) -> None:
    create = client.chat.create
    BeezyAI(api_key="k")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    create(PLAIN)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    create(request=PLAIN, temperature=0.5)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    create(request={"messages": []})  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    create(request={"model": "m", "messages": [], "temprature": 1})  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    create(request={"model": "m", "messages": [{"role": 1}]})  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    create(request={"model": "m", "messages": [], "temperature": "hot"})  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    create(request=models.ChatCompletionRequest(messages=[]))  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    models.Messages(role=1)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    print(create(request=PLAIN).choises)  # type: ignore[union-attr] # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType] # noqa: T201 - never run
    print(client.chatt)  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType] # noqa: T201 - never run
