"""What ends a stream well, what does not, and what is kept of it: bytes in, chunks out, no network."""

import json
import tracemalloc

import pytest

from dragoman import errors
from dragoman.answer.reading import Reading, says_something
from dragoman.secret import Secret
from dragoman.wire.chunk import read_chunk


class Answered:
    """The head of an answer, and how it was left."""

    status = 200

    def __init__(self, headers=None):
        self.headers = headers or {"x-request-id": "r7"}
        self.left = None

    def close(self):
        self.left = self.left or "closed"

    def finish(self):
        self.left = self.left or "finished"


def reading(**known):
    return Reading(Answered(), Secret("sk-planted"), at=0.0, deadline=600.0, **known)


def event(content=None, finish=None, index=0, **fields):
    delta = {} if content is None else {"content": content}
    chunk = {"id": "c1", "choices": [{"index": index, "delta": delta, "finish_reason": finish}]} | fields
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n'


def feed(stream, *pieces):
    for at, piece in enumerate(pieces, 1):
        if not stream.over:
            stream.feed(piece, float(at))
    return stream


def test_a_stream_that_is_read_keeps_little_more_of_it_than_came():
    pieces = [event(f"word {number} ", service_tier="default", system_fingerprint="fp") for number in range(2000)]
    stream = reading()
    tracemalloc.start()
    try:
        for piece in pieces:
            stream.feed(piece, 1.0)
            stream.ready.clear()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(stream.seen) == 2000
    assert kept < 1.5 * sum(map(len, pieces))


@pytest.mark.parametrize("done", [DONE, b"data:[DONE]\n\n", b"data:  [DONE] \r\n\r\n"])
def test_done_ends_a_stream_and_keeps_its_connection(done):
    stream = feed(reading(), event("Monet"), event(finish="stop"), done)

    assert stream.over
    assert stream.failure is None
    assert stream.completion.text == "Monet"
    assert stream.answer.left == "finished"


def test_a_proper_end_after_the_finish_reason_is_an_end_where_the_dialect_does_not_promise_done():
    stream = feed(reading(), event("Monet"), event(finish="stop"), b"")

    assert stream.over
    assert stream.failure is None


@pytest.mark.parametrize(
    ("promised", "pieces", "says"),
    [
        (True, [event("Mo"), event(finish="stop"), b""], "before [DONE]"),
        (False, [event("Mo"), b""], "before the answer had finished"),
        (False, [event("Mo"), event("x", index=1), event(finish="stop"), b""], "before the answer had finished"),
        (False, [b": nothing\n\n", b""], "before the answer had finished"),
        (False, [event("Mo", finish=""), b""], "before the answer had finished"),
        (False, [event("Mo"), b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n', b""], "before"),
    ],
)
def test_every_other_end_is_a_truncated_answer(promised, pieces, says):
    stream = feed(reading(done=promised), *pieces)

    assert type(stream.failure) is errors.TruncatedError
    assert says in stream.failure.message
    assert (stream.failure.status, stream.failure.request_id) == (200, "r7")
    assert stream.answer.left == "closed"


def test_what_had_arrived_is_kept():
    stream = feed(reading(), event("Mo"), event("net"))
    stream.broke("reset by peer")

    assert [chunk.text for chunk in stream.ready] == ["Mo", "net"]
    assert stream.failure.partial.text == "Monet"
    assert "reset by peer" in str(stream.failure)


@pytest.mark.parametrize(
    ("piece", "cls", "status"),
    [
        (b'data: {"error":{"message":"slow down","code":429}}\n\n', errors.RateLimitError, 429),
        (b'data: {"error":"plain words"}\n\n', errors.ServerError, 500),
        (b'event: error\ndata: {"message":"overloaded","type":"overloaded_error"}\n\n', errors.OverloadedError, 529),
        (b"event: error\ndata: plain words\n\n", errors.ServerError, 500),
        (
            b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"error"}],"error":{"code":502,"message":"x"}}\n\n',
            errors.ServerError,
            502,
        ),
        # Cut in the middle of a character, with a byte order mark, nested beyond what can be read.
        (b'data: {"error":{"message":"caf\xc3","code":429}}\n\n', errors.RateLimitError, 429),
        (b'data: \xef\xbb\xbf{"error":{"message":"x","code":429,"v":NaN}}\n\n', errors.RateLimitError, 429),
        (b"event: error\ndata: " + b"[" * 5000 + b"\n\n", errors.ServerError, 500),
    ],
)
def test_an_error_inside_the_stream_raises_with_its_own_status(piece, cls, status):
    stream = feed(reading(), event("Mo"), piece)

    assert type(stream.failure) is cls
    assert stream.failure.status == status
    assert stream.failure.partial.text == "Mo"
    assert stream.failure.body


def test_an_event_that_is_nested_too_deep_is_no_chunk():
    stream = feed(reading(), event("Mo"), b'data: {"error":' + b"[" * 5000 + b"\n\n")

    assert type(stream.failure) is errors.ProtocolError
    assert stream.failure.partial.text == "Mo"


def test_an_empty_finish_reason_says_nothing():
    stream = feed(reading(), event("Mo", finish=""), b"")

    assert type(stream.failure) is errors.TruncatedError
    assert feed(reading(), event("Mo", finish=""), event(finish="stop"), b"").failure is None
    assert not says_something(read_chunk(b'{"choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":""}]}'))


def test_an_error_that_echoes_the_credential_is_masked():
    stream = feed(reading(), b'data: {"error":{"message":"bad key sk-planted"}}\n\n')

    assert "planted" not in str(stream.failure)
    assert b"planted" not in stream.failure.body


