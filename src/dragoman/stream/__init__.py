"""A streamed answer as its user holds it, and the drivers that perform what an exchange decides. Shells: no decisions.

`Stream` and `AsyncStream` are twins, as are `drive` and `adrive`: a test takes the words for waiting out of the
second and compares it with the first.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self, TypeVar

from dragoman.errors import DragomanError
from dragoman.exchange import Read, Send, Whole, more
from dragoman.stream.alone import Alone, AsyncAlone
from dragoman.transport import NoAnswer
from dragoman.transport.patience import BEAT

if TYPE_CHECKING:
    from types import TracebackType

    from dragoman.answer.reading import Reading
    from dragoman.answer.spent import Spent
    from dragoman.exchange import Call, Flow
    from dragoman.rates import RateLimits
    from dragoman.stream.events import Event
    from dragoman.stream.views import AsyncBranch, AsyncView, Branch, View
    from dragoman.transport import AsyncTransport, Transport
    from dragoman.tried import Tried
    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion, Usage

T = TypeVar("T")


def drive(flow: Flow[T], transport: Transport | None) -> T:
    """Perform each effect of an exchange and return its result; `transport` may be None where nothing is sent."""
    carrier: Any = transport
    outcome: Any = None
    send: Any = flow.send
    give: Any = send
    while True:
        try:
            effect: Any = give(outcome)
        except StopIteration as end:
            result: T = end.value
            return result
        give = send
        try:
            if type(effect) is Send:
                if effect.after:
                    pause(effect.after, transport)
                outcome = carrier.send(effect.request, effect.until)
            elif type(effect) is Whole:
                outcome = effect.answer.whole(effect.until, effect.bound)
            elif type(effect) is Read:
                outcome = effect.answer.read(effect.until)
            else:
                outcome = rarely(effect, transport)
        except NoAnswer as reason:
            outcome = reason
        except DragomanError as refusal:
            # Not this call's alone to raise: where there is another candidate, it is asked.
            give, outcome = flow.throw, refusal
        except BaseException:
            # Now, not when the traceback that holds it is dropped: hooks are told that the caller left.
            flow.close()
            raise


def rarely(effect: Any, transport: Any) -> Any:  # noqa: ANN401 - see the effects
    """Perform an effect that few calls have."""
    # Imported here because they are few.
    from dragoman.stream.seldom import seldom  # noqa: PLC0415

    return seldom(effect, transport, pause)


def pause(seconds: float, transport: Any) -> None:  # noqa: ANN401 - as above
    """Wait; whoever closes the transport meanwhile, from any thread, need not wait for the end of it."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and getattr(transport, "closed", False) is not True:
        time.sleep(min(left, BEAT))


async def adrive(flow: Flow[T], transport: AsyncTransport | None) -> T:
    """Perform each effect of an exchange and return its result; `transport` may be None where nothing is sent."""
    carrier: Any = transport
    outcome: Any = None
    send: Any = flow.send
    give: Any = send
    while True:
        try:
            effect: Any = give(outcome)
        except StopIteration as end:
            result: T = end.value
            return result
        give = send
        try:
            if type(effect) is Send:
                if effect.after:
                    await apause(effect.after, transport)
                outcome = await carrier.send(effect.request, effect.until)
            elif type(effect) is Whole:
                outcome = await effect.answer.whole(effect.until, effect.bound)
            elif type(effect) is Read:
                outcome = await effect.answer.read(effect.until)
            else:
                outcome = await ararely(effect, transport)
        except NoAnswer as reason:
            outcome = reason
        except DragomanError as refusal:
            # Not this call's alone to raise: where there is another candidate, it is asked.
            give, outcome = flow.throw, refusal
        except BaseException:
            # Now, not when the traceback that holds it is dropped: hooks are told that the caller left.
            flow.close()
            raise


async def ararely(effect: Any, transport: Any) -> Any:  # noqa: ANN401 - see the effects
    """Perform an effect that few calls have."""
    # Imported here because they are few.
    from dragoman.stream.seldom import aseldom  # noqa: PLC0415

    return await aseldom(effect, transport, apause)


