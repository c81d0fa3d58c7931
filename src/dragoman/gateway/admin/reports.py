"""Who used what, and what became of one request: the ledger, for an operator. Asks the store, in threads."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Any

from dragoman import asgi
from dragoman.errors import InvalidRequestError
from dragoman.gateway import refusal
from dragoman.gateway.admin.ask import moment, query_of, store_of
from dragoman.gateway.export import csv_lines, json_lines
from dragoman.gateway.refusal import TurnedAwayError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dragoman.gateway.explain import Refusals, Remembered
    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.store.database import Store
    from dragoman.gateway.visit import Visit

    _Asked = Callable[[Any, Store], list[dict[str, Any]]]

TYPES = {"csv": b"text/csv; charset=utf-8", "jsonl": b"application/jsonl; charset=utf-8"}
FORMATS = ("json", *TYPES)

GROUPS = 100_000
"""The most groups of one answer."""

LINES = 500
"""How many lines are sent at a time."""

_FILTERS = ("since", "until", "key", "owner", "model")


async def usage(visit: Visit, _: Identity) -> None:
    """`GET /admin/usage`: sums by what `by` names; with `requests=true` the entries one by one, as csv or jsonl."""
    store = store_of(visit)
    from dragoman.gateway import usage as ledger  # noqa: PLC0415 - SQLAlchemy, which the store brings

    query = query_of(visit, ("by", "format", "requests", *_FILTERS))
    each = _flag(query, "requests")
    form = query.get("format", "jsonl" if each else "json")
    if form not in (TYPES if each else FORMATS):
        raise InvalidRequestError(f"format is one of {', '.join(TYPES if each else FORMATS)}", param="format")
    which = ledger.Which(moment(query, "since"), moment(query, "until"), *map(query.get, _FILTERS[2:]))
    if each:
        if "by" in query:
            raise InvalidRequestError("requests are listed one by one, or added up by something: choose", param="by")
        await _send(visit, ledger.rows(store, which), ledger.COLUMNS, form)
        return
    by = [name.strip() for name in query.get("by", "model").split(",") if name.strip()]
    groups = await asyncio.to_thread(ledger.sums, store, by, which)
    if len(groups) > GROUPS:
        raise InvalidRequestError(f"these are {len(groups)} groups, and an answer has {GROUPS} at most", param="by")
    if form == "json":
        await visit.json({"by": by, "data": groups})
    else:
        await _send(visit, groups, [*by, *ledger.SUMS], form)


class Explanations:
    """What became of a request.

    Args:
        refusals: those of this process, which are in no ledger.
    """

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals

    async def explain(self, visit: Visit, _: Identity) -> None:
        """`GET /admin/requests/{id}`: its entries with their attempts, and its refusals; newest first."""
        await _explained(
            visit, self._refusals.of(visit.named), lambda ledger, store: ledger.explain(store, visit.named)
        )

    async def own(self, visit: Visit, who: Identity) -> None:
        """`GET /v1/requests/{id}`: the entries and refusals of whoever asks; others' of that name are theirs."""
        # Without keys nobody can be told from anybody, and refusals say what was asked.
        refused = self._refusals.own(visit.named, who.id) if who.id else []
        await _explained(visit, refused, lambda ledger, store: ledger.own(store, visit.named, who.id or None))


async def _explained(visit: Visit, refused: list[Remembered], asked: _Asked) -> None:
    """Say what is known of the request that a path names.

    Args:
        visit: the question.
        refused: its refusals.
        asked: its entries in a store.
    """
    entries: list[dict[str, Any]] = []
    store = visit.running.lasting.store
    # What holds a NUL is no request's name, and no text for PostgreSQL.
    if store is not None and "\0" not in visit.named:
        from dragoman.gateway import usage as ledger  # noqa: PLC0415 - SQLAlchemy, which the store brings

        entries = await asyncio.to_thread(asked, ledger, store)
    if not refused and not entries:
        message = (
            f"nothing is known of a request {visit.named[:128]!r}: it is in the ledger about a second after it has "
            "ended, and refusals are remembered by the process that refused, for a while"
        )
        raise TurnedAwayError(refusal.of_status(404, message, "not_found"))
    await visit.json({"request": visit.named, "entries": entries, "refusals": refused})


async def _send(visit: Visit, rows: Iterable[dict[str, Any]], names: Sequence[str], form: str) -> None:
    """Send rows as they come from the store: each piece is fetched, and made, in a thread."""
    lines = csv_lines(rows, names) if form == "csv" else json_lines(rows)
    # The first piece before the status: a store that is away has its own.
    piece = await asyncio.to_thread(_piece, lines)
    headers = [(b"content-type", TYPES[form]), *visit.headers]
    await visit.send({"type": "http.response.start", "status": 200, "headers": headers})
    while piece:
        try:
            await visit.send({"type": "http.response.body", "body": piece, "more_body": True})
        except OSError:  # what a server raises when nobody is there any more (ASGI 2.4)
            raise asgi.Disconnected from None
        piece = await asyncio.to_thread(_piece, lines)
    await visit.send({"type": "http.response.body", "body": b""})


def _piece(lines: Iterator[str]) -> bytes:
    return "".join(islice(lines, LINES)).encode()


def _flag(query: dict[str, str], name: str) -> bool:
    text = query.get(name, "false")
    if text not in {"true", "false"}:
        raise InvalidRequestError(f"{name} is true or false", param=name)
    return text == "true"
