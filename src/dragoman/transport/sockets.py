"""Non-blocking sockets as both shells use them: options, racing connects, names looked up. Touches the network.

Nothing here waits: whoever calls does, each in its own way.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any, TypeAlias

from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

Place: TypeAlias = "tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int] | str]"
"""A family and an address to connect to."""

HEAD_START = 0.25
"""Seconds an attempt has before the next address is tried beside it (RFC 8305 §5, Connection Attempt Delay)."""

RECEIVE = 64 * 1024
"""How many bytes are asked for at once."""

SILENCE_BOUND = 60
"""Seconds after which a peer that acknowledges nothing at all, not even keep-alive probes, is taken for dead."""

_CROWDED = 0.02
"""Seconds before a Unix socket with a full queue is tried again."""

_UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EINTR})

_OPTIONS = (
    ("TCP_NODELAY", 1),
    # Load balancers and NAT forget a silent connection after minutes, and tell nobody; macOS calls it KEEPALIVE.
    ("TCP_KEEPIDLE", 30),
    ("TCP_KEEPALIVE", 30),
    ("TCP_KEEPINTVL", 10),
    ("TCP_KEEPCNT", 3),
    ("TCP_USER_TIMEOUT", SILENCE_BOUND * 1000),
)


def tune(sock: socket.socket) -> None:
    """Set what a connection of requests and answers wants: no delay, and notice of a peer that is gone."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _OPTIONS:
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def wait_in_reads(sock: socket.socket, seconds: float) -> bool:
    """Have each read of a connected socket wait for so long by itself, but with MSG_DONTWAIT; False where it cannot.

    The limit is the system's, SO_RCVTIMEO; with one of Python's each read would begin with a poll.
    """
    # Windows has another form for it, and a socket that is of no more use once the time is up.
    if not hasattr(socket, "MSG_DONTWAIT"):
        return False
    time = struct.pack("ll", int(seconds), int(seconds % 1 * 1e6))
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, time)
        sock.settimeout(None)
        # gevent's sockets say that they block, and wait for ever, on a descriptor that does not.
        if os.get_blocking(sock.fileno()):
            return True
    except OSError:
        pass
    sock.settimeout(0)
    return False


class Race:
    """Attempts to connect to one of several addresses, each begun a moment after the other; the first one wins.

    `advance` whenever time has passed or a socket of `running` became writable; until it gives the winner, wait for
    one of `running` to become writable, until `due` at the latest. `stop` closes every attempt but the winner.

    Args:
        places: where to connect, in the order of preference.
        name: what the errors call it: host and port, or a path.
    """

    def __init__(self, places: list[Place], name: str) -> None:
        self._places = places[::-1]
        self._name = name
        self._why = "no address"
        self.running: list[socket.socket] = []
        self.due = 0.0

    def advance(self, now: float, *, ready: socket.socket | None = None) -> socket.socket | None:
        """Look at the attempt that is `ready`, begin the next one if it is time; the winner, if there is one.

        Raises:
            NoAnswer: kind "connect": every address failed.
        """
        if ready is not None:
            self.running.remove(ready)
            if self._won(ready):
                return ready
        while self._places and now >= self.due:
            self.due = now + HEAD_START
            winner = self._begin(self._places.pop(), now)
            if winner is not None:
                return winner
        if not self.running and not self._places:
            raise NoAnswer("connect", f"no connection to {self._name}: {self._why}")
        if not self._places:
            self.due = float("inf")
        return None

    def stop(self) -> None:
        """Close what is still running."""
        for sock in self.running:
            sock.close()
        self.running.clear()

    def _begin(self, place: Place, now: float) -> socket.socket | None:
        family, address = place
        local = family is getattr(socket, "AF_UNIX", None)
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            self._failed(error.strerror or str(error))
            return None
        try:
            sock.settimeout(0)
            if not local:
                tune(sock)
            code = sock.connect_ex(address)
        except OSError as error:
            sock.close()
            self._failed(error.strerror or str(error))
            return None
        if code == 0:
            return sock
        if code in _UNDER_WAY and not local:
            self.running.append(sock)
            return None
        sock.close()
        if code == errno.EAGAIN and local:
            # The server's queue is full, and a Unix socket has no way to tell when that changes.
            self._places.append(place)
            self.due = now + _CROWDED
            return None
        self._failed(os.strerror(code))
        return None

    def _won(self, sock: socket.socket) -> bool:
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            sock.close()
            self._failed(os.strerror(code))
        return code == 0

    def _failed(self, why: str) -> None:
        """Remember why, and have the next address tried at once."""
        self._why = why.lower()
        self.due = 0.0


def local(path: str) -> list[Place]:
    """The place of a Unix socket."""
    return [(socket.AF_UNIX, path)]


def numeric(host: str, port: int) -> list[Place]:
    """The place of a host that is an address already; nothing when it is a name. Never waits."""
    try:
        return _places(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
    except socket.gaierror:
        return []


def look_up(host: str, port: int, tell: Callable[[list[Place] | NoAnswer], None]) -> None:
    """Ask the system for a name's addresses and tell them, or why there are none.

    The system's call takes as long as it likes and cannot be cancelled, so a thread of its own waits for it, one that
    neither the caller's deadline nor the end of the process has to wait for.
    """

    def ask() -> None:
        try:
            found = _places(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is too long or has an empty part"
            tell(NoAnswer("connect", f"no address for {host}: {(why or 'unknown').lower()}"))
        else:
            tell(found)

    threading.Thread(target=ask, name=f"look up {host}", daemon=True).start()


def _places(found: list[Any]) -> list[Place]:
    """What getaddrinfo gave, the families taking turns, the system's preference first (RFC 8305 §4)."""
    places: list[Place] = [(family, address) for family, _, _, _, address in found]
    first = [place for place in places if place[0] == places[0][0]]
    other = [place for place in places if place[0] != places[0][0]]
    turns: list[Place] = []
    while first or other:
        turns.extend(queue.pop(0) for queue in (first, other) if queue)
    return turns
