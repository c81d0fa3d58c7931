"""What type checkers must accept of a program with tools and events; never run. mypy --strict and basedpyright read it."""

from typing import Any, assert_type

from dragoman import (
    ArgumentsEvent,
    AsyncDragoman,
    AsyncRun,
    Chunk,
    Dragoman,
    Event,
    Invocation,
    Limits,
    Result,
    ResultEvent,
    Run,
    RunEvent,
    RunLimitError,
    TextEvent,
    Tool,
    UsageEvent,
    tool,
)


def weather(city: str) -> str:
    """Say the weather."""
    return city


def weather_code(city: str, /) -> int:
    return len(city)


@tool
def time_in(city: str) -> int:
    """Say the time."""
    return len(city)


@tool(name="find", timeout=3)
async def search(name: str) -> list[str]:
    """Find it."""
    return [name]


def approve(invocation: Invocation) -> bool | str:
    return invocation.name == "weather" or "no"


async def approve_slowly(invocation: Invocation) -> bool:
    return bool(invocation.arguments)


def blocking(client: Dragoman) -> None:
    assert_type(time_in("Paris"), int)
    made: Tool[[str], int] = Tool(weather_code)
    assert_type(made("Paris"), int)
    result = client.chat.run(messages="Go", tools=[weather, time_in, search], approve=approve, model="m")
    assert_type(result, Result[Any])
    assert_type(result.text, str)
    typed = client.chat.run(messages="Go", tools=[weather], output=int, limits=Limits(rounds=3, seconds=9.5))
    assert_type(typed.parsed, int)
    result = client.chat.run(messages=result.messages, tools=[{"type": "function", "function": {"name": "f"}}])
    with client.chat.run(messages="Go", tools=[weather], stream=True, output=int) as run:
        assert_type(run, Run[int])
        for told in run:
            assert_type(told, RunEvent)
            if isinstance(told, ResultEvent):
                assert_type(told.content, str)
    with client.chat.stream(messages="Go") as stream:
        for event in stream.events():
            assert_type(event, Event)
            match event:
                case TextEvent(text=text):
                    assert_type(text, str)
                case ArgumentsEvent():
                    assert_type(event.so_far, str)
                case UsageEvent():
                    assert_type(event.usage.total_tokens, int)
                case _:
                    pass
            if event.type == "finish":
                assert_type(event.reason, str)
    left, _ = client.chat.stream(messages="Go").tee()
    assert_type(next(left), Chunk)


async def waiting(client: AsyncDragoman) -> None:
    assert_type(await client.chat.run(messages="Go", tools=[search], approve=approve_slowly), Result[Any])
    run = await client.chat.run(messages="Go", tools=[search], stream=True)
    assert_type(run, AsyncRun[Any])
    async with run:
        async for told in run:
            assert_type(told, RunEvent)
    async with client.chat.stream(messages="Go") as stream:
        async for event in stream.events():
            assert_type(event, Event)


def limited(error: RunLimitError) -> Result[Any]:
    return error.result


def refused(client: Dragoman) -> None:
    client.chat.run(messages="Go")  # type: ignore[call-overload] # pyright: ignore[reportCallIssue]
    client.chat.run(messages="Go", tools=[3])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
