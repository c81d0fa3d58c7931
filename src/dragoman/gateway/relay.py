"""One request on its course: attempts, a second one beside a slow first, and an answer with all that it came through.

Whom to ask next is the course's to say; this carries it out, tells circuits and the ledger's entry what happened, and
leaves nothing open that lost or was given up.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any, NoReturn

from dragoman import errors
from dragoman.candidates.course import Course, Try
from dragoman.exchange import Timeouts
from dragoman.exchange.continuation import Joint, beginning_of, is_plain, rest
from dragoman.gateway.ledger import end_of
from dragoman.gateway.relayed import Relayed
from dragoman.gateway.routes import in_order
from dragoman.stream.followed import Followed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine, Iterable, Mapping

    from dragoman.candidates.course import Stop
    from dragoman.exchange.continuation import Beginning
    from dragoman.gateway.ledger import Attempt, Entry
    from dragoman.gateway.relayed import Answer
    from dragoman.gateway.routes import Found, Routes, Way
    from dragoman.gateway.tongue import Document, What
    from dragoman.gateway.upstream import Lane, Upstream
    from dragoman.stream.followed import Give

    Outcome = Document | Followed
    Task = asyncio.Task[Outcome]


class Relay:
    """Where requests go.

    Args:
        upstreams: by their names.
        routes: which of them answer a model.
    """

    def __init__(self, upstreams: Mapping[str, Upstream], routes: Routes) -> None:
        self.upstreams = upstreams
        self.routes = routes

    def find(self, model: str) -> Found:
        """What is done with requests for a model.

        Raises:
            NotFoundError: there is none.
        """
        found = self.routes.find(model)
        if found is None:
            known = ", ".join(self.routes.models())
            raise errors.NotFoundError(
                f"there is no model {model[:200]!r} here; there are {known}",
                status=404,
                code="model_not_found",
                param="model",
            )
        return found

    def open(
        self, body: dict[str, Any], found: Found, entry: Entry, until: float, asks: What = "completion"
    ) -> Coroutine[Any, Any, Relayed]:
        """Work on the answer to a request, whole or as a stream that has begun.

        Args:
            body: the request, in our words.
            found: what is done with it.
            entry: what is told of each attempt.
            until: the deadline of all of it, by the monotonic clock.
            asks: what it asks for.

        Raises:
            InvalidRequestError: no upstream can take it.
            APIError: the last attempt failed so.
        """
        return self._race(body, found, entry, until, found.route.retries, asks=asks)

    def follow(  # noqa: PLR0913, PLR0917 - an answer, whom it is given to, and the arguments of `open`
        self, relayed: Answer, give: Give, body: dict[str, Any], found: Found, entry: Entry, until: float
    ) -> Awaitable[None]:
        """Give away the chunks of a stream that has begun, as many at a time as arrive.

        Where it breaks off and the route says so, those of its rest too; the first chunk of that says whose it is,
        under `dragoman`.

        Args:
            relayed: the stream.
            give: given the chunks, as `Followed.follow` does.
            body: as in `open`.
            found: as in `open`.
            entry: as in `open`.
            until: as in `open`.

        Raises:
            APIError: it broke off, and could not be gone on with.
        """
        if not isinstance(relayed, Relayed):
            return relayed.follow(give)
        further = self._able(found) if found.route.continue_streams and is_plain(body) else None
        return relayed.follow(give) if further is None else self._continued(relayed, give, body, further, entry, until)

    async def _continued(  # noqa: PLR0913, PLR0917 - as above
        self, relayed: Relayed, give: Give, body: dict[str, Any], further: Found, entry: Entry, until: float
    ) -> None:
        begun: Beginning | None = None
        joint: Joint | None = None
        while True:
            try:
                await relayed.follow(give if joint is None else _joined(joint, give))
            except errors.APIError as error:
                known = beginning_of(error, relayed.attempt.tokens(None).completion or 0)
                if known is None:
                    raise
                begun = known if begun is None or joint is None else known.after(begun, echo=joint.echo)
                further = _others_first(further, relayed)
                relayed = await self._rest(body, further, entry, until, begun, error)
                joint = _joint(relayed, begun)
            else:
                return

    def _able(self, found: Found) -> Found | None:
        """Those of the ways to answer that can go on from a beginning; None where there is none."""
        ways, resort = (
            tuple(way for way in part if _can(self.upstreams[way.upstream], way.model))
            for part in (found.ways, found.resort)
        )
        return found._replace(ways=ways, resort=resort) if ways or resort else None

    async def _rest(  # noqa: PLR0913, PLR0917 - a request, and what there is of its answer
        self, body: dict[str, Any], found: Found, entry: Entry, until: float, begun: Beginning, error: errors.APIError
    ) -> Relayed:
        # One that always breaks off must not be paid for the same words again and again.
        left = found.route.retries - entry.tried
        try:
            return await self._race(rest(body, begun), found, entry, until, left, begun.text)
        except errors.DragomanError:
            # What the caller has to know is that its stream broke off, and how far it came.
            raise error from None

    async def _race(  # noqa: PLR0913, PLR0917 - a request, where it goes, and how often
        self,
        body: dict[str, Any],
        found: Found,
        entry: Entry,
        until: float,
        retries: int,
        beginning: str | None = None,
        asks: What = "completion",
    ) -> Relayed:
        ways = in_order(found, self.upstreams.__getitem__, random.random)
        resort = self._stops(found.resort) if found.resort else ()
        course = Course(self._stops(ways), retries, random.random, resort)
        return await _Race(self, course, body, entry, until, beginning, asks).run(found.route.hedge_after)

    def _stops(self, ways: Iterable[Way]) -> list[Stop[Lane]]:
        return [self.upstreams[way.upstream].stop(way.model) for way in ways]


class _Running:
    """An attempt that is under way."""

    __slots__ = ("_work", "attempt", "begun", "changes", "step", "task", "upstream")

    def __init__(
        self,
        step: Try[Lane],
        upstream: Upstream,
        attempt: Attempt,
        changes: list[str],
        work: Coroutine[Any, Any, Outcome],
    ) -> None:
        self.step = step
        self.upstream = upstream
        self.attempt = attempt
        self.changes = changes
        self.begun = time.monotonic()
        self.task: Task | None = None
        self._work = work
        upstream.busy += 1

    def start(self) -> Task:
        """Go on in a task of its own: another may be begun beside it."""
        if self.task is None:
            self.task = asyncio.ensure_future(self._work)
        return self.task

    @property
    def work(self) -> Awaitable[Outcome]:
        """What it comes to; where it has no task of its own, whoever waits for it does it."""
        return self._work if self.task is None else self.task


class _Race:
    """The attempts of one request: mostly one at a time."""

    def __init__(  # noqa: PLR0913, PLR0917 - a request, and where it goes
        self,
        relay: Relay,
        course: Course[Lane],
        body: dict[str, Any],
        entry: Entry,
        until: float,
        beginning: str | None,
        asks: What,
    ) -> None:
        self._asks: What = asks
        self._beginning = beginning
        self._relay = relay
        self._course = course
        self._body = body
        self._entry = entry
        self._until = until
        self._running: list[_Running] = []
        self._error: errors.DragomanError | None = None

    async def run(self, hedge_after: float | None) -> Relayed:
        hedge = hedge_after if self._body.get("stream") is True else None
        try:
            while True:
                if not self._running and not await self._advance():
                    self._fail()
                ended = self._running[:1]
                if hedge is not None or len(self._running) > 1:
                    ended = await self._first(hedge)
                    if not ended:
                        # Whoever has nobody else to ask waits on.
                        hedge = hedge if self._start_beside() else None
                for running in ended:
                    try:
                        return self._won(running, await running.work)
                    except errors.DragomanError as error:
                        self._lost(running, error)
        finally:
            self._give_up()

    async def _first(self, hedge: float | None) -> list[_Running]:
        """Those that ended first; of one alone, nobody where it takes longer than `hedge` seconds."""
        waited = {running.start() for running in self._running}
        wait = hedge if len(waited) == 1 else None
        done, _ = await asyncio.wait(waited, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        return [running for running in self._running if running.task in done]

    async def _advance(self) -> bool:
        """Begin the next attempt, after the pause before it; False where there is none."""
        while True:
            now = time.monotonic()
            step = self._course.next(now)
            if isinstance(step, Try):
                if self._begin(step):
                    return True
            elif step is None or now + step.seconds >= self._until:
                return False
            else:
                await asyncio.sleep(step.seconds)

    def _start_beside(self) -> bool:
        step = self._course.next(time.monotonic())
        return isinstance(step, Try) and self._begin(step)

    def _begin(self, step: Try[Lane]) -> bool:
        upstream = self._relay.upstreams[step.stop.upstream]
        try:
            body, changes = upstream.fit(self._body, self._asks)
            if self._beginning is not None and upstream.continues is not None:
                body = upstream.continues.of(body, self._beginning)
            call = step.lane.call(body | {"model": step.stop.model}, self._timeouts(upstream.timeouts), self._asks)
        except errors.InvalidRequestError as error:
            self._course.unable(step)
            self._error = error
            return False
        except errors.ConfigurationError as error:
            self._course.failed(step, error, time.monotonic())
            self._entry.attempt(upstream.name, step.stop.model, step.lane.credential).ended(end_of(error))
            self._error = error
            return False
        attempt = self._entry.attempt(upstream.name, step.stop.model, step.lane.credential, upstream.tier(body))
        headers = attempt.leg.headers if attempt.leg else None
        work = step.lane.send(call, self._asks, stream=self._body.get("stream") is True, headers=headers)
        self._running.append(_Running(step, upstream, attempt, [*changes, *call.changes], work))
        return True

    def _timeouts(self, own: Timeouts) -> Timeouts:
        left = max(self._until - time.monotonic(), 0.001)
        streamed = self._body.get("stream") is True
        return Timeouts(
            total=min(own.total, left) if streamed else left,
            connect=own.connect,
            first_token=own.first_token,
            idle=own.idle,
            # What one upstream does not answer in its own time another may answer in what is left of the caller's.
            attempt=own.attempt if streamed else own.total,
        )

    def _lost(self, running: _Running, error: errors.DragomanError) -> None:
        """Take that an attempt failed: another has to find an answer."""
        self._running.remove(running)
        self._error = error
        self._course.failed(running.step, error, time.monotonic())
        running.attempt.ended(end_of(error), error.status if isinstance(error, errors.APIError) else None)
        running.upstream.busy -= 1

    def _won(self, running: _Running, outcome: Outcome) -> Relayed:
        """Take what an attempt was answered with."""
        self._running.remove(running)
        if isinstance(outcome, Followed):
            running.upstream.took(time.monotonic() - running.begun)
        entry = self._entry
        entry.answers(running.attempt)
        if running.changes:
            known = entry.changed
            entry.changed = (*known, *(each for each in running.changes if each not in known))
        return Relayed(
            outcome,
            running.upstream,
            running.step.stop.model,
            running.attempt,
            circuit=running.step.lane.circuit,
            choices=self._body.get("n") or 1,
        )

    def _give_up(self) -> None:
        """Stop whatever is still under way: it lost, or nobody waits for it any more."""
        for running in self._running:
            if running.task is not None:
                running.task.cancel()
                running.task.add_done_callback(_left)
            running.step.lane.circuit.cancelled()
            running.attempt.ended("cancelled")
            running.upstream.busy -= 1
        self._running.clear()

    def _fail(self) -> NoReturn:
        if self._error is not None:
            raise self._error
        free = self._course.free_at() - time.monotonic()
        raise errors.OverloadedError(
            f"no upstream of {self._body['model']!r} may be asked now: each has failed of late, and is left alone",
            status=503,
            code="no_upstream",
            retryable=True,
            retry_after=free if 0 < free < float("inf") else None,
        )


def _others_first(found: Found, broken: Relayed) -> Found:
    """The ways that are left when one has broken off: it is the last to be asked again, and no resort any more."""
    gone = (broken.upstream.name, broken.model)
    ways = sorted(found.ways, key=lambda way: way[:2] == gone)
    return found._replace(ways=tuple(ways), resort=tuple(way for way in found.resort if way[:2] != gone))


def _joint(relayed: Relayed, begun: Beginning) -> Joint:
    continues = relayed.upstream.continues
    mark = {"upstream": relayed.upstream.name, "model": relayed.model}
    return Joint(begun, echo=continues.echo(begun.text) if continues is not None else "", mark=mark)


def _joined(joint: Joint, give: Give) -> Give:
    return lambda chunks: give([joint.joined(chunk) for chunk in chunks])


def _can(upstream: Upstream, model: str) -> bool:
    return upstream.continues is not None and upstream.continues.can(model)


def _left(task: Task) -> None:
    """Close the stream of an attempt that was answered in the moment it was given up."""
    if not task.cancelled() and task.exception() is None:
        answer = task.result()
        if isinstance(answer, Followed):
            answer.close()
