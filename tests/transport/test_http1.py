"""HTTP/1.1 as bytes: what is written, what is read, what is refused."""

import gc
import gzip
import weakref
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dragoman.errors import InvalidRequestError
from dragoman.transport import NoAnswer
from dragoman.transport.http1 import HEAD_BOUND, Response, write_head, write_request

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def read(*pieces, method="POST", ends=False, response=None):
    """An answer read from these pieces, then the peer's closing if `ends`."""
    response = response or Response()
    response.begin(method)
    body = b""
    for piece in pieces:
        response.feed(piece)
        while data := response.take():
            body += data
    if ends:
        response.feed(b"")
    while data := response.take():
        body += data
    return response, body


def refusal(*pieces, ends=False):
    with pytest.raises(NoAnswer) as caught:
        read(*pieces, ends=ends)
    assert caught.value.sent
    return caught.value.kind, caught.value.detail


# --- what is written ---


def test_a_head_is_the_request_line_the_host_and_the_headers_in_their_order():
    head = write_head("POST", "/v1", "example.org", (("B", "1"), ("a", "zwei: 2"), ("Accept-Encoding", "br")))

    assert head == b"POST /v1 HTTP/1.1\r\nhost: example.org\r\nB: 1\r\na: zwei: 2\r\nAccept-Encoding: br"


def test_a_head_asks_for_the_encodings_that_can_be_undone():
    assert b"\r\naccept-encoding: gzip, deflate" in write_head("GET", "/", "h", ())


def test_values_may_be_latin_1_empty_or_hold_tabs():
    head = write_head("GET", "/", "h", (("a", "né"), ("b", ""), ("c", "x\ty")))

    assert b"\r\na: n\xe9\r\nb: \r\nc: x\ty\r\n" in head


@pytest.mark.parametrize("bad", ["\r", "\n", "\0", "\r\nX: y", "€", "\U0001f600"])
def test_a_value_that_would_end_its_line_or_cannot_be_written_is_refused_and_not_repeated(bad):
    with pytest.raises(InvalidRequestError, match="'x-note'") as caught:
        write_head("GET", "/", "h", (("x-note", f"sk-secret{bad}"),))
    assert "sk-secret" not in str(caught.value)
    assert caught.value.param == "headers.x-note"


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\r\nb", "a\0", "naïve", "€", "(a)"])
def test_a_name_that_is_no_token_is_refused(name):
    with pytest.raises(InvalidRequestError, match="is no header name"):
        write_head("GET", "/", "h", ((name, "v"),))


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding"])
def test_the_headers_that_frame_a_request_are_not_the_callers(name):
    with pytest.raises(InvalidRequestError, match="written by the transport itself"):
        write_head("GET", "/", "h", ((name, "v"),))


@pytest.mark.parametrize("method", ["", "GET /", "GET\r\n"])
def test_a_method_is_a_word(method):
    with pytest.raises(InvalidRequestError, match="is not a word"):
        write_head(method, "/", "h", ())


def test_a_body_brings_its_length_and_a_large_one_is_not_copied():
    large = bytes(HEAD_BOUND + 1)

    assert write_request(b"HEAD", "POST", (), b"{}") == (b"HEAD\r\ncontent-length: 2\r\n\r\n{}", b"")
    assert write_request(b"HEAD", "POST", (), b"") == (b"HEAD\r\ncontent-length: 0\r\n\r\n", b"")
    assert write_request(b"HEAD", "GET", (), b"") == (b"HEAD\r\n\r\n", b"")
    assert write_request(b"HEAD", "POST", (), large)[1] is large


def test_headers_of_one_request_alone_follow_those_of_all_and_are_held_to_the_same_rules():
    head, _ = write_request(b"HEAD", "GET", (("Idempotency-Key", "k1"),), b"")

    assert head == b"HEAD\r\nIdempotency-Key: k1\r\n\r\n"
    for header in (("x-note", "a\nb"), ("a b", "c"), ("Host", "h")):
        with pytest.raises(InvalidRequestError):
            write_request(b"HEAD", "GET", (header,), b"")


# --- what is read ---


