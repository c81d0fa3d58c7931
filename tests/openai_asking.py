"""A client of a scripted server, for tests of what a program sees of one."""

from contextlib import contextmanager

from dragoman.openai import AsyncOpenAI, OpenAI
from scripted import Scripted

ASKED = {"model": "m", "messages": [{"role": "user", "content": "Who?"}]}


@contextmanager
def asking(*steps, **options):
    """The server, and a client of it."""
    with Scripted(list(steps)) as server, OpenAI(**options_for(server, options)) as client:
        yield server, client


def options_for(server, options):
    return {"base_url": server.url("/v1"), "api_key": "sk-planted", "max_retries": 0} | options


async def awaiting(use, *steps, **options):
    """What a use of an asynchronous client comes to."""
    with Scripted(list(steps)) as server:
        async with AsyncOpenAI(**options_for(server, options)) as client:
            return await use(client)