def test_a_chunk_that_only_talks_about_errors_is_no_error():
    spoken = event('the "error" object')
    token = b'data: {"choices":[{"index":0,"delta":{"content":"x"},"logprobs":{"content":[{"token":"error","logprob":0}]}}]}\n\n'
    null = b'data: {"error":null,"choices":[{"index":0,"delta":{"content":"y"}}]}\n\n'

    stream = feed(reading(), spoken, token, null)

    assert stream.failure is None
    assert len(stream.ready) == 3


@pytest.mark.parametrize(
    "frame",
    [
        b": comment\n\n",
        b"data:\n\n",
        b"data: \n\n",
        b"id: 7\n\n",
        b"event: ping\ndata: {}\n\n",
        b"event: ping\ndata: now\n\n",
        b"retry: 3000\n\n",
        b"\r\n\r\n",
    ],
)
def test_frames_that_say_nothing_are_passed_over(frame):
    stream = feed(reading(), event("Mo"), frame, event("net"), event(finish="stop"), frame, DONE)

    assert stream.failure is None
    assert stream.completion.text == "Monet"


@pytest.mark.parametrize(
    "frame", [b'data: {"choices":\n\n', b"data: hello\n\n", b"data: [1]\n\n", b"data: \xff\xfe\n\n"]
)
def test_an_event_that_is_no_chunk_is_a_protocol_error_that_shows_it(frame):
    stream = feed(reading(), event("Mo"), frame)

    assert type(stream.failure) is errors.ProtocolError
    assert stream.failure.body == frame[6:-2]
    assert stream.failure.partial.text == "Mo"


def read_whole(*frames):
    """A stream that comes in one read, and what there is to give out."""
    stream = feed(reading(), b"".join(frames))
    return stream, "".join(chunk.text for chunk in stream.ready)


@pytest.mark.parametrize(
    "frame", [b'data: {"choices":\n\n', b"data: hello\n\n", b'data: {"error": {"message": "no"}}\n\n']
)
def test_what_is_wrong_in_the_same_read_as_the_end_is_an_error_all_the_same(frame):
    stream, text = read_whole(event("Mo"), frame, event("net"), event(finish="stop"), DONE)

    assert stream.failure is not None
    assert stream.failure.partial.text == text == "Mo"
    assert stream.spoke


@pytest.mark.parametrize("frame", [b": ping\n\n", b"event: ping\ndata: {}\n\n", b"data:\n\n"])
def test_what_says_nothing_in_the_same_read_as_the_end_loses_nothing(frame):
    stream, text = read_whole(event("Mo"), frame, event("net"), event(finish="stop"), DONE)

    assert stream.failure is None
    assert text == "Monet"


def test_nothing_counts_after_the_mark_however_it_comes():
    stream, text = read_whole(event("Mo"), event(finish="stop"), DONE, event("net"), DONE)

    assert stream.failure is None
    assert text == "Mo"


def test_a_stream_with_nothing_in_it_is_no_answer():
    assert type(feed(reading(), DONE).failure) is errors.ProtocolError


def test_an_event_over_the_bound_ends_the_stream(monkeypatch):
    monkeypatch.setattr("dragoman.sse.Decoder.__init__.__defaults__", (100,))

    stream = feed(reading(), event("x" * 200))

    assert type(stream.failure) is errors.ProtocolError
    assert "larger than 100 bytes" in stream.failure.message


def test_usage_nobody_asked_for_is_kept_but_not_given_out():
    stream = feed(reading(hide_usage=True), event("Mo"), event(finish="stop"), USAGE, DONE)

    assert [bool(chunk.choices) for chunk in stream.ready] == [True, True]
    assert stream.completion.usage.total_tokens == 5
    assert len(feed(reading(), event("Mo"), event(finish="stop"), USAGE, DONE).ready) == 3


@pytest.mark.parametrize(
    ("delta", "something"),
    [
        ({"content": "x"}, True),
        ({"refusal": "no"}, True),
        ({"tool_calls": [{"index": 0, "id": "a"}]}, True),
        ({"reasoning_content": "hm"}, True),
        ({"reasoning": "hm"}, True),
        ({"role": "assistant"}, False),
        ({"role": "assistant", "content": "", "reasoning": None, "tool_calls": []}, False),
        ({}, False),
    ],
)
def test_content_of_any_kind_is_something_and_a_role_is_not(delta, something):
    assert says_something(read_chunk(json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode())) is something


def test_a_finish_reason_is_something_and_a_bare_usage_is_not():
    assert says_something(read_chunk(b'{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'))
    assert not says_something(read_chunk(b'{"choices":[],"usage":{}}'))


def test_content_moves_the_time_of_the_last_word_and_comments_do_not():
    stream = feed(reading(), b": hi\n\n", event("x"), b": hi\n\n", event(""))

    assert (stream.spoke, stream.spoke_at) == (True, 2.0)


def test_a_stream_that_was_left_knows_it_however_often():
    stream = feed(reading(), event("Mo"))
    stream.leave()
    stream.leave()
    stream.closed()

    assert (stream.left, stream.over, stream.answer.left) == (True, True, "closed")
    assert type(stream.failure) is errors.StreamClosedError
    assert stream.failure.partial.text == "Mo"


def test_leaving_a_stream_that_is_over_changes_nothing():
    stream = feed(reading(), event("Monet", "stop"), DONE)
    stream.leave()

    assert not stream.left
    assert stream.failure is None
