"""What a call would be is asked for with the arguments of the call itself, and refused where that would be."""

import asyncio

import pytest

from dragoman import AsyncDragoman, Dragoman, errors


def test_a_call_that_is_wrong_is_wrong_before_it_is_made():
    client = Dragoman("http://127.0.0.1:9/v1")

    with pytest.raises(errors.InvalidRequestError, match="model is missing"):
        client.chat.curl(messages="x")
    with pytest.raises(errors.InvalidRequestError, match="messages is missing"):
        client.chat.count(model="m")


def test_both_colours_show_the_same_command():
    ask = {"messages": "x", "model": "m", "stream": True}

    assert Dragoman("http://a.test/v1").chat.curl(**ask) == AsyncDragoman("http://a.test/v1").chat.curl(**ask)


def test_counting_waits_only_where_it_is_awaited():
    async def main():
        with pytest.raises(errors.InvalidRequestError, match="messages is missing"):
            await AsyncDragoman("http://a.test/v1").chat.count(model="m")

    asyncio.run(main())
