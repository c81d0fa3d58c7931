"""What requests cost: by the data that came along, and by what the configuration states."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dragoman.cost.prices import Rates, Used
from dragoman.gateway.config.shape import PriceConfig
from dragoman.gateway.prices import ENGINE, Prices

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def cost(model, vendor="openai", *, prompt=1000, completion=100, prices=None, upstream="up", at=NOON, **parts):
    used = Used(prompt=prompt, completion=completion, **parts)
    return (prices or Prices()).price(upstream, vendor, model, used, at)


@pytest.mark.parametrize(
    ("vendor", "model", "parts", "microusd"),
    [
        ("openai", "gpt-4o", {}, 1000 * 2.5 + 100 * 10),
        ("openai", "gpt-4o", {"cached": 400}, 600 * 2.5 + 400 * 1.25 + 100 * 10),
        ("openai", "GPT-4o-2024-08-06", {}, 1000 * 2.5 + 100 * 10),
        ("openai", "gpt-4o", {"reasoning": 60}, 1000 * 2.5 + 100 * 10),
        ("anthropic", "claude-3-opus-20240229", {"written": 1000}, 1000 * 18.75 + 100 * 75),
        ("openai", "text-embedding-3-small", {"completion": 0}, 20),
    ],
)
def test_a_known_model_costs_what_its_vendor_says(vendor, model, parts, microusd):
    assert cost(model, vendor, **parts) == microusd


@pytest.mark.parametrize(("vendor", "model"), [("openai", "nobodys-model"), ("house", "gpt-4o"), (None, "gpt-4o")])
def test_an_unknown_price_is_unknown_and_not_nothing(vendor, model):
    assert cost(model, vendor) is None


def test_a_model_that_is_not_paid_by_the_token_is_unknown():
    assert cost("whisper-large-v3", "groq") is None


def test_an_answer_of_a_model_that_states_no_price_for_answers_is_unknown():
    assert cost("text-embedding-3-small", completion=1) is None


def test_the_model_on_this_machine_is_free():
    assert cost("SmolLM2", ENGINE) == 0


def test_a_part_of_a_microusd_is_paid_as_a_whole_one():
    assert cost("gpt-4o-mini", prompt=1, completion=0) == 1


def test_parts_that_exceed_the_whole_are_not_paid_twice():
    assert cost("gpt-4o", prompt=100, completion=0, cached=500) == 125


@pytest.mark.parametrize("name", ["house:qwen3", "house:*", "house:qwen*", "*:qwen3"])
def test_the_configuration_states_prices_by_upstream_and_model(name):
    prices = Prices({name: PriceConfig(input=0.1, output=0.3)})

    assert cost("qwen3", None, prices=prices, upstream="house") == 130


def test_names_that_are_long_cost_as_others_do_and_are_not_remembered():
    prices = Prices({"house:*": PriceConfig(input=0.1, output=0.3)})

    assert cost("m" * 10_000, None, prices=prices, upstream="house") == 130
    assert prices._rates.cache_info().currsize == 0


def test_the_most_exact_of_them_counts():
    prices = Prices(
        {
            "*:*": PriceConfig(input=9, output=9),
            "up:gpt-4o": PriceConfig(input=1, output=1),
            "up:*": PriceConfig(input=5, output=5),
        }
    )

    assert cost("gpt-4o", prices=prices) == 1100
    assert cost("other", prices=prices) == 5500


def test_a_price_counts_by_the_name_that_answered_and_else_by_the_name_that_was_asked():
    prices = Prices(
        {
            "up:auto": PriceConfig(input=0, output=0),
            "up:large": PriceConfig(input=9, output=9),
            "up:q*": PriceConfig(input=1, output=1),
            "up:*": PriceConfig(input=5, output=5),
        }
    )

    def price(asked, served, prices=prices):
        return prices.price("up", "openai", asked, Used(prompt=1000, completion=100), NOON, served=served)

    assert price("auto", "large") == 9900
    assert price("auto", "anything else") == 0
    assert price("q3", "Qwen/Q3") == 1100
    assert price("gpt-4o", "gpt-4o-mini", Prices({"up:gpt-4o": PriceConfig(input=7, output=7)})) == 7700
    assert price("gpt-4o", "gpt-4o-mini", Prices()) == cost("gpt-4o-mini")
    assert price("gpt-4o", "nobodys-model", Prices()) == cost("gpt-4o")
    assert price("nobodys-model", "", Prices()) is None


def test_a_stated_price_comes_before_the_published_one():
    prices = Prices({"up:gpt-4o": PriceConfig(input=0, output=0)})

    assert cost("gpt-4o", prices=prices) == 0
    assert cost("gpt-4o-mini", prices=prices) == 210


def test_cached_tokens_cost_what_is_stated_for_them_and_else_as_much_as_others():
    assert cost("m", prices=Prices({"up:m": PriceConfig(input=1, output=1, cached=0.5)}), cached=1000) == 600
    assert cost("m", prices=Prices({"up:m": PriceConfig(input=1, output=1)}), cached=1000) == 1100


def test_a_price_that_is_stated_for_another_upstream_is_not_taken():
    prices = Prices({"house:qwen3": PriceConfig(input=1, output=1)})

    assert cost("qwen3", None, prices=prices, upstream="other") is None


def test_prices_change_on_their_day():
    old, new = Rates(input=Decimal(1), output=Decimal(1)), Rates(input=Decimal(2), output=Decimal(2), when="2026-06-01")
    prices = Prices()
    prices._rates = lambda *_: (old, new)

    assert cost("m", prices=prices, at=datetime(2026, 5, 31, 23, tzinfo=UTC)) == 1100
    assert cost("m", prices=prices, at=datetime(2026, 6, 1, tzinfo=UTC)) == 2200


def test_pricing_needs_none_of_the_package():
    code = (
        "import sys; from dragoman.gateway.prices import *; from dragoman.cost.prices import *;"
        "Prices().price('u', 'openai', 'gpt-4o', Used(prompt=1, completion=1));"
        "print(*{'genai_prices', 'pydantic', 'httpx2', 'socket'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - the same

    assert ran.stdout.split() == []
