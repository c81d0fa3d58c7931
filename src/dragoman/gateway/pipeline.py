"""The path of a request, on one screen: hear, admit, open an entry, ask upstream, answer, close the entry."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from dragoman import asgi
from dragoman.errors import DragomanError
from dragoman.gateway import refusal, respond
from dragoman.gateway.bill import Bill
from dragoman.gateway.body import read_body
from dragoman.gateway.bounds import within
from dragoman.gateway.explain import tried
from dragoman.gateway.faults import status_of
from dragoman.gateway.ledger import Entry, end_of
from dragoman.gateway.limits.claims import Ask
from dragoman.gateway.limits.estimate import ANSWER, LARGEST, tokens
from dragoman.gateway.limits.estimate import longest as longest_answer
from dragoman.gateway.limits.refused import Refused
from dragoman.gateway.refusal import TurnedAwayError
from dragoman.gateway.tongue import counted
from dragoman.gateway.words import Words

if TYPE_CHECKING:
    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.limits.admission import Grant
    from dragoman.gateway.relayed import Chunks
    from dragoman.gateway.respond import Caller
    from dragoman.gateway.routes import Found
    from dragoman.gateway.running import Running
    from dragoman.gateway.seats import Seat

_OPERATIONS = {"completion": "chat", "embeddings": "embeddings", "count": "count_tokens"}


async def answer(running: Running, caller: Caller, who: Identity) -> None:
    """Serve one request: in one document, or streamed where the payload says so.

    Args:
        running: the gateway as it was configured when the request came.
        caller: how to answer.
        who: who asks.

    Raises:
        Disconnected: the caller left.
        TurnedAwayError: the request is refused.
        DragomanError: it is refused for this reason.
    """
    raw = await body_of(running, caller)
    body, changes = caller.tongue.hear(raw)
    within(running.config.bounds, raw, body)
    # Nobody reads it again, and it would be kept until the answer has come.
    del raw
    await ask(running, caller, who, body, changes)


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
) -> None:
    """Serve a request that has been heard. Arguments and errors as `answer`'s.

    Args:
        running: as there.
        caller: as there.
        who: as there.
        body: the request, in our words.
        changes: what had to be changed of it.
    """
    permit(who, body["model"])
    seat = await _seat(running, caller, stream=body.get("stream") is True)
    try:
        await _admitted(running, caller, who, body, changes)
    finally:
        seat.leave()


def permit(who: Identity, model: str) -> None:
    """Let somebody ask for a model.

    Raises:
        TurnedAwayError: it is not among those that they may ask for.
    """
    refused = who.refuse_model(model)
    if refused is not None:
        raise TurnedAwayError(refusal.of_caller(refused))


async def _seat(running: Running, caller: Caller, *, stream: bool) -> Seat:
    seat = running.seats.free(stream=stream)
    if seat is not None:
        return seat
    return await asgi.unless_gone(caller.receive, running.seats.take(stream=stream))


async def _admitted(
    running: Running, caller: Caller, who: Identity, body: dict[str, Any], changes: tuple[str, ...]
) -> None:
    found = running.relay.find(body["model"])
    prompt = caller.tongue.prompt(body)
    grant = await _grant(running, who, body, found, prompt, ANSWER if caller.tongue.asks == "completion" else 0)
    caller = caller._replace(headers=[*caller.headers, *(grant.headers if grant else ())])
    streamed = body.get("stream") is True
    entry = Entry(
        running.lasting.totals,
        caller.id,
        body["model"],
        stream=streamed,
        key=who.id or None,
        owner=who.owner or None,
        prompt=prompt,
        book=running.book,
    )
    try:
        with entry:
            entry.changed = changes
            entry.trace = running.trace(caller.sent, body, _OPERATIONS[caller.tongue.asks])
            asked = counted(body) if streamed else body
            until = time.monotonic() + running.config.timeouts.total
            words = Words(body) if running.book.texts else None
            bill = Bill(entry) if running.book.told else None
            opening = running.relay.open(asked, found, entry, until, caller.tongue.asks)
            try:
                if streamed:
                    chunks: Chunks = partial(running.relay.chunks, body=asked, found=found, entry=entry, until=until)
                    chunks = words.heard(chunks) if words else chunks
                    await respond.stream(caller, opening, entry, body, bill.heard(chunks) if bill else chunks)
                else:
                    await respond.whole(caller, opening, entry, words, bill)
            except DragomanError as error:
                entry.failed(status_of(error), end_of(error))
                standing = grant.headers if grant else ()
                raise TurnedAwayError(tried(refusal.of_error(error), entry, standing)) from None
            finally:
                if words is not None:
                    words.keep(entry)
    finally:
        _settle(grant, entry)


async def _grant(  # noqa: PLR0913, PLR0917 - a request, who asks it, and how large it may become
    running: Running, who: Identity, body: dict[str, Any], found: Found, prompt: int, longest: int
) -> Grant | None:
    """A request's share of what its key may use; None where nothing is limited.

    Raises:
        TurnedAwayError: it may use no more just now.
        LimitsUnavailableError: that cannot be told now.
    """
    admission = running.lasting.admission
    if admission is None or not who.limits.any:
        return None
    reserved = tokens(body, prompt, longest)
    answer = longest_answer(body, longest)
    cost = running.most(found, reserved - answer, answer) if who.limits.counts_money else None
    ask = Ask(body["model"], reserved, None if cost is None else min(cost, LARGEST))
    grant = await admission.reserve(who, ask)
    if isinstance(grant, Refused):
        raise TurnedAwayError(refusal.of_caller(grant))
    return grant


def _settle(grant: Grant | None, entry: Entry) -> None:
    """What else has to know how it ended."""
    if entry.trace is not None and entry.closed is not None:
        entry.trace.closed(entry.closed)
    if grant is None:
        return
    closed = entry.closed
    used = 0 if closed is None else (closed.prompt_tokens or 0) + (closed.completion_tokens or 0)
    if closed is None or (not used and closed.tokens_from == "none"):
        grant.release()
    else:
        grant.settle(used, closed.cost)
