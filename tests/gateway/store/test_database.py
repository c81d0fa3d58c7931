"""Entries go in once, whatever is repeated, interrupted or refused; old ones go out a few at a time."""

import traceback
from datetime import timedelta

import pytest

from dragoman.gateway.record import Texts
from dragoman.gateway.store import database
from dragoman.gateway.store.database import Store, StoreError
from dragoman.gateway.store.tables import attempts, requests, texts
from entries import NOON, attempt, closed, stored
from processes import Starter

PUT = """
import sys
from dragoman.gateway.store.database import Store
from entries import closed
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for begin in range(0, 200, 20):
    assert store.put([closed(number) for number in range(begin + 20, begin, -1)]) == []
"""


def test_an_entry_goes_in_with_its_attempts(store):
    tries = (attempt(upstream="a", end_reason="failed", status=502), attempt(upstream="b", first_token_s=0.5, cost=7))
    assert store.put([closed(attempts=tries)]) == []

    (row,) = stored(store)
    assert (row["entry"], row["id"], row["end_reason"], row["attempts"]) == ("e000001", "req_1", "completed", 2)
    first, second = stored(store, attempts)
    assert (first["ordinal"], first["upstream"], first["end_reason"], first["status"]) == (1, "a", "failed", 502)
    assert (second["ordinal"], second["upstream"], second["first_token_s"], second["cost"]) == (2, "b", 0.5, 7)


def test_what_is_in_already_stays_as_it_is(store):
    store.put([closed(1)])
    store.put([closed(1, end_reason="killed"), closed(2)])

    assert [row["end_reason"] for row in stored(store)] == ["completed", "completed"]
    assert len(stored(store, attempts)) == 2


def test_two_requests_of_one_id_are_two_entries(store):
    store.put([closed(1, id="same"), closed(2, id="same")])

    assert [row["id"] for row in stored(store)] == ["same", "same"]


def test_processes_that_put_the_same_entries_in_at_once_put_each_in_once(store, empty_url):
    Starter(PUT, empty_url, count=3).go()

    assert [row["id"] for row in stored(store)] == [f"req_{number}" for number in range(1, 201)]


@pytest.mark.parametrize("wrong", [{"asked": None}, {"status": 2**70}])
def test_one_that_the_database_never_takes_does_not_keep_the_others_out(store, wrong):
    # Nothing of ours makes such a row: this one violates what both databases, or their drivers, check.
    spoilt = closed(2, **wrong)
    assert store.put([closed(1), spoilt, closed(3)]) == [spoilt]

    assert [row["id"] for row in stored(store)] == ["req_1", "req_3"]
    assert len(stored(store, attempts)) == 2


def test_a_store_that_is_away_says_so_without_its_password():
    with Store("postgresql://ana:hunter2@127.0.0.1:1/ledger") as store, pytest.raises(StoreError) as caught:
        store.put([closed()])

    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1:1" in str(caught.value)


def test_what_is_stored_is_not_in_the_texts_of_errors(store):
    # Not in the line that is in the traceback.
    words = "ca" + "nary"
    with pytest.raises(StoreError) as caught, store.failures(), store.engine.begin() as connection:
        connection.execute(requests.insert(), [{"entry": "x", "owner": words, "id": None}])

    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_the_old_go_out_a_few_at_a_time_with_all_that_belongs_to_them(store, monkeypatch):
    monkeypatch.setattr(database, "AT_ONCE", 4)
    words = [Texts(f"e{number:06}", NOON + timedelta(seconds=number), "[]", "yes") for number in range(10)]
    store.put([closed(number) for number in range(10)], words)

    assert [store.forget(NOON + timedelta(seconds=7)) for _ in range(3)] == [4, 3, 0]
    for table in (requests, attempts, texts):
        assert [row["entry"] for row in stored(store, table)] == ["e000007", "e000008", "e000009"]


def test_words_can_go_before_the_rest(store):
    words = [Texts(f"e{number:06}", NOON + timedelta(seconds=number), "[]", "yes") for number in range(3)]
    store.put([closed(number) for number in range(3)], words)

    assert store.forget(NOON + timedelta(seconds=2), words_only=True) == 2
    assert [row["entry"] for row in stored(store, texts)] == ["e000002"]
    assert len(stored(store)) == 3
