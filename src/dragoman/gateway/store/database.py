"""A store that is open: entries put in, each once, and old ones removed. Uses a database.

Its methods wait for the database: on an event loop they belong in a thread.
"""

from __future__ import annotations

import contextlib
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self

from msgspec.structs import astuple
from sqlalchemy import delete, select
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from dragoman.errors import ConfigurationError
from dragoman.gateway.store.address import shown
from dragoman.gateway.store.bulk import insert_all
from dragoman.gateway.store.connect import Opened, engine_of, writing
from dragoman.gateway.store.migrate import check, migrate
from dragoman.gateway.store.tables import attempts, requests, texts

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from datetime import datetime
    from types import TracebackType

    import msgspec
    from sqlalchemy import Connection

    from dragoman.gateway.record import Closed, Texts

_REFUSED = (DataError, IntegrityError, OverflowError)
"""What a database says to a row that it will never take, and what a driver does to what is beyond its own."""

AT_ONCE = 1000
"""How many rows a transaction removes at most: others wait for it no longer than that takes."""


class StoreError(ConfigurationError):
    """The store cannot be reached, or does not take anything for now."""


class Store:
    """A database of keys and of the ledger. Safe to use from several threads.

    Args:
        url: its address; see `dragoman.gateway.store.address`. Nothing is opened before the first use.

    Attributes:
        engine: its connections, for queries of one's own.

    Raises:
        ConfigurationError: no store has such an address, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self.engine = engine_of(url)
        self._opened = Opened(self.engine)
        self._shown = shown(url)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close its connections. Who still waits on one, as for a server that is frozen, fails."""
        self.engine.dispose()
        self._opened.break_off()

    def migrate(self) -> None:
        """Bring its tables up to this version; several processes may do so at once.

        Raises:
            StoreError: it cannot be reached.
            ConfigurationError: a newer version of dragoman made it.
        """
        with self.failures():
            migrate(self.engine)

    def check(self) -> None:
        """See that its tables are this version's, without making any.

        Raises:
            StoreError: it cannot be reached, or is a file that is not there.
            ConfigurationError: they are another version's, or none are there.
        """
        with self.failures():
            check(self.engine)

    def put(self, closed: Sequence[Closed], words: Sequence[Texts] = ()) -> list[Closed | Texts]:
        """Put entries in; those that are in already stay as they are.

        Returns:
            Those that the database will never take, as they are; all others are in.

        Raises:
            StoreError: it cannot be reached, or takes nothing for now; none of them is in.
        """
        with self.failures():
            try:
                with writing(self.engine) as connection:
                    _put(connection, closed, words)
            except _REFUSED:
                return self._put_one_by_one(closed, words)
            return []

    def _put_one_by_one(self, closed: Sequence[Closed], words: Sequence[Texts]) -> list[Closed | Texts]:
        refused: list[Closed | Texts] = []
        pairs = [*(((one,), ()) for one in closed), *(((), (one,)) for one in words)]
        for pair in pairs:
            try:
                with writing(self.engine) as connection:
                    _put(connection, *pair)
            except _REFUSED:
                refused += [*pair[0], *pair[1]]
        return refused

    def forget(self, before: datetime, *, words_only: bool = False) -> int:
        """Remove entries that were begun before a moment, `AT_ONCE` of them at most: to be called until it says 0.

        Args:
            before: the moment.
            words_only: leave the ledger as it is, and remove prompts and answers.

        Returns:
            How many were removed.

        Raises:
            StoreError: it cannot be reached.
        """
        table = texts if words_only else requests
        with self.failures(), writing(self.engine) as connection:
            old = select(table.c.entry).where(table.c.at < before).order_by(table.c.at).limit(AT_ONCE)
            # Of two replicas that do this at once, each takes rows of its own.
            entries = list(connection.execute(old.with_for_update(skip_locked=True)).scalars())
            for each in (texts,) if words_only else (texts, attempts, requests):
                connection.execute(delete(each).where(each.c.entry.in_(entries)))
        return len(entries)

    @contextlib.contextmanager
    def failures(self) -> Generator[None]:
        """Raise what the database's driver raises in the block as a StoreError: no password, and nothing stored."""
        try:
            yield
        except SQLAlchemyError as error:
            # PostgreSQL shows in the lines after the first (DETAIL) the row that it did not take.
            cause = next(iter(str(getattr(error, "orig", None) or error).splitlines()), type(error).__name__)
            raise StoreError(f"the store {self._shown} does not answer: {cause[:300]}") from None


def _put(connection: Connection, closed: Sequence[Closed], words: Sequence[Texts]) -> None:
    # In the order of their names: two processes that put the same rows in wait for each other, not both.
    if closed:
        _put_entries(connection, sorted(closed, key=attrgetter("entry")))
    if words:
        values = _columns(sorted(words, key=attrgetter("texts")))
        insert_all(connection, texts, {**values, "entry": values["texts"]})


def _put_entries(connection: Connection, entries: Sequence[Closed]) -> None:
    values = _columns(entries)
    counts = [len(one) for one in values["attempts"]]
    changes = [list(one) or None for one in values["changed"]]
    insert_all(connection, requests, {**values, "attempts": counts, "changed": changes})
    tries = [(one.entry, *numbered) for one in entries for numbered in enumerate(one.attempts, 1)]
    if tries:
        names, ordinals, each = zip(*tries, strict=True)
        insert_all(connection, attempts, {**_columns(each), "entry": names, "ordinal": ordinals})


def _columns(rows: Sequence[msgspec.Struct]) -> dict[str, Sequence[Any]]:
    """The values of rows, of which there is one at least, by the names of their fields."""
    return dict(zip(rows[0].__struct_fields__, zip(*map(astuple, rows), strict=True), strict=True))