def test_an_answer_framed_by_its_length():
    response, body = read(OK + b"Content-Length: 5\r\nX-A: 1\r\n\r\nhello")

    assert (response.status, body) == (200, b"hello")
    assert response.headers == {"content-length": "5", "x-a": "1"}
    assert response.ended
    assert response.keep


def test_an_answer_in_chunks_with_extensions_and_trailers():
    response, body = read(CHUNKED + b"3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 9\r\n\r\n")

    assert body == b"abcde"
    assert "x-sum" not in response.headers
    assert response.keep


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_a_body_without_framing_lasts_until_the_connection_closes(version):
    response, body = read(b"HTTP/%s 200 OK\r\n\r\nall of" % version, b" it", ends=True)

    assert body == b"all of it"
    assert response.ended
    assert not response.keep


@pytest.mark.parametrize(
    ("head", "keep"),
    [
        (b"HTTP/1.1 200 OK\r\n", True),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n", False),
        (b"HTTP/1.0 200 OK\r\n", False),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n", True),
    ],
)
def test_whether_the_connection_can_be_kept_is_the_servers_word(head, keep):
    assert read(head + b"Content-Length: 0\r\n\r\n")[0].keep is keep


def test_informational_answers_are_passed_over():
    response, body = read(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        + OK
        + b"Content-Length: 1\r\n\r\n!"
    )

    assert (response.status, body) == (200, b"!")
    assert "link" not in response.headers


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("HEAD", OK + b"Content-Length: 100\r\n\r\n"),
        ("HEAD", CHUNKED),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n"),
        ("CONNECT", OK + b"\r\n"),
    ],
)
def test_some_answers_have_no_body_whatever_their_head_says(method, answer):
    response, body = read(answer, method=method)

    assert response.ended
    assert body == b""


def test_one_reader_reads_one_answer_after_the_other():
    response, first = read(OK + b"Content-Length: 1\r\nX-A: 1\r\n\r\n1")
    headers = response.headers
    _, second = read(CHUNKED + b"1\r\n2\r\n0\r\n\r\n", response=response)
    _, third = read(b"HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\n3", response=response)

    assert (first, second, third) == (b"1", b"2", b"3")
    assert response.status == 404
    assert headers["x-a"] == "1"


@pytest.mark.parametrize("extra", [b"x", b"HTTP/1.1 200 OK\r\n", OK + b"Content-Length: 0\r\n\r\n"])
def test_bytes_nobody_asked_for_make_the_connection_unusable_and_spoil_no_answer(extra):
    response, body = read(OK + b"Content-Length: 3\r\nX-A: 1\r\n\r\nabc" + extra)

    assert body == b"abc"
    assert response.headers == {"content-length": "3", "x-a": "1"}
    assert response.ended
    assert not response.keep


def test_whether_anything_arrived_is_known():
    response = Response()
    response.begin("POST")
    assert not response.touched
    response.feed(b"H")
    assert response.touched


def test_a_request_that_was_not_sent_whole_leaves_a_connection_of_no_use():
    response = Response()
    response.begin("POST")
    response.keep = False
    response.feed(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")

    assert response.status == 413
    assert not response.keep


# --- what is refused ---


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        b"Content-Length: 3\r\nContent-Length: 4\r\n",
        b"Content-Length: 3, 3\r\n",
        b"Content-Length: -3\r\n",
        b"Content-Length: +3\r\n",
        b"Content-Length: 0x3\r\n",
        b"Content-Length: \r\n",
        b"Content-Length: 99999999999999999999999\r\n",
        b"Transfer-Encoding: gzip\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: chunked, gzip\r\n",
        b"Transfer-Encoding: identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding:\t chunked \t\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length : 3\r\n",
        b": 3\r\n",
        b"no colon\r\n",
        b"X: a\r\n folded\r\n",
        b"X: a\0b\r\n",
        b"X: a\rb\r\n",
        b"X: a\nY: b\n",
    ],
)
def test_framing_that_two_readers_could_read_differently_is_refused(head):
    kind, detail = refusal(OK + head + b"\r\n3\r\nabc\r\n0\r\n\r\n")

    assert kind == "protocol"
    assert detail.startswith(
        ("the server does not speak HTTP/1.1: ", "the server sent an answer with a transfer coding")
    )


