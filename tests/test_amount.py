"""What can be meant as a number, wherever a user gives one."""

import math

import pytest

from dragoman import Connections, Dragoman, DragomanError, Limiter, Limits, Reask, Resume, Retry, Timeouts, tool
from dragoman.amount import is_count, is_duration
from dragoman.openai import OpenAI
from dragoman.testing import Script, says, stall

NAN = math.nan


def ask(**options):
    client = Dragoman("http://model.test/v1", model="m", transport=Script(otherwise=says("Monet")))
    return client.chat.stream(messages="Who?", **options)


def weather(city: str) -> str:
    return f"fine in {city}"


def test_a_duration_is_above_zero_or_from_it_and_may_be_endless():
    assert all(map(is_duration, (1, 0.001, math.inf)))
    assert not any(map(is_duration, (0, -1, NAN, -math.inf, "1", None, True)))
    assert is_duration(0, zero=True)
    assert not is_duration(NAN, zero=True)


def test_a_count_is_whole():
    assert all(map(is_count, (0, 3, 3.0, 10**400, False)))
    assert not any(map(is_count, (-1, 2.5, NAN, math.inf, "3", None)))
    assert not is_count(0, 1)


@pytest.mark.parametrize("bad", [NAN, -1, "2"], ids=str)
@pytest.mark.parametrize(
    "place",
    [
        lambda bad: Timeouts(total=bad),
        lambda bad: Timeouts(connect=bad),
        lambda bad: Timeouts(first_token=bad),
        lambda bad: Timeouts(idle=bad),
        lambda bad: Timeouts(attempt=bad),
        lambda bad: Dragoman("http://model.test/v1", timeout=bad),
        lambda bad: Dragoman("http://model.test/v1", retries=bad),
        lambda bad: ask(timeout=bad),
        lambda bad: ask(retries=bad),
        lambda bad: ask(resume=bad),
        lambda bad: ask(resume=Resume(times=bad)),
        lambda bad: Retry(times=bad),
        lambda bad: Retry(first=bad),
        lambda bad: Retry(longest=bad),
        lambda bad: Retry(jitter=bad),
        lambda bad: Retry(patience=bad),
        lambda bad: Reask(times=bad),
        lambda bad: Reask(tokens=bad),
        lambda bad: Limiter(most=bad),
        lambda bad: Limiter(start=bad),
        lambda bad: Limits(rounds=bad),
        lambda bad: Limits(tokens=bad),
        lambda bad: Limits(seconds=bad),
        lambda bad: tool(timeout=bad)(weather),
        lambda bad: Connections(most=bad),
        lambda bad: Connections(keep_alive=bad),
        lambda bad: stall(says("Monet"), seconds=bad),
        lambda bad: OpenAI(api_key="x", timeout=bad),
    ],
)
def test_what_is_none_is_refused_where_it_is_given(place, bad):
    with pytest.raises(DragomanError, match=r"(number|seconds|timeout)"):
        place(bad)
