import re

import hypothesis.strategies as st
import pytest
from hypothesis import given

from dragoman.gateway.config.pattern import covers, exactness, matched, spelled

NAMES = st.text("ab*", max_size=6)


@pytest.mark.parametrize(
    ("pattern", "name", "star"),
    [
        ("gpt-5", "gpt-5", ""),
        ("gpt-5", "gpt-50", None),
        ("gpt-*", "gpt-5-mini", "5-mini"),
        ("gpt-*", "gpt-", ""),
        ("*", "anything at all", "anything at all"),
        ("*-mini", "gpt-5-mini", "gpt-5"),
        ("house/*:free", "house/a:free", "a"),
        ("a.c", "abc", None),
        ("*", "two\nlines", "two\nlines"),
    ],
)
def test_a_star_matches_anything_and_everything_else_itself(pattern, name, star):
    assert matched(pattern, name) == star


@given(NAMES, st.text("ab", max_size=8))
def test_the_first_star_stands_for_as_much_as_it_can(pattern, name):
    found = re.fullmatch("(.*)".join(map(re.escape, pattern.split("*"))), name)

    assert matched(pattern, name) == (None if found is None else found[1] if found.groups() else "")


def test_a_long_name_is_no_riddle():
    # Tried out place by place for each star this would take longer than anyone lives.
    assert matched("*-*-*-*-*-mini", "-" * 100_000) is None
    assert matched("*-*-*-*-*-mini", "-" * 100_000 + "mini") == "-" * 99_995


def test_a_candidate_is_asked_for_its_own_name_or_for_what_the_star_stands_for():
    assert spelled(None, "house/qwen3", "qwen3") == "house/qwen3"
    assert spelled("*", "house/qwen3", "qwen3") == "qwen3"
    assert spelled("org/*-fp8", "house/qwen3", "qwen3") == "org/qwen3-fp8"
    assert spelled("llama", "house/qwen3", "qwen3") == "llama"


def test_a_name_is_more_exact_than_a_pattern_and_a_longer_pattern_than_a_shorter():
    ordered = ["gpt-5", "gpt-5-*", "gpt-*", "*t-*", "*"]

    assert sorted(ordered, key=exactness, reverse=True) == ordered


@given(NAMES, NAMES, st.text("ab", max_size=6))
def test_a_pattern_that_covers_another_matches_all_that_the_other_does(pattern, other, name):
    if covers(pattern, other) and matched(other, name) is not None:
        assert matched(pattern, name) is not None


def test_covering_is_told_for_patterns_too():
    assert covers("*", "gpt-*")
    assert covers("*a*", "a*")
    assert not covers("gpt-*", "*")
    assert not covers("a*", "*a*")
