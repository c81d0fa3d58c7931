"""What came back, looked at without trust: any JSON may stand anywhere."""

import pytest

from dragoman.probe.answer import Streamed, Whole, declined, decoded, dig, many, number, text_of
from dragoman.probe.finding import Settled


def whole(body, status=200, headers=None):
    return Whole(status, headers or {}, body, 0.0)


SAID = whole(b'{"id": "c1", "choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}], "usage": {"n": 3}}')


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (("a", 0, "b"), 1),
        (("a", 1, "b"), None),
        (("a", "b"), None),
        ((0,), None),
        (("c",), None),
        (("d", "e"), None),
        ((), {"a": [{"b": 1}], "d": None}),
    ],
)
def test_a_path_leads_somewhere_or_nowhere(path, found):
    assert dig({"a": [{"b": 1}], "d": None}, *path) == found


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_nothing(data):
    assert decoded(data) is None


@pytest.mark.parametrize(
    ("value", "count"), [(3, 3), (0, 0), (-1, None), (True, None), ("3", None), (None, None), (1.5, None)]
)
def test_a_count_is_a_whole_number(value, count):
    assert number(value) == count


def test_only_an_array_has_elements():
    assert many([1]) == [1]
    assert many({"a": 1}) == many("ab") == many(None) == []


def test_an_answer_in_one_piece():
    assert (SAID.text, SAID.finish, SAID.count("n"), SAID.count("m")) == ("hi", "stop", 3, None)
    assert SAID.request_id == "c1"
    assert declined(SAID) is None


def test_the_header_names_a_request_before_the_body_does():
    assert whole(SAID.body, headers={"x-request-id": "r1"}).request_id == "r1"


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (400, b'{"error": {"message": "no"}}', "refused"),
        (404, b"no", "broken"),
        (500, b'{"error": {"message": "no"}}', "broken"),
        (200, b"{}", "broken"),
        (200, b'{"choices": []}', "broken"),
        (200, b"<html>", "broken"),
        (302, b"", "broken"),
    ],
)
def test_an_answer_that_is_no_completion(status, body, verdict):
    assert declined(whole(body, status)).verdict == verdict


def test_the_servers_words_are_one_short_line():
    body = b'{"error": {"message": "a\\nb %s", "code": "c"}}' % (b"x" * 100)

    assert whole(body, 400).told == f'400 c "a b {"x" * 56}…"'


def test_an_answer_without_text_cannot_be_compared():
    with pytest.raises(Settled) as settled:
        text_of(whole(b'{"choices": [{"message": {"content": " "}}]}'))

    assert settled.value.found.verdict == "unclear"


EVENTS = (
    b'data: {"id":"s1","choices":[{"delta":{"content":"h"}}]}\n\n',
    b': still here\n\ndata: {"choices":[{"delta":{"content":"i"}}]}\n\nda',
    b'ta: {"choices":[],"usage":{"total_tokens":5}}\n\ndata: [DONE]\n\n',
)


def streamed(*pieces):
    return Streamed(200, {}, [(float(at), piece) for at, piece in enumerate(pieces)], 9.0)


def test_a_stream_is_read_with_the_time_of_each_event():
    stream = streamed(*EVENTS)

    assert [arrived.at for arrived in stream.events] == [0.0, 1.0, 2.0, 2.0]
    assert (stream.text, stream.usage, stream.request_id, stream.unfinished) == ("hi", {"total_tokens": 5}, "s1", False)
    assert stream.body == b"".join(EVENTS)


def test_a_stream_that_ends_inside_an_event():
    assert streamed(*EVENTS[:2]).unfinished


def test_a_stream_of_nothing():
    stream = streamed()

    assert (stream.text, stream.usage, stream.request_id, stream.chunks, stream.deltas) == ("", None, None, [], [])
