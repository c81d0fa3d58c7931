"""Connections to a store's database, set up as the store needs them. Opens files and sockets."""

from __future__ import annotations

import contextlib
import os
import socket
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from sqlalchemy import create_engine, event, make_url

from dragoman.errors import ConfigurationError
from dragoman.gateway.store.address import dialect_url
from dragoman.gateway.wal import switch_on

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Generator

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import ExceptionContext

PATIENCE = 10
"""Seconds that a connection to PostgreSQL may take, and that SQLite waits for another process's transaction."""

LIMITS = {
    "connect_timeout": PATIENCE,
    "tcp_user_timeout": PATIENCE * 1000,
    "keepalives_idle": PATIENCE,
    "keepalives_interval": 1,
    "keepalives_count": PATIENCE,
}
"""How long PostgreSQL's driver waits for a server that says nothing, where the address does not say it (libpq's names,
§34.1.2): of one that is cut off, or has lost its power, the system alone would notice after a quarter of an hour."""

_BEGIN = "dragoman_begin"

_READ_ONLY = "25006"
"""`read_only_sql_transaction` (PostgreSQL manual, appendix A): what a standby says to whoever writes."""


def engine_of(url: str) -> Engine:
    """A pool of connections to a store; none is opened yet.

    Args:
        url: see `dragoman.gateway.store.address`.

    Raises:
        ConfigurationError: no store has such an address, or its driver is not installed.
    """
    address = dialect_url(url)
    if address.startswith("sqlite:"):
        # What is stored is not for the texts of errors.
        engine = create_engine(address, hide_parameters=True, connect_args={"timeout": PATIENCE})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        # A connection that its server closed meanwhile is noticed before it is used.
        engine = create_engine(
            address,
            hide_parameters=True,
            pool_pre_ping=True,
            # As in SQLite, values are given by their place: `insert_all` makes the same rows for both.
            paramstyle="format",
            # Of a database in SQL_ASCII, where a set-up without a locale leaves one, the driver would give bytes.
            connect_args={**_limits(address), "client_encoding": "utf8"},
        )
    except ImportError as error:
        raise ConfigurationError(f"PostgreSQL needs {error.name}: pip install 'dragoman[replicas]'") from None
    event.listen(engine, "handle_error", _leave_standby)
    return engine


class Opened:
    """The connections of an engine to PostgreSQL, from here on; SQLite's wait for nobody longer than `PATIENCE`.

    Args:
        engine: whose they are.
    """

    def __init__(self, engine: Engine) -> None:
        self._connections: WeakSet[Any] = WeakSet()
        self._over = False
        if engine.dialect.name == "postgresql":
            event.listen(engine, "connect", self._note)

    def break_off(self) -> None:
        """Have nobody wait any more for a server that says nothing: what they wait on, or open, breaks."""
        self._over = True
        for connection in [*self._connections]:
            # One that was closed meanwhile has no number.
            with (
                contextlib.suppress(OSError, connection.Error),
                socket.socket(fileno=os.dup(connection.fileno())) as same,
            ):
                same.shutdown(socket.SHUT_RDWR)

    def _note(self, connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own, and the pool's
        self._connections.add(connection)
        if self._over:
            # The pool's answer to a connection that broke.
            connection.close()


@contextlib.contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """A transaction that will write: committed at the end of the block, undone when it is left by an error.

    SQLite takes its lock at the beginning then, where it can wait for it: a transaction that has read and then wants
    to write cannot wait, and fails at once (sqlite.org/lang_transaction.html).

    Raises:
        SQLAlchemyError: the database cannot be reached, or is held by another for longer than `PATIENCE`.
    """
    with engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}).begin() as connection:
        yield connection


def _limits(address: str) -> dict[str, int]:
    said = make_url(address).query
    return {name: limit for name, limit in LIMITS.items() if name not in said}


def _leave_standby(context: ExceptionContext) -> None:
    """Take a server that lets nobody write for one that is gone: after a failover, who connects anew is led to another.

    Its connections answer all the same, and would be used for as long as they do.
    """
    if getattr(context.original_exception, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = True


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 - the pool's own
    # The driver is to begin no transactions of its own: see `_begin_sqlite`.
    connection.isolation_level = None
    with contextlib.ExitStack() as opening:
        # One that cannot be set up is not the pool's yet, which would close it.
        opening.callback(connection.close)
        switch_on(connection, PATIENCE)
        # A power cut may undo the last transactions, which the journal holds no more, but never breaks the file
        # (sqlite.org/wal.html).
        connection.execute("PRAGMA synchronous = NORMAL").fetchall()
        opening.pop_all()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))
