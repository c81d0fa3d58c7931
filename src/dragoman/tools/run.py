"""Runs of tools as their users hold them. Shells: no decisions.

`Run` and `AsyncRun` are twins, held equal by a test.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from dragoman.errors import APIError, DragomanError, StreamClosedError
from dragoman.exchange import complete, completed, stream
from dragoman.stream import AsyncStream, Stream, adrive, drive
from dragoman.stream.alone import Alone, AsyncAlone
from dragoman.stream.ask import aask, ask
from dragoman.tools.invoke import ainvoke, asettled, invoke, settled
from dragoman.tools.rounds import rounds
from dragoman.tools.runs import Ask, Consent, Invoke, Next, Open, Tell

if TYPE_CHECKING:
    from types import TracebackType

    from dragoman.tools.rounds import Plan
    from dragoman.tools.runs import Effect, Result, RunEvent
    from dragoman.transport import AsyncTransport, Transport
    from dragoman.wire.completion import Message
    from dragoman.wire.message import RequestMessage

T = TypeVar("T")


class _Running(Generic[T]):
    """What a run knows without going on; the same in both colours."""

    __slots__ = ("_alone", "_bell", "_closed", "_failure", "_flow", "_plan", "_result", "_stream", "_transport")

    def __init__(self, plan: Plan, transport: Any, alone: Alone, *, streamed: bool) -> None:  # noqa: ANN401 - as the subclass says
        self._alone = alone
        self._plan = plan
        self._transport = transport
        self._flow = rounds(plan, time, streamed=streamed)
        self._stream: Any = None
        self._result: Result[T] | None = None
        self._closed = False
        self._failure: DragomanError | None = None
        self._bell: Any = None
        if streamed:
            # Imported here because only a run whose events are looped over can be closed by another.
            from queue import SimpleQueue  # noqa: PLC0415

            self._bell = SimpleQueue()

    @property
    def messages(self) -> list[RequestMessage | Message]:
        """The conversation so far: what was asked, what the model said, what tools returned."""
        return self._plan.messages

    @property
    def result(self) -> Result[T] | None:
        """The run's end; None until it has come."""
        return self._result

    def close(self) -> None:
        """Leave the run: what is being read is not read on, and no tool is called any more.

        May be called twice, and from any thread: one that waits for the next event gets a `StreamClosedError` at once.
        A tool that is running in a thread cannot be stopped, and is not waited for.
        """
        self._closed = True
        if self._stream is not None:
            self._stream.close()
        if self._bell is not None:
            self._bell.put(None)

    def _open(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self._closed and self._result is None:
            raise StreamClosedError("the run was closed before its end")

    def _lose(self, reason: BaseException) -> None:
        """Take that the run cannot go on: what it waited for is lost, and half an answer is not to pass for one."""
        if isinstance(reason, DragomanError):
            self._failure = reason
        self.close()


class Run(_Running[T]):
    """A run of tools: an iterator of events, and a context manager that leaves it.

    A run that fails raises, after the events that came before, one of `dragoman.errors`; `messages` holds the
    conversation up to there. So does one that was interrupted while it waited: it cannot be gone on with.
    """

    __slots__ = ()

    def __init__(self, plan: Plan, transport: Transport, *, streamed: bool) -> None:
        super().__init__(plan, transport, Alone("run", ""), streamed=streamed)

    def __iter__(self) -> Self:
        """Itself."""
        return self

    def __next__(self) -> RunEvent:
        """The next event.

        Raises:
            RunLimitError: it came to a limit.
            OutputError: the answer is not of the type asked for.
            APIError: one of its calls failed; see `dragoman.errors`.
            InvalidRequestError: another thread waits for it.
        """
        with self._alone:
            return self._next()

    def _next(self) -> RunEvent:
        outcome: Any = None
        failure: APIError | None = None
        while True:
            self._open()
            try:
                effect = self._flow.send(outcome) if failure is None else self._flow.throw(failure)
            except StopIteration as end:
                self._result = cast("Result[T]", end.value) if self._result is None else self._result
                raise StopIteration from None
            except BaseException as reason:
                self._lose(reason)
                raise
            if type(effect) is Tell:
                return effect.event
            failure = None
            try:
                outcome = self._perform(effect)
            except APIError as error:
                failure = error
            except BaseException as reason:
                self._lose(reason)
                raise

    def _perform(self, effect: Effect) -> Any:  # noqa: ANN401 - see the effects
        transport: Transport = self._transport
        if type(effect) is Next:
            return next(effect.stream, None)
        if type(effect) is Open:
            call = effect.call
            self._stream = Stream(call, drive(stream(call, time), transport))
            return self._stream
        if type(effect) is Ask:
            return ask(effect.call, transport, completed, complete)
        if type(effect) is Consent:
            return settled(effect.approve(effect.invocation))
        wanted = cast("Invoke", effect)
        return invoke(wanted.invocations, wanted.until, self._bell, self._plan.cancel)

    def until_done(self) -> Result[T]:
        """Go on to the end and return the result."""
        for _ in self:
            pass
        return cast("Result[T]", self._result)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the run."""
        self.close()


class AsyncRun(_Running[T]):
    """A run of tools: an asynchronous iterator of events, and a context manager that leaves it.

    A run that fails raises, after the events that came before, one of `dragoman.errors`; `messages` holds the
    conversation up to there. So does one that was interrupted while it waited: it cannot be gone on with.
    """

    __slots__ = ()

    def __init__(self, plan: Plan, transport: AsyncTransport, *, streamed: bool) -> None:
        super().__init__(plan, transport, AsyncAlone("run", ""), streamed=streamed)

    def __aiter__(self) -> Self:
        """Itself."""
        return self

    async def __anext__(self) -> RunEvent:
        """The next event.

        Raises:
            RunLimitError: it came to a limit.
            OutputError: the answer is not of the type asked for.
            APIError: one of its calls failed; see `dragoman.errors`.
            InvalidRequestError: another task waits for it, or this is another event loop than its own.
        """
        with self._alone:
            return await self._next()

    async def _next(self) -> RunEvent:
        outcome: Any = None
        failure: APIError | None = None
        while True:
            self._open()
            try:
                effect = self._flow.send(outcome) if failure is None else self._flow.throw(failure)
            except StopIteration as end:
                self._result = cast("Result[T]", end.value) if self._result is None else self._result
                raise StopAsyncIteration from None
            except BaseException as reason:
                self._lose(reason)
                raise
            if type(effect) is Tell:
                return effect.event
            failure = None
            try:
                outcome = await self._perform(effect)
            except APIError as error:
                failure = error
            except BaseException as reason:
                self._lose(reason)
                raise

    async def _perform(self, effect: Effect) -> Any:  # noqa: ANN401 - see the effects
        transport: AsyncTransport = self._transport
        if type(effect) is Next:
            return await anext(effect.stream, None)
        if type(effect) is Open:
            call = effect.call
            self._stream = AsyncStream(call, await adrive(stream(call, time), transport))
            return self._stream
        if type(effect) is Ask:
            return await aask(effect.call, transport, completed, complete)
        if type(effect) is Consent:
            return await asettled(effect.approve(effect.invocation))
        wanted = cast("Invoke", effect)
        return await ainvoke(wanted.invocations, wanted.until, self._bell, self._plan.cancel)

    async def until_done(self) -> Result[T]:
        """Go on to the end and return the result."""
        async for _ in self:
            pass
        return cast("Result[T]", self._result)

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the run."""
        self.close()
