"""Clients of scripts and cassettes, blocking and asynchronous, for the tests of `dragoman.testing`."""

import asyncio

from dragoman import AsyncDragoman, Dragoman, Retry

AT_ONCE = Retry(first=0)
KEY = "sk-planted-credential"


def client(transport, base_url="http://model.test/v1", **options):
    """A blocking client of a script, cassette or address."""
    settings = {"api_key": KEY, "model": "m", "retries": 0} | options
    return Dragoman(base_url, transport=transport, **settings)


def ask(transport, content="Who?", *, stream=False, base_url="http://model.test/v1", **options):
    """The completion that a blocking client makes of the answer."""
    with client(transport, base_url, **options) as one:
        if not stream:
            return one.chat.create(messages=content)
        with one.chat.stream(messages=content) as answer:
            return answer.until_done()


def ask_asynchronously(transport, content="Who?", *, stream=False, base_url="http://model.test/v1", **options):
    """The same, made by an asynchronous client in a loop of its own."""

    async def asked():
        settings = {"api_key": KEY, "model": "m", "retries": 0} | options
        async with AsyncDragoman(base_url, transport=transport, **settings) as one:
            if not stream:
                return await one.chat.create(messages=content)
            async with one.chat.stream(messages=content) as answer:
                return await answer.until_done()

    return asyncio.run(asked())
