"""A connection says that its caller has left, however much was sent before."""

import asyncio

import pytest
import uvicorn
from uvicorn.server import ServerState

from dragoman import asgi
from dragoman.gateway.line import Line

HEAD = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n"


async def served(app, talk):
    """What comes of an app that one connection talks to."""
    config = uvicorn.Config(app, http=Line, lifespan="off", log_level="critical")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        await talk(reader, writer)
        if state.tasks:
            await asyncio.wait(state.tasks)
    finally:
        writer.close()
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize("size", [0, 10, 1_000_000])
def test_work_for_a_caller_is_stopped_when_its_connection_ends(size):
    outcomes = []

    async def main():
        begun = asyncio.Event()

        async def app(scope, receive, _):
            heard = asgi.listening(scope, receive)
            outcomes.append(len(await asgi.read_body(heard, size)))
            begun.set()
            try:
                await asgi.unless_gone(heard, asyncio.Event().wait())
            except asgi.Disconnected:
                outcomes.append("left")

        async def talk(_, writer):
            writer.write(HEAD % size + bytes(size))
            await begun.wait()
            writer.close()

        await asyncio.wait_for(served(app, talk), 20)

    asyncio.run(main())
    assert outcomes == [size, "left"]


def test_the_next_request_of_a_connection_is_not_taken_for_a_caller_who_left():
    async def main():
        async def app(scope, receive, send):
            heard = asgi.listening(scope, receive)
            await asgi.read_body(heard, 100)
            await asgi.respond(send, 200, await asgi.unless_gone(heard, asyncio.sleep(0.01, b"done")))

        async def talk(reader, writer):
            writer.write((HEAD % 2 + b"{}") * 3)
            for _ in range(3):
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200 ")
                assert await reader.readexactly(4) == b"done"
            writer.close()

        await asyncio.wait_for(served(app, talk), 20)

    asyncio.run(main())
