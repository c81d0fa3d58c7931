"""A user's own httpx or httpx2 client carries the same requests and meets the same faults."""

import asyncio
import threading
from importlib import import_module
from time import monotonic

import pytest

from dragoman import CallCancelledError, Cancellation, Dragoman, StreamClosedError
from dragoman.errors import ConfigurationError, InvalidRequestError
from dragoman.transport import NoAnswer, Outgoing
from dragoman.transport.httpx import AsyncHttpxTransport, HttpxTransport
from palette import Colour, get, post, soon
from scripted import CLOSE, LAST_CHUNK, LEFT, READ, RESET, Hold, Scripted, answer, chunk, chunked_head, event, repeat

STEP = event({"choices": [{"index": 0, "delta": {"content": "Mo"}}]})

KEEPS = [repeat(READ, answer(b"again", headers={"X-Request-Id": "r1"}))]


@pytest.fixture(params=["httpx", "httpx2"])
def library(request):
    return import_module(request.param)


@pytest.fixture(params=["blocking", "asyncio"])
def carrying(request, library):
    if request.param == "blocking":
        with library.Client(headers={"X-Own": "kept"}) as client:
            made = Colour(lambda: HttpxTransport(client), lambda result: result, lambda: None)
            made.inside = lambda call: call()
            yield made
        return
    with asyncio.Runner() as runner:
        client = library.AsyncClient(headers={"X-Own": "kept"})

        async def run(waiting):
            try:
                return await waiting
            finally:
                # Answers are closed by tasks, which run when the loop does.
                await asyncio.sleep(0.01)

        async def inside(call):
            call()
            await asyncio.sleep(0.1)

        made = Colour(
            lambda: AsyncHttpxTransport(client), lambda waiting: runner.run(run(waiting)), lambda: None
        )  # fmt: skip
        made.inside = lambda call: runner.run(inside(call))
        yield made
        runner.run(client.aclose())


def test_a_request_goes_out_and_its_answer_comes_back(carrying):
    with Scripted(KEEPS) as server:
        for _ in range(2):
            asked = Outgoing("POST", server.url("/v1?x"), (("authorization", "Bearer k"),), b"asked", own=(("a", "b"),))
            got = carrying.send(asked)
            assert (got.status, got.headers["x-request-id"], got.whole()) == (200, "r1", b"again")
            assert got.read() == b""
        request = server.requests[1]
        assert (request.line, request.body) == ("POST /v1?x HTTP/1.1", b"asked")
        assert (request.headers["authorization"], request.headers["x-own"]) == ("Bearer k", "kept")
        assert request.headers["a"] == "b"
        assert len(server.connections) == 1


@pytest.mark.parametrize("forever", [float("inf"), 1e300])
def test_no_limit_is_a_limit_that_a_socket_can_count(carrying, forever):
    with Scripted([READ, answer(b"again")]) as server:
        got = carrying.send(Outgoing("GET", server.url("/v1"), connect=forever), seconds=forever)
        assert got.whole(seconds=forever) == b"again"


def test_redirects_are_left_to_the_exchange(carrying):
    with Scripted([READ, answer(b"", "307 Temporary Redirect", {"Location": "/elsewhere"})]) as server:
        assert carrying.send(post(server.url())).status == 307
        assert len(server.requests) == 1


def test_a_stream_is_read_piece_by_piece(carrying):
    hold = Hold()
    with Scripted([READ, chunked_head(), chunk(b"one"), hold, chunk(b"two") + LAST_CHUNK]) as server:
        got = carrying.send(post(server.url()))
        assert got.read() == b"one"
        hold.release()
        assert got.pieces() == [b"two"]


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ([READ, CLOSE], "reset"),
        ([READ, RESET], "reset"),
        ([READ, answer(b"0123456789")[:-3], CLOSE], "cut"),
        ([READ, chunked_head(), chunk(b"abc"), CLOSE], "cut"),
        ([READ, chunked_head(), chunk(b"abc"), RESET], "cut"),
        ([READ, b"SSH-2.0\r\n\r\n", LEFT], "protocol"),
        ([READ, answer(b"plain", headers={"Content-Encoding": "gzip"})], "protocol"),
        ([READ], "timeout"),
        ([READ, chunked_head(), chunk(b"abc"), LEFT], "timeout"),
    ],
    ids=["closed", "reset", "short", "no last chunk", "reset amid", "no http", "no gzip", "stalled", "stalled amid"],
)
def test_its_exceptions_become_the_kinds_of_the_seam(carrying, steps, kind):
    with Scripted(steps) as server:
        failure = carrying.failure(post(server.url()), seconds=0.3 if kind == "timeout" else 10)

        assert (failure.kind, failure.sent) == (kind, True)


def test_a_connection_that_cannot_be_made_was_sent_nothing(carrying):
    with Scripted(KEEPS) as server:
        address = server.url()
    failure = carrying.failure(get(address))

    assert (failure.kind, failure.sent) == ("connect", False)


def test_a_server_nobody_vouches_for_is_a_matter_of_tls(carrying, authority):
    with Scripted([], tls=authority.server("127.0.0.1")) as server:
        failure = carrying.failure(get(server.url()))

        assert (failure.kind, failure.sent) == ("tls", False)


