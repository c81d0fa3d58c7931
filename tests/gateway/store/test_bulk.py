"""Rows go in as SQLAlchemy would put them, whatever their types, and those that are there stay as they are."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from dragoman.gateway.store.bulk import insert_all
from dragoman.gateway.store.connect import writing
from dragoman.gateway.store.tables import keys
from entries import NOON


def key(number, **fields):
    unset = dict.fromkeys(column.name for column in keys.columns)
    known = {
        "id": f"k{number}",
        "hash": f"h{number}",
        "prefix": "dg_",
        "owner": "ana",
        "role": "caller",
        "created": NOON,
    }
    return unset | known | fields


def columns(*rows):
    return {column.name: [row[column.name] for row in rows] for column in keys.columns}


def test_rows_are_what_sqlalchemy_would_have_put_in(store):
    sent = [key(1, models=["gpt-*", "é\"'%s"], expires=NOON, concurrent=3), key(2)]
    with writing(store.engine) as connection:
        insert_all(connection, keys, columns(*sent))
        connection.execute(insert(keys), [row | {"id": row["id"] + "x", "hash": row["hash"] + "x"} for row in sent])

    ours, theirs = (
        {row["hash"]: row for row in _keys(store) if row["id"].endswith("x") is mark} for mark in (False, True)
    )
    assert list(ours.values()) == sent
    for one, other in zip(ours.values(), theirs.values(), strict=True):
        assert {**other, "id": one["id"], "hash": one["hash"]} == one


def test_a_row_that_is_there_stays_as_it_is(store):
    with writing(store.engine) as connection:
        insert_all(connection, keys, columns(key(1)))
        insert_all(connection, keys, columns(key(1, owner="bob"), key(2)))
        insert_all(connection, keys, columns())

    assert [row["owner"] for row in _keys(store)] == ["ana", "ana"]


def test_a_column_that_no_row_has_a_value_for_is_null_and_one_that_must_have_one_is_refused(store):
    with writing(store.engine) as connection:
        insert_all(connection, keys, columns(key(1, note="mine"), key(2)))
        insert_all(connection, keys, columns(key(3), key(4)))
    with pytest.raises(IntegrityError), writing(store.engine) as connection:
        insert_all(connection, keys, columns(key(5, owner=None), key(6, owner=None)))

    assert [(row["id"], row["note"]) for row in _keys(store)] == [
        ("k1", "mine"),
        ("k2", None),
        ("k3", None),
        ("k4", None),
    ]


def _keys(store):
    with store.engine.connect() as connection:
        return [dict(row) for row in connection.execute(keys.select().order_by(keys.c.id)).mappings()]
