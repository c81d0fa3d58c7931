"""What type checkers must accept of a user's program; never run. mypy --strict and basedpyright read it.

Lines that must be refused carry the checker's own mark, and an unused mark is an error.
"""

from typing import assert_type

from dragoman import (
    NULL,
    AsyncDragoman,
    AsyncStream,
    Cancellation,
    Chunk,
    Completion,
    Connections,
    Dragoman,
    Limiter,
    Message,
    RawResponse,
    Resume,
    Stream,
    Timeouts,
    Tried,
    Usage,
)


def blocking(client: Dragoman) -> None:
    completion = client.chat.create(messages="Hello", model="m", temperature=0.5, stop=["x"], timeout=3)
    assert_type(completion, Completion)
    assert_type(completion.text, str)
    assert_type(completion.message, Message)
    assert_type(completion.usage, Usage | None)
    assert_type(client.chat.create(messages="Hello", stream=True), Stream)
    assert_type(client.chat.create(messages="Hello", stream=False), Completion)
    with client.chat.stream(messages=[{"role": "user", "content": "Hello"}], timeout=Timeouts(idle=3)) as stream:
        for chunk in stream:
            assert_type(chunk, Chunk)
    client.chat.create(
        messages=[
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "u"}}],
            },
            completion.message,
            {"role": "tool", "tool_call_id": "c1", "content": "42"},
        ],
        tools=[{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        tool_choice={"type": "function", "function": {"name": "f"}},
        response_format={"type": "json_schema", "json_schema": {"name": "s", "schema": {}}},
        logit_bias=None,
        extra_body={"vendor": 1},
    )


def decided_elsewhere(client: Dragoman, *, stream: bool) -> None:
    assert_type(client.chat.create(messages="Hello", stream=stream), Completion | Stream)
    assert_type(client.chat.create(messages="Hello", stop=NULL), Completion)


async def decided_elsewhere_too(client: AsyncDragoman, *, stream: bool) -> None:
    assert_type(await client.chat.create(messages="Hello", stream=stream), Completion | AsyncStream)


def chosen(client: Dragoman) -> None:
    several = Dragoman.any("openai:gpt-5", client, "local", transport=Connections(unix="/run/x.sock"))
    assert_type(several, Dragoman)
    assert_type(several.with_options(timeout=3, retries=0), Dragoman)
    raw = several.chat.with_raw_response.create(messages="Hello", extra_query={"a": [1, 2]})
    assert_type(raw, RawResponse)
    assert_type(raw.completion, Completion)
    assert_type(raw.parsed(Timeouts), Timeouts)
    assert_type(raw.attempts, tuple[Tried, ...])


async def waiting(client: AsyncDragoman) -> None:
    assert_type(AsyncDragoman.any(client, "local"), AsyncDragoman)
    assert_type(await client.chat.with_raw_response.create(messages="Hello"), RawResponse)
    assert_type(await client.chat.create(messages="Hello"), Completion)
    assert_type(await client.chat.create(messages="Hello", stream=True), AsyncStream)
    async with client.chat.stream(messages="Hello") as stream:
        assert_type(stream, AsyncStream)
        async for chunk in stream:
            assert_type(chunk.text, str)


async def resumed(client: Dragoman, waiting: AsyncDragoman) -> None:
    assert_type(client.chat.stream(messages="Hello", resume=True), Stream)
    assert_type(client.with_options(resume=Resume(times=1, like="vllm")), Dragoman)
    assert_type(await waiting.with_options(resume=2).chat.stream(messages="Hello", resume=0), AsyncStream)
    client.chat.stream(messages="Hello", resume="always")  # type: ignore[call-overload] # pyright: ignore[reportArgumentType]


def shared(limiter: Limiter) -> None:
    assert_type(Dragoman("openai", limiter=limiter).with_options(limiter=Limiter(start=8, most=64)), Dragoman)
    assert_type(AsyncDragoman.any("openai:gpt-5", "local", limiter=limiter), AsyncDragoman)
    assert_type(limiter.waiting + limiter.under_way, int)
    Dragoman("openai", limiter=4)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def ended(client: Dragoman, cancel: Cancellation) -> None:
    assert_type(client.chat.create(messages="Hello", cancel=cancel), Completion)
    client.chat.run(messages="Hello", tools=[], cancel=cancel)
    client.chat.create(messages="Hello", cancel=True)  # type: ignore[call-overload] # pyright: ignore[reportArgumentType]


def refused(client: Dragoman) -> None:
    client.chat.create(messages="Hello", temprature=0.5)  # type: ignore[call-overload] # pyright: ignore[reportCallIssue]
    client.chat.create(model="m")  # type: ignore[call-overload] # pyright: ignore[reportCallIssue]
    client.chat.create(messages="Hello", temperature="hot")  # type: ignore[call-overload] # pyright: ignore[reportArgumentType]
    client.chat.stream(messages=[{"role": "alien", "content": "Hello"}])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
