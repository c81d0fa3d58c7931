"""Why a request is not admitted, in sentences, bodies and headers."""

import json
from datetime import UTC, datetime

import pytest

from dragoman.gateway.limits.account import Account
from dragoman.gateway.limits.claims import Ask, claimed, settled
from dragoman.gateway.limits.refused import duration, refusal, stamp, standing, unpriced
from dragoman.gateway.limits.terms import Limits

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()
WHOSE = "key dg_3fK9aQx… of ana"


def refused(limits, *, before, ask, settle=True):
    """The refusal of a request after others."""
    account = Account()
    for second, one in before:
        claims = claimed(limits, one, "here", NOON + second)
        assert account.reserve(claims, NOON + second) == []
        for entry in settled(claims, NOON + second, one.tokens, one.cost) if settle else ():
            account.add(entry, NOON + second)
    now = NOON + 10
    return refusal(account.reserve(claimed(limits, ask, "here", now), now), account, limits, WHOSE, now)


def test_requests_a_minute():
    found = refused(
        Limits(requests_per_minute=2), before=[(0, Ask("m")), (4, Ask("m"))], ask=Ask("m")
    )  # fmt: skip

    assert found.message == (
        "key dg_3fK9aQx… of ana may use 2 requests a minute, and has; it fits at 2026-11-21T12:01:02Z, in 52s"
    )
    assert (found.status, found.code, found.retry_after, found.remaining) == (429, "rate_limit_exceeded", 52, 0)
    assert dict(found.headers()) == {
        b"retry-after": b"52",
        b"x-should-retry": b"true",
        b"x-ratelimit-limit-requests": b"2",
        b"x-ratelimit-remaining-requests": b"0",
        b"x-ratelimit-reset-requests": b"56s",
    }


def test_tokens_a_minute():
    found = refused(
        Limits(tokens_per_minute=100), before=[(0, Ask("m", tokens=60)), (5, Ask("m", tokens=30))], ask=Ask("m", tokens=40)
    )  # fmt: skip

    assert "may use 100 tokens a minute; 10 is left, and this request may use 40; it fits at" in found.message
    assert found.retry_after == 52
    assert json.loads(found.body())["error"] == {
        "message": found.message,
        "type": "tokens",
        "param": None,
        "code": "rate_limit_exceeded",
        "limit": {
            "name": "tokens_per_minute",
            "whose": WHOSE,
            "value": 100,
            "remaining": 10,
            "frees_at": "2026-11-21T12:01:02Z",
            "retry_after": 52,
        },
    }


def test_a_request_that_can_never_fit_is_told_so_and_not_to_come_back():
    found = refused(Limits(tokens_per_minute=100), before=[], ask=Ask("m", tokens=101))

    assert found.message.endswith("this request alone may use 101: ask for a shorter answer, or send a shorter prompt")
    assert (found.retry_after, found.frees_at, found.again) == (None, None, False)
    assert (b"x-should-retry", b"false") in found.headers()


def test_requests_at_once_come_free_when_nobody_knows():
    found = refused(Limits(concurrent=1), before=[(9, Ask("m"))], ask=Ask("m"), settle=False)

    assert found.message == f"{WHOSE} may have 1 requests at once, and has"
    assert (found.retry_after, found.again) == (None, True)


def test_a_budget_in_money():
    spent = Ask("m", tokens=1, cost=4_000_000)
    found = refused(Limits(budget_day_microusd=5_000_000), before=[(0, spent)], ask=Ask("m", tokens=1, cost=1_500_000))

    assert found.message == (
        f"{WHOSE} may use 5.00 USD a day (UTC); 1.00 USD is left, and this request may use 1.50 USD; "
        "it fits at 2026-11-22T00:00:00Z, in 11h59m50s"
    )
    assert found.code == "insufficient_quota"
    assert json.loads(found.body())["error"]["type"] == "insufficient_quota"
    assert not found.again


def test_a_budget_that_is_held_by_requests_under_way_is_worth_another_try():
    found = refused(
        Limits(budget_day_tokens=100), before=[(9, Ask("m", tokens=90))], ask=Ask("m", tokens=20), settle=False
    )  # fmt: skip

    assert "10 is left (90 held by requests under way)" in found.message
    assert (found.retry_after, found.again) == (None, True)


def test_of_several_limits_the_one_is_named_that_keeps_the_request_out_longest():
    limits = Limits(requests_per_minute=1, budget_month_tokens=10, concurrent=5)

    assert refused(limits, before=[(0, Ask("m", tokens=9))], ask=Ask("m", tokens=5)).limit == "budget_month_tokens"
    assert refused(limits, before=[(0, Ask("m", tokens=1))], ask=Ask("m", tokens=11)).again is False


def test_a_model_without_a_price():
    found = unpriced(Limits(budget_month_microusd=5), Ask("mystery"), WHOSE)

    assert found.status == 403
    assert "the price of 'mystery' is unknown: state it under [prices]" in found.message
    assert found.headers() == [(b"x-should-retry", b"false")]


def test_a_model_whose_price_is_known_in_other_tiers_alone():
    found = unpriced(Limits(budget_month_microusd=5), Ask("m", tier="priority"), WHOSE)

    assert (
        "the price of 'm' in the service tier 'priority' is unknown: state it under [prices], among its `tiers`"
        in found.message
    )


def test_a_key_without_limits_a_minute_has_no_such_headers():
    assert standing(Account(), Limits(budget_day_tokens=5), NOON) == []


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (0.2, "1s"), (1, "1s"), (60, "1m0s"), (360, "6m0s"), (44_100, "12h15m0s")]
)
def test_durations_are_spelled_as_openai_spells_them(seconds, text):
    assert duration(seconds) == text


def test_moments_are_rounded_up():
    assert stamp(NOON + 0.001) == "2026-11-21T12:00:01Z"
