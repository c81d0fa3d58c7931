"""The gateway's endpoint: which path and method is which, and what every answer carries. An ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import time
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import asgi
from dragoman.errors import DragomanError
from dragoman.gateway import openapi, pipeline, respond
from dragoman.gateway.ledger import Totals
from dragoman.wire.fault import Fault, encode_fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dragoman.asgi import Header, Receive, Scope, Send
    from dragoman.gateway.upstream import Upstream

    Endpoint = Callable[["Visit"], Awaitable[None]]

# Nothing is loaded from elsewhere, nothing may frame the page, and its own scripts are files of ours.
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
TYPES = {"html": b"text/html; charset=utf-8", "css": b"text/css; charset=utf-8", "js": b"text/javascript; charset=utf-8"}
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class Visit:
    """One request on its way through: what was asked, and how to answer.

    Attributes:
        id: the request's name: the caller's own `x-request-id`, or a new one.
        rest: what of the path the route left open.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
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
            fault = encode_fault(Fault(message=message, code=code))
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
            allowed = ", ".join(methods)
            message = f"{visit.path} takes {allowed}, not {visit.method}"
            await visit.refuse(405, message, "method_not_allowed", [(b"allow", allowed.encode())])
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
        if visit.path.endswith("/"):
            # The page finds its files, and the endpoint, relative to /docs: it may be published under a prefix.
            await asgi.respond(visit.send, 308, b"", [*visit.headers, (b"location", b"../docs")])
            return
        page = files("dragoman.gateway") / "pages" / (visit.rest or "index.html")
        kind = TYPES.get(visit.rest.rpartition(".")[2] or "html")
        if "/" in visit.rest or kind is None or not page.is_file():
            await visit.refuse(404, f"there is no page {visit.path[:200]!r}", "not_found")
            return
        security = [(b"content-security-policy", POLICY), (b"x-content-type-options", b"nosniff")]
        await asgi.respond(visit.send, 200, page.read_bytes(), [*visit.headers, *security], kind)

    async def _index(self, visit: Visit) -> None:
        await visit.json({"dragoman": "a chat-completions endpoint", "base_url": "/v1", "docs": "/docs"})
