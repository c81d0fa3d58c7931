"""A connection says that its caller has left, however much was sent before."""

import asyncio
import contextlib
import json

import pytest
import uvicorn
from uvicorn.server import ServerState

from dragoman import asgi
from dragoman.gateway.line import AHEAD, Line

HEAD = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n"


async def served(app, talk, arrival=60.0):
    """What comes of an app that one connection talks to."""
    config = uvicorn.Config(app, http=Line, lifespan="off", log_level="critical")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(config, state, {}, arrival=arrival), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        await talk(reader, writer)
        if state.tasks:
            await asyncio.wait(state.tasks)
    finally:
        writer.close()
        while state.connections:  # noqa: ASYNC110 - uvicorn tells nobody when one goes
            await asyncio.sleep(0)
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


def test_a_caller_who_leaves_with_several_requests_unanswered_has_left_the_first_of_them_too():
    told = []

    async def main():
        begun = asyncio.Event()

        async def app(scope, receive, send):
            async def say():
                await send({"type": "http.response.start", "status": 200, "headers": []})
                begun.set()
                while True:
                    await send({"type": "http.response.body", "body": b"on and on", "more_body": True})
                    await asyncio.sleep(0)

            await asgi.read_body(receive, 100)
            with contextlib.suppress(asgi.Disconnected):
                await asgi.unless_gone(asgi.listening(scope, receive), say())
            told.append(await receive())

        async def talk(_, writer):
            writer.write((HEAD % 2 + b"{}") * 3)
            await begun.wait()
            writer.transport.abort()

        await asyncio.wait_for(served(app, talk), 5)

    asyncio.run(main())
    assert told == [{"type": "http.disconnect"}]


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


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"nonsense\r\n\r\n", "Invalid method encountered"),
        (b"GET / HTTP/1.1\r\nhost: x\r\na b: c\r\n\r\n", "Invalid header token"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: two\r\n\r\n", "Invalid character in Content-Length"),
        # The first bytes of TLS.
        (bytes.fromhex("1603010200010001fc0303"), "Invalid method encountered"),
    ],
)
def test_what_is_no_http_is_told_so_before_the_connection_ends(sent, why):
    async def main():
        async def talk(reader, writer):
            writer.write(sent)
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 400 ")
            error = json.loads(body)["error"]
            assert error["message"].startswith("what arrived is no HTTP/1.1 request: " + why)
            assert (error["type"], error["code"]) == ("invalid_request_error", "no_http_request")

        await asyncio.wait_for(served(None, talk), 20)

    asyncio.run(main())


CHUNKED = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"


def test_a_body_that_is_none_is_told_so_before_the_connection_ends():
    async def main():
        async def talk(reader, writer):
            writer.write(CHUNKED + b"5\r\nhello\r\nzz\r\n")
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 400 ")
            message = json.loads(body)["error"]["message"]
            assert message == "the request's body is none of HTTP/1.1's: Invalid character in chunk size"

        await asyncio.wait_for(served(echo, talk), 20)

    asyncio.run(main())


def test_a_body_that_is_none_gets_no_answer_that_would_be_taken_for_another_requests():
    async def main():
        answering = asyncio.Event()

        async def slow(scope, receive, _):
            answering.set()
            with contextlib.suppress(asgi.Disconnected):
                await asgi.unless_gone(asgi.listening(scope, receive), asyncio.Event().wait())

        async def talk(reader, writer):
            writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
            await answering.wait()
            writer.write(CHUNKED + b"zz\r\n")
            assert await reader.read() == b""

        await asyncio.wait_for(served(slow, talk), 20)

    asyncio.run(main())


@pytest.mark.parametrize("end", [b"", b"zz\r\n"], ids=["refused", "garbage"])
def test_who_is_still_sending_when_the_connection_ends_has_its_answer(end):
    async def main():
        async def refuse(_scope, _receive, send):
            await asgi.respond(send, 413, b"too large")

        async def talk(reader, writer):
            writer.write(CHUNKED.replace(b"host: x", b"host: x\r\nconnection: close"))
            for _ in range(50):
                writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n" + end)
                await writer.drain()
            assert (await reader.read()).startswith(b"HTTP/1.1 4")

        await asyncio.wait_for(served(refuse if not end else echo, talk), 20)

    asyncio.run(main())


async def echo(scope, receive, send):
    """Answers with the body, and with what the head came to."""
    body = await asgi.read_body(receive, 1 << 20)
    await asgi.respond(send, 200, body, [(b"x-headers", b"%d" % len(scope["headers"]))])


