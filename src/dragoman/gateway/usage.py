"""What the ledger comes to: sums by key, owner, model, upstream, day or ending, and its rows one by one. Reads a store.

The same statements run on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, case, func, literal, or_, select

from dragoman.errors import InvalidRequestError
from dragoman.gateway.store.instant import day_of
from dragoman.gateway.store.tables import attempts, requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Label, Select

    from dragoman.gateway.store.database import Store

BY = ("key", "owner", "model", "asked", "upstream", "day", "end_reason", "tokens_from")
"""What entries can be grouped by: `model` is the one that answered, or else the one that was asked for."""

SUMS = (
    "requests",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "inexact",
    "cost_microusd",
    "unpriced",
    "cache_hits",
    "saved_tokens",
    "first_token_p50",
    "first_token_p95",
)
"""What is said of each group.

Tokens and cost are sums over what is known, and was used. `inexact`: how many entries' tokens were counted or estimated
here, or are unknown. `unpriced`: how many used tokens of an unknown price, which `cost_microusd` lacks. `cache_hits`:
how many were given an earlier answer again; `saved_tokens`: the tokens of those prompts and answers, which are in no
other sum. `first_token_p50`, `_p95`: half, and 19 of 20, of the streams had their first token within so many seconds.
"""

COLUMNS = tuple(column.name for column in requests.columns)
"""What is said of each entry by itself."""

PAGE = 1000
"""How many rows are read at a time: no transaction stays open while they are written out."""

_COUNTS = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens")


class Which(NamedTuple):
    """Which entries are meant: those to which all that is given here applies."""

    since: datetime | None = None
    """Begun at this moment or later."""
    until: datetime | None = None
    """Begun before this moment."""
    key: str | None = None
    """The key's id."""
    owner: str | None = None
    """The key's owner."""
    model: str | None = None
    """The model that answered, or else that was asked for."""


def sums(store: Store, by: Sequence[str] = (), which: Which | None = None) -> list[dict[str, Any]]:
    """What entries come to, group by group.

    Args:
        store: where they are.
        by: what to group them by, of `BY`; nothing: all of them together.
        which: which of them; default all.

    Returns:
        For each group its values of `by`, then `SUMS`; in the order of `by`. A group of none is not there.

    Raises:
        InvalidRequestError: they cannot be grouped by that.
        StoreError: the store cannot be reached.
    """
    twice = next((name for place, name in enumerate(by) if name in by[:place]), None)
    if twice is not None:
        raise InvalidRequestError(f"usage is grouped by {twice[:100]!r} twice: once is enough", param="by")
    with store.failures():
        statement = _sums(by, which or Which(), store.engine.dialect.name)
        with store.engine.connect() as connection:
            return [_plain(dict(row)) for row in connection.execute(statement).mappings()]


def rows(store: Store, which: Which | None = None) -> Iterator[dict[str, Any]]:
    """Each entry as it is in the table `requests`, the oldest first; a page of them in memory at a time.

    Raises:
        StoreError: the store cannot be reached.
    """
    wanted = select(requests).where(*_where(which or Which())).order_by(requests.c.at, requests.c.entry).limit(PAGE)
    after: tuple[datetime, str] | None = None
    while True:
        page = wanted if after is None else wanted.where(_after(*after))
        with store.failures(), store.engine.connect() as connection:
            found = [dict(row) for row in connection.execute(page).mappings()]
        yield from found
        if len(found) < PAGE:
            return
        after = found[-1]["at"], found[-1]["entry"]


def own(store: Store, request_id: str, key: str | None) -> list[dict[str, Any]]:
    """The entries of a request's id that a key asked, the newest first; None for what was asked without one.

    Raises:
        StoreError: the store cannot be reached.
    """
    mine = select(requests).where(requests.c.id == request_id, requests.c.key == key)
    with store.failures(), store.engine.connect() as connection:
        found = connection.execute(mine.order_by(requests.c.at.desc()).limit(PAGE)).mappings()
        return [dict(row) for row in found]


