"""Sums of the ledger, and its rows: the same on both databases."""

from datetime import timedelta

import pytest

from dragoman.errors import InvalidRequestError
from dragoman.gateway import usage
from dragoman.gateway.usage import BY, COLUMNS, SUMS, Which, explain, rows, sums
from entries import NOON, attempt, closed


@pytest.fixture
def ledger(store):
    """Six requests of two owners, over two days."""
    store.put([
        closed(1, first_token_s=0.1),
        closed(2, first_token_s=0.2, end_reason="disconnected", tokens_from="counted", prompt_tokens=None, completion_tokens=3, cost=None),
        closed(3, first_token_s=0.9, upstream="house", served="qwen", cached_tokens=4),
        closed(4, key="k2", owner="bob", cost=0, first_token_s=None),
        closed(5, key="k2", owner="bob", served=None, upstream=None, end_reason="failed", prompt_tokens=None, completion_tokens=None, tokens_from="none", cost=None, first_token_s=None, attempts=()),
        closed(6, key=None, owner=None, at=NOON + timedelta(days=1), first_token_s=0.3),
    ])  # fmt: skip
    return store


def counts(found, *names):
    return [tuple(row[name] for name in names) for row in found]


def test_all_of_it_together(ledger):
    (row,) = sums(ledger)

    assert list(row) == list(SUMS)
    assert row == {
        "requests": 6,
        "prompt_tokens": 20,
        "completion_tokens": 31,
        "cached_tokens": 4,
        "reasoning_tokens": None,
        "inexact": 2,
        "cost_microusd": 360,
        "unpriced": 1,
        "cache_hits": 0,
        "saved_tokens": 0,
        "first_token_p50": 0.2,
        "first_token_p95": 0.9,
    }


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("key", [(None, 1), ("k1", 3), ("k2", 2)]),
        ("owner", [(None, 1), ("ana", 3), ("bob", 2)]),
        ("model", [("gpt-x", 1), ("gpt-x-2026", 4), ("qwen", 1)]),
        ("asked", [("gpt-x", 6)]),
        ("upstream", [(None, 1), ("house", 1), ("openai", 4)]),
        ("day", [("2026-11-21", 5), ("2026-11-22", 1)]),
        ("end_reason", [("completed", 4), ("disconnected", 1), ("failed", 1)]),
        ("tokens_from", [("counted", 1), ("none", 1), ("upstream", 4)]),
    ],
)
def test_by_each_of_what_it_can_be_grouped_by(ledger, by, expected):
    found = counts(sums(ledger, [by]), by, "requests")

    assert sorted(found, key=str) == sorted(expected, key=str)


def test_every_grouping_is_tested():
    assert set(BY) == {"key", "owner", "model", "asked", "upstream", "day", "end_reason", "tokens_from"}


def test_by_several_in_their_order(ledger):
    found = sums(ledger, ["owner", "day"], Which(owner="ana"))

    assert counts(found, "owner", "day", "requests", "first_token_p50", "first_token_p95") == [
        ("ana", "2026-11-21", 3, 0.2, 0.9)
    ]
    assert list(found[0])[:2] == ["owner", "day"]


def test_what_is_unknown_is_none_and_what_is_nothing_is_0(ledger):
    (row,) = sums(ledger, (), Which(key="k2"))

    assert (row["cost_microusd"], row["unpriced"], row["inexact"], row["first_token_p50"]) == (0, 0, 1, None)
    assert sums(ledger, (), Which(key="k9")) == []


def test_what_was_given_again_is_counted_by_itself_and_used_nothing(store):
    again = {"tokens_from": "cache", "upstream": None, "cost": 0, "attempts": (), "first_token_s": None}
    store.put([closed(1), closed(2, **again), closed(3, **again, prompt_tokens=None)])
    (row,) = sums(store)

    assert (row["requests"], row["cache_hits"], row["saved_tokens"]) == (3, 2, 19)
    assert (row["prompt_tokens"], row["completion_tokens"], row["cost_microusd"]) == (5, 7, 120)
    assert (row["inexact"], row["unpriced"]) == (0, 0)


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        (Which(), [1, 2, 3, 4, 5, 6]),
        (Which(since=NOON + timedelta(seconds=3)), [3, 4, 5, 6]),
        (Which(until=NOON + timedelta(seconds=3)), [1, 2]),
        (Which(since=NOON + timedelta(seconds=2), until=NOON + timedelta(days=1)), [2, 3, 4, 5]),
        (Which(key="k2"), [4, 5]),
        (Which(owner="ana", model="qwen"), [3]),
        (Which(model="gpt-x"), [5]),
    ],
)
def test_only_those_that_are_meant(ledger, which, expected):
    found = list(rows(ledger, which))

    assert [row["id"] for row in found] == [f"req_{number}" for number in expected]
    assert sum(row["requests"] for row in sums(ledger, (), which)) == len(expected)


def test_rows_come_a_page_at_a_time_and_none_twice(store, monkeypatch):
    monkeypatch.setattr(usage, "PAGE", 3)
    # Several of one moment: a page ends among them.
    store.put([closed(number, at=NOON) for number in range(7)])
    found = rows(store)
    first = next(found)
    store.put([closed(100, at=NOON)])

    assert list(first) == list(COLUMNS)
    assert [row["id"] for row in (first, *found)] == [*(f"req_{number}" for number in range(7)), "req_100"]


def test_a_request_is_explained_by_its_attempts(store):
    tries = (attempt(upstream="a", end_reason="timed_out"), attempt(upstream="b"))
    store.put([closed(1, id="same", attempts=tries), closed(2, id="same"), closed(3)])

    newest, oldest = explain(store, "same")
    assert (newest["entry"], oldest["entry"]) == ("e000002", "e000001")
    assert counts(oldest["attempts"], "ordinal", "upstream", "end_reason") == [
        (1, "a", "timed_out"),
        (2, "b", "completed"),
    ]
    assert explain(store, "none") == []


@pytest.mark.parametrize("percent_of", [1, 2, 19, 20, 21, 100])
def test_a_percentile_is_the_value_below_which_so_many_are(store, percent_of):
    store.put([closed(number, first_token_s=float(number)) for number in range(1, percent_of + 1)])
    (row,) = sums(store)

    assert row["first_token_p50"] == -(-percent_of * 50 // 100)
    assert row["first_token_p95"] == -(-percent_of * 95 // 100)


def test_large_sums_are_whole_numbers(store):
    store.put([closed(number, prompt_tokens=2**61 + number) for number in range(3)])
    (row,) = sums(store)

    assert row["prompt_tokens"] == 3 * 2**61 + 3


def test_other_groupings_are_refused_with_those_there_are(store):
    with pytest.raises(
        InvalidRequestError, match="key, owner, model, asked, upstream, day, end_reason, tokens_from, not by 'hash'"
    ):
        sums(store, ["hash"])
