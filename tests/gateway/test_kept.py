"""What a gateway with a store keeps, from its start to its end."""

import asyncio
from datetime import timedelta

from dragoman.gateway.config.load import parsed
from dragoman.gateway.keys.desk import Desk
from dragoman.gateway.keys.secret import hash_of
from dragoman.gateway.ledger import Book, Entry
from dragoman.gateway.running import lasting_for
from entries import stored


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
