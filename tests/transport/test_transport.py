"""The seam's own types: received headers, outgoing requests, why there was no answer."""

import copy
import pickle

import pytest

from dragoman.transport import NoAnswer, Outgoing, ReceivedHeaders

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nSet-Cookie:a=1\r\nset-cookie:\tb=2 \t"


def test_received_headers_are_looked_up_in_any_case_and_joined():
    headers = ReceivedHeaders(HEAD)

    assert headers["content-type"] == headers["CONTENT-TYPE"] == "text/event-stream"
    assert headers["set-cookie"] == "a=1, b=2"
    assert headers.get("x-request-id") is None
    assert "Content-Type" in headers


@pytest.mark.parametrize(
    "name",
    [
        *("content-type", "Content-Type", "set-cookie", "x-empty", "x-last", "200", "x", "x-las", "set-cookie:a"),
        *("HTTP/1.1 200", "", "\r\nx-last", "x_y", "\N{KELVIN SIGN}", "\N{LATIN SMALL LETTER E WITH ACUTE}", "\udc80"),
    ],
)
def test_one_header_alone_is_what_it_is_among_all(name):
    head = HEAD + b"\r\nx-empty:\r\nX_Y: 1\r\nk: 2\r\nx-last: caf\xe9"
    known = dict(ReceivedHeaders(head))

    assert ReceivedHeaders(head).get(name) == known.get(name.lower())
    assert ReceivedHeaders(head).get(name, "none") == known.get(name.lower(), "none")


def test_received_headers_read_like_the_dict_they_stand_for():
    headers = ReceivedHeaders(HEAD)

    assert dict(headers) == {"content-type": "text/event-stream", "set-cookie": "a=1, b=2"}
    assert headers == dict(headers)
    assert repr(headers) == repr(dict(headers))
    assert len(headers) == 2
    with pytest.raises(KeyError, match="x-missing"):
        _ = headers["x-missing"]


def test_received_headers_can_be_pickled_and_copied():
    headers = ReceivedHeaders(HEAD)

    assert pickle.loads(pickle.dumps(headers)) == headers
    assert copy.copy(headers) == headers


def test_a_request_shows_neither_its_headers_nor_its_body():
    request = Outgoing("POST", "http://127.0.0.1/v1", (("authorization", "Bearer sk-secret"),), b"what was said")

    assert repr(request) == "Outgoing(POST http://127.0.0.1/v1, 13 bytes)"


def test_no_answer_says_why_and_whether_anything_was_sent():
    failure = NoAnswer("reset", "the server closed the connection before an answer", sent=True)

    assert (failure.kind, failure.detail, failure.sent) == ("reset", str(failure), True)
    assert not NoAnswer("connect", "connection refused").sent
