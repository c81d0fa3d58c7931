"""What a server can do wrong or oddly while it answers, each made on purpose, in every colour."""

import gzip
import zlib
from functools import partial

import pytest

from dragoman.errors import InvalidRequestError
from dragoman.transport import NoAnswer, Outgoing
from palette import get, post
from scripted import (
    CLOSE,
    CUT,
    LAST_CHUNK,
    LEFT,
    READ,
    READ_HEAD,
    RESET,
    TLS,
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


def test_an_answer_has_its_status_its_headers_and_its_body(colour):
    with Scripted([READ, answer(b'{"a":1}', "201 Created", {"X-Request-Id": "r1"})]) as server:
        headers, own = (("authorization", "Bearer k"),), (("idempotency-key", "k1"),)
        got = colour.send(Outgoing("POST", server.url("/v1?x=1"), headers, b"what was asked", own=own))

        assert (got.status, got.headers["x-request-id"], got.whole()) == (201, "r1", b'{"a":1}')
        (request,) = server.requests
        assert request.line == "POST /v1?x=1 HTTP/1.1"
        assert request.body == b"what was asked"
        assert request.headers["host"] == f"127.0.0.1:{server.port}"
        assert (request.headers["authorization"], request.headers["idempotency-key"]) == ("Bearer k", "k1")


def test_a_stream_is_read_piece_by_piece_as_it_arrives(colour):
    first, second = Hold(), Hold()
    with Scripted([READ, chunked_head(), first, chunk(b"one"), second, chunk(b"two") + LAST_CHUNK]) as server:
        got = colour.send(post(server.url()))
        first.release()
        assert got.read() == b"one"
        second.release()
        assert got.pieces() == [b"two"]
        assert got.read() == b""


def test_a_large_answer_arrives_whole(colour):
    line = event("x" * 5_000_000)
    with Scripted([READ, chunked(line)]) as server:
        assert colour.fetch(server.url()) == line


def test_a_large_request_is_sent_whole(colour):
    body = bytes(range(256)) * 40_000
    with Scripted([READ, answer(b"thanks")]) as server:
        assert colour.send(post(server.url(), body)).whole() == b"thanks"
        assert server.requests[0].body == body


def test_both_sides_may_write_at_once_without_waiting_for_each_other(colour):
    """A server that sends more than the socket holds before it reads: a client that only wrote would wait for ever."""
    much = bytes(8_000_000)
    with Scripted([READ_HEAD, answer(much), LEFT]) as server:
        assert colour.send(post(server.url(), much)).whole() == much


@pytest.mark.parametrize(
    ("encoding", "encode"), [("gzip", gzip.compress), ("deflate", zlib.compress)], ids=["gzip", "deflate"]
)
def test_an_encoded_stream_is_decoded_as_it_arrives(colour, encoding, encode):
    squeeze = zlib.compressobj(wbits=31 if encoding == "gzip" else 15)
    hold = Hold()
    first = squeeze.compress(b"first") + squeeze.flush(zlib.Z_SYNC_FLUSH)
    rest = squeeze.compress(b"rest") + squeeze.flush()
    with Scripted(
        [READ, chunked_head(headers={"Content-Encoding": encoding}), chunk(first), hold, chunk(rest), LAST_CHUNK],
        [READ, answer(encode(b"whole"), headers={"Content-Encoding": encoding})],
    ) as server:
        got = colour.send(post(server.url()))
        assert got.read() == b"first"
        hold.release()
        assert b"".join(got.pieces()) == b"rest"
        got.close()
        colour.default.close()
        assert colour.fetch(server.url(), colour.transport()) == b"whole"
        assert "gzip, deflate" in server.requests[0].headers["accept-encoding"]


def test_trailers_and_chunk_extensions_are_passed_over(colour):
    with Scripted([READ, chunked_head() + b"3;n=1\r\nabc\r\n0\r\nX-Checksum: 1\r\n\r\n"]) as server:
        assert colour.fetch(server.url()) == b"abc"


def test_informational_answers_are_passed_over(colour):
    early = head("100 Continue") + head("103 Early Hints", {"Link": "</style.css>"})
    with Scripted([READ, early, answer(b"at last")]) as server:
        assert colour.fetch(server.url()) == b"at last"


def test_http_1_0_ends_with_the_connection(colour):
    with Scripted([READ, b"HTTP/1.0 200 OK\r\n\r\nhello", CLOSE]) as server:
        assert colour.fetch(server.url()) == b"hello"


def test_an_answer_to_head_has_no_body(colour):
    with Scripted([READ, head(headers={"Content-Length": "1000"})]) as server:
        got = colour.send(Outgoing("HEAD", server.url()))

        assert (got.whole(), got.headers["content-length"]) == (b"", "1000")


def test_an_early_refusal_is_read_though_the_request_was_never_sent_whole(colour):
    """The server answers from the head alone and closes with the body unread: the client's writing fails with EPIPE."""
    refused = answer(b"too large", "413 Content Too Large", {"Connection": "close"})
    with Scripted([READ_HEAD, refused, CLOSE]) as server:
        got = colour.send(post(server.url(), bytes(20_000_000)))

        assert (got.status, got.whole()) == (413, b"too large")


def test_after_an_early_answer_the_connection_is_not_used_again(colour):
    # Until the answer is there nothing more is read: else all of the request might have been sent, and all were well.
    unread = Hold()
    early = [READ_HEAD, answer(b"enough", "413 Content Too Large"), unread, LEFT]
    with Scripted(early, [READ, answer(b"fresh")]) as server:
        assert colour.send(post(server.url(), bytes(20_000_000))).whole() == b"enough"
        unread.release()
        assert server.left()
        assert colour.fetch(server.url()) == b"fresh"


# --- what is no answer ---

STEPS = {
    "closed before an answer": ([READ, CLOSE], "reset", "the server closed the connection before an answer"),
    "closed amid the head": ([READ, b"HTTP/1.1 200 OK\r\nContent-", CLOSE], "reset", "before an answer"),
    "reset before an answer": ([READ, RESET], "reset", "the connection broke"),
    "closed amid the body": ([READ, answer(b"0123456789")[:-3], CLOSE], "cut", "before the body was complete"),
    "stalled amid the body": ([READ, answer(b"0123456789")[:-3], LEFT], "timeout", ""),
    "no last chunk": ([READ, chunked_head(), chunk(b"abc"), CLOSE], "cut", "before the body was complete"),
    "gzip without its end": (
        [READ, head(headers={"Content-Encoding": "gzip"}), gzip.compress(b"hello")[:-2], CLOSE],
        "cut",
        "content encoding",
    ),
    "no gzip": ([READ, answer(b"plain", headers={"Content-Encoding": "gzip"})], "protocol", "not the gzip"),
    "an encoding nobody knows": ([READ, answer(headers={"Content-Encoding": "rot13"})], "protocol", "'rot13'"),
    "two framings": ([READ, answer(b"abc", headers={"Transfer-Encoding": "chunked"})], "protocol", "HTTP/1.1"),
    "no http": ([READ, b"SSH-2.0-OpenSSH_9.9\r\n"], "protocol", "does not speak HTTP/1.1"),
    "an upgrade": ([READ, head("101 Switching Protocols", {"Upgrade": "x"})], "protocol", "status 101"),
    "an endless head": ([READ, b"HTTP/1.1 200 OK\r\n", repeat(b"X-Again: and again\r\n" * 100)], "protocol", "65536"),
}


@pytest.mark.parametrize(("steps", "kind", "detail"), STEPS.values(), ids=STEPS)
def test_no_answer_or_half_of_one(colour, steps, kind, detail):
    with Scripted(steps) as server:
        failure = colour.failure(post(server.url()), seconds=0.5 if kind == "timeout" else 10)

        assert failure.kind == kind
        assert detail in failure.detail
        assert failure.sent
        # Whatever was wrong inside it, a body that is framed well leaves a connection that can be used again.
        assert "gzip" in failure.detail or server.left()


def test_a_reset_amid_the_body_is_a_cut_after_what_had_arrived(colour):
    hold = Hold()
    with Scripted([READ, chunked_head(), chunk(b"abc"), hold, RESET]) as server:
        got = colour.send(post(server.url()))
        assert got.read() == b"abc"
        hold.release()
        with pytest.raises(NoAnswer, match="before the body was complete") as caught:
            got.read()
        assert caught.value.kind == "cut"
        with pytest.raises(NoAnswer) as caught:
            got.read()
        assert caught.value.kind == "closed"


@pytest.mark.parametrize("steps", [[READ], [READ, b"HTTP/1.1 200 OK\r\nX-"]], ids=["nothing", "half a head"])
def test_a_stalled_head_ends_with_the_time(colour, steps):
    with Scripted(steps) as server:
        failure = colour.failure(post(server.url()), seconds=0.2)

        assert (failure.kind, failure.sent) == ("timeout", True)
        assert server.left()


def test_a_stalled_stream_ends_with_the_time_of_that_read(colour):
    with Scripted([READ, chunked_head(), chunk(b"abc"), LEFT]) as server:
        got = colour.send(post(server.url()))
        assert got.read() == b"abc"
        with pytest.raises(NoAnswer) as caught:
            got.read(0.1)
        assert caught.value.kind == "timeout"
        assert server.left()


def test_a_server_that_reads_nothing_ends_with_the_time(colour):
    hold = Hold()
    with Scripted([hold]) as server:
        failure = colour.failure(post(server.url(), bytes(50_000_000)), seconds=0.3)

        assert (failure.kind, failure.sent) == ("timeout", True)


def test_a_time_that_is_over_already_waits_for_nothing(colour):
    with Scripted([READ, answer()]) as server:
        failure = colour.failure(post(server.url()), seconds=-1)

        assert (failure.kind, failure.sent) == ("timeout", False)
        assert server.connections == []


def test_a_body_over_the_bound_is_refused_before_it_is_all_here(colour):
    endless = [READ, chunked_head(), repeat(chunk(bytes(10_000)))]
    with Scripted(endless) as server:
        got = colour.send(post(server.url()))
        with pytest.raises(NoAnswer, match="longer than 100000 bytes") as caught:
            got.whole(bound=100_000)
        assert caught.value.kind == "protocol"
        assert server.left()


def test_a_body_that_decodes_to_more_than_the_bound_is_refused(colour):
    bomb = gzip.compress(bytes(100_000_000))
    with Scripted([READ, answer(bomb, headers={"Content-Encoding": "gzip"})]) as server:
        got = colour.send(post(server.url()))
        with pytest.raises(NoAnswer, match="longer than 1000000 bytes"):
            got.whole(bound=1_000_000)


def test_a_body_of_exactly_the_bound_is_not_over_it(colour):
    with Scripted([READ, answer(b"12345")]) as server:
        assert colour.send(post(server.url())).whole(bound=5) == b"12345"


def test_a_header_that_would_split_the_request_is_refused_before_anything_is_sent(colour):
    with Scripted([READ, answer()]) as server:
        with pytest.raises(InvalidRequestError, match="'x-note'"):
            colour.send(get(server.url(), ("x-note", "a\r\nx-injected: 1")))
        assert server.connections == []


# --- the same under TLS ---


@pytest.fixture
def secure(authority):
    return partial(Scripted, tls=authority.server("127.0.0.1"))


@pytest.fixture
def trusting(colour, authority):
    return colour.transport(verify=authority.file)


def test_under_tls_a_large_exchange_works_as_well(colour, secure, trusting):
    body = bytes(3_000_000)
    with secure([READ, chunked(body)]) as server:
        assert colour.send(post(server.url(), body), trusting).whole() == body
        assert server.requests[0].body == body


def test_under_tls_both_sides_may_write_at_once(colour, secure, trusting):
    much = bytes(8_000_000)
    with secure([READ_HEAD, answer(much), LEFT]) as server:
        assert colour.send(post(server.url(), much), trusting).whole() == much


def test_under_tls_a_goodbye_ends_a_body_and_silence_cuts_it(colour, secure, trusting):
    with secure([READ, head(), b"all of it", CLOSE]) as server:
        assert colour.fetch(server.url(), trusting) == b"all of it"
    with secure([READ, head(), b"half of", CUT]) as server:
        failure = colour.failure(post(server.url()), trusting)
        assert (failure.kind, "without the goodbye of TLS" in failure.detail) == ("cut", True)


def test_under_tls_a_stalled_stream_ends_with_the_time(colour, secure, trusting):
    with secure([READ, chunked_head(), chunk(b"abc"), LEFT]) as server:
        got = colour.send(post(server.url()), trusting)
        assert got.read() == b"abc"
        with pytest.raises(NoAnswer) as caught:
            got.read(0.1)
        assert caught.value.kind == "timeout"


def test_a_server_that_begins_tls_on_its_own_speaks_no_http(colour, authority):
    with Scripted([TLS], tls=authority.server("127.0.0.1"), late_tls=True) as server:
        assert colour.failure(post(server.url())).kind in {"reset", "protocol"}
