"""The log of a file goes into the file, and begins anew."""

import sqlite3
import threading

import pytest

from dragoman.gateway.limits.checkpoints import Checkpoints, checkpoint


@pytest.fixture
def file(tmp_path):
    return tmp_path / "some.db"


@pytest.fixture
def writer(file):
    connection = sqlite3.connect(file, isolation_level=None)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0", "CREATE TABLE t (n)"):
        connection.execute(statement)
    yield connection
    connection.close()


@pytest.fixture
def reader(file):
    connection = sqlite3.connect(file, isolation_level=None)
    yield connection
    connection.close()


def fill(writer, rows):
    for n in range(rows):
        writer.execute("INSERT INTO t VALUES (?)", (n,))


def test_a_checkpoint_puts_all_of_the_log_into_the_file(writer, reader, file):
    fill(writer, 20)

    assert checkpoint(reader) >= 20
    copy = sqlite3.connect(f"file:{file}?immutable=1", uri=True)
    assert copy.execute("SELECT count(*) FROM t").fetchone() == (20,)
    copy.close()


def test_a_long_log_begins_anew(writer, reader, tmp_path):
    log = tmp_path / "some.db-wal"
    fill(writer, 50)
    size = log.stat().st_size

    checkpoint(reader, long=10)
    fill(writer, 30)

    assert log.stat().st_size == size
    assert checkpoint(reader) < 50


def test_what_goes_wrong_is_tried_again_next_time(writer, reader):
    fill(writer, 5)
    reader.close()
    other = sqlite3.connect(":memory:")
    other.set_authorizer(lambda *_: sqlite3.SQLITE_DENY)

    assert checkpoint(other) == -1
    other.close()


@pytest.mark.usefixtures("writer")
def test_the_thread_ends_when_it_is_told(file):
    before = threading.active_count()
    checkpoints = Checkpoints(file)
    assert threading.active_count() == before + 1

    checkpoints.close()

    assert threading.active_count() == before


@pytest.mark.usefixtures("writer")
def test_the_thread_makes_checkpoints(file, monkeypatch):
    made = threading.Event()
    monkeypatch.setattr("dragoman.gateway.limits.checkpoints.EVERY", 0.01)
    monkeypatch.setattr(
        "dragoman.gateway.limits.checkpoints.checkpoint", lambda connection: made.set() or checkpoint(connection)
    )
    checkpoints = Checkpoints(file)

    assert made.wait(20)
    checkpoints.close()
