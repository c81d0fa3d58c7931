"""Chat completions: `client.chat`, in both colours. Shells: they hold no decisions.

`Chat` and `AsyncChat` are twins, held equal by a test.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from dragoman.call import body_call, create_call, stream_call
from dragoman.chat.ahead import Ahead, AsyncAhead
from dragoman.exchange import complete, completed, stream
from dragoman.stream import AsyncStream, Stream, adrive, drive
from dragoman.stream.ask import aask, ask
from dragoman.stream.opening import Opening

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from dragoman.call.settings import Settings
    from dragoman.chat.arguments import Arguments, RunArguments
    from dragoman.chat.raw import AsyncRawChat, RawChat
    from dragoman.structured.parse import Parsed, Reask
    from dragoman.structured.typed import AsyncTypedStream, TypedStream
    from dragoman.tools.run import AsyncRun, Run
    from dragoman.tools.runs import Result
    from dragoman.transport import AsyncTransport, Transport
    from dragoman.wire.completion import Completion

__all__ = ["AsyncChat", "Chat", "Opening"]

T = TypeVar("T")


class Chat(Ahead):
    """Chat completions."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport

    @overload
    def create(self, *, stream: Literal[True], **arguments: Unpack[Arguments]) -> Stream: ...

    @overload
    def create(self, *, stream: Literal[False] | None = None, **arguments: Unpack[Arguments]) -> Completion: ...

    @overload
    def create(self, *, stream: bool | None, **arguments: Unpack[Arguments]) -> Completion | Stream: ...

    def create(self, *, stream: bool | None = None, **arguments: Unpack[Arguments]) -> Completion | Stream:
        """Ask for a chat completion: `POST …/chat/completions`.

        Args:
            stream: True answers piece by piece, with a `Stream`.
            **arguments: the request's fields and those of the call: see `dragoman.chat.arguments`.

        Raises:
            InvalidRequestError: the call is wrong as written.
            APIError: it failed; see `dragoman.errors` for how.
        """
        if stream:
            return self.stream(**arguments)
        return ask(create_call(self._settings, arguments), self._transport, completed, complete)

    @overload
    def parse(
        self, *, output: type[T], reask: int | Reask | None = None, **arguments: Unpack[Arguments]
    ) -> Parsed[T]: ...

    @overload
    def parse(
        self, *, output: object, reask: int | Reask | None = None, **arguments: Unpack[Arguments]
    ) -> Parsed[Any]: ...

    def parse(
        self,
        *,
        output: object,
        reask: int | Reask | None = None,
        **arguments: Unpack[Arguments],
    ) -> Parsed[Any]:
        """Ask for an answer of a type: the model is held to its JSON Schema, and what it says is read as the type.

        Args:
            output: a msgspec Struct, a dataclass, a TypedDict, an attrs class or a pydantic model; or a list, a union
                or anything else that JSON has a form for.
            reask: how often to ask again when the answer is not of the type, or the whole policy; default never.
            **arguments: those of `create`; `timeout` is for all asks together.

        Raises:
            InvalidRequestError: the call is wrong as written, or the type has no JSON Schema.
            OutputError: the answer is not of the type: refused, cut at its longest or by a filter, or of another
                shape. Its `text` is what arrived.
            APIError: the call failed; see `dragoman.errors` for how.
        """
        # Imported here because most calls ask for text.
        from dragoman.structured.parse import parsing  # noqa: PLC0415

        flow = parsing(self._settings, output, reask, arguments, time)
        return drive(flow, self._transport)

    @overload
    def stream(self, *, output: type[T], **arguments: Unpack[Arguments]) -> TypedStream[T]: ...

    @overload
    def stream(self, *, output: None = None, **arguments: Unpack[Arguments]) -> Stream: ...

    @overload
    def stream(self, *, output: object, **arguments: Unpack[Arguments]) -> TypedStream[Any]: ...

    def stream(
        self,
        *,
        output: object = None,
        **arguments: Unpack[Arguments],
    ) -> Stream | TypedStream[Any]:
        """Ask for a chat completion piece by piece; the arguments are those of `create`.

        It returns when the first content has arrived; until then a failed attempt is tried again. The usage is asked
        for where the dialect can say it, and kept for `stream.usage` without a chunk of its own.

        Args:
            output: the type of the answer, as `parse` takes it; the stream then has `partials` and `until_parsed`.
            **arguments: those of `create`.

        Raises:
            InvalidRequestError: the call is wrong as written.
            APIError: it failed; see `dragoman.errors` for how.
        """
        if output is not None:
            # Imported here because most streams are of text.
            from dragoman.structured.typed import TypedStream, typed_call  # noqa: PLC0415

            call, wanted = typed_call(self._settings, output, arguments)
            return TypedStream(call, drive(stream(call, time), self._transport), wanted)
        call = stream_call(self._settings, arguments)
        return Stream(call, drive(stream(call, time), self._transport))

    @overload
    def run(
        self, *, stream: Literal[False] | None = None, output: type[T], **arguments: Unpack[RunArguments]
    ) -> Result[T]: ...

    @overload
    def run(self, *, stream: Literal[True], output: type[T], **arguments: Unpack[RunArguments]) -> Run[T]: ...

    @overload
    def run(
        self, *, stream: Literal[False] | None = None, output: object = None, **arguments: Unpack[RunArguments]
    ) -> Result[Any]: ...

    @overload
    def run(self, *, stream: Literal[True], output: object = None, **arguments: Unpack[RunArguments]) -> Run[Any]: ...

    def run(
        self, *, stream: bool | None = None, output: object = None, **arguments: Unpack[RunArguments]
    ) -> Result[Any] | Run[Any]:
        """Ask with tools, call what the model wants called, tell it, until it answers without calling any.

        Args:
            stream: True returns a `Run`, which tells what happens as it happens.
            output: the type of the answer, as `parse` takes it.
            **arguments: the tools, who approves of calling them and where to end, and the arguments of `create`: see
                `dragoman.chat.arguments.RunArguments`.

        Raises:
            InvalidRequestError: the call is wrong as written, or a function cannot be a tool.
            RunLimitError: it came to a limit; its `result` is the run so far.
            OutputError: the answer is not of the type asked for.
            APIError: a call of the model failed; see `dragoman.errors` for how. What a tool raises, the model is told.
        """
        # Imported here because most calls need no tools.
        from dragoman.tools.rounds import Plan  # noqa: PLC0415
        from dragoman.tools.run import Run  # noqa: PLC0415

        run = Run[Any](Plan(self._settings, arguments, output), self._transport, streamed=bool(stream))
        return run if stream else run.until_done()

    @property
    def with_raw_response(self) -> RawChat:
        """The same, answering with status, headers, bytes, timing and attempts beside the completion."""
        # Imported here because few programs ask.
        from dragoman.chat.raw import RawChat  # noqa: PLC0415

        return RawChat(self._settings, self._transport)

    def send(self, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> Completion | Stream:
        """Send a request's JSON body as it is; it is answered by a stream where its own `stream` is true.

        Raises:
            InvalidRequestError: it holds what JSON cannot.
            APIError: it failed; see `dragoman.errors` for how.
        """
        call = body_call(self._settings, body, headers)
        if body.get("stream") is True:
            return Stream(call, drive(stream(call, time), self._transport))
        return ask(call, self._transport, completed, complete)


class AsyncChat(AsyncAhead):
    """Chat completions."""

    def __init__(self, settings: Settings, transport: AsyncTransport) -> None:
        self._settings = settings
        self._transport = transport

    @overload
    async def create(self, *, stream: Literal[True], **arguments: Unpack[Arguments]) -> AsyncStream: ...

    @overload
    async def create(self, *, stream: Literal[False] | None = None, **arguments: Unpack[Arguments]) -> Completion: ...

    @overload
    async def create(self, *, stream: bool | None, **arguments: Unpack[Arguments]) -> Completion | AsyncStream: ...

    async def create(self, *, stream: bool | None = None, **arguments: Unpack[Arguments]) -> Completion | AsyncStream:
        """Ask for a chat completion: `POST …/chat/completions`.

        Args:
            stream: True answers piece by piece, with an `AsyncStream`.
            **arguments: the request's fields and those of the call: see `dragoman.chat.arguments`.

        Raises:
            InvalidRequestError: the call is wrong as written.
            APIError: it failed; see `dragoman.errors` for how.
        """
        if stream:
            return await self.stream(**arguments)
        return await aask(create_call(self._settings, arguments), self._transport, completed, complete)

    @overload
    async def parse(
        self, *, output: type[T], reask: int | Reask | None = None, **arguments: Unpack[Arguments]
    ) -> Parsed[T]: ...

    @overload
    async def parse(
        self, *, output: object, reask: int | Reask | None = None, **arguments: Unpack[Arguments]
    ) -> Parsed[Any]: ...

    async def parse(
        self,
        *,
        output: object,
        reask: int | Reask | None = None,
        **arguments: Unpack[Arguments],
    ) -> Parsed[Any]:
        """Ask for an answer of a type: the model is held to its JSON Schema, and what it says is read as the type.

        Args:
            output: a msgspec Struct, a dataclass, a TypedDict, an attrs class or a pydantic model; or a list, a union
                or anything else that JSON has a form for.
            reask: how often to ask again when the answer is not of the type, or the whole policy; default never.
            **arguments: those of `create`; `timeout` is for all asks together.

        Raises:
            InvalidRequestError: the call is wrong as written, or the type has no JSON Schema.
            OutputError: the answer is not of the type: refused, cut at its longest or by a filter, or of another
                shape. Its `text` is what arrived.
            APIError: the call failed; see `dragoman.errors` for how.
        """
        # Imported here because most calls ask for text.
        from dragoman.structured.parse import parsing  # noqa: PLC0415

        flow = parsing(self._settings, output, reask, arguments, time)
        return await adrive(flow, self._transport)

    @overload
    def stream(self, *, output: type[T], **arguments: Unpack[Arguments]) -> Opening[AsyncTypedStream[T]]: ...

    @overload
    def stream(self, *, output: None = None, **arguments: Unpack[Arguments]) -> Opening[AsyncStream]: ...

    @overload
    def stream(self, *, output: object, **arguments: Unpack[Arguments]) -> Opening[AsyncTypedStream[Any]]: ...

    def stream(
        self,
        *,
        output: object = None,
        **arguments: Unpack[Arguments],
    ) -> Opening[AsyncStream] | Opening[AsyncTypedStream[Any]]:
        """Ask for a chat completion piece by piece: `async with client.chat.stream(…) as stream`, or await it.

        It opens when the first content has arrived; until then a failed attempt is tried again. The usage is asked
        for where the dialect can say it, and kept for `stream.usage` without a chunk of its own.

        Args:
            output: the type of the answer, as `parse` takes it; the stream then has `partials` and `until_parsed`.
            **arguments: those of `create`.

        Raises:
            InvalidRequestError: the call is wrong as written.
            APIError: when it opens, it failed; see `dragoman.errors` for how.
        """
        if output is not None:
            # Imported here because most streams are of text.
            from dragoman.structured.typed import AsyncTypedStream, typed_call  # noqa: PLC0415

            call, wanted = typed_call(self._settings, output, arguments)
            return Opening(call, self._transport, AsyncTypedStream.of(wanted))
        call = stream_call(self._settings, arguments)
        return Opening(call, self._transport)

    @overload
    async def run(
        self, *, stream: Literal[False] | None = None, output: type[T], **arguments: Unpack[RunArguments]
    ) -> Result[T]: ...

    @overload
    async def run(
        self, *, stream: Literal[True], output: type[T], **arguments: Unpack[RunArguments]
    ) -> AsyncRun[T]: ...

    @overload
    async def run(
        self, *, stream: Literal[False] | None = None, output: object = None, **arguments: Unpack[RunArguments]
    ) -> Result[Any]: ...

    @overload
    async def run(
        self, *, stream: Literal[True], output: object = None, **arguments: Unpack[RunArguments]
    ) -> AsyncRun[Any]: ...

    async def run(
        self, *, stream: bool | None = None, output: object = None, **arguments: Unpack[RunArguments]
    ) -> Result[Any] | AsyncRun[Any]:
        """Ask with tools, call what the model wants called, tell it, until it answers without calling any.

        Args:
            stream: True returns an `AsyncRun`, which tells what happens as it happens.
            output: the type of the answer, as `parse` takes it.
            **arguments: the tools, who approves of calling them and where to end, and the arguments of `create`: see
                `dragoman.chat.arguments.RunArguments`.

        Raises:
            InvalidRequestError: the call is wrong as written, or a function cannot be a tool.
            RunLimitError: it came to a limit; its `result` is the run so far.
            OutputError: the answer is not of the type asked for.
            APIError: a call of the model failed; see `dragoman.errors` for how. What a tool raises, the model is told.
        """
        # Imported here because most calls need no tools.
        from dragoman.tools.rounds import Plan  # noqa: PLC0415
        from dragoman.tools.run import AsyncRun  # noqa: PLC0415

        run = AsyncRun[Any](Plan(self._settings, arguments, output), self._transport, streamed=bool(stream))
        return run if stream else await run.until_done()

    @property
    def with_raw_response(self) -> AsyncRawChat:
        """The same, answering with status, headers, bytes, timing and attempts beside the completion."""
        # Imported here because few programs ask.
        from dragoman.chat.raw import AsyncRawChat  # noqa: PLC0415

        return AsyncRawChat(self._settings, self._transport)

    async def send(
        self, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> Completion | AsyncStream:
        """Send a request's JSON body as it is; it is answered by a stream where its own `stream` is true.

        Raises:
            InvalidRequestError: it holds what JSON cannot.
            APIError: it failed; see `dragoman.errors` for how.
        """
        call = body_call(self._settings, body, headers)
        if body.get("stream") is True:
            return await Opening(call, self._transport)
        return await aask(call, self._transport, completed, complete)