@pytest.mark.parametrize(
    "chunk",
    [b"g\r\n", b"0x3\r\nabc\r\n", b"-3\r\n", b"3 \r\nabc\r\n", b"3\nabc\n", b"3\r\nabcd\r\n", b"f" * 17 + b"\r\n"],
)
def test_malformed_chunks_are_refused(chunk):
    assert refusal(CHUNKED + chunk)[0] == "protocol"


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"ICY 200 OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/2.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 2000 Odd\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_is_not_http_1_1_is_refused(answer):
    assert refusal(answer)[0] == "protocol"


def test_an_encoding_nobody_asked_for_is_refused_by_name():
    kind, detail = refusal(OK + b"Content-Encoding: compress\r\nContent-Length: 0\r\n\r\n")
    assert (kind, "'compress'" in detail) == ("protocol", True)

    assert refusal(OK + b"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n")[0] == "protocol"


@pytest.mark.parametrize(
    "endless",
    [b"HTTP/1.1 200 OK\r\nX: " + b"a" * 9000, b"X: a\r\n" * 3000, b"HTTP/1.1 100 Continue\r\n\r\n" * 400],
    ids=["one value", "many lines", "informational answers"],
)
def test_a_head_without_end_is_refused(endless):
    pieces = [OK if endless.startswith(b"X") else b"", *[endless] * 20] if not endless.startswith(OK) else [
        endless,
        *[b"a" * 9000] * 20,
    ]  # fmt: skip
    assert refusal(*filter(None, pieces))[0] == "protocol"


def test_trailers_without_end_are_refused():
    assert refusal(CHUNKED + b"0\r\nX: ", *[b"a" * 9000] * 20)[0] == "protocol"


def test_chunk_extensions_without_end_are_refused():
    assert refusal(CHUNKED + b"1;a=", *[b"a" * 9000] * 20)[0] == "protocol"


def test_a_head_over_the_bound_is_refused_also_when_it_arrives_at_once():
    assert refusal(OK + b"X: " + b"a" * HEAD_BOUND + b"\r\nContent-Length: 0\r\n\r\n")[0] == "protocol"
    assert (
        refusal(OK + b"X: a\r\n" * 300 + b"\r\n")[1] == "the server sent a head of more than 65536 bytes or 256 lines"
    )


def test_a_large_body_behind_a_small_head_is_no_large_head():
    response, body = read(OK + b"Content-Length: 200000\r\n\r\n" + bytes(200_000))

    assert len(body) == 200_000
    assert response.ended


def test_empty_lines_before_an_answer_are_skipped():
    response, body = read(b"\r\n\r\n" + OK + b"X-A: 1\r\nContent-Length: 1\r\n\r\n!")

    assert (response.headers, body) == ({"x-a": "1", "content-length": "1"}, b"!")


@pytest.mark.parametrize("line", [b"Transfer-Encoding:chunked", b"transfer-encoding: \t CHUNKED"])
def test_chunked_is_known_however_it_is_written(line):
    assert read(OK + line + b"\r\n\r\n1\r\n!\r\n0\r\n\r\n")[1] == b"!"
    assert read(OK + b"X: 1\r\n" + line + b"\r\nY: 2\r\n\r\n1\r\n!\r\n0\r\n\r\n")[1] == b"!"


# --- what ends too early ---


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 2", OK + b"Content-Le", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_closing_before_the_head_is_complete_is_a_reset(begun):
    kind, detail = refusal(*filter(None, [begun]), ends=True)
    assert (kind, detail) == ("reset", "the server closed the connection before an answer")


@pytest.mark.parametrize(
    "begun",
    [
        OK + b"Content-Length: 5\r\n\r\n",
        OK + b"Content-Length: 5\r\n\r\nhell",
        CHUNKED,
        CHUNKED + b"3\r\nab",
        CHUNKED + b"3\r\nabc\r\n",
        CHUNKED + b"3\r\nabc\r\n0\r\n",
    ],
)
def test_closing_before_the_framing_says_so_is_a_cut(begun):
    assert refusal(begun, ends=True) == ("cut", "the server closed the connection before the body was complete")