def explain(store: Store, request_id: str) -> list[dict[str, Any]]:
    """All entries of a request's id, the newest first, each with its attempts; callers may give an id twice.

    Raises:
        StoreError: the store cannot be reached.
    """
    wanted = select(requests).where(requests.c.id == request_id).order_by(requests.c.at.desc()).limit(PAGE)
    with store.failures(), store.engine.connect() as connection:
        found = [dict(row) for row in connection.execute(wanted).mappings()]
        of_them = attempts.c.entry.in_([row["entry"] for row in found])
        each = connection.execute(select(attempts).where(of_them).order_by(attempts.c.ordinal)).mappings().all()
    for row in found:
        row["attempts"] = [dict(attempt) for attempt in each if attempt["entry"] == row["entry"]]
    return found


def _sums(by: Sequence[str], which: Which, dialect: str) -> Select[*tuple[Any, ...]]:
    groups = [_group(name, dialect) for name in by]
    first = requests.c.first_token_s
    # Neither database has percentiles of the other's kind: the value at that place in the order is the same in both.
    place = func.row_number().over(partition_by=groups or None, order_by=(first.is_(None), first))
    streams = func.count(first).over(partition_by=groups or None)
    entries = select(*groups, requests, place.label("place"), streams.label("streams")).where(*_where(which)).subquery()
    used, again = entries.c.tokens_from != "none", entries.c.tokens_from == "cache"
    saved = func.coalesce(entries.c.prompt_tokens, 0) + func.coalesce(entries.c.completion_tokens, 0)
    columns = [
        func.count().label("requests"),
        *(func.sum(case((again, 0), else_=entries.c[name])).label(name) for name in _COUNTS),
        _count(entries.c.tokens_from.not_in(("upstream", "cache"))).label("inexact"),
        func.sum(entries.c.cost).label("cost_microusd"),
        _count(and_(used, entries.c.cost.is_(None))).label("unpriced"),
        _count(again).label("cache_hits"),
        func.sum(case((again, saved), else_=0)).label("saved_tokens"),
        *(_percentile(entries.c, percent).label(f"first_token_p{percent}") for percent in (50, 95)),
    ]
    shown = [entries.c[group.name] for group in groups]
    return select(*(column.label(name) for column, name in zip(shown, by, strict=True)), *columns).group_by(
        *shown
    ).order_by(*shown).having(func.count() > 0)  # fmt: skip


def _group(name: str, dialect: str) -> Label[Any]:
    if name not in BY:
        raise InvalidRequestError(f"usage can be grouped by {', '.join(BY)}, not by {name[:100]!r}", param="by")
    reckoned = {"day": lambda: day_of(requests.c.at, dialect), "model": _model}
    column: ColumnElement[Any] = reckoned[name]() if name in reckoned else requests.c[name]
    # Not by its own name: the entries' columns stand beside it.
    return column.label(f"by_{name}")


def _where(which: Which) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if which.since is not None:
        conditions.append(requests.c.at >= which.since)
    if which.until is not None:
        conditions.append(requests.c.at < which.until)
    if which.key is not None:
        conditions.append(requests.c.key == which.key)
    if which.owner is not None:
        conditions.append(requests.c.owner == which.owner)
    if which.model is not None:
        conditions.append(_model() == which.model)
    return conditions


def _after(at: datetime, entry: str) -> ColumnElement[bool]:
    return or_(requests.c.at > at, and_(requests.c.at == at, requests.c.entry > entry))


def _model() -> ColumnElement[str]:
    return func.coalesce(requests.c.served, requests.c.asked)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _percentile(columns: Any, percent: int) -> ColumnElement[float]:  # noqa: ANN401 - a subquery's columns
    place = (columns.streams * literal(percent) + literal(99)) // literal(100)
    return func.max(case((columns.place == place, columns.first_token_s)))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row with numbers of Python's: PostgreSQL's sums of integers are decimals."""
    for name in (*_COUNTS, "inexact", "cost_microusd", "unpriced", "cache_hits", "saved_tokens"):
        row[name] = None if row[name] is None else int(row[name])
    return row