def test_a_body_over_the_bound_is_refused(carrying):
    with Scripted([READ, chunked_head(), repeat(chunk(bytes(10_000)))]) as server:
        got = carrying.send(post(server.url()))
        with pytest.raises(NoAnswer, match="longer than 50000 bytes"):
            got.whole(bound=50_000)
        assert server.left()


def test_leaving_a_stream_drops_its_connection(carrying):
    with Scripted([READ, chunked_head(), chunk(b"one"), LEFT], KEEPS) as server:
        got = carrying.send(post(server.url()))
        assert got.read() == b"one"
        carrying.inside(got.close)
        with pytest.raises(NoAnswer) as caught:
            got.read()
        assert caught.value.kind == "closed"
        assert server.left()
        assert carrying.fetch(server.url()) == b"again"


def test_dropping_the_last_reference_drops_the_connection(carrying):
    with Scripted([READ, chunked_head(), chunk(b"one"), LEFT], KEEPS) as server:
        held = [carrying.send(post(server.url()))]
        assert held[0].read() == b"one"
        carrying.inside(held.clear)
        assert server.left()


def test_finishing_is_no_error_whatever_is_left(carrying):
    with Scripted([READ, chunked_head(), chunk(b"[DONE]"), LAST_CHUNK, *KEEPS], KEEPS) as server:
        got = carrying.send(post(server.url()))
        assert got.read() == b"[DONE]"
        carrying.inside(got.finish)
        carrying.inside(got.finish)
        assert got.read() == b""
        assert carrying.fetch(server.url()) == b"again"


def test_an_answer_left_without_a_running_loop_is_no_error(library):
    async def begin(client, server):
        return await AsyncHttpxTransport(client).send(post(server.url()), soon())

    with Scripted([READ, chunked_head(), chunk(b"one"), LEFT]) as server, asyncio.Runner() as runner:
        client = library.AsyncClient()
        got = runner.run(begin(client, server))
        got.close()
        got.finish()
        runner.run(client.aclose())


def test_a_url_httpx_cannot_send_to_is_the_callers_mistake(carrying):
    with pytest.raises(InvalidRequestError):
        carrying.send(get("ftp://example.org/"))


def test_a_closed_client_is_told(library):
    client = library.Client()
    client.close()
    with pytest.raises(NoAnswer) as caught:
        Colour(lambda: HttpxTransport(client), lambda result: result, None).send(get("http://127.0.0.1:9/"))
    assert caught.value.kind == "closed"


def test_closing_the_transport_leaves_the_client_to_its_owner(carrying):
    with Scripted(KEEPS) as server:
        carrying.default.close()
        assert carrying.fetch(server.url()) == b"again"


def test_a_subclass_is_a_client_and_anything_else_is_refused_by_name(library):
    class Mine(library.Client):
        pass

    with Mine() as client:
        HttpxTransport(client)
    for transport in (HttpxTransport, AsyncHttpxTransport):
        with pytest.raises(ConfigurationError, match="not dict"):
            transport({})


def test_a_client_of_the_other_colour_is_refused(library):
    with library.Client() as client, pytest.raises(ConfigurationError, match=r"\.AsyncClient carries these calls"):
        AsyncHttpxTransport(client)
    with pytest.raises(ConfigurationError, match=rf"{library.__name__}\.Client carries .* not an .*\.AsyncClient"):
        HttpxTransport(library.AsyncClient())


@pytest.mark.parametrize("begun", [False, True], ids=["before the head", "amid the body"])
def test_a_blocking_call_is_cancelled_at_once(library, begun):
    cancel = Cancellation()
    hold = Hold()
    script = [READ, *([chunked_head() + chunk(STEP)] if begun else []), hold]
    with Scripted(script) as server, library.Client() as theirs:
        client = Dragoman(server.url("/v1"), model="m", transport=HttpxTransport(theirs), timeout=60)
        threading.Thread(target=lambda: (hold.reached.wait(10), cancel.cancel())).start()
        began = monotonic()
        with pytest.raises(CallCancelledError):
            client.chat.stream(messages="Who?", cancel=cancel).until_done()
        assert monotonic() - began < 20


def test_a_stream_that_another_thread_closes_ends_at_once_and_says_so(library):
    hold = Hold()
    with Scripted([READ, chunked_head() + chunk(STEP), hold]) as server, library.Client() as theirs:
        client = Dragoman(server.url("/v1"), model="m", transport=HttpxTransport(theirs), timeout=60)
        stream = client.chat.stream(messages="Who?")
        threading.Thread(target=lambda: (hold.reached.wait(10), stream.close())).start()
        began = monotonic()
        with pytest.raises(StreamClosedError):
            stream.until_done()
        assert monotonic() - began < 20


def test_a_transport_says_whether_its_client_was_closed(library):
    client, waiting = library.Client(), library.AsyncClient()
    transports = HttpxTransport(client), AsyncHttpxTransport(waiting)
    assert [each.closed for each in transports] == [False, False]
    client.close()
    asyncio.run(waiting.aclose())
    assert [each.closed for each in transports] == [True, True]
