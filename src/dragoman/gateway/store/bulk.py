"""Many rows into a table at once, those that are there already left out. Uses a database.

SQLAlchemy writes the statement and says how each column's values are given to the driver, once a table. Left to do that
for each row, as it does by itself, it needs a third more time for a row in all.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection, Dialect, Insert, Table


def insert_all(connection: Connection, table: Table, values: Mapping[str, Sequence[Any]]) -> None:
    """Insert rows; one whose primary key is there already is left as it is.

    Args:
        connection: in a transaction.
        table: where to.
        values: for each of the table's columns, by its name, the values of all rows, in the rows' order.
    """
    # SQLite's driver asks of each None whether it is to be adapted, which takes as long as ten other values. A column
    # that is left out is null.
    names = (column.name for column in table.columns)
    given = tuple(name for name in names if any(value is not None for value in values[name]))
    if given:
        statement, places = _compiled(table, connection.dialect, given)
        columns = [values[name] if process is None else map(process, values[name]) for name, process in places]
        connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))


@lru_cache(64)
def _compiled(
    table: Table, dialect: Dialect, given: tuple[str, ...]
) -> tuple[str, list[tuple[str, Callable[[Any], Any] | None]]]:
    """The statement for some columns, and for each of its places which it is and what makes a value the driver's."""
    compiled = _statement(table, dialect).compile(dialect=dialect, column_keys=given)
    processors = {column.name: column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns}
    return compiled.string, [(name, processors[name]) for name in compiled.positiontup or ()]


def _statement(table: Table, dialect: Dialect) -> Insert:
    # Imported here because the other one's drivers would take a tenth of a second of the start.
    if dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as into_postgresql  # noqa: PLC0415

        return into_postgresql(table).on_conflict_do_nothing()
    from sqlalchemy.dialects.sqlite import insert as into_sqlite  # noqa: PLC0415

    return into_sqlite(table).on_conflict_do_nothing()
