"""What type checkers must accept of a program written for `atoma_sdk`; never run.

mypy --strict and basedpyright read it. Lines that must be refused carry the checker's own mark, and an unused mark is
an error.
"""

import os
from logging import getLogger
from typing import Any, assert_type

import httpx

import atoma_sdk
from atoma_sdk import UNSET, AtomaSDK, HttpClient, OptionalNullable, models
from atoma_sdk._hooks import (
    AfterErrorContext,
    AfterErrorHook,
    AfterSuccessContext,
    AfterSuccessHook,
    BeforeRequestContext,
    BeforeRequestHook,
    SDKInitHook,
)
from atoma_sdk.types import Unset
from atoma_sdk.utils import BackoffStrategy, RetryConfig
from atoma_sdk.utils.eventstreaming import EventStream, EventStreamAsync

RETRIES = RetryConfig("backoff", BackoffStrategy(1, 50, 1.1, 100), retry_connection_errors=False)


def made() -> AtomaSDK:
    logger = getLogger("atoma")
    AtomaSDK("key", 0, "https://example.test", None, httpx.Client(), httpx.AsyncClient(), RETRIES, 1000, logger)
    AtomaSDK(bearer_auth=lambda: os.environ.get("KEY"))
    AtomaSDK()
    return AtomaSDK(
        bearer_auth=os.getenv("ATOMASDK_BEARER_AUTH", ""),
        server_idx=0,
        server_url="https://{host}",
        url_params={"host": "example.test"},
        client=httpx.Client(),
        async_client=httpx.AsyncClient(),
        retry_config=RETRIES,
        timeout_ms=1000,
        debug_logger=logger,
    )


def documented() -> None:
    with AtomaSDK(bearer_auth=os.getenv("ATOMASDK_BEARER_AUTH", "")) as client:
        res = client.chat.create_stream(
            messages=[{"content": "Hello! How can you help me today?", "role": "user", "name": "john_doe"}],
            model="meta-llama/Llama-3.3-70B-Instruct",
            frequency_penalty=0,
            max_tokens=2048,
            n=1,
            presence_penalty=0,
            seed=123,
            stop=['json(["stop", "halt"])'],
            temperature=0.7,
            top_p=1,
            user="user-1234",
        )
        with res as event_stream:
            for event in event_stream:
                assert_type(event, models.ChatCompletionStreamResponse)


def answers(client: AtomaSDK) -> None:
    asked = atoma_sdk.ChatCompletionMessage(content="Hello", role="user")
    completion = client.chat.create(messages=[asked], model="m")
    assert_type(completion, models.ChatCompletionResponse)
    assert_type(completion.id, str)
    assert_type(completion.created, int)
    choice = completion.choices[0]
    assert_type(choice, models.ChatCompletionChoice)
    assert_type(choice.message, models.ChatCompletionMessage)
    assert_type(choice.message.role, str)
    reason: OptionalNullable[str] = choice.finish_reason
    assert_type(reason, str | Unset | None)
    if isinstance(completion.usage, models.CompletionUsage):
        assert_type(completion.usage.total_tokens, int)
    assert_type(completion.model_dump(), dict[str, Any])
    client.chat.create(messages=[asked, choice.message, {"content": "More", "role": "user"}], model="m")


def everything(client: AtomaSDK, message: models.ChatCompletionMessageTypedDict) -> None:
    client.chat.create(
        messages=[message, {"content": "Hello", "role": "user", "name": None}],
        model="m",
        frequency_penalty=None,
        function_call="auto",
        functions=[{"name": "f"}],
        logit_bias={"1": 0.5},
        max_tokens=UNSET,
        n=None,
        presence_penalty=0.5,
        response_format={"type": "json_object"},
        seed=UNSET,
        stop="x",
        stream=False,
        temperature=None,
        tool_choice={"type": "function"},
        tools=[{"type": "function"}],
        top_p=0.5,
        user=None,
        retries=None,
        server_url="https://example.test",
        timeout_ms=1000,
        http_headers={"x-a": "b"},
    )


def streamed(client: AtomaSDK) -> None:
    stream = client.chat.create_stream(messages=[], model="m", stream=True, retries=RETRIES)
    assert_type(stream, EventStream[models.ChatCompletionStreamResponse])
    for event in stream:
        assert_type(event.data, models.ChatCompletionChunk)
        assert_type(event.data.usage, models.Usage | None)
        delta = event.data.choices[0].delta
        assert_type(delta.content, str | Unset | None)
        assert_type(delta.tool_calls, list[Any] | Unset | None)
    stream.close()


async def waiting() -> None:
    async with AtomaSDK() as client:
        completion = await client.chat.create_async(messages=[{"content": "Hello", "role": "user"}], model="m")
        assert_type(completion, models.ChatCompletionResponse)
        stream = await client.chat.create_stream_async(messages=[], model="m")
        assert_type(stream, EventStreamAsync[models.ChatCompletionStreamResponse])
        async with stream as events:
            async for event in events:
                assert_type(event.data.choices[0].index, int)


def failed(client: AtomaSDK) -> None:
    try:
        client.chat.create(messages=[], model="m")
    except models.APIError as error:
        assert_type(error.message, str)
        assert_type(error.status_code, int)
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


def hooked(client: AtomaSDK) -> None:
    hooks = client.sdk_configuration.get_hooks()
    hooks.register_sdk_init_hook(Stamp())
    hooks.register_before_request_hook(Stamp())
    hooks.register_after_success_hook(Stamp())
    hooks.register_after_error_hook(Stamp())


def refused(client: AtomaSDK) -> None:
    create = client.chat.create
    AtomaSDK(bearer="k")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    AtomaSDK(client="httpx")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    create(messages=[], model="m", temprature=0.5)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    create(messages=[])  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    create(model="m")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    create([], "m")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    create(messages=[{"role": 1, "content": "Hello"}], model="m")  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
    create(messages=[{"content": "Hello"}], model="m")  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
    create(messages=[], model="m", temperature="hot")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    create(messages=[], model="m", retries=3)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    client.chat.create_stream(messages=[])  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    models.ChatCompletionMessage(content="Hello")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    print(create(messages=[], model="m").choises)  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType] # noqa: T201 - never run
    print(client.chatt)  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType] # noqa: T201 - never run
