"""The gateway's endpoint: which path and method is which, and for whom. An ASGI application."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from dragoman import asgi
from dragoman.errors import ConfigurationError, DragomanError
from dragoman.gateway import counting, metrics, models, openapi, own, pipeline, refusal, static
from dragoman.gateway.access import admitted
from dragoman.gateway.admin import keys, operation, reports
from dragoman.gateway.completions import COMPLETIONS
from dragoman.gateway.embeddings import EMBEDDINGS
from dragoman.gateway.endpoints import Endpoint, Endpoints
from dragoman.gateway.explain import Refusals
from dragoman.gateway.exposition import CONTENT_TYPE, Numbers, written
from dragoman.gateway.messages import MESSAGES
from dragoman.gateway.readiness import readiness
from dragoman.gateway.refusal import TurnedAwayError
from dragoman.gateway.reload import adopt, prepared
from dragoman.gateway.repeats.repeats import Repeats
from dragoman.gateway.responses import RESPONSES
from dragoman.gateway.siblings import EVERY
from dragoman.gateway.sites import CROSS_SITE
from dragoman.gateway.tongue import CHAT
from dragoman.gateway.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from dragoman.asgi import Receive, Scope, Send
    from dragoman.gateway.config.shape import Config
    from dragoman.gateway.endpoints import Who
    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.repeats.elsewhere import Elsewhere
    from dragoman.gateway.running import Running
    from dragoman.gateway.siblings import Siblings
    from dragoman.gateway.tongue import Tongue

log = logging.getLogger("dragoman.gateway")

_ALSO = {"GET": ("GET", "HEAD")}


class Gateway:
    """The endpoint.

    Args:
        running: what it is made of; another takes its place when the configuration is read again.
        read: reads the configuration again; None where there is nothing to read.
        siblings: the other processes that serve the same; None where there are none.
        elsewhere: the way to each of them, for requests that are sent again.
        everyone: tells all of them to read the configuration again.

    Attributes:
        running: what requests that begin now go by.
        draining: whether it has been told to stop.
        meter: what it counts.
        repeats: what is answered to requests that are sent again.
        endpoints: what can be asked of it.
    """

    def __init__(
        self,
        running: Running,
        *,
        read: Callable[[], Config] | None = None,
        siblings: Siblings | None = None,
        elsewhere: Elsewhere | None = None,
        everyone: Callable[[], None] | None = None,
    ) -> None:
        self.running = running
        self.draining = False
        self.meter = metrics.Meter()
        self.repeats = Repeats(elsewhere)
        self.meter.begin(running.relay.upstreams)
        running.lasting.totals.also = self.meter.closed
        self._read = read
        self._siblings = siblings
        self._everyone = everyone
        self._reloading = asyncio.Lock()
        self._refusals = Refusals()
        self._beside: set[asyncio.Task[None]] = set()
        self.endpoints = Endpoints(self._table())

    def _table(self) -> list[Endpoint]:
        """All that can be asked, and by whom: what is decided of a request is decided by its line here."""
        of = Endpoint
        explanations = reports.Explanations(self._refusals)
        answering = partial(_answering, repeats=self.repeats)
        reloading = operation.Reloading(self._reload_all)
        return [
            answering("/v1/chat/completions", CHAT),
            answering("/chat/completions", CHAT),
            answering("/v1/completions", COMPLETIONS),
            answering("/v1/embeddings", EMBEDDINGS),
            answering("/v1/messages", MESSAGES),
            answering("/v1/responses", RESPONSES),
            *(of(method, "/v1/responses/{+id}", "caller", _not_kept) for method in ("GET", "POST", "DELETE")),
            of("POST", "/v1/messages/count_tokens", "caller", _count_tokens, MESSAGES),
            of("GET", "/v1/models", "caller", _models),
            of("GET", "/v1/models/{+model}", "caller", _model),
            of("GET", "/v1/requests/{id}", "caller", explanations.own),
            of("GET", "/v1/key", "caller", own.key),
            of("POST", "/admin/keys", "admin", keys.create),
            of("GET", "/admin/keys", "admin", keys.listed),
            of("POST", "/admin/keys/{id}/rotate", "admin", keys.rotate),
            of("DELETE", "/admin/keys/{id}", "admin", keys.revoke),
            of("GET", "/admin/usage", "admin", reports.usage),
            of("GET", "/admin/requests/{id}", "admin", explanations.explain),
            of("GET", "/admin/upstreams", "admin", operation.upstreams),
            of("GET", "/admin/config", "admin", operation.config),
            of("POST", "/admin/reload", "admin", reloading.reload),
            of("GET", "/metrics", "observer", self._metrics),
            of("GET", "/healthz", "anyone", _healthz),
            of("GET", "/readyz", "anyone", self._readyz),
            of("GET", "/openapi.json", "anyone", _openapi),
            of("GET", "/docs", "anyone", static.docs),
            of("GET", "/docs/", "anyone", static.without_slash),
            of("GET", "/admin", "anyone", static.admin),
            of("GET", "/admin/", "anyone", static.without_slash),
            of("GET", "/pages/{+file}", "anyone", static.file),
            of("GET", "/", "anyone", _index),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's own start and end."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        running = self.running
        visit = Visit(scope, receive, send, running)
        running.enter()
        try:
            await self._route(visit)
        except asgi.Disconnected:
            return
        except asyncio.CancelledError:
            if not self.draining:
                raise
            # The server's, for what outlasts the drain: it would tell it as a mistake of ours, in a bare 500.
            await self._refuse(visit, refusal.STOPPING)
        except TurnedAwayError as turned:
            await self._refuse(visit, turned.refusal)
        except DragomanError as error:
            await self._refuse(visit, refusal.of_error(error))
        except Exception:  # a mistake of ours is for the log; its caller gets an answer of this API's form all the same
            log.exception("request %s failed", visit.id)
            failed = refusal.of_status(500, "the gateway failed, and its log says how", "internal_error")
            await self._refuse(visit, failed)
        finally:
            running.leave()
            if not visit.elsewhere:
                self.meter.answered(visit.place, visit.status)

    async def _route(self, visit: Visit) -> None:
        match = self.endpoints.find(visit.path)
        if match is not None:
            visit.matched(match)
        if visit.method == "OPTIONS" and visit.asks_leave:
            await visit.give_leave()
            return
        if match is None:
            # Only for the form in which it is told: the path that was asked for opens nothing.
            above = self.endpoints.above(visit.path)
            visit.tongue = above.tongue if above is not None else None
            known = ", ".join(path for path in self.endpoints.paths if "{" not in path and not path[1:].endswith("/"))
            message = f"there is no {visit.path[:200]!r} here; there are {known}"
            raise TurnedAwayError(refusal.of_status(404, message, "not_found"))
        endpoint = visit.endpoint
        if endpoint is None:
            allowed = ", ".join(name for method in match.methods for name in _ALSO.get(method, (method,)))
            message = f"{visit.path} takes {allowed}, not {visit.method}"
            headers = [(b"allow", allowed.encode())]
            raise TurnedAwayError(refusal.of_status(405, message, "method_not_allowed", headers))
        if visit.method != "GET" and visit.foreign:
            # A form or a fetch without CORS needs nobody's leave to be sent, and would be paid for here.
            raise TurnedAwayError(CROSS_SITE)
        who = await admitted(visit.running.doorman, endpoint.who, visit.sent)
        visit.key = who.id or None
        await endpoint.serve(visit, who)

    async def _refuse(self, visit: Visit, refused: refusal.Refusal) -> None:
        if not visit.status:
            self._refusals.note(visit.id, visit.place, refused, visit.key)
            await visit.refuse(refused)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        """Warm the models on this machine when the server starts, keep the limits, and close all of it at the end."""
        await receive()
        admission = self.running.lasting.admission
        self._warm(self.running)
        if admission is not None:
            self._do_beside(admission.keep())
        if self._siblings is not None:
            self._do_beside(self._write_down(self._siblings))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        await self.repeats.close()
        if admission is not None:
            await admission.close()
        await self.running.cache.close()
        self.running.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _do_beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    def _warm(self, running: Running) -> None:
        for upstream in running.relay.upstreams.values():
            self._do_beside(upstream.warm())

    async def reload(self) -> list[str]:
        """Go by the configuration as it is now; requests under way keep what they began with.

        Returns:
            What changed, a line each.

        Raises:
            ConfigurationError: it cannot be used, and nothing has changed; or there is none to read.
        """
        if self._read is None:
            raise ConfigurationError("this gateway was started without a configuration to read again")
        async with self._reloading:
            try:
                fresh, changed = prepared(self.running, await asyncio.to_thread(self._read))
            except Exception:
                self.meter.reloaded(well=False)
                raise
            old, self.running = self.running, fresh
            adopt(fresh)
            self.repeats.fit(fresh.config.repeats)
            self.meter.begin(fresh.relay.upstreams)
            old.retire()
            self._warm(fresh)
            self.meter.reloaded(well=True)
        return changed

    def hang_up(self) -> None:
        """Reload, and say what came of it on the log: what SIGHUP means."""
        self._do_beside(self._reload_aloud())

    async def _reload_aloud(self) -> None:
        try:
            changed = await self.reload()
        except DragomanError as error:
            for line in str(error).splitlines():
                log.warning("the configuration is as it was: %s", line)
            return
        except Exception:  # a mistake of ours is for the log, which nobody else would put it on
            log.exception("the configuration is as it was: it could not be read again")
            return
        if self._everyone is None:
            tell(changed)

    async def _reload_all(self) -> list[str]:
        """Reload, in this process and in its siblings."""
        changed = await self.reload()
        if self._everyone is None:
            tell(changed)
        else:
            self._everyone()
        return changed

    async def _write_down(self, siblings: Siblings) -> None:
        while True:
            siblings.write(self._numbers())
            await asyncio.sleep(EVERY)

    def _numbers(self) -> Numbers:
        found = metrics.look(self.running, self.repeats)
        return Numbers({**self.meter.numbers.sums, **found.sums}, self.meter.numbers.spreads)

    async def _metrics(self, visit: Visit, _: Identity) -> None:
        numbers = Numbers()
        families = (*metrics.COUNTED, *metrics.LOOKED_UP)
        numbers.take(families, self._numbers())
        for other in self._siblings.others() if self._siblings is not None else ():
            numbers.take(families if other.alive else metrics.COUNTED, other.numbers)
        await asgi.respond(visit.send, 200, written(families, numbers).encode(), visit.headers, CONTENT_TYPE)

    async def _readyz(self, visit: Visit, _: Identity) -> None:
        found = await readiness(visit.running, draining=self.draining)
        document = found.document(detailed=await _may(visit, "observer"))
        await visit.json(document, 503 if found.reasons else 200)


def tell(changed: list[str]) -> None:
    """Say on the log what reading the configuration again has changed."""
    if not changed:
        log.info("the configuration was read again: nothing changed")
    for line in changed:
        log.info("the configuration was read again: %s", line)


def _answering(path: str, tongue: Tongue, repeats: Repeats) -> Endpoint:
    """What answers completions in an API, whether they were asked before or not."""

    def serve(visit: Visit, who: Identity) -> Awaitable[object]:
        running, caller = visit.running, visit.caller(tongue)
        config = running.config.repeats
        if config is None:
            return pipeline.answer(running, caller, who)
        return repeats.answer(visit, caller, who, config)

    return Endpoint("POST", path, "caller", serve, tongue)


async def _count_tokens(visit: Visit, who: Identity) -> None:
    await counting.count_tokens(visit.running, visit.caller(MESSAGES), who)


async def _not_kept(visit: Visit, _: Identity) -> None:
    message = f"there is no {visit.path[:200]!r} here: this gateway keeps no responses, and says each of them once"
    raise TurnedAwayError(refusal.of_status(404, message, "not_found"))


async def _models(visit: Visit, who: Identity) -> None:
    await visit.json(await models.listed(visit.running.relay, who))


async def _model(visit: Visit, who: Identity) -> None:
    await visit.json(await models.one(visit.running.relay, who, visit.named))


async def _healthz(visit: Visit, _: Identity) -> None:
    served = {"requests": visit.running.lasting.totals.to_dict()} if await _may(visit, "observer") else {}
    await visit.json({"status": "ok", **served})


async def _openapi(visit: Visit, _: Identity) -> None:
    await visit.json(openapi.document())


async def _index(visit: Visit, _: Identity) -> None:
    await visit.json({"dragoman": "a chat-completions endpoint", "base_url": "/v1", "docs": "/docs"})


async def _may(visit: Visit, who: Who) -> bool:
    """Whether whoever asks might ask more than this endpoint wants of them."""
    try:
        await admitted(visit.running.doorman, who, visit.sent)
    except (TurnedAwayError, DragomanError):
        return False
    return True
