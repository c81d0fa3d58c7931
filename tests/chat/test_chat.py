"""Calls over real sockets, each fault of a server made on purpose; both colours."""

import asyncio
import gzip
import json
import time

import pytest

import dragoman
from colours import BOTH, CALL, name_of
from dragoman import Retry, Timeouts, errors
from scripted import (
    CLOSE,
    LAST_CHUNK,
    READ,
    RESET,
    Hold,
    Scripted,
    answer,
    chunk,
    chunked,
    chunked_head,
    event,
    head,
    repeat,
)

COMPLETION = json.dumps({
    "id": "c1",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Monet"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
    "vendor": {"cached": True},
}).encode()  # fmt: skip
FAST = Retry(times=2, first=0.01)


def step(content=None, finish=None):
    delta = {} if content is None else {"content": content}
    return event({"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


DONE = event("[DONE]")
STREAM = chunked(step("Mo"), step("net"), step(finish="stop"), DONE)


@pytest.fixture(params=BOTH, ids=name_of)
def colour(request):
    return request.param


def test_a_completion(colour):
    with Scripted([READ, answer(COMPLETION, headers={"x-request-id": "r1"})]) as server:
        outcome = colour.create(server.url("/v1"), api_key="k")

    sent = server.requests[0]
    assert outcome.result.text == "Monet"
    assert outcome.result.extra == {"vendor": {"cached": True}}
    assert sent.line == "POST /v1/chat/completions HTTP/1.1"
    assert sent.headers["authorization"] == "Bearer k"
    assert sent.json == {"messages": [{"role": "user", "content": CALL["messages"]}], "model": "m"}


def test_a_stream(colour):
    with Scripted([READ, STREAM]) as server:
        outcome = colour.stream(server.url("/v1"))

    assert outcome.error is None
    assert outcome.texts == ["Mo", "net", ""]
    assert outcome.result.completion.text == outcome.result.text == "Monet"
    assert server.requests[0].json["stream"] is True


def test_the_first_chunk_is_there_before_the_server_has_finished(colour):
    hold = Hold()

    with Scripted(
        [READ, chunked_head() + chunk(step("Mo")), hold, chunk(step("net", "stop")) + chunk(DONE) + LAST_CHUNK]
    ) as server:
        outcome = colour.stream(server.url("/v1"), seen=hold.release)

    assert outcome.texts == ["Mo", "net"]


REFUSALS = [
    (400, errors.BadRequestError),
    (401, errors.AuthenticationError),
    (403, errors.PermissionDeniedError),
    (404, errors.NotFoundError),
    (422, errors.UnprocessableError),
    (500, errors.ServerError),
    (503, errors.OverloadedError),
]


@pytest.mark.parametrize(("status", "cls"), REFUSALS)
def test_a_refusal_is_an_error_of_its_own(colour, status, cls):
    body = b'{"error":{"message":"no, because","type":"t","param":"messages","code":"c"}}'
    with Scripted([READ, answer(body, f"{status} Whatever", {"x-request-id": "r9"})]) as server:
        outcome = colour.create(server.url("/v1"), retries=0)

    error = outcome.error
    assert type(error) is cls
    assert (error.status, error.type, error.param, error.code) == (status, "t", "messages", "c")
    assert (error.request_id, error.body) == ("r9", body)


@pytest.mark.parametrize(
    "headers", [{"retry-after": "0"}, {"retry-after-ms": "1"}, {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}]
)
def test_429_is_tried_again_when_the_server_says(colour, headers):
    busy = answer(b'{"error":{"message":"slow down"}}', "429 Too Many Requests", headers)
    with Scripted([READ, busy, READ, busy, READ, answer(COMPLETION)]) as server:
        outcome = colour.create(server.url("/v1"))

    keys = {request.headers["idempotency-key"] for request in server.requests}
    assert outcome.result.text == "Monet"
    assert (len(server.requests), len(keys)) == (3, 1)


def test_a_used_up_quota_is_asked_for_once(colour):
    broke = answer(b'{"error":{"message":"pay","code":"insufficient_quota"}}', "429 Too Many Requests")
    with Scripted([READ, broke, READ, answer(COMPLETION)]) as server:
        outcome = colour.create(server.url("/v1"))

    assert type(outcome.error) is errors.QuotaError
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("steps", "cls", "tries"),
    [
        pytest.param([READ, RESET], errors.ConnectionFailedError, 3, id="reset before the answer"),
        pytest.param([READ, CLOSE], errors.ConnectionFailedError, 3, id="closed before the answer"),
        pytest.param([READ, head(headers={"Content-Length": "500"}) + COMPLETION[:40], RESET], errors.TruncatedError, 3, id="reset mid-body"),
        pytest.param([READ, head(headers={"Content-Length": "500"}) + COMPLETION, CLOSE], errors.TruncatedError, 3, id="content-length too long"),
        pytest.param([READ, chunked_head() + chunk(COMPLETION), CLOSE], errors.TruncatedError, 3, id="no last chunk"),
        pytest.param([READ, answer(COMPLETION[:-9])], errors.ProtocolError, 1, id="truncated JSON"),
        pytest.param([READ, answer(b"<html><title>Sign in</title>", headers={"Content-Type": "text/html"})], errors.ProtocolError, 1, id="HTML"),
        pytest.param([READ, answer(b"")], errors.ProtocolError, 1, id="empty body"),
        pytest.param([READ, answer(b'{"error":{"message":"no","code":401}}')], errors.AuthenticationError, 1, id="an error object with 200"),
        pytest.param([READ, b"SSH-2.0-OpenSSH_9.2\r\n", CLOSE], errors.ProtocolError, 1, id="not HTTP"),
    ],
)  # fmt: skip
def test_what_is_no_answer_ends_in_the_documented_error(colour, steps, cls, tries):
    with Scripted(steps) as server:
        outcome = colour.create(server.url("/v1"), retries=FAST)

    assert type(outcome.error) is cls
    assert outcome.error.attempts == tries
    assert len(server.requests) >= tries


def test_nobody_listening(colour):
    with Scripted() as server:
        url = server.url("/v1")
    outcome = colour.create(url, retries=0)

    assert type(outcome.error) is errors.ConnectionFailedError
    assert "127.0.0.1" in str(outcome.error)


@pytest.mark.parametrize(
    ("steps", "partial"),
    [
        pytest.param([READ, chunked_head() + chunk(step("Mo")), CLOSE], "Mo", id="closed"),
        pytest.param([READ, chunked_head() + chunk(step("Mo")) + chunk(step("net")) + LAST_CHUNK], "Monet", id="a proper end too early"),
        pytest.param([READ, head(headers={"Content-Type": "text/event-stream", "Connection": "close"}) + step("Mo"), CLOSE], "Mo", id="HTTP close"),
    ],
)  # fmt: skip
def test_a_cut_stream_raises_and_keeps_what_had_arrived(colour, steps, partial):
    with Scripted(steps) as server:
        outcome = colour.stream(server.url("/v1"))

    assert type(outcome.error) is errors.TruncatedError
    assert "".join(outcome.texts) == outcome.error.partial.text == partial
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [event({"error": {"message": "overloaded", "code": 529}}), b'event: error\ndata: {"message":"x","code":529}\n\n'],
)
def test_an_error_inside_a_stream_raises_with_its_own_status(colour, body):
    with Scripted([READ, chunked(step("Mo"), body)]) as server:
        outcome = colour.stream(server.url("/v1"))

    assert type(outcome.error) is errors.OverloadedError
    assert (outcome.error.status, outcome.error.partial.text) == (529, "Mo")


