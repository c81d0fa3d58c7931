"""Connections: what SQLite is set to, and that writers wait for each other and readers for nobody."""

import os
import signal
import threading
from contextlib import ExitStack
from queue import Queue

import psycopg
import pytest
from sqlalchemy import func, insert, make_url, select

from dragoman.gateway.store.connect import LIMITS, engine_of, writing
from dragoman.gateway.store.database import Store, StoreError
from dragoman.gateway.store.tables import keys
from entries import NOON, closed, stored
from processes import python


def key(number):
    return {
        "id": f"k{number}",
        "hash": f"h{number}",
        "prefix": "dg_",
        "owner": "ana",
        "role": "caller",
        "created": NOON,
    }


def count(engine):
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(keys)).scalar()


def test_an_sqlite_store_lets_readers_read_while_it_is_written(tmp_path):
    with Store(f"sqlite:{tmp_path}/a.db") as store:
        store.migrate()
        with writing(store.engine) as connection:
            connection.execute(insert(keys).values(key(1)))
            assert count(store.engine) == 0
        assert count(store.engine) == 1
        with store.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_writers_wait_for_each_other_also_where_they_have_read_first(store):
    def work(begin):
        for number in range(begin, begin + 20):
            with writing(store.engine) as connection:
                connection.execute(select(func.count()).select_from(keys)).scalar()
                connection.execute(insert(keys).values(key(number)))

    threads = [threading.Thread(target=work, args=(begin,)) for begin in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count(store.engine) == 80


def test_a_database_without_an_encoding_keeps_texts_as_they_are(postgres):
    with Store(postgres.database("SQL_ASCII")) as store:
        store.migrate()
        with writing(store.engine) as connection:
            connection.execute(insert(keys).values(key(1) | {"owner": "Zoë"}))
        with store.engine.connect() as connection:
            assert connection.execute(select(keys.c.owner)).scalar() == "Zoë"


def test_connections_to_a_server_that_became_a_standby_are_left_for_whoever_took_its_place(postgres):
    url = postgres.database()
    name = make_url(url).database

    def who_connects_from_now_on_only_reads(how):
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {how}")

    with Store(url) as store:
        store.migrate()
        store.engine.dispose()
        who_connects_from_now_on_only_reads("on")
        with ExitStack() as several:
            for _ in range(3):
                several.enter_context(store.engine.connect())
        who_connects_from_now_on_only_reads("off")
        with pytest.raises(StoreError, match="read-only"):
            store.put([closed()])
        store.put([closed()])

        assert len(stored(store)) == 1


def test_a_block_left_by_an_error_changes_nothing(store):
    with pytest.raises(ZeroDivisionError), writing(store.engine) as connection:
        connection.execute(insert(keys).values(key(1)))
        raise ZeroDivisionError

    assert count(store.engine) == 0


def test_nothing_is_opened_before_it_is_used(tmp_path):
    engine_of(f"sqlite:{tmp_path}/a.db").dispose()

    assert list(tmp_path.iterdir()) == []


def test_a_driver_that_is_missing_is_named_with_the_extra_that_has_it():
    script = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from dragoman.gateway.store.connect import engine_of\n"
        "try: engine_of('postgresql://host/db')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )

    assert python(script) == "ConfigurationError PostgreSQL needs psycopg: pip install 'dragoman[replicas]'\n"


def test_a_postgresql_that_is_cut_off_is_noticed_in_seconds_or_as_its_address_says(postgres):
    address = postgres.database()
    found = {}
    for more in ("", "&tcp_user_timeout=60000"):
        engine = engine_of(address + more)
        with engine.connect() as connection:
            found[more] = connection.connection.driver_connection.info.get_parameters()
        engine.dispose()

    assert found[""].items() >= {name: str(limit) for name, limit in LIMITS.items()}.items()
    assert found["&tcp_user_timeout=60000"]["tcp_user_timeout"] == "60000"


def test_who_waits_for_a_server_that_says_nothing_fails_when_the_store_is_closed(postgres):
    outcomes, begun, frozen = [], Queue(), threading.Event()
    with Store(postgres.database()) as store:

        def wait():
            with pytest.raises(StoreError), store.failures(), store.engine.connect() as connection:
                begun.put(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar())
                frozen.wait(20)
                connection.exec_driver_sql("SELECT 1")
            outcomes.append("told")

        waiting = threading.Thread(target=wait)
        waiting.start()
        server = begun.get(timeout=20)
        os.kill(server, signal.SIGSTOP)
        frozen.set()
    waiting.join(20)
    os.kill(server, signal.SIGCONT)

    assert outcomes == ["told"]