def test_a_broken_connection_cuts_even_a_body_that_only_closing_ends():
    response, _ = read(OK + b"\r\nhalf")
    with pytest.raises(NoAnswer) as caught:
        response.lost("the connection broke")
    assert caught.value.kind == "cut"


def test_a_connection_broken_after_the_end_spoils_nothing():
    response, _ = read(OK + b"Content-Length: 0\r\n\r\n")
    response.lost("the connection broke")
    response.feed(b"")
    assert not response.keep


def test_tls_that_fails_before_an_answer_is_a_matter_of_tls():
    response = Response()
    response.begin("POST")
    with pytest.raises(NoAnswer) as caught:
        response.lost("TLS failed (certificate required)", is_tls=True)
    assert caught.value.kind == "tls"


# --- content encodings ---


def test_an_encoded_body_is_decoded_as_it_arrives():
    coded = gzip.compress(b"hello" * 100)
    head = OK + b"Content-Encoding: GZip \r\nContent-Length: %d\r\n\r\n" % len(coded)
    response, body = read(*[(head + coded)[i : i + 7] for i in range(0, len(head + coded), 7)])

    assert body == b"hello" * 100
    assert response.at_end(b"")


def test_an_encoded_body_that_ends_amid_its_encoding_is_cut():
    coded = gzip.compress(b"hello" * 100)[:-4]

    assert refusal(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(coded) + coded)[0] == "cut"
    assert refusal(OK + b"Content-Encoding: gzip\r\n\r\n" + coded, ends=True)[0] == "cut"


def test_an_empty_body_may_claim_any_known_encoding():
    assert read(OK + b"Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n")[1] == b""


# --- any cut ---

BODY = b"data: {}\n\n" * 3
VALID = [
    OK + b"X-A: 1\r\nContent-Length: 30\r\n\r\n" + BODY,
    OK
    + b"X-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n7\r\ndata: {\r\n17;x=y\r\n"
    + BODY[7:]
    + b"\r\n0\r\nT: 1\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"X-A: 1\r\nContent-Length: 30\r\n\r\n" + BODY,
    OK + b"X-A: 1\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(BODY),
]


@given(st.sampled_from(VALID), st.lists(st.integers(0, 200), max_size=12))
def test_however_an_answer_is_cut_into_pieces_it_is_the_same_answer(answer, cuts):
    places = sorted({0, len(answer), *(cut % len(answer) for cut in cuts)})
    pieces = [answer[start:stop] for start, stop in pairwise(places)]

    response, body = read(*pieces, ends=b"close" in answer)

    assert (response.status, response.headers["x-a"], body, response.ended) == (200, "1", BODY, True)


@given(st.sampled_from(VALID), st.data())
def test_an_answer_without_its_end_is_never_taken_for_a_whole_one(answer, data):
    short = answer[: data.draw(st.integers(1, len(answer) - 1))]
    # A body that only the closing ends may well be empty, whatever its encoding.
    assume(not (b"close" in answer and short.endswith(b"\r\n\r\n")))

    assert refusal(short, ends=True)[0] in {"reset", "cut"}


@given(st.binary(max_size=300))
def test_noise_is_refused_or_awaited_and_never_crashes(noise):
    with pytest.raises(NoAnswer) as caught:
        read(b"\0" + noise, ends=True)
    assert caught.value.kind == "protocol"

    with suppress(NoAnswer):
        read(OK + noise, ends=True)
    with suppress(NoAnswer):
        read(CHUNKED + noise, ends=True)


def test_a_released_reader_leaves_nothing_for_the_garbage_collector():
    class Watched(Response):
        pass

    gc.disable()
    try:
        response = Watched()
        gone = weakref.ref(response)
        response.release()
        del response
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("callback", ["on_message_begin", "on_headers_complete", "on_message_complete"])
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, TimeoutError])
def test_what_comes_while_the_parser_calls_back_is_no_fault_of_the_servers(callback, interruption):
    def interrupt(_):
        raise interruption

    response = type("Interrupted", (Response,), {callback: interrupt})()
    with pytest.raises(interruption):
        read(OK + b"Content-Length: 2\r\n\r\nok", response=response)
