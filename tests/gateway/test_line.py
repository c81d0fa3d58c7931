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


def test_an_answer_and_its_head_arrive_together_and_a_head_alone_arrives_soon():
    async def main():
        go_on = asyncio.Event()

        async def app(scope, receive, send):
            await asgi.read_body(receive, 0)
            if scope["path"] == "/whole":
                await asgi.respond(send, 200, b"HTTP/1.1 is what this says")
                return
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await go_on.wait()
            await send({"type": "http.response.body", "body": b"later"})

        async def talk(reader, writer):
            writer.write(b"GET /whole HTTP/1.1\r\nhost: x\r\n\r\n")
            whole = await reader.read(65536)
            assert whole.startswith(b"HTTP/1.1 200 ")
            assert whole.endswith(b"\r\n\r\nHTTP/1.1 is what this says")
            writer.write(b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            go_on.set()
            assert await reader.read() == b"5\r\nlater\r\n0\r\n\r\n"

        await asyncio.wait_for(served(app, talk), 20)

    asyncio.run(main())


def test_what_is_no_http_is_told_so_before_the_connection_ends():
    async def main():
        async def talk(reader, writer):
            writer.write(b"nonsense\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 400 ")

        await asyncio.wait_for(served(None, talk), 20)

    asyncio.run(main())
