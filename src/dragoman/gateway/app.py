"""The gateway's endpoint: which path and method is which, and what every answer carries. An ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import secrets
import time
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import asgi
from dragoman.errors import DragomanError
from dragoman.gateway import docs, openapi, pipeline, respond
from dragoman.gateway.faults import kind_of
from dragoman.gateway.ledger import Totals
from dragoman.wire.fault import Fault, encode_fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dragoman.asgi import Header, Receive, Scope, Send
    from dragoman.gateway.upstream import Upstream

    Endpoint = Callable[["Visit"], Awaitable[None]]

log = logging.getLogger("dragoman.gateway")

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_ALSO = {"GET": ("GET", "HEAD")}


class Visit:
    """One request on its way through: what was asked, and how to answer.

    Attributes:
        id: the request's name: the caller's own `x-request-id`, or a new one.
        rest: what of the path the route left open.
        foreign: whether a page of another site sent it, as the browser says (Fetch Metadata §2.4).
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        self.foreign = headers.get(b"sec-fetch-site") in {b"cross-site", b"same-site"}
        self.id = given if _GIVEN_ID.fullmatch(given) else f"req_{secrets.token_hex(12)}"
        self.method: str = "GET" if scope["method"] == "HEAD" else scope["method"]
        self.path: str = scope["path"]
        self.rest = ""
        self.receive = receive
        self._send = send
        self._begun = time.monotonic()
        self._started = False

    @property
    def headers(self) -> list[Header]:
        """What every answer carries."""
        return [(b"x-request-id", self.id.encode())]

    async def send(self, message: Any) -> None:  # noqa: ANN401 - ASGI's own
        """Send on, with the time it took until the answer began."""
        if message["type"] == "http.response.start":
            self._started = True
            took = b"%d" % round((time.monotonic() - self._begun) * 1000)
            message["headers"] = [*message["headers"], (b"openai-processing-ms", took)]
        await self._send(message)

    async def json(self, value: Any, status: int = 200) -> None:  # noqa: ANN401 - any document
        """Answer with a document."""
        body = value if isinstance(value, bytes) else msgspec.json.encode(value)
        await asgi.respond(self.send, status, body, self.headers)

    async def refuse(self, status: int, message: str, code: str, headers: list[Header] | None = None) -> None:
        """Answer with a fault, unless an answer has begun."""
        if not self._started:
            fault = encode_fault(Fault(message=message, code=code), kind_of(status))
            await asgi.respond(self.send, status, fault, [*self.headers, *(headers or [])])


class Gateway:
    """The endpoint in front of one upstream.

    Args:
        upstream: where chunks come from.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._totals = Totals()
        self._routes: dict[str, dict[str, Endpoint]] = {
            "/v1/chat/completions": {"POST": self._chat},
            "/chat/completions": {"POST": self._chat},
            "/v1/models": {"GET": self._models},
            "/v1/models/": {"GET": self._model},
            "/healthz": {"GET": self._healthz},
            "/readyz": {"GET": self._readyz},
            "/openapi.json": {"GET": self._openapi},
            "/docs": {"GET": self._docs},
            "/docs/": {"GET": self._docs},
            "/": {"GET": self._index},
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's own start and end."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        visit = Visit(scope, receive, send)
        try:
            await self._route(visit)
        except asgi.Disconnected:
            return
        except asgi.BodyTooLarge:
            await visit.refuse(413, f"the request is larger than {pipeline.BODY_BOUND} bytes", "request_too_large")
        except DragomanError as error:
            await respond.refuse(visit.send, error, visit.headers)
        except Exception:  # a mistake of ours is for the log; its caller gets an answer of this API's form all the same
            log.exception("request %s failed", visit.id)
            await visit.refuse(500, "the gateway failed, and its log says how", "internal_error")

    async def _route(self, visit: Visit) -> None:
        methods = self._routes.get(visit.path)
        for prefix in ("/v1/models/", "/docs/"):
            if methods is None and visit.path.startswith(prefix):
                methods, visit.rest = self._routes[prefix], visit.path.removeprefix(prefix)
        if methods is None:
            known = ", ".join(path for path in self._routes if not path.endswith("/"))
            await visit.refuse(404, f"there is no {visit.path[:200]!r} here; there are {known}", "not_found")
            return
        endpoint = methods.get(visit.method)
        if endpoint is None:
            allowed = ", ".join(name for method in methods for name in _ALSO.get(method, (method,)))
            message = f"{visit.path} takes {allowed}, not {visit.method}"
            await visit.refuse(405, message, "method_not_allowed", [(b"allow", allowed.encode())])
            return
        if visit.foreign and visit.method != "GET":
            # A form or a fetch without CORS needs nobody's leave to be sent, and would be paid for here.
            await visit.refuse(403, "a page of another site may not ask through its reader's browser", "cross_site")
            return
        await endpoint(visit)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        """Warm the upstream when the server starts, and close it at the end."""
        await receive()
        warming = asyncio.ensure_future(self._upstream.warm())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        warming.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await warming
        self._upstream.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _chat(self, visit: Visit) -> None:
        await pipeline.chat(self._upstream, self._totals, visit.id, visit.headers, visit.receive, visit.send)

    async def _models(self, visit: Visit) -> None:
        await visit.json((await self._upstream.models()).to_json())

    async def _model(self, visit: Visit) -> None:
        if {".", ".."} & set(visit.rest.split("/")):
            # Upstream these would name another path (RFC 3986 §5.2.4), to be fetched with the gateway's credential.
            await visit.refuse(404, f"there is no model {visit.rest[:200]!r}", "model_not_found")
            return
        await visit.json((await self._upstream.model(visit.rest)).to_json())

    async def _healthz(self, visit: Visit) -> None:
        await visit.json({"status": "ok", "requests": self._totals.to_dict()})

    async def _readyz(self, visit: Visit) -> None:
        trouble = await self._upstream.trouble()
        if trouble is None:
            await visit.json({"status": "ready"})
        else:
            await visit.json({"status": "not ready", "reason": trouble}, 503)

    async def _openapi(self, visit: Visit) -> None:
        await visit.json(openapi.document())

    async def _docs(self, visit: Visit) -> None:
        if visit.path == "/docs/":
            # The page finds its files, and the endpoint, relative to /docs: it may be published under a prefix.
            await asgi.respond(visit.send, 308, b"", [*visit.headers, (b"location", b"../docs")])
            return
        page = docs.pages().get(visit.rest or docs.INDEX)
        if page is None:
            await visit.refuse(404, f"there is no page {visit.path[:200]!r}", "not_found")
            return
        body, kind = page
        await asgi.respond(visit.send, 200, body, [*visit.headers, *docs.HEADERS], kind)

    async def _index(self, visit: Visit) -> None:
        await visit.json({"dragoman": "a chat-completions endpoint", "base_url": "/v1", "docs": "/docs"})
