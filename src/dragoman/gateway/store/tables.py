"""The store's tables. No I/O.

Columns here change together with a migration in `migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text

from dragoman.gateway.store.instant import Instant

metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s"})
"""All of them."""

keys = Table(
    "keys",
    metadata,
    Column("id", String(64), primary_key=True),
    # SHA-256 of the secret, in hexadecimal: the secret itself is nowhere.
    Column("hash", String(64), nullable=False, unique=True),
    # The secret's beginning, by which its owner recognises it in a list.
    Column("prefix", String(32), nullable=False),
    Column("owner", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("created", Instant, nullable=False),
    Column("expires", Instant),
    Column("revoked", Instant),
    # A list of patterns; null: every model.
    Column("models", JSON(none_as_null=True)),
    # Limits and budgets: null is without one.
    Column("requests_per_minute", BigInteger),
    Column("tokens_per_minute", BigInteger),
    Column("concurrent", BigInteger),
    Column("budget_day_microusd", BigInteger),
    Column("budget_month_microusd", BigInteger),
    Column("budget_day_tokens", BigInteger),
    Column("budget_month_tokens", BigInteger),
    Column("note", Text),
)
"""Who may ask, and how much."""

requests = Table(
    "requests",
    metadata,
    # Of all entries there are, one has this name; a request's id may be its caller's own, and repeat.
    Column("entry", String(32), primary_key=True),
    Column("id", String(128), nullable=False),
    Column("at", Instant, nullable=False),
    # Not a foreign key: what a key used stays when the key is gone.
    Column("key", String(64)),
    Column("owner", Text),
    Column("asked", Text, nullable=False),
    Column("served", Text),
    Column("upstream", Text),
    Column("stream", Boolean, nullable=False),
    Column("end_reason", String(16), nullable=False),
    Column("status", Integer),
    Column("attempts", Integer, nullable=False),
    Column("prompt_tokens", BigInteger),
    Column("completion_tokens", BigInteger),
    Column("cached_tokens", BigInteger),
    Column("reasoning_tokens", BigInteger),
    Column("tokens_from", String(16), nullable=False),
    # Millionths of a US dollar; null: unknown, which is not nothing.
    Column("cost", BigInteger),
    Column("first_token_s", Float),
    Column("total_s", Float),
    Column("changed", JSON(none_as_null=True)),
    Index("ix_requests_at", "at", "entry"),
    Index("ix_requests_key_at", "key", "at"),
    Index("ix_requests_id", "id"),
)
"""The ledger: one row for each request that was accepted. Fields are those of `dragoman.gateway.record.Closed`."""

attempts = Table(
    "attempts",
    metadata,
    Column("entry", String(32), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("upstream", Text),
    Column("credential", Text),
    Column("model", Text, nullable=False),
    Column("started", Instant, nullable=False),
    Column("first_token_s", Float),
    Column("total_s", Float, nullable=False),
    Column("end_reason", String(16), nullable=False),
    Column("status", Integer),
    Column("prompt_tokens", BigInteger),
    Column("completion_tokens", BigInteger),
    Column("cached_tokens", BigInteger),
    Column("reasoning_tokens", BigInteger),
    Column("tokens_from", String(16), nullable=False),
    Column("cost", BigInteger),
)
"""The ledger's attempts, numbered from 1 in the order of their beginning."""

texts = Table(
    "texts",
    metadata,
    Column("entry", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Index("ix_texts_at", "at"),
)
"""Requests' words, where keeping them is switched on."""
