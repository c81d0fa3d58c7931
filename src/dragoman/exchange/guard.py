"""A call that can be cancelled: each of its effects is waited for only as long as nobody cancels. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from dragoman.errors import CallCancelledError, DragomanError
from dragoman.exchange import exchange, more
from dragoman.exchange.attempt import Carrier, Guarded

if TYPE_CHECKING:
    from dragoman.answer.reading import Reading
    from dragoman.exchange import Beginner, Call, Reader
    from dragoman.exchange.attempt import Clock, Flow
    from dragoman.exchange.cancellation import Cancellation

T = TypeVar("T")


class Guard:
    """How a call goes that can be cancelled, and how its stream is read on.

    Args:
        call: the call.
        cancel: what cancels it.
    """

    def __init__(self, call: Call, cancel: Cancellation) -> None:
        self._call = call
        self._cancel = cancel

    def flow(
        self,
        whole: Call,
        clock: Clock,
        read: Reader[T],
        begin: Beginner[T] | None,
        *,
        streamed: bool,
    ) -> Flow[T]:
        """As `exchange`; a call that is cancelled ends with a `CallCancelledError`."""
        call = replace(self._call, timeouts=whole.timeouts)
        return guarded(exchange(call, clock, read, begin, streamed=streamed), self._cancel)

    def more(self, clock: Clock, reading: Reading) -> Flow[None]:
        """As `dragoman.exchange.more`; a stream that is cancelled fails with a `CallCancelledError`."""
        try:
            yield from guarded(more(self._call, clock, reading), self._cancel)
        except CallCancelledError as error:
            reading.left = True
            if reading.parts is not None:
                reading.parts.leave()
            reading.fail(error)


def cancellable(call: Call, cancel: Cancellation) -> Call:
    """The same call, ended by `cancel`."""
    guard = Guard(call, cancel)
    return replace(call, others=guard, onward=guard)


def guarded(flow: Flow[T], cancel: Cancellation) -> Flow[T]:
    """The same flow, each of its effects guarded."""
    give: Any = flow.send
    outcome: Any = None
    while True:
        try:
            effect = give(outcome)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return] # what a generator returns has no type here
        give = flow.send
        try:
            outcome = yield effect if type(effect) is Carrier else Guarded(effect, cancel)
        except DragomanError as refusal:
            give, outcome = flow.throw, refusal
        except GeneratorExit:
            flow.close()
            raise
