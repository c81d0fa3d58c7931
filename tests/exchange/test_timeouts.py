"""Limits in time: what they may be, and what is left of one."""

import math

import pytest

from dragoman import InvalidRequestError, Timeouts
from dragoman.exchange.timeouts import within


@pytest.mark.parametrize("seconds", [0, -1, math.nan, None, "5"])
def test_what_is_no_time_to_wait_is_refused_by_name(seconds):
    with pytest.raises(InvalidRequestError, match="idle is a number of seconds above 0"):
        Timeouts(idle=seconds)


def test_infinity_is_no_limit():
    assert Timeouts(total=math.inf, connect=math.inf).total == math.inf


def test_what_is_left_of_a_time_that_is_up_is_over_at_once():
    assert within(Timeouts(idle=3), 2) == Timeouts(idle=3, total=2)
    assert 0 < within(Timeouts(), -5).total < 0.001
