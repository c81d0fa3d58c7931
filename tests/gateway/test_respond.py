"""What a caller gets when an upstream fails, and what an upstream gets when a caller leaves; over real sockets."""

import json
import signal
import socket
import threading
import time

import openai
import psutil
import pytest

from dragoman import RateLimitError, ServerError, StatusError, TruncatedError
from gateways import made
from scripted import CLOSE, LAST_CHUNK, READ, RESET, Hold, Scripted, answer, chunk, chunked, chunked_head, event, repeat
from serving import Served, get, until

HELLO = {"messages": "Hello", "model": "m"}
HELLO_STREAM = {"messages": [{"role": "user", "content": "Hello"}], "model": "m", "stream": True}
COMPLETION = json.dumps({
    "id": "c1",
    "model": "real",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Monet"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
    "vendor": 1,
}).encode()  # fmt: skip


def step(content=None, finish=None, **fields):
    delta = {} if content is None else {"content": content}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event({"id": "c1", "model": "real", "choices": [choice], **fields})


USAGE = event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}})
DONE = event("[DONE]")
STREAM = chunked(step("Mo", vendor=1), step("net"), step(finish="stop"), USAGE, DONE)


def behind(server):
    """A gateway in front of a scripted upstream."""
    return Served("--upstream", server.url("/v1"))


def test_a_completion_passes_through_with_all_its_vendor_put_in_it():
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "vendor_field": {"a": None}}
    with Scripted([READ, answer(COMPLETION)]) as server, behind(server) as served, served.client() as client:
        completion = client.chat.send(body)

    assert completion.to_json() == COMPLETION
    assert server.requests[0].json == body


def test_the_usage_of_a_stream_is_asked_for_counted_and_hidden_from_who_did_not_ask():
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": True}
    with Scripted([READ, STREAM, READ, STREAM]) as server, behind(server) as served, served.client() as client:
        plain = list(client.chat.send(body))
        asked = list(client.chat.send(body | {"stream_options": {"include_usage": True}}))
        served.stop()
        ledger = served.ledger

    assert [bool(chunk.choices) for chunk in plain] == [True, True, True]
    assert plain[0].extra["vendor"] == 1
    assert asked[-1].usage.total_tokens == 5
    assert all(request.json["stream_options"] == {"include_usage": True} for request in server.requests)
    assert [
        (entry["end"], entry["prompt_tokens"], entry["completion_tokens"], entry["tokens_from"]) for entry in ledger
    ] == [("completed", 3, 2, "upstream")] * 2


@pytest.mark.parametrize("ending", [RESET, CLOSE, LAST_CHUNK])
def test_an_upstream_that_breaks_off_is_an_error_event_and_no_clean_end(ending):
    steps = [READ, chunked_head() + chunk(step("Mo")), ending]
    with Scripted([*steps, *steps]) as server, behind(server) as served:
        with served.client() as client:
            stream = client.chat.stream(messages="Hello")
            with pytest.raises(ServerError) as caught:
                stream.until_done()
        with openai.OpenAI(base_url=served.url, api_key="any") as other, pytest.raises(openai.APIError):
            list(other.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}], stream=True))
        served.stop()
        entry = served.ledger[0]

    assert caught.value.status == 502
    assert caught.value.partial.text == "Mo"
    assert (entry["end"], entry["completion_tokens"], entry["tokens_from"]) == ("failed", 1, "counted")