def test_a_stream_that_fails_before_its_first_content_is_tried_again(colour):
    role = event({"choices": [{"index": 0, "delta": {"role": "assistant"}}]})
    with Scripted([READ, chunked_head() + chunk(role), RESET], [READ, STREAM]) as server:
        outcome = colour.stream(server.url("/v1"), retries=FAST)

    assert outcome.texts == ["Mo", "net", ""]
    assert len(server.connections) == 2


@pytest.mark.parametrize(
    ("steps", "limits", "limit"),
    [
        pytest.param([READ], Timeouts(total=0.2), "total", id="stalled headers"),
        pytest.param([READ, chunked_head() + chunk(step("Mo"))], Timeouts(idle=0.2), "idle", id="stalled stream"),
        pytest.param([READ, chunked_head()], Timeouts(first_token=0.2), "first token", id="no first token"),
        pytest.param(
            [READ, chunked_head() + chunk(step("Mo"))], Timeouts(total=0.3), "total", id="total over a stream"
        ),
    ],
)
def test_each_limit_in_time_is_told_by_its_name(colour, steps, limits, limit):
    begun = time.monotonic()
    with Scripted(steps) as server:
        outcome = colour.stream(server.url("/v1"), timeout=limits, retries=0)

    assert type(outcome.error) is errors.TimeLimitError
    assert outcome.error.limit == limit
    assert time.monotonic() - begun < 5


