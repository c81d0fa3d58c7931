"""Which connections are idle, which are busy, and who waits for one: bookkeeping for both shells. No I/O, no clock.

Thread-safe. Connections are opaque here: all that is ever done to one is `drop`.

An idle connection is taken and given back without the lock, which would be a twentieth of a call: each step is one of a
deque, a set or a dictionary, and no thread can come amid it. What may have happened between two of them (the pool was
closed, the origin was forgotten, somebody began to wait) is looked for after the last.
"""

from __future__ import annotations

import enum
import os
import threading
from collections import deque
from collections.abc import Callable, Hashable
from contextlib import suppress
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
        idle = self._idle.get(origin)
        while idle:
            try:
                connection = idle.pop()
            except IndexError:
                # Another thread took the last.
                break
            if now - connection.since > self._keep_alive:
                # So are those that became idle before it.
                connection.drop()
                self._uncount(origin)
                continue
            self._busy.add(connection)
            if not self.closed:
                return connection
            self.discard(connection)
        return self._place(origin)

    def lend(self, connection: C) -> bool:
        """Count a connection just opened as busy; False when the pool was closed meanwhile."""
        with self._lock:
            if not self.closed:
                self._busy.add(connection)
            return not self.closed

    def give(self, connection: C) -> bool:
        """Take back a connection that can be used again; False when it was not wanted and has to be dropped."""
        origin = connection.origin
        idle = self._idle.get(origin)
        if idle is None:
            idle = self._idle.setdefault(origin, deque())
        if self.closed or len(idle) >= IDLE_BOUND:
            return False
        try:
            self._busy.remove(connection)
        except KeyError:
            return False
        idle.append(connection)
        if self._idle.get(origin) is not idle:
            self._rehome(origin, idle)
        if connection.since >= self._next_sweep:
            self._sweep(connection.since)
        if self._waiting:
            self._call_next(origin)
        return True

    def discard(self, connection: C) -> None:
        """Drop a connection that was taken or lent, and free its place. A second time does nothing."""
        try:
            self._busy.remove(connection)
        except KeyError:
            connection.drop()
        else:
            connection.drop()
            self.release(connection.origin)

    def release(self, origin: Hashable) -> None:
        """Give back a place that was counted by `take` and holds no connection (any more)."""
        if self._limit is None:
            return
        self._uncount(origin)
        self._call_next(origin)

    def queue(self, origin: Hashable, wake: Wake) -> None:
        """Wait for a turn: `wake` is called once, when `take` is worth another try."""
        with self._lock:
            # Whoever gives a connection back looks for who waits, and after that nobody else would: so this stands in
            # the queue before it looks whether a place has come free since `take`.
            waiting = self._waiting.setdefault(origin, deque())
            waiting.append(wake)
            free = self.closed or bool(self._idle.get(origin)) or self._count.get(origin, 0) < (self._limit or 0)
        if free:
            self._unqueue(origin, wake)
            wake()

    def leave(self, origin: Hashable, wake: Wake) -> None:
        """Give up a turn; one that had come already goes to the next in the queue."""
        if not self._unqueue(origin, wake):
            self._call_next(origin)

    def close(self, *, busy: bool) -> None:
        """Drop every idle connection, the busy ones too if asked; nothing is taken back from now on."""
        with self._lock:
            self.closed = True
            leaving = self._all_idle()
            if busy:
                leaving += list(self._busy)
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
        ours = self._all_idle() + list(self._busy)
        for kept in (self._idle, self._waiting, self._count, self._busy):
            kept.clear()
        for connection in ours:
            connection.forsake()

    def _place(self, origin: Hashable) -> Place:
        with self._lock:
            if self._limit is not None:
                count = self._count.get(origin, 0)
                if count >= self._limit:
                    return Place.WAIT
                self._count[origin] = count + 1
            return Place.OPEN

    def _sweep(self, now: float) -> None:
        # Origins nobody asks for any more would keep their sockets for good.
        with self._lock:
            self._next_sweep = now + self._keep_alive
            for origin, idle in list(self._idle.items()):
                # Oldest first: they stand in the order they became idle.
                with suppress(IndexError):
                    while idle and now - idle[0].since > self._keep_alive:
                        idle.popleft().drop()
                        self._uncount(origin)
                if not idle:
                    # One may be given back just now.
                    self._rehome(origin, self._idle.pop(origin, idle))

    def _rehome(self, origin: Hashable, idle: deque[C]) -> None:
        """See to connections that are where nobody looks any more."""
        with self._lock:
            for connection in _drained(idle):
                if self.closed:
                    connection.drop()
                else:
                    self._idle.setdefault(origin, deque()).append(connection)

    def _all_idle(self) -> list[C]:
        return [connection for idle in list(self._idle.values()) for connection in _drained(idle)]

    def _uncount(self, origin: Hashable) -> None:
        with self._lock:
            count = self._count.get(origin, 0)
            if count > 1:
                self._count[origin] = count - 1
            else:
                self._count.pop(origin, None)

    def _call_next(self, origin: Hashable) -> None:
        with self._lock:
            waiting = self._waiting.get(origin)
            wake = waiting.popleft() if waiting else None
            self._forget_empty(origin)
        if wake is not None:
            wake()

    def _unqueue(self, origin: Hashable, wake: Wake) -> bool:
        """Take somebody out of the queue; False when its turn had come."""
        with self._lock:
            waiting = self._waiting.get(origin)
            if waiting is None or wake not in waiting:
                return False
            waiting.remove(wake)
            self._forget_empty(origin)
            return True

    def _forget_empty(self, origin: Hashable) -> None:
        if not self._waiting.get(origin):
            self._waiting.pop(origin, None)


def _drained(idle: deque[C]) -> list[C]:
    """All that were in it, in it no more: others may take from it meanwhile."""
    found: list[C] = []
    with suppress(IndexError):
        while idle:
            found.append(idle.popleft())
    return found


_pools: WeakSet[Pool[Pooled]] = WeakSet()


def _after_fork() -> None:
    for pool in list(_pools):
        pool.forsake()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
