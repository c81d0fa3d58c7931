"""What type checkers must accept of a program that asks for types; never run. mypy --strict and basedpyright read it."""

from dataclasses import dataclass
from typing import Any, TypedDict, assert_type

from dragoman import (
    AsyncDragoman,
    AsyncStream,
    AsyncTypedStream,
    Completion,
    Dragoman,
    OutputError,
    Parsed,
    Reask,
    Stream,
    TypedStream,
    Usage,
)


@dataclass
class Painter:
    name: str


class Typed(TypedDict):
    name: str


def blocking(client: Dragoman) -> None:
    answer = client.chat.parse(messages="Who?", output=Painter, temperature=0, reask=1)
    assert_type(answer, Parsed[Painter])
    assert_type(answer.parsed, Painter)
    assert_type(answer.every, tuple[Painter, ...])
    assert_type(answer.completion, Completion)
    assert_type(answer.usage, Usage | None)
    assert_type(client.chat.parse(messages="Who?", output=Typed).parsed, Typed)
    assert_type(client.chat.parse(messages="Who?", output=list[Painter], reask=Reask(times=2)).parsed, list[Painter])
    union: Painter | Typed = client.chat.parse(messages="Who?", output=Painter | Typed).parsed
    assert_type(client.chat.stream(messages="Who?"), Stream)
    with client.chat.stream(messages="Who?", output=Painter) as stream:
        assert_type(stream, TypedStream[Painter])
        for partial in stream.partials():
            assert_type(partial, Painter)
        for chunk in stream:
            assert_type(chunk.text, str)
        assert_type(stream.partial, Painter | None)
        assert_type(stream.until_parsed().parsed, Painter)
    try:
        assert_type(union, Painter | Typed)
    except OutputError as error:
        assert_type(error.text, str)


async def waiting(client: AsyncDragoman) -> None:
    answer = await client.chat.parse(messages="Who?", output=Painter)
    assert_type(answer, Parsed[Painter])
    anything = await client.chat.parse(messages="Who?", output=Painter | None)
    assert_type(anything, Parsed[Any])
    assert_type(await client.chat.stream(messages="Who?"), AsyncStream)
    async with client.chat.stream(messages="Who?", output=Painter) as stream:
        assert_type(stream, AsyncTypedStream[Painter])
        async for partial in stream.partials():
            assert_type(partial, Painter)
        assert_type((await stream.until_parsed()).parsed, Painter)


def refused(client: Dragoman) -> None:
    client.chat.parse(messages="Who?")  # type: ignore[call-overload] # pyright: ignore[reportCallIssue]
    client.chat.parse(messages="Who?", output=Painter, temprature=0.5)  # type: ignore[call-overload] # pyright: ignore[reportCallIssue]
