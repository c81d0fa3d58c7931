"""`client.chat.completions.with_raw_response`, in both colours. Shells: they hold no decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from dragoman.openai.answer import APIResponse, raw
from dragoman.openai.calls import completion_call, counted
from dragoman.openai.omitted import omit
from dragoman.openai.parsing import Parse
from dragoman.openai.types.chat.chat_completion import ChatCompletion

if TYPE_CHECKING:
    from dragoman.openai.arguments import Arguments, Messages
    from dragoman.openai.caller import AsyncCaller, Caller
    from dragoman.openai.stream import AsyncStream, Stream
    from dragoman.openai.types.chat.chat_completion_chunk import ChatCompletionChunk
    from dragoman.openai.types.chat.parsed_chat_completion import ParsedChatCompletion


class RawCompletions:
    """Chat completions, answered with the headers."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @overload
    def create(
        self, *, messages: Messages, model: str, stream: Literal[True], **arguments: Unpack[Arguments]
    ) -> APIResponse[Stream[ChatCompletionChunk]]: ...

    @overload
    def create(
        self, *, messages: Messages, model: str, stream: Literal[False] | None = ..., **arguments: Unpack[Arguments]
    ) -> APIResponse[ChatCompletion]: ...

    def create(
        self, *, messages: Messages, model: str, stream: bool | None = omit, **arguments: Unpack[Arguments]
    ) -> Any:
        """Ask for a chat completion; arguments and errors are those of `Completions.create`."""
        config = self._caller.config()
        call, policy = counted(
            completion_call(config, "create", messages=messages, model=model, stream=stream, arguments=arguments)
        )
        if stream:
            opened = self._caller.stream(call)
            return APIResponse(opened.response, lambda: opened, policy.taken)
        received = self._caller.ask(call, "choices")
        return raw(call, received, lambda: ChatCompletion.answered(received.value, received.headers), policy.taken)

    def parse(
        self,
        *,
        messages: Messages,
        model: str,
        response_format: Any = omit,  # noqa: ANN401 - a type
        tools: Any = omit,  # noqa: ANN401 - strict functions, as `pydantic_function_tool` makes them
        **arguments: Any,  # noqa: ANN401 - those of `create`; a TypedDict cannot be told to leave two fields out
    ) -> APIResponse[ParsedChatCompletion[Any]]:
        """Ask for an answer of a type; arguments and errors are those of `Completions.parse`."""
        asked = Parse(
            self._caller.config(),
            messages=messages,
            model=model,
            wanted=response_format,
            tools=tools,
            arguments=arguments,
        )
        received = self._caller.ask(asked.call, "choices")
        return raw(asked.call, received, lambda: asked.read(received), asked.policy.taken)


class AsyncRawCompletions:
    """Chat completions, answered with the headers."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @overload
    async def create(
        self, *, messages: Messages, model: str, stream: Literal[True], **arguments: Unpack[Arguments]
    ) -> APIResponse[AsyncStream[ChatCompletionChunk]]: ...

    @overload
    async def create(
        self, *, messages: Messages, model: str, stream: Literal[False] | None = ..., **arguments: Unpack[Arguments]
    ) -> APIResponse[ChatCompletion]: ...

    async def create(
        self, *, messages: Messages, model: str, stream: bool | None = omit, **arguments: Unpack[Arguments]
    ) -> Any:
        """Ask for a chat completion; arguments and errors are those of `Completions.create`."""
        config = await self._caller.config()
        call, policy = counted(
            completion_call(config, "create", messages=messages, model=model, stream=stream, arguments=arguments)
        )
        if stream:
            opened = await self._caller.stream(call)
            return APIResponse(opened.response, lambda: opened, policy.taken)
        received = await self._caller.ask(call, "choices")
        return raw(call, received, lambda: ChatCompletion.answered(received.value, received.headers), policy.taken)

    async def parse(
        self,
        *,
        messages: Messages,
        model: str,
        response_format: Any = omit,  # noqa: ANN401 - a type
        tools: Any = omit,  # noqa: ANN401 - strict functions, as `pydantic_function_tool` makes them
        **arguments: Any,  # noqa: ANN401 - those of `create`; a TypedDict cannot be told to leave two fields out
    ) -> APIResponse[ParsedChatCompletion[Any]]:
        """Ask for an answer of a type; arguments and errors are those of `Completions.parse`."""
        asked = Parse(
            await self._caller.config(),
            messages=messages,
            model=model,
            wanted=response_format,
            tools=tools,
            arguments=arguments,
        )
        received = await self._caller.ask(asked.call, "choices")
        return raw(asked.call, received, lambda: asked.read(received), asked.policy.taken)
