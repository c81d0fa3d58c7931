"""What models cost: the data that came along, held against the package it is from."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import ROUND_CEILING
from pathlib import Path

from genai_prices import Usage, calc_price
from genai_prices.data import providers
from hypothesis import given
from hypothesis import strategies as st

from dragoman.cost.prices import Used, cost, in_force, published, source

ROOT = Path(__file__).parent.parent.parent


def examples():
    """A name that each model of the package answers to."""
    for provider in providers:
        for model in provider.models:
            for name in (model.id, *(getattr(one, "equals", None) for one in getattr(model.match, "or_", ()))):
                if name and provider.find_model(name, all_providers=providers):
                    yield provider.id, name


NAMES = sorted(set(examples()))


@given(
    name=st.sampled_from(NAMES),
    prompt=st.integers(0, 2_000_000),
    share=st.floats(0, 1),
    completion=st.integers(0, 100_000),
    at=st.integers(1_735_689_600, 1_798_675_200).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)
def test_every_price_is_what_the_package_itself_computes(name, prompt, share, completion, at):
    vendor, model = name
    cached = int(prompt * share)
    said = Usage(
        input_tokens=prompt, output_tokens=completion, cache_read_tokens=cached,
        cache_write_tokens=0, output_reasoning_tokens=0,
    )  # fmt: skip
    theirs = calc_price(said, model, provider_id=vendor, genai_request_timestamp=at)
    rates = in_force(published(vendor, model), at)
    ours = None if rates is None else cost(rates, Used(prompt=prompt, completion=completion, cached=cached))

    if ours is not None:
        assert ours == int((theirs.total_price * 1_000_000).to_integral_value(ROUND_CEILING))
    else:
        assert theirs.model_price.input_mtok is None or (completion and theirs.model_price.output_mtok is None)


def test_the_data_is_the_pinned_packages():
    written = subprocess.run([sys.executable, ROOT / "tools" / "prices.py", "--check"], check=False)  # noqa: S603 - our own

    assert written.returncode == 0, "run: python tools/prices.py"
    assert source().startswith("genai-prices ")


def test_nobody_knows_what_an_unknown_model_costs():
    assert published("openai", "a model of one's own") == ()
    assert published("nobody", "gpt-4o") == ()
    assert in_force((), None) is None
