"""A moment in time as both databases keep it. No I/O."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import TIMESTAMP, ColumnElement, String, func, type_coerce
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect
    from sqlalchemy.types import TypeEngine

LENGTH = len("2026-11-21T10:54:00.123456Z")
"""Of a moment's text: each has all its digits, so that it sorts."""


class Instant(TypeDecorator[datetime]):
    """A moment, in Python a datetime in UTC.

    PostgreSQL keeps a `timestamptz`. SQLite has no type for it: there it is text, `2026-11-21T10:54:00.123456Z`, which
    sorts as the moments do and which SQLite's own functions of dates can read.
    """

    impl = String(LENGTH)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The database's own type."""
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else String(LENGTH))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401 - the driver's
        """What the driver is given."""
        if value is None or dialect.name == "postgresql":
            return value
        # RFC 3339, in a tenth of the time: it is another text for a whole second, and for a moment of another zone.
        text: str = msgspec.to_builtins(value)
        return text if len(text) == LENGTH else value.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 - the driver's; SQLAlchemy's signature
        """What Python is given."""
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


def day_of(at: ColumnElement[datetime], dialect: str) -> ColumnElement[str]:
    """The day of a moment in UTC, `2026-11-21`, reckoned by the database."""
    if dialect == "postgresql":
        return func.to_char(func.timezone("UTC", at), "YYYY-MM-DD")
    return func.substr(type_coerce(at, String), 1, 10)
