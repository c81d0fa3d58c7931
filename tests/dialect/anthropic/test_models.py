import pytest

from dragoman.dialect.anthropic.models import FOREIGN, abilities


@pytest.mark.parametrize(
    ("model", "thinking", "sampling", "formats", "most"),
    [
        ("claude-2.1", "none", True, False, 4096),
        ("claude-3-opus-20240229", "none", True, False, 4096),
        ("claude-3-5-sonnet-20241022", "none", True, False, 8192),
        ("claude-3-7-sonnet-latest", "budget", True, False, 32_000),
        ("claude-opus-4-20250514", "budget", True, False, 32_000),
        ("claude-4-opus-20250514", "budget", True, False, 32_000),
        ("claude-opus-4@20250514", "budget", True, False, 32_000),
        ("claude-opus-4-1-20250805", "budget", True, False, 32_000),
        ("claude-haiku-4-5-20251001", "budget", True, True, 32_000),
        ("anthropic/claude-sonnet-4.5", "budget", True, True, 32_000),
        ("us.anthropic.claude-sonnet-4-6-v1:0", "adaptive", True, True, 32_000),
        ("claude-opus-4-7", "adaptive", False, True, 32_000),
        ("claude-sonnet-5", "adaptive", False, True, 32_000),
        ("claude-fable-5-2", "adaptive", False, True, 32_000),
        ("claude-mythos-preview", "adaptive", False, True, 32_000),
    ],
)
def test_a_model_is_known_by_its_version(model, thinking, sampling, formats, most):
    able = abilities(model)

    assert (able.thinking, able.sampling, able.formats, able.max_tokens) == (thinking, sampling, formats, most)


def test_temperature_and_top_p_exclude_each_other_from_4_1_on():
    assert abilities("claude-opus-4-20250514").both
    assert not abilities("claude-opus-4-1").both


def test_instructions_among_the_turns_are_taken_from_4_8_on():
    assert abilities("claude-opus-4-8").instructed
    assert not abilities("claude-opus-4-7").instructed


@pytest.mark.parametrize("model", ["glm-4.6", "kimi-k2", "", "m"])
def test_another_vendors_model_takes_the_older_forms(model):
    assert abilities(model) is FOREIGN
