"""`client.chat.completions`, in both colours. Shells: they hold no decisions.

The asynchronous class is the twin of the other; `raw` has both with the headers of their answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, Unpack, overload

from dragoman.openai.calls import completion_call
from dragoman.openai.omitted import omit
from dragoman.openai.types.chat.chat_completion import ChatCompletion

if TYPE_CHECKING:
    from dragoman.openai.arguments import Arguments, Messages
    from dragoman.openai.caller import AsyncCaller, Caller
    from dragoman.openai.chat_stream import AsyncChatCompletionStreamManager, ChatCompletionStreamManager
    from dragoman.openai.raw import AsyncRawCompletions, RawCompletions
    from dragoman.openai.stream import AsyncStream, Stream
    from dragoman.openai.types.chat.chat_completion_chunk import ChatCompletionChunk
    from dragoman.openai.types.chat.parsed_chat_completion import ParsedChatCompletion

T = TypeVar("T")


class Completions:
    """Chat completions."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> RawCompletions:
        """The same methods, answered with the headers."""
        from dragoman.openai.raw import RawCompletions  # noqa: PLC0415 - most programs do without

        return RawCompletions(self._caller)

    @overload
    def create(
        self, *, messages: Messages, model: str, stream: Literal[True], **arguments: Unpack[Arguments]
    ) -> Stream[ChatCompletionChunk]: ...

    @overload
    def create(
        self, *, messages: Messages, model: str, stream: Literal[False] | None = ..., **arguments: Unpack[Arguments]
    ) -> ChatCompletion: ...

    @overload
    def create(
        self, *, messages: Messages, model: str, stream: bool, **arguments: Unpack[Arguments]
    ) -> ChatCompletion | Stream[ChatCompletionChunk]: ...

    def create(
        self, *, messages: Messages, model: str, stream: bool | None = omit, **arguments: Unpack[Arguments]
    ) -> ChatCompletion | Stream[ChatCompletionChunk]:
        """Ask for a chat completion: `POST …/chat/completions`.

        Args:
            messages: the conversation so far.
            model: which model to ask.
            stream: True answers piece by piece, with a `Stream`, which is there when the first content has arrived;
                until then a failed attempt is tried again.
            **arguments: the request's fields and those of the call: see `dragoman.openai.arguments`.

        Raises:
            APIError: the call failed; see `dragoman.openai.errors` for how.
            TypeError: there is no such argument.
            InvalidRequestError: (a ValueError) an argument cannot be sent.
        """
        call = completion_call(
            self._caller.config(), "create", messages=messages, model=model, stream=stream, arguments=arguments
        )
        if stream:
            return self._caller.stream(call)
        received = self._caller.ask(call, "choices")
        return ChatCompletion.answered(received.value, received.headers)

    def parse(
        self,
        *,
        messages: Messages,
        model: str,
        response_format: type[T] = omit,
        tools: Any = omit,  # noqa: ANN401 - strict functions, as `pydantic_function_tool` makes them
        **arguments: Any,  # noqa: ANN401 - those of `create`; a TypedDict cannot be told to leave two fields out
    ) -> ParsedChatCompletion[T]:
        """Ask for an answer of a type: it is in `choices[0].message.parsed`.

        Args:
            messages: the conversation so far.
            model: which model to ask.
            response_format: the type: pydantic's, or any that `dragoman.structured` knows.
            tools: strict functions; what they are called with is in `function.parsed_arguments`.
            **arguments: as `create`.

        Raises:
            LengthFinishReasonError: the answer was cut at its longest.
            ContentFilterFinishReasonError: it was filtered.
            ValueError: it is not of that type, a tool is not strict, or a type has no JSON Schema.
            APIError: the call failed; see `dragoman.openai.errors` for how.
        """
        from dragoman.openai.parsing import Parse  # noqa: PLC0415 - most programs do without

        asked = Parse(
            self._caller.config(),
            messages=messages,
            model=model,
            wanted=response_format,
            tools=tools,
            arguments=arguments,
        )
        return asked.read(self._caller.ask(asked.call, "choices"))

    def stream(
        self,
        *,
        messages: Messages,
        model: str,
        response_format: Any = omit,  # noqa: ANN401 - a type, as in `parse`, or a `response_format`, as in `create`
        tools: Any = omit,  # noqa: ANN401 - as in `create`
        **arguments: Any,  # noqa: ANN401 - those of `create`; a TypedDict cannot be told to leave two fields out
    ) -> ChatCompletionStreamManager:
        """Ask for an answer piece by piece, told as events: `with client.chat.completions.stream(…) as stream`.

        Args:
            messages: the conversation so far.
            model: which model to ask.
            response_format: the type of the answer, or its format.
            tools: what the model may call.
            **arguments: as `create`.

        Raises:
            ValueError: a type has no JSON Schema.
            APIError: when it is entered, the call failed; see `dragoman.openai.errors` for how.
        """
        from dragoman.openai.chat_stream import ChatCompletionStreamManager  # noqa: PLC0415 - most programs do without

        asked = {"messages": messages, "model": model, "response_format": response_format, "tools": tools}
        return ChatCompletionStreamManager(self._caller, asked, arguments)


