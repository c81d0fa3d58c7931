"""The write-ahead log is switched on also where another process has the file in that moment."""

import sqlite3
import threading

import pytest

from dragoman.gateway.wal import switch_on


def connected(file):
    # Without a time-out of its own: what waits is ours.
    return sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)


def held(file):
    """A connection that has the whole file for itself."""
    holder = connected(file)
    holder.execute("CREATE TABLE IF NOT EXISTS kept (number)")
    holder.execute("BEGIN EXCLUSIVE")
    return holder


def test_it_waits_for_whoever_has_the_file(tmp_path):
    holder, late = held(tmp_path / "a.db"), connected(tmp_path / "a.db")
    letting_go = threading.Timer(0.2, holder.execute, ["COMMIT"])
    letting_go.start()

    switch_on(late, 30)

    assert late.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    letting_go.join()
    holder.close()
    late.close()


def test_it_does_not_wait_for_ever(tmp_path):
    holder, late = held(tmp_path / "a.db"), connected(tmp_path / "a.db")

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        switch_on(late, 0.05)
    holder.close()
    late.close()


def test_what_is_no_database_is_told_at_once(tmp_path):
    (tmp_path / "a.db").write_bytes(b"no database, but long enough to be looked at as one" * 20)
    connection = connected(tmp_path / "a.db")

    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        switch_on(connection, 30)
    connection.close()
