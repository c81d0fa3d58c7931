"""The tables hold what is put into them, the largest and the strangest included."""

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from dragoman.gateway.record import BIGGEST, Closed
from dragoman.gateway.store.tables import attempts, keys, requests
from entries import NOON, closed, stored

KEY = {"id": "k1", "hash": "a" * 64, "prefix": "dg_abc", "owner": "ana", "role": "caller", "created": NOON}


def test_the_ledger_has_a_column_for_every_field_of_an_entry():
    assert {column.name for column in requests.columns} == set(Closed.__struct_fields__)


def test_the_largest_counts_and_any_text_come_back(store):
    words = "名前 'quoted\" \\ ; DROP TABLE requests; %s :x {} é\n"
    entry = closed(prompt_tokens=BIGGEST, cost=BIGGEST, owner=words, asked=words, changed=("dropped seed", words))
    store.put([entry])

    (row,) = stored(store)
    assert (row["prompt_tokens"], row["cost"], row["owner"], row["asked"]) == (BIGGEST, BIGGEST, words, words)
    assert row["changed"] == ["dropped seed", words]
    assert row["stream"] is True


def test_a_key_is_kept_with_all_its_limits(store):
    limits = dict.fromkeys(
        (
            "requests_per_minute",
            "tokens_per_minute",
            "concurrent",
            "budget_day_microusd",
            "budget_month_microusd",
            "budget_day_tokens",
            "budget_month_tokens",
        ),
        BIGGEST,
    )
    key = KEY | limits | {"models": ["gpt-*", "qwen3"], "expires": NOON, "revoked": None, "note": "for tests"}
    with store.engine.begin() as connection:
        connection.execute(insert(keys).values(key))
        assert dict(connection.execute(select(keys)).mappings().one()) == key


def test_two_keys_of_one_secret_are_refused(store):
    with pytest.raises(IntegrityError), store.engine.begin() as connection:
        connection.execute(insert(keys), [KEY, KEY | {"id": "k2"}])


def test_every_attempt_of_an_entry_has_its_own_row():
    assert [column.name for column in attempts.primary_key] == ["entry", "ordinal"]
