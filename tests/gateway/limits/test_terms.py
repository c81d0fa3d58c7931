"""How people write limits."""

import pytest

from dragoman.errors import ConfigurationError
from dragoman.gateway.limits.terms import Limits, amount, budget, money


@pytest.mark.parametrize(
    ("text", "value"), [("60", 60), ("0", 0), ("1_000", 1000), ("90k", 90_000), ("2M", 2_000_000), ("1.5m", 1_500_000)]
)
def test_amounts(text, value):
    assert amount(text) == value


@pytest.mark.parametrize("text", ["", "-1", "many", "1.5", "0.0001k", "60/min", "1e3", "٣", "9" * 5000])
def test_what_is_no_amount_is_refused_by_name(text):
    with pytest.raises(ConfigurationError, match=r"no amount|finer"):
        amount(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5usd", ("microusd", 5_000_000)),
        ("$5", ("microusd", 5_000_000)),
        ("5$", ("microusd", 5_000_000)),
        ("0.50 USD", ("microusd", 500_000)),
        ("0.000001usd", ("microusd", 1)),
        ("1kusd", ("microusd", 1_000_000_000)),
        ("200k", ("tokens", 200_000)),
        ("2M tokens", ("tokens", 2_000_000)),
        ("10", ("tokens", 10)),
    ],
)
def test_budgets_are_money_or_tokens(text, found):
    assert budget(text) == found


@pytest.mark.parametrize("text", ["5eur", "$5usd", "usd", "0.0000001usd", "0.5 tokens", "-5usd", "9" * 5000])
def test_what_is_no_budget_is_refused(text):
    with pytest.raises(ConfigurationError):
        budget(text)


@pytest.mark.parametrize(
    ("microusd", "text"),
    [(0, "0.00 USD"), (5_000_000, "5.00 USD"), (153, "0.000153 USD"), (1_234_500_000, "1,234.50 USD")],
)
def test_money_is_shown_in_dollars(microusd, text):
    assert money(microusd) == text


def test_limits_know_what_they_count():
    assert not Limits().any
    assert Limits(concurrent=0).any
    assert Limits(budget_day_microusd=1).counts_money
    assert not Limits(budget_day_tokens=1).counts_money
