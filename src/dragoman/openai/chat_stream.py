"""`chat.completions.stream`: a context manager of an iterator of events, in both colours. Shells: no decisions.

The asynchronous classes are the twins of the others.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from dragoman.openai.calls import completion_call, listed
from dragoman.openai.omitted import is_given
from dragoman.openai.parsing import as_sent
from dragoman.openai.streaming import ChatCompletionStreamState

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from dragoman.openai.caller import AsyncCaller, Caller
    from dragoman.openai.events import ChatCompletionStreamEvent
    from dragoman.openai.http import Response
    from dragoman.openai.stream import AsyncStream, Stream
    from dragoman.openai.types.chat.chat_completion_chunk import ChatCompletionChunk
    from dragoman.openai.types.chat.parsed_chat_completion import ParsedChatCompletion

T = TypeVar("T")
Json = dict[str, Any]


def request_and_state(asked: Json, arguments: Json) -> tuple[Json, Callable[[], ChatCompletionStreamState[Any]]]:
    """What is sent, and what makes a follower of an answer to it: each time it is sent has its own.

    Raises:
        ValueError: a type has no JSON Schema.
    """
    wanted, tools = asked["response_format"], asked["tools"]
    tools = [*tools] if is_given(tools) and tools is not None else tools
    sent = {**arguments, "response_format": as_sent(wanted), "tools": tools}
    request = {"messages": listed(asked["messages"]), "model": asked["model"], "stream": True, "arguments": sent}

    def state() -> ChatCompletionStreamState[Any]:
        return ChatCompletionStreamState(input_tools=tools or (), response_format=wanted)

    return request, state


class ChatCompletionStream(Generic[T]):
    """The events of a streamed answer, and what they add up to.

    Attributes:
        response: the answer's status and headers.
    """

    def __init__(self, stream: Stream[ChatCompletionChunk], state: ChatCompletionStreamState[T]) -> None:
        self._stream = stream
        self._state = state
        self._ready: deque[ChatCompletionStreamEvent[T]] = deque()
        self.response: Response = stream.response

    def __iter__(self) -> Self:
        """Itself."""
        return self

    def __next__(self) -> ChatCompletionStreamEvent[T]:
        """The next event.

        Raises:
            OpenAIError: the stream did not end as it should, or what it says cannot be parsed.
        """
        while not self._ready:
            self._ready.extend(self._state.handle_chunk(next(self._stream)))
        return self._ready.popleft()

    def until_done(self) -> Self:
        """Read to the end."""
        for _ in self:
            pass
        return self

    def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read to the end; the whole answer, parsed."""
        self.until_done()
        return self._state.get_final_completion()

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[T]:
        """What has arrived so far adds up to this."""
        return self._state.current_completion_snapshot

    def close(self) -> None:
        """Leave the stream; the server sees its reader go."""
        self._stream.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the stream."""
        self.close()


class ChatCompletionStreamManager:
    """Opens a stream for a `with` block, and leaves it at the block's end."""

    def __init__(self, caller: Caller, asked: Json, arguments: Json) -> None:
        self._caller = caller
        self._request, self._state = request_and_state(asked, arguments)
        self._stream: ChatCompletionStream[Any] | None = None

    def __enter__(self) -> ChatCompletionStream[Any]:
        """Ask; returns when the first content has arrived."""
        call = completion_call(self._caller.config(), "stream", **self._request)
        self._stream = ChatCompletionStream(self._caller.stream(call), self._state())
        return self._stream

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the stream."""
        if self._stream is not None:
            self._stream.close()


class AsyncChatCompletionStream(Generic[T]):
    """The events of a streamed answer, and what they add up to.

    Attributes:
        response: the answer's status and headers.
    """

    def __init__(self, stream: AsyncStream[ChatCompletionChunk], state: ChatCompletionStreamState[T]) -> None:
        self._stream = stream
        self._state = state
        self._ready: deque[ChatCompletionStreamEvent[T]] = deque()
        self.response: Response = stream.response

    def __aiter__(self) -> Self:
        """Itself."""
        return self

    async def __anext__(self) -> ChatCompletionStreamEvent[T]:
        """The next event.

        Raises:
            OpenAIError: the stream did not end as it should, or what it says cannot be parsed.
        """
        while not self._ready:
            self._ready.extend(self._state.handle_chunk(await anext(self._stream)))
        return self._ready.popleft()

    async def until_done(self) -> Self:
        """Read to the end."""
        async for _ in self:
            pass
        return self

    async def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read to the end; the whole answer, parsed."""
        await self.until_done()
        return self._state.get_final_completion()

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[T]:
        """What has arrived so far adds up to this."""
        return self._state.current_completion_snapshot

    async def close(self) -> None:
        """Leave the stream; the server sees its reader go."""
        await self._stream.close()

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the stream."""
        await self.close()


class AsyncChatCompletionStreamManager:
    """Opens a stream for an `async with` block, and leaves it at the block's end."""

    def __init__(self, caller: AsyncCaller, asked: Json, arguments: Json) -> None:
        self._caller = caller
        self._request, self._state = request_and_state(asked, arguments)
        self._stream: AsyncChatCompletionStream[Any] | None = None

    async def __aenter__(self) -> AsyncChatCompletionStream[Any]:
        """Ask; returns when the first content has arrived."""
        call = completion_call(await self._caller.config(), "stream", **self._request)
        self._stream = AsyncChatCompletionStream(await self._caller.stream(call), self._state())
        return self._stream

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the stream."""
        if self._stream is not None:
            await self._stream.close()