async def apause(seconds: float, transport: Any) -> None:  # noqa: ANN401 - as above
    """Wait; whoever closes the transport meanwhile, from any thread, need not wait for the end of it."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and getattr(transport, "closed", False) is not True:
        await sleep(min(left, BEAT))


async def sleep(seconds: float) -> None:
    """Wait on the running loop; asyncio is imported by those who use it."""
    import asyncio  # noqa: PLC0415 - a blocking program never pays for it

    await asyncio.sleep(seconds)


class _Streamed:
    """What a stream knows without reading on; the same in both colours."""

    __slots__ = ("_alone", "_call", "_reading", "_ready")

    def __init__(self, call: Call, reading: Reading, alone: Alone) -> None:
        self._call = call
        self._reading = reading
        self._ready = reading.ready
        self._alone = alone

    @property
    def completion(self) -> Completion:
        """What the chunks that have arrived add up to: the whole answer once the stream is over."""
        return self._reading.completion

    @property
    def text(self) -> str:
        """The text of the first choice, as far as it has arrived."""
        return self._reading.seen.text

    @property
    def usage(self) -> Usage | None:
        """How many tokens the answer used; None until the server says, which is at its end if it does at all."""
        return next((chunk.usage for chunk in reversed(self._reading.seen) if chunk.usage is not None), None)

    @property
    def status(self) -> int:
        """The answer's HTTP status."""
        return self._reading.answer.status

    @property
    def headers(self) -> Any:  # noqa: ANN401 - a Mapping[str, str]; see transport.Headers
        """The answer's headers, names in any case."""
        return self._reading.answer.headers

    @property
    def request_id(self) -> str | None:
        """What to quote to the vendor's support; None where the server did not say."""
        # Imported here, as below, because few programs ask.
        from dragoman.answer.judge import request_id  # noqa: PLC0415

        return request_id(self._reading.answer.headers)

    @property
    def attempts(self) -> tuple[Tried, ...]:
        """What became of each attempt; the last is the one that was answered by this stream, and says by whom."""
        attempt = self._reading.attempt
        return attempt.history(self._reading.answer) if attempt is not None else ()

    @property
    def rate_limits(self) -> RateLimits:
        """How much may still be asked, as the answer's headers say: see `dragoman.RateLimits`."""
        # Imported here, as below, because few programs ask.
        from dragoman.rates import read_rate_limits  # noqa: PLC0415

        return read_rate_limits(self._reading.answer.headers, time.time())

    @property
    def spent(self) -> Spent:
        """How many tokens the call has used so far, over all attempts, and who says so: see `dragoman.Spent`.

        It is there at any time: while the stream is read, after it was left, and after it broke off.
        """
        from dragoman.hooks import spent_by  # noqa: PLC0415

        return spent_by(self._reading, self._call.request.body)

    def arrived(self) -> list[Chunk]:
        """The chunks that have arrived and were not given out yet, without waiting for more; they are given now."""
        ready = self._ready
        given = [*ready]
        ready.clear()
        return given

    def close(self) -> None:
        """Leave the stream: what is left of it is not read, and the server sees the caller go.

        May be called twice, and from any thread: one that waits for the next chunk gets a `StreamClosedError` at once.
        """
        self._reading.leave()

    def _ended(self) -> None:
        """Raise why the stream is over, where that is not its proper end."""
        reading = self._reading
        if reading.left and reading.failure is None:
            reading.closed()
        if reading.failure is not None:
            reading.failure.spent = self.spent
            raise reading.failure
        if not reading.over:
            raise self._alone.taken()

    def __reduce__(self) -> Any:  # noqa: ANN401 - it never returns
        """Refuse: what is still to come cannot be read twice."""
        raise TypeError("a stream cannot be pickled or copied: tee it, or take its completion")

    def __del__(self) -> None:
        """Dropping the last reference leaves the stream, at once and without the garbage collector."""
        self.close()


