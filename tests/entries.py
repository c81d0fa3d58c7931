"""Entries of the ledger, as tests want them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from dragoman.gateway.record import Attempted, Closed, Opened
from dragoman.gateway.store.tables import attempts, requests

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def opened(number=1, **fields):
    known = {"open": f"e{number:06}", "id": f"req_{number}", "at": NOON + timedelta(seconds=number), "asked": "gpt-x"}
    return Opened(**known | fields)


def closed(number=1, **fields):
    """An entry that was closed: five tokens in, seven out."""
    known = {
        "entry": f"e{number:06}",
        "id": f"req_{number}",
        "at": NOON + timedelta(seconds=number),
        "end_reason": "completed",
        "status": 200,
        "asked": "gpt-x",
        "served": "gpt-x-2026",
        "stream": True,
        "prompt_tokens": 5,
        "completion_tokens": 7,
        "tokens_from": "upstream",
        "first_token_s": 0.25,
        "total_s": 1.5,
        "key": "k1",
        "owner": "ana",
        "upstream": "openai",
        "cost": 120,
        "attempts": (attempt(),),
    }
    return Closed(**known | fields)


def attempt(**fields):
    known = {"upstream": "openai", "model": "gpt-x", "started": NOON, "end_reason": "completed", "total_s": 1.25}
    return Attempted(**known | fields)


def stored(store, table=requests):
    """All rows of a table, by the order of their names."""
    order = [table.c.entry, table.c.ordinal] if table is attempts else [table.c.entry]
    with store.engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(*order)).mappings()]
