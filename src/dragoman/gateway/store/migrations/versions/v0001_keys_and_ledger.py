"""Keys and the ledger. Changes the database it is run on.

Written once and left as it is: what comes later is another migration.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dragoman.gateway.store.instant import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _keys()
    _requests()
    _attempts()
    _texts()


def downgrade() -> None:
    """Remove the tables, and all that is in them."""
    for table in ("texts", "attempts", "requests", "keys"):
        op.drop_table(table)


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("prefix", sa.String(32), nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("created", Instant, nullable=False),
        sa.Column("expires", Instant),
        sa.Column("revoked", Instant),
        sa.Column("models", sa.JSON),
        sa.Column("requests_per_minute", sa.BigInteger),
        sa.Column("tokens_per_minute", sa.BigInteger),
        sa.Column("concurrent", sa.BigInteger),
        sa.Column("budget_day_microusd", sa.BigInteger),
        sa.Column("budget_month_microusd", sa.BigInteger),
        sa.Column("budget_day_tokens", sa.BigInteger),
        sa.Column("budget_month_tokens", sa.BigInteger),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.UniqueConstraint("hash", name="uq_keys_hash"),
    )


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("entry", sa.String(32), nullable=False),
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("key", sa.String(64)),
        sa.Column("owner", sa.Text),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("served", sa.Text),
        sa.Column("upstream", sa.Text),
        sa.Column("stream", sa.Boolean, nullable=False),
        sa.Column("end_reason", sa.String(16), nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("attempts", sa.Integer, nullable=False),
        *_tokens(),
        sa.Column("cost", sa.BigInteger),
        sa.Column("first_token_s", sa.Float),
        sa.Column("total_s", sa.Float),
        sa.Column("changed", sa.JSON),
        sa.PrimaryKeyConstraint("entry", name="pk_requests"),
    )
    op.create_index("ix_requests_at", "requests", ["at", "entry"])
    op.create_index("ix_requests_key_at", "requests", ["key", "at"])
    op.create_index("ix_requests_id", "requests", ["id"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("entry", sa.String(32), nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("upstream", sa.Text),
        sa.Column("credential", sa.Text()),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("started", Instant, nullable=False),
        sa.Column("first_token_s", sa.Float),
        sa.Column("total_s", sa.Float, nullable=False),
        sa.Column("end_reason", sa.String(16), nullable=False),
        sa.Column("status", sa.Integer),
        *_tokens(),
        sa.Column("cost", sa.BigInteger),
        sa.PrimaryKeyConstraint("entry", "ordinal", name="pk_attempts"),
    )


def _texts() -> None:
    op.create_table(
        "texts",
        sa.Column("entry", sa.String(32), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_texts"),
    )
    op.create_index("ix_texts_at", "texts", ["at"])


def _tokens() -> list[sa.Column[int] | sa.Column[str]]:
    names = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens")
    return [
        *(sa.Column(name, sa.BigInteger) for name in names),
        sa.Column("tokens_from", sa.String(16), nullable=False),
    ]
