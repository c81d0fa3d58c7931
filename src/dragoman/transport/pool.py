"""Which connections are idle, which are busy, and who waits for one: bookkeeping for both shells. No I/O, no clock.

Thread-safe. Connections are opaque here: all that is ever done to one is `drop`.
"""

from __future__ import annotations

import enum
import os
import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar, cast
from weakref import WeakSet

IDLE_BOUND = 100
"""How many idle connections are kept for one origin."""

Wake = Callable[[], None]
"""Called to tell a waiter that a place may be free; may come from any thread, and more than once."""


class Pooled(Protocol):
    """What a pool knows of a connection."""

    @property
    def origin(self) -> Hashable:
        """What the connection leads to; equal origins may share connections."""
        ...

    @property
    def since(self) -> float:
        """When it became idle, by the clock that `take` is given."""
        ...

    def drop(self) -> None:
        """Close its socket at once. Never raises, never calls the pool."""
        ...

    def forsake(self) -> None:
        """Close this process's copy without a word to the peer: the connection belongs to the parent process."""
        ...


class Place(enum.Enum):
    """What `take` says when it has no connection to give."""

    OPEN = "open a new one: its place is counted already"
    WAIT = "every place is taken: wait for a turn"


C = TypeVar("C", bound=Pooled)


class Pool(Generic[C]):
    """The connections of one transport (of one event loop, where there are loops).

    Args:
        keep_alive: how many seconds a connection may be idle.
        max_connections: how many connections, idle ones included, one origin may have; None for no limit.
    """

    def __init__(self, keep_alive: float, max_connections: int | None) -> None:
        self.closed = False
        self._keep_alive = keep_alive
        self._limit = max_connections
        # Reentrant: the garbage collector may run an answer's finalizer, which comes here, under our own feet.
        self._lock = threading.RLock()
        self._idle: dict[Hashable, deque[C]] = {}
        self._busy: set[C] = set()
        self._count: dict[Hashable, int] = {}
        self._waiting: dict[Hashable, deque[Wake]] = {}
        self._next_sweep = 0.0
        _pools.add(cast("Pool[Pooled]", self))

    def take(self, origin: Hashable, now: float) -> C | Place:
        """The connection that became idle last, now busy; or what to do instead.

        Whoever is told OPEN must end in `lend` or in `release`.
        """
        with self._lock:
            idle = self._idle.get(origin)
            if idle:
                connection = idle.pop()
                if now - connection.since <= self._keep_alive:
                    self._busy.add(connection)
                    return connection
                idle.append(connection)
                self._expire(origin, idle, now)
            if self._limit is not None:
                count = self._count.get(origin, 0)
                if count >= self._limit:
                    return Place.WAIT
                self._count[origin] = count + 1
            return Place.OPEN

    def lend(self, connection: C) -> bool:
        """Count a connection just opened as busy; False when the pool was closed meanwhile."""
        with self._lock:
            if not self.closed:
                self._busy.add(connection)
            return not self.closed

    def give(self, connection: C) -> bool:
        """Take back a connection that can be used again; False when it was not wanted and has to be dropped."""
        with self._lock:
            if self.closed or connection not in self._busy:
                return False
            idle = self._idle.get(connection.origin)
            if idle is None:
                idle = self._idle[connection.origin] = deque()
            elif len(idle) >= IDLE_BOUND:
                return False
            self._busy.discard(connection)
            idle.append(connection)
            if connection.since >= self._next_sweep:
                self._sweep(connection.since)
            wake = self._next_waiter(connection.origin) if self._waiting else None
        if wake is not None:
            wake()
        return True

    def discard(self, connection: C) -> None:
        """Drop a connection that was taken or lent, and free its place. A second time does nothing."""
        with self._lock:
            counted = connection in self._busy
            self._busy.discard(connection)
        connection.drop()
        if counted:
            self.release(connection.origin)

    def release(self, origin: Hashable) -> None:
        """Give back a place that was counted by `take` and holds no connection (any more)."""
        if self._limit is None:
            return
        with self._lock:
            self._uncount(origin)
            wake = self._next_waiter(origin)
        if wake is not None:
            wake()

    def queue(self, origin: Hashable, wake: Wake) -> None:
        """Wait for a turn: `wake` is called once, when `take` is worth another try."""
        with self._lock:
            # A place may have come free between `take` and now: then nobody else would call.
            free = self.closed or bool(self._idle.get(origin)) or self._count.get(origin, 0) < (self._limit or 0)
            if not free:
                self._waiting.setdefault(origin, deque()).append(wake)
        if free:
            wake()

    def leave(self, origin: Hashable, wake: Wake) -> None:
        """Give up a turn; one that had come already goes to the next in the queue."""
        with self._lock:
            waiting = self._waiting.get(origin)
            if waiting is not None and wake in waiting:
                waiting.remove(wake)
                return
            successor = self._next_waiter(origin)
        if successor is not None:
            successor()

    def close(self, *, busy: bool) -> None:
        """Drop every idle connection, the busy ones too if asked; nothing is taken back from now on."""
        with self._lock:
            self.closed = True
            leaving = [connection for idle in self._idle.values() for connection in idle]
            if busy:
                leaving.extend(self._busy)
                self._busy.clear()
            waiters = [wake for waiting in self._waiting.values() for wake in waiting]
            for kept in (self._idle, self._waiting, self._count):
                kept.clear()
        for connection in leaving:
            connection.drop()
        for wake in waiters:
            wake()

    def forsake(self) -> None:
        """Forget everything without touching the peers: this process is a fork, and they are its parent's."""
        # Whichever thread of the parent held the lock does not exist here.
        self._lock = threading.RLock()
        ours = [connection for idle in self._idle.values() for connection in idle] + list(self._busy)
        for kept in (self._idle, self._waiting, self._count, self._busy):
            kept.clear()
        for connection in ours:
            connection.forsake()

    def _expire(self, origin: Hashable, idle: deque[C], now: float) -> None:
        # Oldest first: they stand in the order they became idle.
        while idle and now - idle[0].since > self._keep_alive:
            idle.popleft().drop()
            self._uncount(origin)

    def _sweep(self, now: float) -> None:
        # Origins nobody asks for any more would keep their sockets for good.
        self._next_sweep = now + self._keep_alive
        for origin, idle in list(self._idle.items()):
            self._expire(origin, idle, now)
            if not idle:
                del self._idle[origin]

    def _uncount(self, origin: Hashable) -> None:
        count = self._count.get(origin, 0)
        if count > 1:
            self._count[origin] = count - 1
        else:
            self._count.pop(origin, None)

    def _next_waiter(self, origin: Hashable) -> Wake | None:
        waiting = self._waiting.get(origin)
        if not waiting:
            return None
        wake = waiting.popleft()
        if not waiting:
            del self._waiting[origin]
        return wake


_pools: WeakSet[Pool[Pooled]] = WeakSet()


def _after_fork() -> None:
    for pool in list(_pools):
        pool.forsake()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
