"""What type checkers see of hooks, of what was spent, of limits and of what a call would be."""

from decimal import Decimal
from typing import Literal, assert_type

from dragoman import APIError, AsyncDragoman, Count, Dragoman, RateLimit, RateLimits, Spent
from dragoman.hooks import Answered, Began, Ended, Failed, Moment


def watch(moment: Moment) -> None:
    match moment:
        case Began():
            assert_type(moment.pause, float)
        case Answered():
            assert_type(moment.rate_limits, RateLimits)
        case Failed():
            assert_type(moment.error, APIError)
            assert_type(moment.again, float | None)
        case Ended():
            assert_type(moment.outcome, Literal["done", "failed", "left"])
            assert_type(moment.spent, Spent)


def blocking(client: Dragoman) -> None:
    stream = client.chat.stream(messages="x")
    assert_type(stream.spent.total_tokens, int | None)
    assert_type(stream.rate_limits.tokens, RateLimit | None)
    assert_type(client.chat.curl(messages="x", stream=True), str)
    assert_type(client.chat.count(messages="x").price, Decimal | None)


async def waiting(client: AsyncDragoman) -> None:
    assert_type(await client.chat.count(messages="x"), Count)


def failed(error: APIError) -> None:
    assert_type(error.spent, Spent | None)
    assert_type(error.rate_limits, RateLimits)


Dragoman(hooks=[watch, print])
