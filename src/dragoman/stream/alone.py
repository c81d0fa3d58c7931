"""One reader at a time, and where it belongs: what says so in words where two meet. No I/O; locks and event loops.

Two readers of one stream would each miss what the other is given, and share a connection of which the faster lets go.
So the second is refused, at once; the first reads on.

`Alone` and `AsyncAlone` are a blocking stream's and an asynchronous one's.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dragoman.errors import InvalidRequestError

if TYPE_CHECKING:
    import asyncio
    from types import TracebackType

Turn = threading.Lock
"""What one branch of a blocking stream holds at a time."""


class Alone:
    """A `with` block for one thread or task at a time: it refuses others, and keeps nobody waiting.

    Args:
        what: what is read in it.
        instead: what those do who want several readers.
    """

    __slots__ = ("_instead", "_lock", "_what")

    def __init__(self, what: str = "stream", instead: str = ", or give each a branch of its tee()") -> None:
        self._lock = threading.Lock()
        self._what = what
        self._instead = instead

    def __enter__(self) -> None:
        """Go in.

        Raises:
            InvalidRequestError: somebody is in there.
        """
        if not self._lock.acquire(blocking=False):
            raise self.taken()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave it."""
        self._lock.release()

    def turn(self) -> Any:  # noqa: ANN401 - a Turn, or in the other colour an AsyncTurn
        """What branches of it read on in, each waiting for the others."""
        return threading.Lock()

    def taken(self) -> InvalidRequestError:
        """What is said to one who shares with another what is there for one."""
        return InvalidRequestError(
            f"this {self._what} is read by another already, and each would miss what the other is given: "
            f"let one thread or task read it{self._instead}"
        )


class AsyncAlone(Alone):
    """The same, on the event loop on which it was made and on no other: connections stay with their loop."""

    __slots__ = ("_loop", "_running")

    def __init__(self, what: str = "stream", instead: str = ", or give each a branch of its tee()") -> None:
        # Imported here because a blocking program never pays for it.
        from asyncio import get_running_loop  # noqa: PLC0415

        super().__init__(what, instead)
        self._running = get_running_loop
        self._loop = get_running_loop()

    def __enter__(self) -> None:
        """Go in.

        Raises:
            InvalidRequestError: somebody is in there, or this is another event loop.
        """
        self.here()
        super().__enter__()

    def here(self) -> None:
        """See that this is its event loop.

        Raises:
            InvalidRequestError: it is another.
        """
        if self._running() is not self._loop:
            raise InvalidRequestError(
                f"this {self._what} was opened on another event loop, which has its connection: read it there, "
                "as with asyncio.run_coroutine_threadsafe, or open it where it is read"
            )

    def turn(self) -> AsyncTurn:
        """What branches of it read on in, each waiting for the others."""
        return AsyncTurn(self)


class AsyncTurn:
    """What one branch of an asynchronous stream holds at a time, on the stream's own event loop."""

    __slots__ = ("_alone", "_lock")

    def __init__(self, alone: AsyncAlone) -> None:
        # Imported here because few streams are read twice.
        from asyncio import Lock  # noqa: PLC0415

        self._alone = alone
        self._lock: asyncio.Lock = Lock()

    async def __aenter__(self) -> None:
        """Wait for it."""
        self._alone.here()
        await self._lock.acquire()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Pass it on."""
        self._lock.release()
