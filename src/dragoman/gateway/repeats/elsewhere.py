"""One worker for each request that is sent again, of all those of one machine: the others pass it on to that one.

Each worker listens on a Unix socket of its own, too, in a folder that nobody else may enter. Its name and the names of
the sockets that there are say whose a request is (rendezvous hashing): all workers come to the same, and when one dies
only what was its own goes to others.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import time
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from dragoman.asgi import unless_gone
from dragoman.gateway import refusal
from dragoman.gateway.refusal import TurnedAwayError
from dragoman.gateway.siblings import is_alive
from dragoman.transport import NoAnswer, Outgoing
from dragoman.transport.aio import AsyncioTransport

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from dragoman.asgi import Header
    from dragoman.gateway.visit import Visit
    from dragoman.transport import AsyncAnswer

ENDING = ".sock"

PASSED_ON = b"x-dragoman-passed-on"
"""The header of a request that comes from another worker. Its value is the workers' secret: nobody else can say it."""

BACKLOG = 1024

_LATE = 60.0
"""Seconds that a worker has beyond the time that it gives its upstreams: requests wait in queues, too."""

# What belongs to one connection (RFC 9110 §7.6.1), was undone, or is said anew by whoever passes it on.
_OWN = frozenset({
    b"connection", b"content-encoding", b"content-length", b"expect", b"host", b"keep-alive", b"te", b"trailer",
    b"transfer-encoding", b"upgrade", b"x-request-id",
})  # fmt: skip
_SAID_ANEW = frozenset({"connection", "date", "keep-alive", "openai-processing-ms", "transfer-encoding", "vary"})


class Elsewhere:
    """The workers of one endpoint, and the way from each to each.

    Args:
        folder: where their sockets are; whoever made it removes it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._secret = secrets.token_hex(16).encode()
        self._own = ""
        self._transport = AsyncioTransport(trust_env=False)

    @contextlib.contextmanager
    def door(self) -> Generator[socket.socket]:
        """This process's socket: it listens for as long as the block lasts."""
        # A process's number comes again.
        self._own = f"{os.getpid()}-{secrets.token_hex(4)}{ENDING}"
        path = self._folder / self._own
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(path))
            door.listen(BACKLOG)
            try:
                yield door
            finally:
                path.unlink(missing_ok=True)

    async def answered(self, visit: Visit, name: bytes, raw: bytes) -> bool:
        """Have the worker answer whose a request is; False where that is this one.

        Args:
            visit: the request.
            name: see `dragoman.gateway.repeats.named.name_of`.
            raw: its body.

        Raises:
            Disconnected: the caller left first; so the other worker is told.
            TurnedAwayError: the other worker died.
        """
        if (PASSED_ON, self._secret) in visit.sent:
            return False
        there = sorted((path.name for path in self._folder.glob(f"*{ENDING}")), key=lambda own: _weight(own, name))
        for own in there:
            if own == self._own:
                return False
            answer = await unless_gone(visit.receive, self._asked(visit, own, raw))
            if answer is not None:
                try:
                    visit.elsewhere = True
                    await unless_gone(visit.receive, _told(visit, answer))
                finally:
                    answer.close()
                return True
            if not is_alive(self._folder / own):
                # Who was killed could not do so.
                (self._folder / own).unlink(missing_ok=True)
        return False

    def close(self) -> None:
        """Close the connections to the others."""
        self._transport.close()

    async def _asked(self, visit: Visit, own: str, raw: bytes) -> AsyncAnswer | None:
        """The answer's beginning; None where that worker is there no more."""
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in visit.sent if name not in _OWN]
        headers = [*headers, ("x-request-id", visit.id), (PASSED_ON.decode(), self._secret.decode())]
        address = f"http+unix://{quote(str(self._folder / own), safe='')}{visit.path}"
        until = time.monotonic() + visit.running.config.timeouts.total + _LATE
        try:
            return await self._transport.send(Outgoing("POST", address, tuple(headers), raw), until)
        except NoAnswer as reason:
            if reason.kind == "connect" or not reason.sent:
                return None
            sentence = "the process that worked on this request has died; send it again"
            raise TurnedAwayError(refusal.of_status(502, sentence, "worker_died")) from None


async def _told(visit: Visit, answer: AsyncAnswer) -> None:
    """Pass an answer on as it comes; where the other worker dies, it is broken off."""
    headers: list[Header] = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in answer.headers.items()
        if name not in _SAID_ANEW and not name.startswith("access-control-")
    ]
    await visit.send({"type": "http.response.start", "status": answer.status, "headers": headers})
    until = time.monotonic() + visit.running.config.timeouts.total + _LATE
    while piece := await answer.read(until):
        await visit.send({"type": "http.response.body", "body": piece, "more_body": True})
    await visit.send({"type": "http.response.body", "body": b""})


def _weight(own: str, name: bytes) -> bytes:
    return sha256(own.encode() + name).digest()