def test_comments_do_not_keep_an_idle_stream_alive(colour):
    def forever(peer):
        # Bounded by the test's patience, and ended by the client's leaving.
        for _ in range(500):
            peer.sendall(chunk(b": keep-alive\n\n"))
            time.sleep(0.02)

    with Scripted([READ, chunked_head() + chunk(step("Mo")), forever]) as server:
        outcome = colour.stream(server.url("/v1"), timeout=Timeouts(idle=0.3))
        assert server.left()

    assert outcome.error.limit == "idle"
    assert outcome.error.partial.text == "Mo"


def test_the_deadline_covers_attempts_and_pauses(colour):
    busy = answer(b"{}", "503 Service Unavailable")
    begun = time.monotonic()
    with Scripted([repeat(READ, busy)]) as server:
        outcome = colour.create(server.url("/v1"), timeout=0.5, retries=Retry(times=1000, first=0.2, longest=0.2))

    assert type(outcome.error) is errors.OverloadedError
    assert time.monotonic() - begun < 5
    assert 2 <= outcome.error.attempts <= 6


def test_compressed_trailers_and_five_megabytes_in_one_line_are_nothing_special(colour):
    big = json.dumps({"choices": [{"index": 0, "delta": {"content": "x" * 5_000_000}, "finish_reason": "stop"}]})
    packed = answer(gzip.compress(COMPLETION), headers={"Content-Encoding": "gzip"})
    trailed = chunked_head(headers={"Trailer": "x-t"}) + chunk(COMPLETION) + b"0\r\nx-t: 1\r\n\r\n"
    old = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + COMPLETION

    with Scripted([READ, packed], [READ, trailed], [READ, old, CLOSE], [READ, chunked(event(big), DONE)]) as server:
        assert [colour.create(server.url("/v1")).result.text for _ in range(3)] == ["Monet"] * 3
        assert len(colour.stream(server.url("/v1")).result.text) == 5_000_000


def test_a_redirect_elsewhere_does_not_get_the_credential(colour):
    with Scripted([READ, answer(COMPLETION)]) as elsewhere:
        moved = answer(b"", "307 Temporary Redirect", {"Location": elsewhere.url("/v1/chat/completions")})
        with Scripted([READ, moved]) as server:
            outcome = colour.create(server.url("/v1"), api_key="sk-planted")

    assert outcome.result.text == "Monet"
    assert "authorization" not in elsewhere.requests[0].headers
    assert elsewhere.requests[0].body == server.requests[0].body


def test_connections_are_used_again_after_completions_and_streams():
    with Scripted([repeat(READ, answer(COMPLETION))]) as server, dragoman.Dragoman(server.url("/v1")) as client:
        for _ in range(3):
            client.chat.create(**CALL)
        assert len(server.connections) == 1
    with Scripted([repeat(READ, STREAM)]) as server, dragoman.Dragoman(server.url("/v1")) as client:
        for _ in range(3):
            assert client.chat.stream(**CALL).until_done().text == "Monet"
        assert len(server.connections) == 1


def test_an_async_client_serves_one_event_loop_after_the_other():
    with Scripted([repeat(READ, answer(COMPLETION))]) as server:
        client = dragoman.AsyncDragoman(server.url("/v1"))

        async def ask():
            return (await client.chat.create(**CALL)).text

        assert [asyncio.run(ask()) for _ in range(3)] == ["Monet"] * 3
        client.close()


def test_a_body_is_answered_as_its_own_stream_field_says():
    with Scripted([READ, answer(COMPLETION), READ, STREAM]) as server, dragoman.Dragoman(server.url("/v1")) as client:
        body = {"model": "m", "messages": [], "vendor_field": None}
        assert client.chat.send(body).text == "Monet"
        assert client.chat.send(body | {"stream": True}).until_done().text == "Monet"

    assert server.requests[0].json == body
    assert server.requests[1].json == body | {"stream": True}
