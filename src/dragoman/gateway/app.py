"""The gateway's endpoint: which path and method is which, and what every answer carries. An ASGI application."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import asgi
from dragoman.errors import DragomanError
from dragoman.gateway import docs, messages, models, openapi, pipeline, refusal
from dragoman.gateway.completions import COMPLETIONS
from dragoman.gateway.refusal import Refusal, TurnedAwayError
from dragoman.gateway.respond import Caller
from dragoman.gateway.tongue import CHAT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dragoman.asgi import Header, Receive, Scope, Send
    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.running import Running
    from dragoman.gateway.tongue import Tongue

    Endpoint = Callable[["Visit"], Awaitable[None]]
    Known = Callable[["Visit", Identity], Awaitable[None]]

log = logging.getLogger("dragoman.gateway")

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_ALSO = {"GET": ("GET", "HEAD")}


class Visit:
    """One request on its way through: what was asked, and how to answer.

    Attributes:
        id: the request's name: the caller's own `x-request-id`, or a new one.
        sent: the request's headers.
        rest: what of the path the route left open.
        foreign: whether a page of another site sent it, as the browser says (Fetch Metadata §2.4).
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.sent: list[Header] = scope["headers"]
        headers = dict(self.sent)
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

    def caller(self, tongue: Tongue) -> Caller:
        """Who asks, in an API."""
        return Caller(self.id, self.receive, self.send, tongue, tongue.headers(self.id))

    async def refuse(self, refused: Refusal) -> None:
        """Answer with a fault, unless an answer has begun."""
        if not self._started:
            await asgi.respond(self.send, refused.status, refused.body, [*self.headers, *refused.headers])


class Gateway:
    """The endpoint.

    Args:
        running: what it is made of; another may take its place while it serves.
    """

    def __init__(self, running: Running) -> None:
        self.running = running
        self._routes: dict[str, dict[str, Endpoint]] = {
            "/v1/chat/completions": {"POST": self._answers(CHAT)},
            "/chat/completions": {"POST": self._answers(CHAT)},
            "/v1/completions": {"POST": self._answers(COMPLETIONS)},
            "/v1/messages": {"POST": self._answers(messages.MESSAGES)},
            "/v1/messages/count_tokens": {"POST": self._count_tokens},
            "/v1/models": {"GET": self._known(self._models)},
            "/v1/models/": {"GET": self._known(self._model)},
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
        except TurnedAwayError as turned:
            await visit.refuse(turned.refusal)
        except DragomanError as error:
            await visit.refuse(refusal.of_error(error))
        except Exception:  # a mistake of ours is for the log; its caller gets an answer of this API's form all the same
            log.exception("request %s failed", visit.id)
            await visit.refuse(refusal.of_status(500, "the gateway failed, and its log says how", "internal_error"))

    async def _route(self, visit: Visit) -> None:
        methods = self._routes.get(visit.path)
        for prefix in ("/v1/models/", "/docs/"):
            if methods is None and visit.path.startswith(prefix):
                methods, visit.rest = self._routes[prefix], visit.path.removeprefix(prefix)
        if methods is None:
            known = ", ".join(path for path in self._routes if not path.endswith("/"))
            message = f"there is no {visit.path[:200]!r} here; there are {known}"
            raise TurnedAwayError(refusal.of_status(404, message, "not_found"))
        endpoint = methods.get(visit.method)
        if endpoint is None:
            allowed = ", ".join(name for method in methods for name in _ALSO.get(method, (method,)))
            message = f"{visit.path} takes {allowed}, not {visit.method}"
            headers = [(b"allow", allowed.encode())]
            raise TurnedAwayError(refusal.of_status(405, message, "method_not_allowed", headers))
        if visit.foreign and visit.method != "GET":
            # A form or a fetch without CORS needs nobody's leave to be sent, and would be paid for here.
            message = "a page of another site may not ask through its reader's browser"
            raise TurnedAwayError(refusal.of_status(403, message, "cross_site"))
        await endpoint(visit)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        """Warm the models on this machine when the server starts, keep the limits, and close all of it at the end."""
        await receive()
        admission = self.running.lasting.admission
        beside = [asyncio.ensure_future(upstream.warm()) for upstream in self.running.relay.upstreams.values()]
        if admission is not None:
            beside.append(asyncio.ensure_future(admission.keep()))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        if admission is not None:
            await admission.close()
        self.running.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _answers(self, tongue: Tongue) -> Endpoint:
        """What answers completions in an API."""

        async def endpoint(visit: Visit) -> None:
            await pipeline.answer(self.running, visit.caller(tongue), visit.sent)

        return endpoint

    def _known(self, endpoint: Known) -> Endpoint:
        """What answers those alone who are somebody here."""

        async def checked(visit: Visit) -> None:
            await endpoint(visit, await pipeline.identified(self.running, visit.sent))

        return checked

    async def _count_tokens(self, visit: Visit) -> None:
        await messages.count_tokens(self.running, visit.caller(messages.MESSAGES), visit.sent)

    async def _models(self, visit: Visit, who: Identity) -> None:
        await visit.json(await models.listed(self.running.relay, who))

    async def _model(self, visit: Visit, who: Identity) -> None:
        await visit.json(await models.one(self.running.relay, who, visit.rest))

    async def _healthz(self, visit: Visit) -> None:
        await visit.json({"status": "ok", "requests": self.running.lasting.totals.to_dict()})

    async def _readyz(self, visit: Visit) -> None:
        troubles = await asyncio.gather(*(upstream.trouble() for upstream in self.running.relay.upstreams.values()))
        found = dict(zip(self.running.relay.upstreams, troubles, strict=True))
        if any(trouble is None for trouble in troubles):
            resting = {name: trouble for name, trouble in found.items() if trouble is not None}
            await visit.json({"status": "ready"} | ({"upstreams": resting} if resting else {}))
        else:
            reason = "; ".join(trouble for trouble in troubles if trouble is not None)
            await visit.json({"status": "not ready", "reason": reason}, 503)

    async def _openapi(self, visit: Visit) -> None:
        await visit.json(openapi.document())

    async def _docs(self, visit: Visit) -> None:
        if visit.path == "/docs/":
            # The page finds its files, and the endpoint, relative to /docs: it may be published under a prefix.
            await asgi.respond(visit.send, 308, b"", [*visit.headers, (b"location", b"../docs")])
            return
        page = docs.pages().get(visit.rest or docs.INDEX)
        if page is None:
            raise TurnedAwayError(refusal.of_status(404, f"there is no page {visit.path[:200]!r}", "not_found"))
        body, kind = page
        await asgi.respond(visit.send, 200, body, [*visit.headers, *docs.HEADERS], kind)

    async def _index(self, visit: Visit) -> None:
        await visit.json({"dragoman": "a chat-completions endpoint", "base_url": "/v1", "docs": "/docs"})
