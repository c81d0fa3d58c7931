"""One test body for all colours: the blocking transport, and the asynchronous one on asyncio's loop and on uvloop's."""

import asyncio
import socket
from contextlib import ExitStack

import pytest
import uvloop

from dragoman.transport.aio import AsyncioTransport
from dragoman.transport.blocking import BlockingTransport
from palette import Colour
from scripted import Authority


@pytest.fixture(params=["blocking", "asyncio", "uvloop"])
def colour(request):
    if request.param == "blocking":
        made = Colour(BlockingTransport, lambda result: result, lambda: None)
        yield made
        made.close()
        return
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:

        async def run(waiting):
            return await waiting

        # A loop looks at its sockets only while it runs, and twice: once to see, once to act on it.
        made = Colour(
            AsyncioTransport,
            lambda waiting: runner.run(run(waiting)),
            lambda: [runner.run(asyncio.sleep(0)) for _ in range(3)],
        )
        yield made
        made.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def clogged():
    """The port of a listener whose queue is full: connecting to it neither succeeds nor fails."""
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            queued = waiting.enter_context(socket.socket())
            queued.settimeout(0)
            queued.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
