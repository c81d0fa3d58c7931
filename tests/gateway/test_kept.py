"""What a gateway with a store keeps, from its start to its end."""

import asyncio
import os
import signal
import threading
from datetime import timedelta

import psycopg
import pytest

from dragoman.gateway.config.load import parsed
from dragoman.gateway.keys.desk import Desk
from dragoman.gateway.keys.secret import hash_of
from dragoman.gateway.ledger import Book, Entry
from dragoman.gateway.running import lasting_for
from entries import stored
from serving import until


def test_entries_are_in_the_store_and_keys_are_known_and_nothing_is_left_behind(tmp_path):
    config = parsed(f'[store]\nurl = "sqlite:{tmp_path}/dragoman.db"'.encode(), "test.toml")

    with lasting_for(config) as lasting:
        _, secret = Desk(lasting.store).create("ana")
        with Entry(lasting.totals, "req_1", "m", stream=False, book=Book(lasting.journal)) as entry:
            entry.completed()
        who = asyncio.run(lasting.directory.identity(hash_of(secret.reveal())))
    with lasting_for(config) as lasting:
        rows = stored(lasting.store)

    assert who.owner == "ana"
    assert [(row["id"], row["end_reason"]) for row in rows] == [("req_1", "completed")]
    assert not [*(tmp_path / "dragoman.db.journal").glob("*/*.jsonl")]


def test_the_journal_is_where_the_configuration_says(tmp_path):
    text = f'[store]\nurl = "sqlite:{tmp_path}/dragoman.db"\njournal = "{tmp_path}/elsewhere"\nkeep_texts_days = 1'

    with lasting_for(parsed(text.encode(), "test.toml")) as lasting:
        assert lasting.journal.path.parent == tmp_path / "elsewhere"
        assert lasting.carrier.keep_texts == timedelta(days=1)
    assert not (tmp_path / "dragoman.db.journal").exists()


def test_the_end_waits_for_no_look_up_that_the_store_leaves_without_an_answer(postgres, tmp_path, monkeypatch):
    monkeypatch.setattr("dragoman.gateway.carrier.PATIENCE", 0.1)
    url = postgres.database()
    text = f'[store]\nurl = "{url}"\njournal = "{tmp_path}/journal"'

    async def ask(directory):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(directory.identity(hash_of("dg_unknown")), 0.2)

    with lasting_for(parsed(text.encode(), "test.toml")) as lasting:
        asyncio.run(lasting.directory.identity(hash_of("dg_nobody")))
        servers = of_database(postgres, url)
        for server in servers:
            os.kill(server, signal.SIGSTOP)
        asyncio.run(ask(lasting.directory))
    ended = until(lambda: not [each for each in threading.enumerate() if each.name.startswith("dragoman-keys")])
    for server in servers:
        os.kill(server, signal.SIGCONT)

    assert ended


def of_database(postgres, url):
    """The processes of PostgreSQL that serve a database's connections."""
    name = url.partition("@/")[2].partition("?")[0]
    with psycopg.connect(postgres.url()) as connection:
        return [pid for (pid,) in connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [name])]
