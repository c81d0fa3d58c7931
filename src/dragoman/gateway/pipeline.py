"""The path of a request, on one screen: hear, look, admit, open an entry, ask upstream, answer, close the entry."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from dragoman import asgi
from dragoman.errors import DragomanError
from dragoman.gateway import refusal, respond
from dragoman.gateway.bill import Bill
from dragoman.gateway.body import read_body
from dragoman.gateway.bounds import within
from dragoman.gateway.cache.cache import Asked
from dragoman.gateway.cache.key import key_of
from dragoman.gateway.explain import tried
from dragoman.gateway.faults import status_of
from dragoman.gateway.ledger import Entry, end_of
from dragoman.gateway.limits.claims import Ask
from dragoman.gateway.limits.estimate import ANSWER, LARGEST, longest, tokens
from dragoman.gateway.limits.refused import Refused
from dragoman.gateway.named import models_in
from dragoman.gateway.refusal import TurnedAwayError
from dragoman.gateway.tongue import counted
from dragoman.gateway.words import Words

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from dragoman.gateway.cache.hit import Hit
    from dragoman.gateway.cache.lookup import Lookup
    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.limits.admission import Grant
    from dragoman.gateway.relayed import Answer, Following
    from dragoman.gateway.respond import Caller
    from dragoman.gateway.running import Running
    from dragoman.gateway.seats import Seat

_OPERATIONS = {"completion": "chat", "embeddings": "embeddings", "count": "count_tokens"}


async def answer(running: Running, caller: Caller, who: Identity, raw: bytes | None = None) -> bool:
    """Serve one request: in one document, or streamed where the payload says so.

    Args:
        running: the gateway as it was configured when the request came.
        caller: how to answer.
        who: who asks.
        raw: the request's body; None where it has not been read.

    Returns:
        Whether all of the answer was told; not where a stream of it broke off.

    Raises:
        Disconnected: the caller left.
        TurnedAwayError: the request is refused.
        DragomanError: it is refused for this reason.
    """
    if raw is None:
        raw = await body_of(running, caller)
    body, changes = caller.tongue.hear(raw)
    within(running.config.bounds, raw, body)
    # Nobody reads it again, and it would be kept until the answer has come.
    del raw
    return await ask(running, caller, who, body, changes)


async def body_of(running: Running, caller: Caller) -> bytes:
    """What a caller sends.

    Raises:
        Disconnected: the caller left.
        TurnedAwayError: it is more than may be, or cannot be read.
        InvalidRequestError: it is not what it says.
    """
    return await read_body(caller.receive, caller.sent, running.config.bounds.body)


async def ask(
    running: Running, caller: Caller, who: Identity, body: dict[str, Any], changes: tuple[str, ...] = ()
) -> bool:
    """Serve a request that has been heard. Arguments, result and errors as `answer`'s.

    Args:
        running: as there.
        caller: as there.
        who: as there.
        body: the request, in our words.
        changes: what had to be changed of it.
    """
    permit(who, body)
    seat = await _seat(running, caller, stream=body.get("stream") is True)
    try:
        return await _admitted(running, caller, who, body, changes)
    finally:
        seat.leave()


def permit(who: Identity, body: dict[str, Any]) -> None:
    """Let somebody ask for the models that a request names.

    Raises:
        TurnedAwayError: one is not among those that they may ask for.
    """
    if who.models is None:
        return
    for path, model in models_in(body):
        refused = who.refuse_model(model, path)
        if refused is not None:
            raise TurnedAwayError(refusal.of_caller(refused))


async def _seat(running: Running, caller: Caller, *, stream: bool) -> Seat:
    seat = running.seats.free(stream=stream)
    if seat is not None:
        return seat
    return await asgi.unless_gone(caller.receive, running.seats.take(stream=stream))


class _Request:
    """A request that was heard, and what is done with it.

    Args:
        running: the gateway as it was configured when the request came.
        caller: how to answer.
        who: who asks.
        body: the request, in our words.

    Attributes:
        found: where it may go.
        prompt: about how many tokens upstreams have to read.
        streamed: whether the answer is to be a stream.
        lookup: what the cache has of its answer; None where its answer is not kept.
    """

    __slots__ = ("body", "caller", "found", "lookup", "prompt", "running", "streamed", "who")

    def __init__(self, running: Running, caller: Caller, who: Identity, body: dict[str, Any]) -> None:
        self.running = running
        self.caller = caller
        self.who = who
        self.body = body
        self.found = running.relay.find(body["model"])
        self.prompt = caller.tongue.prompt(body)
        self.streamed = body.get("stream") is True
        self.lookup: Lookup | None = None

    @property
    def hit(self) -> Hit | None:
        """The answer, where it was kept."""
        return None if self.lookup is None else self.lookup.hit


async def _admitted(
    running: Running, caller: Caller, who: Identity, body: dict[str, Any], changes: tuple[str, ...]
) -> bool:
    request = _Request(running, caller, who, body)
    if request.found.route.cache is not None:
        request.lookup = await _look(request, request.found.route.cache)
    grant = await _grant(request)
    lookup = request.lookup
    told = (*(grant.headers if grant else ()), *(lookup.headers if lookup else ()))
    request.caller = caller._replace(headers=[*caller.headers, *told])
    entry = Entry(
        running.lasting.totals,
        caller.id,
        body["model"],
        stream=request.streamed,
        key=who.id or None,
        owner=who.owner or None,
        prompt=request.prompt,
        book=running.book,
    )
    try:
        with entry:
            entry.changed = changes
            entry.trace = running.trace(caller.sent, body, _OPERATIONS[caller.tongue.asks])
            words = Words(body) if running.book.texts else None
            try:
                await _answered(request, entry, words)
            except DragomanError as error:
                entry.failed(status_of(error), end_of(error))
                standing = grant.headers if grant else ()
                raise TurnedAwayError(tried(refusal.of_error(error), entry, standing)) from None
            finally:
                if words is not None:
                    words.keep(entry)
    except asyncio.CancelledError:
        # A server's that ends; whoever left is told of otherwise.
        raise TurnedAwayError(tried(refusal.STOPPING, entry, grant.headers if grant else ())) from None
    finally:
        _settle(grant, entry)
    return entry.closed is not None and entry.closed.end_reason == "completed"


async def _answered(request: _Request, entry: Entry, words: Words | None) -> None:
    running, caller, body, found, lookup = request.running, request.caller, request.body, request.found, request.lookup
    asked = counted(body) if request.streamed else body
    until = time.monotonic() + running.config.timeouts.total
    bill = Bill(entry) if running.book.told else None
    heard = entry.changed
    if request.hit is None:
        opening: Coroutine[Any, Any, Answer] = running.relay.open(asked, found, entry, until, caller.tongue.asks)
    else:
        opening = request.hit.opened(entry)
    if not request.streamed:
        opening = opening if lookup is None else lookup.listened(opening, entry, heard)
        await respond.whole(caller, opening, entry, body, words, bill)
        return
    following: Following = partial(running.relay.follow, body=asked, found=found, entry=entry, until=until)
    # Before the bill: whoever is given the answer again does not pay for it.
    following = following if lookup is None else lookup.heard(following, entry, heard)
    following = words.heard(following) if words else following
    await respond.stream(caller, opening, entry, body, bill.heard(following) if bill else following)


async def _look(request: _Request, seconds: float) -> Lookup | None:
    """What the cache has of a request's answer; None where there is no answer to keep."""
    running, asks, body = request.running, request.caller.tongue.asks, request.body
    if asks == "count":
        return None
    key = key_of(request.who.id, asks, running.marks[request.found.route.model], body)
    return await running.cache.look(Asked(key, asks, body.get("n") or 1, seconds), request.caller.sent)