class AsyncCompletions:
    """Chat completions."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> AsyncRawCompletions:
        """The same methods, answered with the headers."""
        from dragoman.openai.raw import AsyncRawCompletions  # noqa: PLC0415 - most programs do without

        return AsyncRawCompletions(self._caller)

    @overload
    async def create(
        self, *, messages: Messages, model: str, stream: Literal[True], **arguments: Unpack[Arguments]
    ) -> AsyncStream[ChatCompletionChunk]: ...

    @overload
    async def create(
        self, *, messages: Messages, model: str, stream: Literal[False] | None = ..., **arguments: Unpack[Arguments]
    ) -> ChatCompletion: ...

    @overload
    async def create(
        self, *, messages: Messages, model: str, stream: bool, **arguments: Unpack[Arguments]
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]: ...

    async def create(
        self, *, messages: Messages, model: str, stream: bool | None = omit, **arguments: Unpack[Arguments]
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]:
        """Ask for a chat completion: `POST …/chat/completions`; the arguments are those of `Completions.create`.

        Raises:
            APIError: the call failed; see `dragoman.openai.errors` for how.
            TypeError: there is no such argument.
            InvalidRequestError: (a ValueError) an argument cannot be sent.
        """
        call = completion_call(
            await self._caller.config(), "create", messages=messages, model=model, stream=stream, arguments=arguments
        )
        if stream:
            return await self._caller.stream(call)
        received = await self._caller.ask(call, "choices")
        return ChatCompletion.answered(received.value, received.headers)

    async def parse(
        self,
        *,
        messages: Messages,
        model: str,
        response_format: type[T] = omit,
        tools: Any = omit,  # noqa: ANN401 - strict functions, as `pydantic_function_tool` makes them
        **arguments: Any,  # noqa: ANN401 - those of `create`; a TypedDict cannot be told to leave two fields out
    ) -> ParsedChatCompletion[T]:
        """Ask for an answer of a type; the arguments are those of `Completions.parse`.

        Raises:
            LengthFinishReasonError: the answer was cut at its longest.
            ContentFilterFinishReasonError: it was filtered.
            ValueError: it is not of that type, a tool is not strict, or a type has no JSON Schema.
            APIError: the call failed; see `dragoman.openai.errors` for how.
        """
        from dragoman.openai.parsing import Parse  # noqa: PLC0415 - most programs do without

        asked = Parse(
            await self._caller.config(),
            messages=messages,
            model=model,
            wanted=response_format,
            tools=tools,
            arguments=arguments,
        )
        return asked.read(await self._caller.ask(asked.call, "choices"))

    def stream(
        self,
        *,
        messages: Messages,
        model: str,
        response_format: Any = omit,  # noqa: ANN401 - a type, as in `parse`, or a `response_format`, as in `create`
        tools: Any = omit,  # noqa: ANN401 - as in `create`
        **arguments: Any,  # noqa: ANN401 - those of `create`; a TypedDict cannot be told to leave two fields out
    ) -> AsyncChatCompletionStreamManager:
        """Ask for an answer piece by piece, told as events: `async with client.chat.completions.stream(…) as stream`.

        The arguments are those of `Completions.stream`.

        Raises:
            ValueError: a type has no JSON Schema.
            APIError: when it is entered, the call failed; see `dragoman.openai.errors` for how.
        """
        from dragoman.openai.chat_stream import AsyncChatCompletionStreamManager  # noqa: PLC0415 - most programs do without

        asked = {"messages": messages, "model": model, "response_format": response_format, "tools": tools}
        return AsyncChatCompletionStreamManager(self._caller, asked, arguments)
