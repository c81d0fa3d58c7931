"""How many tokens are reserved."""

import pytest

from dragoman.gateway.limits.estimate import ANSWER, LARGEST, longest, tokens


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ANSWER),
        ({"max_tokens": 50}, 50),
        ({"max_completion_tokens": 70}, 70),
        ({"max_tokens": 50, "max_completion_tokens": 70}, 70),
        ({"max_tokens": 50, "n": 3}, 150),
        ({"n": 2}, 2 * ANSWER),
        ({"max_tokens": None, "n": None}, ANSWER),
        ({"max_tokens": -5}, 0),
        ({"max_tokens": 2**63}, LARGEST),
        ({"max_tokens": 10**400, "n": 128}, LARGEST),
    ],
)
def test_the_longest_answer_is_what_the_request_asks_for(body, expected):
    assert longest(body) == expected


def test_a_prompt_is_taken_for_half_as_long_again_as_it_was_estimated():
    assert tokens(100, 10) == 160
    assert tokens(1, 10) == 12


def test_a_models_own_maximum_may_stand_for_the_answer():
    assert longest({}, answer=128_000) == 128_000


def test_what_has_no_answer_has_none_whatever_it_says_of_one():
    assert longest({"max_tokens": 1_000_000, "n": 9}, answer=0) == 0


def test_no_more_is_reserved_than_can_be_counted():
    assert tokens(100, LARGEST) == LARGEST
