"""What type checkers must accept of a program that was written for `openai`; never run.

Lines that must be refused carry the checker's own mark, and an unused mark is an error.
"""

from dataclasses import dataclass
from typing import assert_type

from dragoman.openai import (
    NOT_GIVEN,
    AsyncOpenAI,
    AsyncStream,
    OpenAI,
    RateLimitError,
    Stream,
    Timeout,
    omit,
    pydantic_function_tool,
)
from dragoman.openai.types import CompletionUsage, CreateEmbeddingResponse, Model
from dragoman.openai.types.chat import (
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionMessage,
    ChatCompletionMessageParam,
    ChatCompletionToolParam,
    ParsedChatCompletion,
)


@dataclass
class Painter:
    name: str


def blocking(client: OpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Hello"}]
    tools: list[ChatCompletionToolParam] = [pydantic_function_tool(Painter)]
    completion = client.chat.completions.create(
        model="m",
        messages=messages,
        tools=tools,
        temperature=0.5,
        seed=omit,
        user=NOT_GIVEN,
        timeout=Timeout(5, connect=1),
        extra_headers={"X-A": "b", "X-B": omit},
        extra_body={"vendor": 1},
    )
    assert_type(completion, ChatCompletion)
    assert_type(completion.choices[0].message, ChatCompletionMessage)
    assert_type(completion.choices[0].message.content, str | None)
    assert_type(completion.usage, CompletionUsage | None)
    for call in completion.choices[0].message.tool_calls or []:
        if call.type == "function":
            assert_type(call.function.arguments, str)
    client.chat.completions.create(model="m", messages=[*messages, completion.choices[0].message])
    stream = client.chat.completions.create(model="m", messages=messages, stream=True)
    assert_type(stream, Stream[ChatCompletionChunk])
    for chunk in stream:
        assert_type(chunk, ChatCompletionChunk)
        assert_type(chunk.choices[0].delta.content, str | None)
    assert_type(
        client.chat.completions.create(model="m", messages=messages, stream=bool(messages)),
        ChatCompletion | Stream[ChatCompletionChunk],
    )


def parsing(client: OpenAI) -> None:
    parsed = client.chat.completions.parse(model="m", messages=[], response_format=Painter)
    assert_type(parsed, ParsedChatCompletion[Painter])
    assert_type(parsed.choices[0].message.parsed, Painter | None)
    with client.chat.completions.stream(model="m", messages=[]) as following:
        for event in following:
            if event.type == "content.delta":
                assert_type(event.delta, str)
            elif event.type == "tool_calls.function.arguments.done":
                assert_type(event.name, str)


def rest(client: OpenAI) -> None:
    raw = client.chat.completions.with_raw_response.create(model="m", messages=[])
    assert_type(raw.parse(), ChatCompletion)
    assert_type(raw.request_id, str | None)
    assert_type([model for model in client.models.list()], list[Model])  # noqa: C416 - what a page gives
    assert_type(client.embeddings.create(input="x", model="m"), CreateEmbeddingResponse)
    assert_type(client.with_options(timeout=5), OpenAI)
    try:
        client.models.retrieve("m")
    except RateLimitError as error:
        assert_type(error.status_code, int)
        assert_type(error.code, str | None)


async def waiting(client: AsyncOpenAI) -> None:
    assert_type(await client.chat.completions.create(model="m", messages=[]), ChatCompletion)
    stream = await client.chat.completions.create(model="m", messages=[], stream=True)
    assert_type(stream, AsyncStream[ChatCompletionChunk])
    async for chunk in stream:
        assert_type(chunk, ChatCompletionChunk)
    async with client.chat.completions.stream(model="m", messages=[]) as following:
        async for event in following:
            assert_type(event.type == "chunk", bool)
    async for model in client.models.list():
        assert_type(model, Model)


def refused(client: OpenAI) -> None:
    client.chat.completions.create(model="m", messages=[], temprature=0.5)  # type: ignore[call-overload] # pyright: ignore[reportCallIssue]
    client.chat.completions.create(messages=[])  # type: ignore[call-overload] # pyright: ignore[reportCallIssue]
    client.chat.completions.create(model="m", messages=[], temperature="hot")  # type: ignore[call-overload] # pyright: ignore[reportArgumentType]
