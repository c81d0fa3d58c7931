"""On which terms a request is answered, and what has them cost otherwise."""

from decimal import Decimal

import pytest

from dragoman.cost.prices import Rates, Used, cost
from dragoman.cost.terms import LISTED, terms_of


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, ""),
        ({"service_tier": "auto"}, ""),
        ({"service_tier": None, "speed": "standard", "inference_geo": "global"}, ""),
        ({"service_tier": "Priority"}, "priority"),
        ({"speed": "fast"}, "fast"),
        ({"service_tier": "flex", "speed": "fast", "inference_geo": "us"}, "flex+fast+us"),
        ({"anthropic": {"speed": "fast", "inference_geo": "us"}}, "fast+us"),
        ({"responses": {"service_tier": "priority"}, "anthropic": "nonsense"}, "priority"),
        ({"service_tier": ["priority"]}, ""),
    ],
)
def test_terms_have_the_names_that_a_request_gives_them(fields, named):
    assert terms_of({"model": "m"} | fields).named() == named


def test_the_tier_that_an_answer_was_given_in_counts():
    asked = terms_of({"service_tier": "priority", "speed": "fast"})

    assert asked.named("default") == "fast"
    assert asked.named("flex") == "flex+fast"
    assert LISTED.named("priority") == "priority"


RATES = Rates(input=Decimal(1), output=Decimal(2), terms={"priority": Decimal(2), "flex": Decimal("0.5")})


@pytest.mark.parametrize(("terms", "paid"), [("", 50), ("priority", 100), ("flex", 25), ("fast", None)])
def test_on_other_terms_it_costs_so_many_times_as_much_or_nobody_knows(terms, paid):
    assert cost(RATES, Used(prompt=10, completion=20), terms) == paid


def test_what_is_free_is_free_on_any_terms():
    assert cost(Rates(input=Decimal(0), output=Decimal(0)), Used(prompt=10, completion=20), "priority") == 0
