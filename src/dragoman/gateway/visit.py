"""One request to the gateway on its way through: what was asked, and how to answer. The server's calls, no others."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import asgi
from dragoman.gateway.body import read_body
from dragoman.gateway.explain import UNTRIED
from dragoman.gateway.refusal import TurnedAwayError
from dragoman.gateway.respond import Caller
from dragoman.gateway.sites import CROSS_SITE, asks_leave, leave
from dragoman.names import sorting

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from dragoman.asgi import Header, Receive, Scope, Send
    from dragoman.gateway.endpoints import Endpoint, Match, Who
    from dragoman.gateway.refusal import Refusal
    from dragoman.gateway.running import Running
    from dragoman.gateway.tongue import Tongue

NOWHERE = "none"
"""The path of a request for what is not here, where paths are counted: callers must not name what is counted."""

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class Visit:
    """One request.

    Args:
        scope: the server's.
        receive: the server's.
        send: the server's.
        running: the gateway as it was configured when the request came, and stays for it.

    Attributes:
        id: the request's name: the caller's own `x-request-id`, or a new one.
        sent: the request's headers.
        method: its method; GET for HEAD, which is answered alike.
        path: its path.
        query: what follows the path's question mark, as it was sent.
        named: what stands in it where the matched path has a name.
        endpoint: what it was matched to; None for nothing.
        tongue: the API in whose form it is refused; None for the gateway's own.
        place: the matched path as the table of endpoints writes it.
        status: what was answered; 0 for nothing yet.
        key: the id of the key that asks, once that is known.
        who: whom what was asked is for.
        elsewhere: whether another process answers it, which then counts it.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, running: Running) -> None:
        self.sent: list[Header] = scope["headers"]
        self._headers = dict(self.sent)
        given = self._headers.get(b"x-request-id", b"").decode("latin-1")
        self.id = given if _GIVEN_ID.fullmatch(given) else f"req_{sorting()}"
        self.method: str = "GET" if scope["method"] == "HEAD" else scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope.get("query_string", b"")
        self.named = ""
        self.place = NOWHERE
        self.endpoint: Endpoint | None = None
        self.tongue: Tongue | None = None
        self.who: Who = "anyone"
        self.key: str | None = None
        self.elsewhere = False
        self.running = running
        self.receive = asgi.listening(scope, receive)
        self.status = 0
        self._send = send
        self._more = asgi.more_of(scope)
        self._begun = time.monotonic()

    def matched(self, match: Match) -> None:
        """Note which path it was matched to, and by its method which endpoint, if any."""
        self.place = match.path
        self.named = match.named
        self.endpoint = match.methods.get(self.method)
        self.tongue = match.tongue
        self.who = match.who

    @property
    def foreign(self) -> bool:
        """Whether a page that may not ask sent it."""
        return self.running.sites.keep_out(self._headers, self.who)

    @property
    def asks_leave(self) -> bool:
        """Whether it is a browser's question whether its page may ask."""
        return asks_leave(self._headers)

    async def give_leave(self) -> None:
        """Answer that question.

        Raises:
            TurnedAwayError: the page may not.
        """
        if not self.running.sites.has(self._headers.get(b"origin"), self.who):
            raise TurnedAwayError(CROSS_SITE)
        # RFC 9110 §8.6: without a length, which an answer of this status never has.
        headers = [*self.headers, *leave(self._headers)]
        await self.send({"type": "http.response.start", "status": 204, "headers": headers})
        await self.send({"type": "http.response.body", "body": b""})

    @property
    def headers(self) -> list[Header]:
        """What every answer carries."""
        return [(b"x-request-id", self.id.encode())] if self.tongue is None else self.tongue.headers(self.id)

    def send(self, message: Any) -> Awaitable[None]:  # noqa: ANN401 - ASGI's own
        """Send on, with the time it took until the answer began."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            took = b"%d" % round((time.monotonic() - self._begun) * 1000)
            message["headers"] = [*message["headers"], (b"openai-processing-ms", took)]
            if self.running.sites.any:
                message["headers"] += self.running.sites.told(self._headers.get(b"origin"), self.who)
        return self._send(message)

    async def json(self, value: Any, status: int = 200) -> None:  # noqa: ANN401 - any document
        """Answer with a document."""
        body = value if isinstance(value, bytes) else msgspec.json.encode(value)
        await asgi.respond(self.send, status, body, self.headers)

    async def body(self, bound: int) -> bytes:
        """What was sent.

        Args:
            bound: the most bytes that it may have.

        Raises:
            TurnedAwayError, InvalidRequestError, Disconnected: as `dragoman.gateway.body.read_body`.
        """
        return await read_body(self.receive, self.sent, bound)

    def caller(self, tongue: Tongue) -> Caller:
        """Who asks, in an API."""
        return Caller(self.id, self.receive, self.send, tongue, tongue.headers(self.id), self.sent, self._more)

    async def refuse(self, refused: Refusal) -> None:
        """Answer with a fault, in the form of the API that was asked, unless an answer has begun."""
        if self.status:
            return
        body, headers = refused.body, [*self.headers, *refused.headers]
        if self.tongue is not None:
            body = self.tongue.refused(refused, self.id)
            if all(name != b"x-dragoman-attempts" for name, _ in refused.headers):
                headers += UNTRIED
        await asgi.respond(self.send, refused.status, body, headers)
