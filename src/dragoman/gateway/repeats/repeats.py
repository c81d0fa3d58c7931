"""Requests that are sent again, and what they are answered with. Starts tasks; reads the event loop's clock."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, get_args

from dragoman.asgi import Disconnected
from dragoman.errors import DragomanError
from dragoman.gateway import pipeline, refusal
from dragoman.gateway.refusal import TurnedAwayError
from dragoman.gateway.repeats.named import FIELD, key_in, name_of
from dragoman.gateway.repeats.work import Work

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from dragoman.gateway.config.shape import RepeatsConfig
    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.repeats.elsewhere import Elsewhere
    from dragoman.gateway.respond import Caller
    from dragoman.gateway.running import Running
    from dragoman.gateway.visit import Visit

PART = 8
"""One finished answer may take this part of what is kept."""

EACH = 1024
"""Bytes that an answer takes beside its own: its name, its headers, its pieces."""

REUSED = 422
"""The status of a key that was used for something else (the draft, §2.7)."""

Result = Literal["first", "joined", "given", "refused"]

log = logging.getLogger("dragoman.gateway")


class Repeats:
    """What is answered, or was, under an `Idempotency-Key`. One event loop's.

    Args:
        elsewhere: the way to the worker whose a request is; None where there is only one.

    Attributes:
        results: how often a request with such a key was answered how.
        taken: bytes of the finished answers that are kept.
    """

    def __init__(self, elsewhere: Elsewhere | None = None) -> None:
        self.results: dict[Result, int] = dict.fromkeys(get_args(Result), 0)
        self.taken = 0
        self._elsewhere = elsewhere
        self._works: dict[bytes, Work] = {}
        # Those of them that are finished, the oldest first, and what ends them.
        self._kept: OrderedDict[bytes, asyncio.TimerHandle] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """How many finished answers are kept."""
        return len(self._kept)

    async def answer(self, visit: Visit, caller: Caller, who: Identity, config: RepeatsConfig) -> None:
        """Serve a request that may have been sent before. Arguments and errors beside these as `pipeline.answer`'s.

        Args:
            visit: the request.
            caller: how to answer it.
            who: who asks.
            config: how those are answered that are sent again.

        Raises:
            TurnedAwayError: its `Idempotency-Key` cannot be one, or was another request's.
        """
        running = visit.running
        key = key_in(caller.sent)
        if key is None:
            await pipeline.answer(running, caller, who)
            return
        raw = await pipeline.body_of(running, caller)
        name = name_of(who.id, visit.place, key)
        if self._elsewhere is not None and await self._elsewhere.answered(visit, name, raw):
            return
        mark = sha256(raw).digest()
        work = self._works.get(name)
        if work is None or work.stopped:
            self.results["first"] += 1
            work = self._works[name] = Work(mark, config.waits)
            self._begin(self._done(name, work, running, work.asking(caller), who, raw, config))
            await work.read(caller, again=False)
            return
        if work.mark != mark:
            self.results["refused"] += 1
            sentence = f"this {FIELD.decode()} was sent with another body: each request has a key of its own"
            raise TurnedAwayError(refusal.of_status(REUSED, sentence, "idempotency_key_reused"))
        self.results["given" if work.over else "joined"] += 1
        await work.read(caller, again=True)

    async def close(self) -> None:
        """Stop what is worked on, and forget the rest."""
        for work in self._works.values():
            work.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.fit(None)
        if self._elsewhere is not None:
            self._elsewhere.close()

    def fit(self, config: RepeatsConfig | None) -> None:
        """Keep no more than that says; the oldest go first."""
        size = 0 if config is None else config.size
        while self._kept and self.taken + len(self._kept) * EACH > size:
            self._forget(next(iter(self._kept)))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _done(  # noqa: PLR0913, PLR0917 - a request, who asks it, and where its answer goes
        self,
        name: bytes,
        work: Work,
        running: Running,
        caller: Caller,
        who: Identity,
        raw: bytes,
        config: RepeatsConfig,
    ) -> None:
        """Work on a request, whoever reads its answer."""
        failure: BaseException | None = None
        well = False
        running.enter()
        try:
            well = await pipeline.answer(running, caller, who, raw)
        except (Disconnected, TurnedAwayError, DragomanError) as error:
            failure = error
        except Exception as error:  # it is its readers' to say so, if there are any
            failure = error
            log.exception("request %s failed", caller.id)
        finally:
            running.leave()
            work.end(failure)
            # One that was stopped may have given its place to the next.
            if self._works.get(name) is work:
                if well and work.size <= config.size // PART:
                    self._keep(name, work, config)
                else:
                    del self._works[name]

    def _keep(self, name: bytes, work: Work, config: RepeatsConfig) -> None:
        """Keep a finished answer."""
        self.taken += work.size
        self._kept[name] = asyncio.get_running_loop().call_later(config.kept, self._forget, name)
        self.fit(config)

    def _forget(self, name: bytes) -> None:
        self._kept.pop(name).cancel()
        self.taken -= self._works.pop(name).size