UPGRADE = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n"


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(
    "body", [b"content-length: 5\r\n\r\nhello", b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"]
)
def test_a_request_that_would_rather_speak_http_2_is_answered_as_it_is(body, at_once):
    """As Java's HttpClient asks each server that it does not know."""

    async def main():
        async def talk(reader, writer):
            for _ in range(2):
                head, _, rest = (b"POST / HTTP/1.1\r\nhost: x\r\n" + UPGRADE + body).partition(b"\r\n\r\n")
                for piece in [head + b"\r\n\r\n" + rest] if at_once else [head, b"\r\n\r\n", rest[:3], rest[3:]]:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
                answer = await reader.readuntil(b"\r\n\r\n")
                assert answer.startswith(b"HTTP/1.1 200 ")
                assert b"x-headers: 4\r\n" in answer
                assert await reader.readexactly(5) == b"hello"

        await asyncio.wait_for(served(echo, talk), 20)

    asyncio.run(main())


@pytest.mark.parametrize("more", [b"", UPGRADE])
@pytest.mark.parametrize("pieces", [[b"Mo", b"", b"net"], []])
def test_who_speaks_http_1_0_is_answered_without_chunks(pieces, more):
    async def main():
        async def app(scope, _, send):
            if scope["path"] == "/whole":
                await asgi.respond(send, 200, b"whole")
                return
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

        async def stream(reader, writer):
            writer.write(b"GET / HTTP/1.0\r\n" + more + b"\r\n")
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            assert b"transfer-encoding" not in head.lower()
            assert body == b"".join(pieces)

        async def whole(reader, writer):
            writer.write(b"GET /whole HTTP/1.0\r\n\r\n")
            assert (await reader.read()).endswith(b"content-length: 5\r\nconnection: close\r\n\r\nwhole")

        await asyncio.wait_for(served(app, stream), 20)
        await asyncio.wait_for(served(app, whole), 20)

    asyncio.run(main())


def test_a_head_that_is_larger_than_may_be_is_refused_and_one_that_is_not_is_read():
    bound = 65_536

    async def main():
        async def talk(reader, writer):
            # A large body before it is no part of a head.
            writer.write(HEAD % 200_000 + bytes(200_000))
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\na: " + b"b" * (bound - 100) + b"\r\n\r\n")
            for length in (200_000, 0):
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
                await reader.readexactly(length)
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\na: " + b"b" * bound + b"\r\n\r\n")
            answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 431 ")
            assert b"the request's headers are larger than 65536 bytes" in answer

        await asyncio.wait_for(served(echo, talk), 20)

    asyncio.run(main())


def test_a_head_without_an_end_is_not_read_for_ever():
    async def main():
        async def talk(reader, writer):
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\na: ")
            answer = asyncio.ensure_future(reader.read(12))
            while not answer.done():
                writer.write(b"b" * 4096)
                await asyncio.wait({answer}, timeout=0.001)
            assert answer.result() == b"HTTP/1.1 431"

        await asyncio.wait_for(served(echo, talk), 20)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("sent", "told"),
    [(b"", b""), (b"GET / HTT", b"408"), (HEAD % 10, b"408"), (HEAD % 10 + b"five.", b"408")],
    ids=["nothing", "half a head", "no body", "half a body"],
)
def test_what_does_not_arrive_is_not_waited_for_for_ever(sent, told):
    async def main():
        async def talk(reader, writer):
            writer.write(sent)
            answer = await reader.read()
            assert answer[9:12] == told
            assert (b"no more of the request arrived for 0.1 s" in answer) == bool(told)

        await asyncio.wait_for(served(echo, talk, arrival=0.1), 20)

    asyncio.run(main())


def test_a_body_that_goes_on_arriving_an_answer_that_takes_its_time_and_a_pause_between_requests_are_waited_for():
    async def slow(_, receive, send):
        await asgi.read_body(receive, 100)
        await asyncio.sleep(0.7)
        await asgi.respond(send, 200, b"done", [])

    async def main():
        async def talk(reader, writer):
            writer.write(HEAD % 10)
            for byte in b"0123456789":
                await asyncio.sleep(0.08)
                writer.write(bytes([byte]))
            assert (await reader.readuntil(b"done")).startswith(b"HTTP/1.1 200 ")
            await asyncio.sleep(0.7)
            writer.write(HEAD % 0)
            assert (await reader.readuntil(b"done")).startswith(b"HTTP/1.1 200 ")

        await asyncio.wait_for(served(slow, talk, arrival=0.6), 20)

    asyncio.run(main())


def test_who_was_answered_before_the_whole_body_came_is_not_answered_twice():
    async def early(_, __, send):
        await asgi.respond(send, 413, b"done", [])

    async def main():
        async def talk(reader, writer):
            writer.write(HEAD % 10)
            answer = await reader.read()
            assert answer.count(b"HTTP/1.1 ") == 1

        await asyncio.wait_for(served(early, talk, arrival=0.1), 20)

    asyncio.run(main())


@pytest.mark.parametrize("half", [b"GET / HTT", HEAD % 10], ids=["half a head", "no body"])
def test_half_a_request_behind_another_does_not_cost_that_one_its_answer(half):
    async def slow(_, receive, send):
        await asgi.read_body(receive, 100)
        await asyncio.sleep(0.4)
        await asgi.respond(send, 200, b"done", [])

    async def main():
        async def talk(reader, writer):
            writer.write(HEAD % 0 + half)
            assert (await reader.readuntil(b"done")).startswith(b"HTTP/1.1 200 ")
            assert (await reader.read())[9:12] == b"408"

        await asyncio.wait_for(served(slow, talk, arrival=0.1), 20)

    asyncio.run(main())


