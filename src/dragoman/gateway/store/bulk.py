"""Many rows into a table at once, those that are there already left out. Uses a database.

SQLAlchemy writes the statement and says how each column's values are given to the driver, once a table. Left to do that
for each row, as it does by itself, it needs a third more time for a row in all.
"""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Dialect, Insert, Table


def insert_all(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; one whose primary key is there already is left as it is.

    Args:
        connection: in a transaction.
        table: where to.
        rows: a value for each of the table's columns; what a driver wants in another form is put into them so.
    """
    if not rows:
        return
    statement, placed, processed = _compiled(table, connection.dialect)
    for row in rows:
        for name, process in processed:
            if row[name] is not None:
                row[name] = process(row[name])
    # SQLite's driver takes values by their place, PostgreSQL's by their name.
    connection.exec_driver_sql(statement, list(rows if placed is None else map(placed, rows)))


@lru_cache(16)
def _compiled(
    table: Table, dialect: Dialect
) -> tuple[str, Callable[[dict[str, Any]], tuple[Any, ...]] | None, tuple[tuple[str, Callable[[Any], Any]], ...]]:
    """The statement, what puts a row's values in their places if they have places, and what is done to some of them."""
    compiled = _statement(table, dialect).compile(dialect=dialect)
    processors = ((column.name, column.type.dialect_impl(dialect).bind_processor(dialect)) for column in table.columns)
    places = getattr(compiled, "positiontup", None)
    return (
        str(compiled),
        None if places is None else itemgetter(*places),
        tuple((name, process) for name, process in processors if process is not None),
    )


def _statement(table: Table, dialect: Dialect) -> Insert:
    # Imported here because the other one's drivers would take a tenth of a second of the start.
    if dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as into_postgresql  # noqa: PLC0415

        return into_postgresql(table).on_conflict_do_nothing()
    from sqlalchemy.dialects.sqlite import insert as into_sqlite  # noqa: PLC0415

    return into_sqlite(table).on_conflict_do_nothing()