@pytest.mark.parametrize(
    ("upstream", "status", "code"),
    [
        ([READ, answer(b'{"error":{"message":"busy","code":"rpm"}}', "429 Too Many Requests", {"Retry-After": "90"})], 429, "rpm"),
        ([READ, answer(b'{"error":{"message":"bad key sk-planted"}}', "401 Unauthorized")], 502, "upstream_credential"),
        ([READ, answer(b'{"error":{"message":"x","code":"insufficient_quota"}}', "429 Too Many Requests")], 502, "upstream_quota"),
        ([READ, answer(b'{"detail":"no such thing"}', "422 Unprocessable Entity")], 422, None),
        ([READ, answer(b'{"error":{"message":"no model","code":"model_not_found"}}', "404 Not Found")], 404, "model_not_found"),
        ([READ, answer(b"<html>", headers={"Content-Type": "text/html"})], 502, "upstream_protocol"),
        ([repeat(READ, answer(b"oops", "500 Internal Server Error", {"Retry-After": "0"}))], 500, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("streamed", [False, True])
def test_what_the_upstream_says_is_told_in_the_callers_terms(upstream, status, code, streamed):
    with Scripted(upstream) as server, behind(server) as served, served.client(retries=0) as client:
        with pytest.raises(StatusError) as caught:
            client.chat.send({"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": streamed})

    assert (caught.value.status, caught.value.code) == (status, code)
    assert "planted" not in caught.value.message
    if status == 429:
        assert type(caught.value) is RateLimitError
        assert caught.value.retry_after == 90


def test_an_upstream_that_is_not_there_is_told_and_shows_in_the_readiness():
    with Scripted() as server:
        url = server.url("/v1")
    with Served("--upstream", url) as served, served.client(retries=0) as client:
        with pytest.raises(ServerError, match="the upstream failed") as caught:
            client.chat.create(**HELLO)
        with pytest.raises(Exception, match="503"):
            get(client, "/readyz")

    assert (caught.value.status, caught.value.code) == (502, "upstream_unreachable")


@pytest.mark.parametrize("streamed", [False, True])
def test_a_caller_who_leaves_stops_the_work(streamed):
    script = [READ, chunked_head() + chunk(step("Mo"))] if streamed else [READ]
    with Scripted(script) as server, behind(server) as served:
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": streamed}).encode()
        caller = socket.create_connection(("127.0.0.1", int(served.url.split(":")[2].split("/")[0])))
        caller.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        assert until(lambda: server.requests)
        if streamed:
            assert caller.recv(65536)
        caller.close()
        assert server.left()
        served.stop()
        assert [entry["end"] for entry in served.ledger] == ["disconnected"]


def test_sigterm_lets_a_stream_finish_and_takes_no_more():
    hold = Hold()
    script = [READ, chunked_head() + chunk(step("Mo")), hold, chunk(step("net", "stop")) + chunk(DONE) + LAST_CHUNK]
    with Scripted(script) as server, behind(server) as served, served.client() as client:
        stream = client.chat.stream(messages="Hello")
        assert next(stream).text == "Mo"
        served.process.send_signal(signal.SIGTERM)
        port = int(served.url.split(":")[2].split("/")[0])
        assert until(lambda: refused(port))
        hold.release()
        assert stream.until_done().text == "Monet"
        assert served.stop() == 0


def refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return True
    return False


def test_a_thousand_callers_leave_nothing_behind():
    steady = [repeat(READ, answer(COMPLETION))]
    with Scripted(steady) as server, behind(server) as served:
        process = psutil.Process(served.process.pid)
        port = int(served.url.split(":")[2].split("/")[0])
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x"}]}).encode()
        request = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

        def round_(leave):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as caller:
                caller.sendall(request)
                if not leave:
                    assert caller.recv(65536).startswith(b"HTTP/1.1 200")

        for _ in range(50):
            round_(leave=False)
        before = process.num_fds(), process.num_threads()
        for number in range(1000):
            round_(leave=number % 2)
        assert until(lambda: process.num_fds() <= before[0] + 8)
        assert process.num_threads() <= before[1] + 2
        with served.client() as client:
            assert until(lambda: get(client, "/healthz")["requests"]["open"] == 0)


def test_keep_alive_comments_come_before_the_first_token(monkeypatch):
    # The gateway runs in this process, for its interval to be short.
    import asyncio  # noqa: PLC0415

    from dragoman.gateway import respond  # noqa: PLC0415
    from dragoman.gateway.app import Gateway  # noqa: PLC0415

    monkeypatch.setattr(respond, "KEEP_ALIVE", 0.05)
    hold = Hold()
    sent = []

    async def main(url):
        running = made(url)
        gateway = Gateway(running)
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": True}).encode()
        inbox = asyncio.Queue()
        inbox.put_nowait({"type": "http.request", "body": body})

        async def send(message):
            sent.append(message)
            if b"keep-alive" in message.get("body", b""):
                hold.release()

        scope = {"type": "http", "method": "POST", "path": "/v1/chat/completions", "headers": []}
        await gateway(scope, inbox.get, send)
        running.close()

    with Scripted([READ, hold, chunked(step("Monet", "stop"), DONE)]) as server:
        asyncio.run(main(server.url("/v1")))

    bodies = [message.get("body", b"") for message in sent]
    assert bodies[1].startswith(b":")
    assert b"Monet" in b"".join(bodies)
    assert bodies[-2] == b"data: [DONE]\n\n"


def test_a_stream_whose_head_cannot_be_sent_is_left():
    import asyncio  # noqa: PLC0415 - as above

    from dragoman.gateway.app import Gateway  # noqa: PLC0415

    hold = Hold()

    async def send(_):
        raise OSError("gone")

    async def main(url):
        running = made(url)
        inbox = asyncio.Queue()
        inbox.put_nowait({"type": "http.request", "body": json.dumps(HELLO_STREAM).encode()})
        scope = {"type": "http", "method": "POST", "path": "/v1/chat/completions", "headers": []}
        await Gateway(running)(scope, inbox.get, send)
        busy = running.relay.upstreams["only"].busy
        running.close()
        return busy, running.lasting.totals.closed["disconnected"]

    with Scripted([READ, chunked_head() + chunk(step("Mo")), hold]) as server:
        assert asyncio.run(main(server.url("/v1"))) == (0, 1)
        hold.release()


def test_many_streams_at_once_are_relayed_whole():
    with Scripted([repeat(READ, STREAM)]) as server, behind(server) as served, served.client() as client:
        texts = []

        def ask():
            texts.append(client.chat.stream(messages="Hello").until_done().text)

        threads = [threading.Thread(target=ask) for _ in range(32)]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert texts == ["Monet"] * 32
    assert time.monotonic() - begun < 30


def test_a_truncated_answer_of_one_document_is_not_passed_on():
    cut = [READ, b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + COMPLETION, CLOSE]
    with Scripted(cut) as server, behind(server) as served, served.client(retries=0) as client:
        with pytest.raises(ServerError) as caught:
            client.chat.create(**HELLO)

    assert caught.value.code == "upstream_truncated"
    assert not isinstance(caught.value, TruncatedError)


def test_a_stream_that_the_gateway_itself_fails_over_says_so_and_has_no_clean_end(monkeypatch, caplog):
    import asyncio  # noqa: PLC0415 - as above

    from dragoman.gateway.app import Gateway  # noqa: PLC0415
    from dragoman.gateway.tongue import Passing  # noqa: PLC0415

    feed, sent, later = Passing.feed, [], Hold()

    def failing(self, chunk):
        if chunk.text == "net":
            raise LookupError("planted")
        return feed(self, chunk)

    async def main(url):
        running = made(url)
        inbox = asyncio.Queue()
        inbox.put_nowait({"type": "http.request", "body": json.dumps(HELLO_STREAM).encode()})

        async def send(message):
            sent.append(message.get("body", b""))
            if b"Mo" in sent[-1]:
                later.release()

        scope = {"type": "http", "method": "POST", "path": "/v1/chat/completions", "headers": []}
        await Gateway(running)(scope, inbox.get, send)
        running.close()
        return running.lasting.totals.closed["failed"]

    monkeypatch.setattr(Passing, "feed", failing)
    with Scripted([READ, chunked_head() + chunk(step("Mo")), later, chunk(step("net")), Hold()]) as server:
        failed = asyncio.run(main(server.url("/v1")))

    told = b"".join(sent)
    assert told.index(b"Mo") < told.index(b"the gateway failed, and its log says how")
    assert b"[DONE]" not in told
    assert failed == 1
    assert "planted" in caplog.text