ENDED = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "streamed"])
def test_who_takes_nothing_of_an_answer_is_left(whole):
    async def main():
        left = asyncio.Event()

        async def app(scope, receive, send):
            asgi.listening(scope, receive).left.tell(left.set)
            if whole:
                await asgi.respond(send, 200, bytes(50_000_000))
                return
            await send({"type": "http.response.start", "status": 200, "headers": []})
            while not left.is_set():
                await send({"type": "http.response.body", "body": bytes(100_000), "more_body": True})

        async def talk(_, writer):
            writer.write(ENDED)
            await left.wait()

        await asyncio.wait_for(served(app, talk, arrival=0.1), 20)

    asyncio.run(main())


def test_who_takes_an_answer_slowly_has_all_of_it():
    async def main():
        async def app(_, __, send):
            await asgi.respond(send, 200, bytes(50_000_000))

        async def talk(reader, writer):
            writer.write(ENDED)
            await reader.readuntil(b"\r\n\r\n")
            for _ in range(10):
                await reader.readexactly(5_000_000)
                await asyncio.sleep(0.15)

        await asyncio.wait_for(served(app, talk, arrival=0.2), 20)

    asyncio.run(main())


def test_a_connection_that_asks_for_more_than_it_waits_for_is_answered_in_part_and_ended():
    begun = []

    async def main():
        async def app(_, __, send):
            begun.append(True)
            await asgi.respond(send, 200, b"done")

        async def talk(reader, writer):
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n" * 5000)
            answers = await reader.read()
            assert answers.count(b"HTTP/1.1 200 ") == AHEAD + 1
            assert answers.count(b"connection: close") == 1

        await asyncio.wait_for(served(app, talk), 20)

    asyncio.run(main())
    assert len(begun) == AHEAD + 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"CONNECT x:443", "there is no way through here for CONNECT"),
        (b"CONNECT /x", "there is no way through here for CONNECT"),
        (b"GET http://x:99999999/", "the request's target is neither a path nor an address"),
    ],
)
def test_a_target_that_leads_nowhere_is_told_so(line, told):
    async def main():
        async def talk(reader, writer):
            writer.write(line + b" HTTP/1.1\r\nhost: x\r\n\r\n")
            _, _, body = (await reader.read()).partition(b"\r\n\r\n")
            assert json.loads(body)["error"]["message"] == told

        await asyncio.wait_for(served(echo, talk), 20)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [(b"http://x", "/", b""), (b"http://x?a=b", "/", b"a=b"), (b"http://x/y?a=b", "/y", b"a=b"), (b"/y", "/y", b"")],
)
def test_a_target_that_is_an_address_is_its_path(target, path, query):
    async def main():
        asked = []

        async def app(scope, _, send):
            asked.append((scope["path"], scope["query_string"]))
            await asgi.respond(send, 200, b"done")

        async def talk(reader, writer):
            writer.write(b"GET " + target + b" HTTP/1.1\r\nhost: x\r\n\r\n")
            await reader.readuntil(b"done")

        await asyncio.wait_for(served(app, talk), 20)
        assert asked == [(path, query)]

    asyncio.run(main())


def test_what_stands_behind_a_body_is_taken_for_no_header():
    async def main():
        heads = []

        async def app(scope, receive, send):
            body = await asgi.read_body(receive, 100)
            heads.append(dict(scope["headers"]))
            await asgi.respond(send, 200, body)

        async def talk(reader, writer):
            writer.write(CHUNKED + b"5\r\nhello\r\n0\r\nauthorization: Bearer k\r\nx-request-id: mine\r\n\r\n")
            await reader.readuntil(b"hello")
            writer.write(HEAD % 5 + b"hello")
            await reader.readuntil(b"hello")

        await asyncio.wait_for(served(app, talk), 20)
        assert [*heads[0]] == [b"host", b"transfer-encoding"]
        assert [*heads[1]] == [b"host", b"content-length"]

    asyncio.run(main())


@pytest.mark.parametrize("early", [False, True], ids=["unanswered", "answered"])
@pytest.mark.parametrize(
    ("begin", "piece"),
    [(b"0\r\n", b"a: b\r\n" * 500), (b"0\r\na: ", b"b" * 4000), (b"1;", b"b" * 4000)],
    ids=["trailers", "a trailer", "a chunk's extension"],
)
def test_framing_without_an_end_is_not_read_for_ever(begin, piece, early):
    async def app(_, receive, send):
        if not early:
            await asgi.read_body(receive, 100)
        await asgi.respond(send, 200, b"done")

    async def main():
        async def talk(reader, writer):
            writer.write(CHUNKED + b"5\r\nhello\r\n" + begin)
            answer = asyncio.ensure_future(reader.read())
            while not answer.done():
                writer.write(piece)
                await asyncio.wait({answer}, timeout=0.001)
            assert answer.result().startswith(b"HTTP/1.1 200 " if early else b"HTTP/1.1 400 ")
            assert answer.result().count(b"HTTP/1.1 ") == 1

        await asyncio.wait_for(served(app, talk), 20)

    asyncio.run(main())
