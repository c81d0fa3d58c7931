"""The service tier of a request, and what it costs in another."""

from decimal import Decimal

import pytest

from dragoman.cost.prices import Rates, Used, cost
from dragoman.cost.tier import LISTED, tier_of


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, ""),
        ({"service_tier": "auto"}, ""),
        ({"service_tier": None, "speed": "standard", "inference_geo": "global"}, ""),
        ({"service_tier": "Priority"}, "priority"),
        ({"speed": "fast"}, "fast"),
        ({"service_tier": "flex", "speed": "fast", "inference_geo": "us"}, "flex+fast+us"),
        ({"service_tier": ["priority"]}, ""),
        ({"anthropic": "nonsense"}, ""),
    ],
)
def test_a_tier_has_the_names_that_a_request_gives_it(fields, named):
    assert tier_of({"model": "m"} | fields).named() == named


def test_what_is_for_one_api_alone_counts_where_the_request_goes_to_that():
    request = {"service_tier": "flex", "anthropic": {"speed": "fast"}, "responses": {"service_tier": "priority"}}

    assert {api: tier_of(request, api).named() for api in ("chat", "messages", "responses")} == {
        "chat": "flex",
        "messages": "flex+fast",
        "responses": "priority",
    }


def test_the_tier_that_an_answer_was_given_in_counts():
    asked = tier_of({"service_tier": "priority", "speed": "fast"})

    assert asked.named("default") == "fast"
    assert asked.named("flex") == "flex+fast"
    assert LISTED.named("priority") == "priority"


RATES = Rates(input=Decimal(1), output=Decimal(2), tiers={"priority": Decimal(2), "flex": Decimal("0.5")})


@pytest.mark.parametrize(("tier", "paid"), [("", 50), ("priority", 100), ("flex", 25), ("fast", None)])
def test_in_another_tier_it_costs_so_many_times_as_much_or_nobody_knows(tier, paid):
    assert cost(RATES, Used(prompt=10, completion=20), tier) == paid


def test_what_is_free_is_free_in_any_tier():
    assert cost(Rates(input=Decimal(0), output=Decimal(0)), Used(prompt=10, completion=20), "priority") == 0
