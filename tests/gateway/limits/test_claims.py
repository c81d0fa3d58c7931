"""What a request claims of each limit, and what settles it."""

from datetime import UTC, datetime

import pytest

from dragoman.gateway.limits.claims import LEASE, Ask, claimed, period, released, settled
from dragoman.gateway.limits.terms import Limits

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()
ASK = Ask("m", tokens=100, cost=7)
ALL = Limits(
    requests_per_minute=1,
    tokens_per_minute=2,
    concurrent=3,
    budget_day_tokens=4,
    budget_month_tokens=5,
    budget_day_microusd=6,
    budget_month_microusd=7,
)


def by_meter(claims):
    return {claim.entry.meter: (claim.entry.slice, claim.entry.amount, claim.entry.ends - NOON) for claim in claims}


def test_each_limit_is_claimed_from_by_its_own_measure():
    claims = claimed(ALL, ASK, "here", NOON + 1.25)

    assert [claim.limit for claim in claims] == [1, 2, 3, 4, 5, 6, 7]
    second, lease = str(int(NOON)), LEASE + 1.25
    assert by_meter(claims) == {
        "requests_per_minute": (second, 1, 62),
        "tokens_per_minute": (second, 100, 62),
        "concurrent": ("@here", 1, lease),
        "budget_day_tokens": ("@here", 100, lease),
        "budget_month_tokens": ("@here", 100, lease),
        "budget_day_microusd": ("@here", 7, lease),
        "budget_month_microusd": ("@here", 7, lease),
    }


def test_where_there_is_no_limit_nothing_is_claimed():
    assert claimed(Limits(), ASK, "here", NOON) == ()


def test_settling_puts_what_was_taken_in_the_place_of_what_was_claimed():
    entries = settled(claimed(ALL, ASK, "here", NOON), NOON, 60, 5)

    found = [(entry.meter, entry.slice, entry.amount) for entry in entries]
    assert found == [
        ("tokens_per_minute", str(int(NOON)), -40),
        ("concurrent", "@here", -1),
        ("budget_day_tokens", "@here", -100),
        ("budget_day_tokens", "2026-11-21", 60),
        ("budget_month_tokens", "@here", -100),
        ("budget_month_tokens", "2026-11", 60),
        ("budget_day_microusd", "@here", -7),
        ("budget_day_microusd", "2026-11-21", 5),
        ("budget_month_microusd", "@here", -7),
        ("budget_month_microusd", "2026-11", 5),
    ]


def test_a_request_counts_for_the_day_it_was_admitted_in_however_long_it_ran():
    midnight = datetime(2026, 11, 21, tzinfo=UTC).timestamp()
    claims = claimed(Limits(budget_day_tokens=9), ASK, "here", midnight - 1)

    assert [entry.slice for entry in settled(claims, midnight - 1, 3, None)] == ["@here", "2026-11-20"]


def test_an_unknown_cost_settles_as_what_was_claimed_for_it():
    entries = settled(claimed(Limits(budget_day_microusd=9), ASK, "here", NOON), NOON, 60, None)

    assert [(entry.slice, entry.amount) for entry in entries] == [("@here", -7), ("2026-11-21", 7)]


def test_releasing_gives_everything_back_but_the_place_among_the_requests():
    entries = released(claimed(ALL, ASK, "here", NOON))

    assert {entry.meter for entry in entries} == set(Limits.__struct_fields__) - {"requests_per_minute"}
    assert all(entry.amount < 0 for entry in entries)


@pytest.mark.parametrize(
    ("meter", "at", "name", "next_begins"),
    [
        ("budget_day_tokens", "2026-11-21T00:00:00+00:00", "2026-11-21", "2026-11-22T00:00:00+00:00"),
        ("budget_day_tokens", "2026-12-31T23:59:59+00:00", "2026-12-31", "2027-01-01T00:00:00+00:00"),
        ("budget_month_tokens", "2026-11-30T23:59:59+00:00", "2026-11", "2026-12-01T00:00:00+00:00"),
        ("budget_month_microusd", "2026-12-01T00:00:00+00:00", "2026-12", "2027-01-01T00:00:00+00:00"),
        ("budget_day_microusd", "2028-02-29T12:00:00+00:00", "2028-02-29", "2028-03-01T00:00:00+00:00"),
    ],
)
def test_days_and_months_are_those_of_utc(meter, at, name, next_begins):
    assert period(meter, datetime.fromisoformat(at).timestamp()) == (
        name,
        datetime.fromisoformat(next_begins).timestamp(),
    )