class Stream(_Streamed):
    """A streamed answer: an iterator of chunks, and a context manager that leaves it.

    A stream that breaks off raises, after the chunks that came before, one of `dragoman.errors`; its `partial`, and
    `completion` here, hold what had arrived.
    """

    __slots__ = ()

    def __init__(self, call: Call, reading: Reading) -> None:
        super().__init__(call, reading, Alone())

    def __iter__(self) -> Self:
        """Itself."""
        return self

    def __next__(self) -> Chunk:
        """The next chunk.

        Raises:
            APIError: the stream did not end as it should; see `dragoman.errors`.
            InvalidRequestError: another thread or task waits for it; `tee` is for several.
        """
        ready = self._ready
        if ready:
            return ready.popleft()
        with self._alone:
            drive(more(self._call, time, self._reading), self._reading.transport)
            if ready:
                return ready.popleft()
        self._ended()
        raise StopIteration

    def events(self) -> View[Event]:
        """What the chunks say, as typed events: text, reasoning, calls of tools, why it finished, what it used."""
        # Imported here because most streams are read as chunks.
        from dragoman.stream.events import Following  # noqa: PLC0415
        from dragoman.stream.views import View  # noqa: PLC0415

        following = Following()
        return View(self, following.take, lambda: following.end(self.usage))

    def tee(self, count: int = 2) -> tuple[Branch, ...]:
        """Several iterators over all its chunks, each at its own pace; the stream itself is read by them alone.

        Threads may have one each. The stream is left when the last of them is dropped.
        """
        # Imported here because few streams are read twice.
        from dragoman.stream.views import Branch  # noqa: PLC0415

        given: list[Chunk] = []
        turn = self._alone.turn()
        return tuple(Branch(self, given, turn) for _ in range(count))

    def until_done(self) -> Completion:
        """Read to the end and return the whole answer."""
        for _ in self:
            pass
        return self.completion

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the stream."""
        self.close()


class AsyncStream(_Streamed):
    """A streamed answer: an asynchronous iterator of chunks, and a context manager that leaves it.

    A stream that breaks off raises, after the chunks that came before, one of `dragoman.errors`; its `partial`, and
    `completion` here, hold what had arrived.
    """

    __slots__ = ()

    def __init__(self, call: Call, reading: Reading) -> None:
        super().__init__(call, reading, AsyncAlone())

    def __aiter__(self) -> Self:
        """Itself."""
        return self

    async def __anext__(self) -> Chunk:
        """The next chunk.

        Raises:
            APIError: the stream did not end as it should; see `dragoman.errors`.
            InvalidRequestError: another task waits for it, `tee` is for several; or this is another event loop than
                the one it was opened on.
        """
        ready = self._ready
        if ready:
            return ready.popleft()
        with self._alone:
            await adrive(more(self._call, time, self._reading), self._reading.transport)
            if ready:
                return ready.popleft()
        self._ended()
        raise StopAsyncIteration

    def events(self) -> AsyncView[Event]:
        """What the chunks say, as typed events: text, reasoning, calls of tools, why it finished, what it used."""
        # Imported here because most streams are read as chunks.
        from dragoman.stream.events import Following  # noqa: PLC0415
        from dragoman.stream.views import AsyncView  # noqa: PLC0415

        following = Following()
        return AsyncView(self, following.take, lambda: following.end(self.usage))

    def tee(self, count: int = 2) -> tuple[AsyncBranch, ...]:
        """Several iterators over all its chunks, each at its own pace; the stream itself is read by them alone.

        Tasks may have one each. The stream is left when the last of them is dropped, or the task of the one that
        waits for it is cancelled.
        """
        # Imported here because few streams are read twice.
        from dragoman.stream.views import AsyncBranch  # noqa: PLC0415

        given: list[Chunk] = []
        turn = self._alone.turn()
        return tuple(AsyncBranch(self, given, turn) for _ in range(count))

    async def until_done(self) -> Completion:
        """Read to the end and return the whole answer."""
        async for _ in self:
            pass
        return self.completion

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the stream."""
        self.close()

    def __iter__(self) -> Any:  # noqa: ANN401 - it never returns
        """Refuse, in words: a `for` without `async` is the likeliest slip."""
        raise TypeError("this stream is asynchronous: use `async for`")
