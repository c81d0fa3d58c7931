"""How a key stands with its limits, at moments of a made-up day."""

from datetime import UTC, datetime

from dragoman.gateway.limits.account import Account
from dragoman.gateway.limits.claims import Ask, claimed, settled
from dragoman.gateway.limits.standing import Standing, standings
from dragoman.gateway.limits.terms import Limits

NOON = datetime(2025, 3, 31, 12, tzinfo=UTC)
NOW = NOON.timestamp()
LIMITS = Limits(
    requests_per_minute=2, tokens_per_minute=100, concurrent=1, budget_day_tokens=50, budget_month_microusd=9
)


def test_nothing_is_used_of_a_new_key():
    found = standings(Account(), LIMITS, NOW)

    assert list(found) == [
        "requests_per_minute", "tokens_per_minute", "concurrent", "budget_day_tokens", "budget_month_microusd",
    ]  # fmt: skip
    assert found["tokens_per_minute"] == Standing(limit=100, used=0, held=0, remaining=100, frees_at=None)
    assert all(each.used == each.held == 0 and each.remaining == each.limit for each in found.values())


def test_what_is_under_way_is_held_and_what_has_ended_is_used():
    account = Account()
    claims = claimed(LIMITS, Ask("m", tokens=40, cost=5), "one", NOW)
    account.reserve(claims, NOW)
    under_way = standings(account, LIMITS, NOW)
    for entry in settled(claims, NOW, 30, 4):
        account.add(entry, NOW)
    ended = standings(account, LIMITS, NOW + 10)

    assert under_way["concurrent"] == Standing(limit=1, used=1, held=1, remaining=0, frees_at=None)
    assert under_way["budget_day_tokens"] == Standing(limit=50, used=40, held=40, remaining=10, frees_at=None)
    assert (under_way["tokens_per_minute"].used, under_way["tokens_per_minute"].held) == (40, 0)
    assert ended["concurrent"] == Standing(limit=1, used=0, held=0, remaining=1, frees_at=None)
    assert (ended["tokens_per_minute"].used, ended["tokens_per_minute"].frees_at) == (30, datetime(2025, 3, 31, 12, 1, 2, tzinfo=UTC))  # fmt: skip
    assert (ended["budget_day_tokens"].used, ended["budget_day_tokens"].frees_at) == (30, datetime(2025, 4, 1, tzinfo=UTC))  # fmt: skip
    assert (ended["budget_month_microusd"].remaining, ended["budget_month_microusd"].frees_at) == (5, datetime(2025, 4, 1, tzinfo=UTC))  # fmt: skip


def test_more_than_the_limit_leaves_nothing():
    account = Account()
    claims = claimed(LIMITS, Ask("m", tokens=40, cost=5), "one", NOW)
    account.reserve(claims, NOW)
    for entry in settled(claims, NOW, 70, 4):
        account.add(entry, NOW)

    assert standings(account, LIMITS, NOW)["budget_day_tokens"].remaining == 0
    assert standings(account, LIMITS, NOW)["budget_day_tokens"].used == 70