async def _grant(request: _Request) -> Grant | None:
    """A request's share of what its key may use; None where nothing is limited.

    Raises:
        TurnedAwayError: it may use no more just now.
        LimitsUnavailableError: that cannot be told now.
    """
    admission = request.running.lasting.admission
    if admission is None or not request.who.limits.any:
        return None
    grant = await admission.reserve(request.who, _most(request))
    if isinstance(grant, Refused):
        raise TurnedAwayError(refusal.of_caller(grant))
    return grant


def _most(request: _Request) -> Ask:
    """What a request may take at most."""
    running, body = request.running, request.body
    if request.hit is not None or request.caller.tongue.asks == "count":
        # A request like any other that uses nothing: it passes also where all that may be used has been.
        return Ask(body["model"], 0, 0)
    answer = longest(body, ANSWER if request.caller.tongue.asks == "completion" else 0)
    reserved = tokens(request.prompt, answer)
    if not request.who.limits.counts_money:
        return Ask(body["model"], reserved)
    cost = running.most(request.found, reserved - answer, answer, body)
    if cost is None:
        return Ask(body["model"], reserved, tier=running.tier(request.found, body))
    return Ask(body["model"], reserved, min(cost, LARGEST))


def _settle(grant: Grant | None, entry: Entry) -> None:
    """What else has to know how it ended."""
    if entry.trace is not None and entry.closed is not None:
        entry.trace.closed(entry.closed)
    if grant is None:
        return
    closed = entry.closed
    used = 0 if closed is None else (closed.prompt_tokens or 0) + (closed.completion_tokens or 0)
    if closed is None or closed.tokens_from == "cache" or (not used and closed.tokens_from == "none"):
        grant.release()
    else:
        grant.settle(used, closed.cost)
