"""An exchange is tested as a script: outcomes in, requests and pauses out; no clock, no network."""

import json

import pytest

from dragoman import errors
from dragoman.exchange import Call, Read, Send, Timeouts, Whole, complete, fetch, more, redirected, stream
from dragoman.retry import NEVER, Retry
from dragoman.secret import Secret
from dragoman.transport import NoAnswer, Outgoing
from dragoman.wire.card import read_cards

COMPLETION = b'{"id":"c1","choices":[{"index":0,"message":{"content":"Monet"},"finish_reason":"stop"}]}'
REQUEST = Outgoing("POST", "https://a.test/v1/chat/completions", (("authorization", "Bearer sk-planted"),), b"{}")


class Clock:
    """Time that passes only when a script says so."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now

    def time(self):
        return 0.0


class Scripted:
    """An answer as a script plays it: a status, headers, and what reading its body brings, in order."""

    arrived = None

    def __init__(self, status=200, headers=None, *body):
        self.status = status
        self.headers = headers or {}
        self.body = list(body)
        self.left = None

    def close(self):
        self.left = self.left or "closed"

    def finish(self):
        self.left = self.left or "finished"


class After:
    """An outcome that comes after so many seconds."""

    def __init__(self, seconds, outcome):
        self.seconds = seconds
        self.outcome = outcome


def call(retry=NEVER, **timeouts):
    secret = Secret("sk-planted")
    return Call(request=REQUEST, timeouts=Timeouts(**timeouts), retry=retry, secret=secret)


def play(flow, clock, *outcomes):
    """Drive a flow through a script; returns the result or the error, and the effects that were asked for."""
    left = list(outcomes)
    effects = []
    outcome = None
    while True:
        try:
            effect = flow.send(outcome)
        except StopIteration as end:
            return end.value, effects
        except errors.APIError as error:
            return error, effects
        effects.append(effect)
        if isinstance(effect, Send):
            clock.now += effect.after
            outcome = left.pop(0)
        else:
            outcome = effect.answer.body.pop(0) if effect.answer.body else b""
        if isinstance(outcome, After):
            clock.now += outcome.seconds
            outcome = outcome.outcome


def pauses(effects):
    return [effect.after for effect in effects if isinstance(effect, Send)]


def test_a_completion_is_one_send_and_one_body():
    clock = Clock()

    result, effects = play(complete(call(), clock), clock, Scripted(200, None, COMPLETION))

    assert result.text == "Monet"
    assert [type(effect) for effect in effects] == [Send, Whole]


def test_429_with_retry_after_then_a_lost_connection_then_fine():
    clock = Clock()
    slow = Scripted(429, {"retry-after": "2"}, b"{}")

    result, effects = play(
        complete(call(Retry(jitter=0)), clock),
        clock,
        slow,
        NoAnswer("reset", "reset by peer", sent=True),
        Scripted(200, None, COMPLETION),
    )

    assert pauses(effects) == [0.0, 2.0, 1.0]
    assert result.text == "Monet"


def test_the_idempotency_key_stays_the_same_over_attempts():
    clock = Clock()

    _, effects = play(
        complete(call(Retry()), clock), clock, NoAnswer("connect", "refused"), Scripted(200, None, COMPLETION)
    )

    first, second = (effect.request for effect in effects if isinstance(effect, Send))
    assert first is second


@pytest.mark.parametrize(
    ("kind", "cls", "retryable"),
    [
        ("connect", errors.ConnectionFailedError, True),
        ("reset", errors.ConnectionFailedError, True),
        ("tls", errors.ConnectionFailedError, False),
        ("closed", errors.ConnectionFailedError, False),
        ("cut", errors.TruncatedError, True),
        ("protocol", errors.ProtocolError, False),
        ("timeout", errors.TimeLimitError, True),
    ],
)
def test_each_reason_for_no_answer_is_an_error_of_its_own(kind, cls, retryable):
    clock = Clock()

    error, _ = play(complete(call(), clock), clock, NoAnswer(kind, "in words"))

    assert type(error) is cls
    assert error.retryable is retryable
    assert error.attempts == 1


def test_an_answer_that_is_over_a_bound_is_not_called_something_else_than_http():
    clock = Clock()

    error, _ = play(complete(call(), clock), clock, NoAnswer("protocol", "the body is longer than 9 bytes"))

    assert str(error) == "the answer cannot be read: the body is longer than 9 bytes"


def test_an_error_says_how_often_it_was_tried():
    clock = Clock()

    error, _ = play(complete(call(Retry(times=2)), clock), clock, *[NoAnswer("connect", "refused by a.test:443")] * 3)

    assert error.attempts == 3
    assert str(error) == "refused by a.test:443 (3 attempts)"


def test_no_pause_goes_beyond_the_deadline():
    clock = Clock()
    busy = Scripted(503, {"retry-after": "20"}, b'{"error":"busy"}')

    error, effects = play(complete(call(Retry(), total=10), clock), clock, busy)

    assert isinstance(error, errors.OverloadedError)
    assert error.retry_after == 20
    assert len(pauses(effects)) == 1


def test_the_deadline_spans_attempts():
    clock = Clock()

    error, effects = play(
        complete(call(Retry(first=1, jitter=0), total=10), clock),
        clock,
        After(5, NoAnswer("reset", "reset")),
        After(4, NoAnswer("timeout", "time is up")),
    )

    assert {effect.until for effect in effects} == {1010.0}
    assert (error.limit, error.seconds, error.retryable) == ("total", 10, False)


def test_a_body_that_breaks_off_is_asked_for_again():
    clock = Clock()

    result, _ = play(
        complete(call(Retry()), clock),
        clock,
        Scripted(200, None, NoAnswer("cut", "5 of 90 bytes")),
        Scripted(200, None, COMPLETION),
    )

    assert result.text == "Monet"


@pytest.mark.parametrize(
    ("headers", "body", "says"),
    [
        (
            {"content-type": "text/html"},
            b"<html>",
            "the server answered 200 with text/html that cannot be read as JSON",
        ),
        ({}, b"", "an empty body (no content type)"),
        ({"content-type": "application/json"}, b'{"id":', "cannot be read as JSON"),
        ({"content-type": "application/json"}, b'{"choices":[]}', "a completion that has no choices"),
    ],
)
def test_a_success_that_is_no_completion_is_told_as_what_it_is(headers, body, says):
    clock = Clock()

    error, _ = play(complete(call(), clock), clock, Scripted(200, headers, body))

    assert type(error) is errors.ProtocolError
    assert says in error.message
    assert (error.status, error.body) == (200, body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":{"message":"no","code":429}}',
        b'{"error":{"message":"caf\xc3","code":429},"choices":[]}',
        b'\xef\xbb\xbf{"error":{"message":"no","code":429,"seconds":Infinity}}',
    ],
)
@pytest.mark.parametrize("ask", [complete, stream])
def test_a_success_with_an_error_object_is_that_error(ask, body):
    clock = Clock()

    error, _ = play(ask(call(), clock), clock, Scripted(200, {"content-type": "application/json"}, body))

    assert type(error) is errors.RateLimitError
    assert error.status == 429


def test_an_error_whose_body_never_arrives_is_told_by_its_status():
    clock = Clock()

    error, _ = play(complete(call(), clock), clock, Scripted(404, None, NoAnswer("timeout", "time is up")))

    assert type(error) is errors.NotFoundError


def test_a_permanent_redirect_is_followed_without_the_credential_when_it_leaves_the_origin():
    clock = Clock()
    moved = Scripted(308, {"location": "https://b.test/v1/chat/completions"}, b"")

    result, effects = play(complete(call(), clock), clock, moved, Scripted(200, None, COMPLETION))

    second = effects[2].request
    assert result.text == "Monet"
    assert (second.url, second.headers, second.body) == ("https://b.test/v1/chat/completions", (), b"{}")


def test_a_redirect_within_the_origin_keeps_the_credential():
    answer = Scripted(307, {"location": "/v2/chat/completions"})

    assert redirected(REQUEST, answer, {}).headers == REQUEST.headers
    assert redirected(REQUEST, answer, {}).url == "https://a.test/v2/chat/completions"


@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [
        (302, {"location": "https://a.test/login"}, "status 302 sends this POST elsewhere without its body"),
        (307, {"location": "http://a.test/v1"}, "from https to http"),
        (307, {}, "without an address to go to"),
        (307, {"location": "file:///etc/passwd"}, "without an address to go to"),
    ],
)
def test_what_must_not_be_followed_is_refused(status, headers, says):
    with pytest.raises(errors.ProtocolError, match=says):
        redirected(REQUEST, Scripted(status, headers), {})


def test_redirects_come_to_an_end():
    clock = Clock()
    round_and_round = [Scripted(307, {"location": "/again"}, b"") for _ in range(6)]

    error, _ = play(complete(call(), clock), clock, *round_and_round)

    assert "more than 5 redirects" in error.message


def test_any_other_document_is_fetched_the_same_way():
    clock = Clock()

    cards, _ = play(fetch(call(), clock, read_cards), clock, Scripted(200, None, b'{"data":[{"id":"m1"}]}'))
    error, _ = play(fetch(call(), clock, read_cards), clock, Scripted(200, None, b"[]"))

    assert [card.id for card in cards.data] == ["m1"]
    assert type(error) is errors.ProtocolError


def event(content=None, finish=None, **fields):
    delta = {} if content is None else {"content": content}
    chunk = {"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]} | fields
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
ROLE = b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n'


def test_a_stream_opens_with_its_first_content():
    clock = Clock()
    answer = Scripted(200, None, b": wait\n\n", ROLE, event("Mo"), event("net"), event(finish="stop"), DONE)

    reading, effects = play(stream(call(), clock), clock, answer)

    assert [type(effect) for effect in effects] == [Send, Read, Read, Read]
    assert [chunk.text for chunk in reading.ready] == ["", "Mo"]


def test_a_stream_that_fails_before_its_first_content_is_tried_again():
    clock = Clock()

    reading, effects = play(
        stream(call(Retry(jitter=0)), clock),
        clock,
        Scripted(200, None, ROLE, NoAnswer("reset", "reset by peer")),
        Scripted(200, None, ROLE, b'data: {"error":{"message":"overloaded","code":529}}\n\n'),
        Scripted(200, None, event("Monet")),
    )

    assert pauses(effects) == [0.0, 0.5, 1.0]
    assert reading.ready[0].text == "Monet"


def test_a_stream_is_never_tried_again_after_its_first_content():
    clock = Clock()
    answer = Scripted(200, None, event("Mo"), NoAnswer("reset", "reset by peer"))
    the_call = call(Retry())

    reading, _ = play(stream(the_call, clock), clock, answer)
    reading.ready.clear()
    _, effects = play(more(the_call, clock, reading), clock)

    assert [type(effect) for effect in effects] == [Read]
    assert type(reading.failure) is errors.TruncatedError
    assert reading.failure.partial.text == "Mo"
    assert answer.left == "closed"


def test_the_first_token_has_a_limit_that_comments_do_not_move():
    clock = Clock()
    comments = [After(4, b": still here\n\n")] * 10

    error, _ = play(stream(call(first_token=30), clock), clock, Scripted(200, None, *comments))

    assert (error.limit, error.seconds) == ("first token", 30)
    assert clock.now == 1032.0


def test_the_idle_limit_is_not_moved_by_comments_or_empty_chunks():
    clock = Clock()
    the_call = call(idle=10)
    idling = [After(4, b": still here\n\n"), After(4, event("")), After(4, ROLE), After(4, event("late"))]
    reading, _ = play(stream(the_call, clock), clock, Scripted(200, None, event("Mo"), *idling))

    while not reading.over:
        reading.ready.clear()
        play(more(the_call, clock, reading), clock)

    assert (reading.failure.limit, reading.failure.partial.text) == ("idle", "Mo")


def test_each_piece_of_content_moves_the_idle_limit():
    clock = Clock()
    the_call = call(idle=10)
    words = [After(8, event("x")) for _ in range(5)]
    reading, _ = play(stream(the_call, clock), clock, Scripted(200, None, *words, event(finish="stop"), DONE))

    while not reading.over:
        reading.ready.clear()
        play(more(the_call, clock, reading), clock)

    assert reading.failure is None
    assert reading.completion.text == "xxxxx"


def test_the_deadline_ends_a_stream_that_never_pauses():
    clock = Clock()
    the_call = call(total=30)
    words = [After(4, event("x")) for _ in range(100)]
    reading, _ = play(stream(the_call, clock), clock, Scripted(200, None, *words))

    while not reading.over:
        reading.ready.clear()
        play(more(the_call, clock, reading), clock)

    assert reading.failure.limit == "total"
    assert clock.now == 1032.0


@pytest.mark.parametrize("kind", ["application/json", "text/html; charset=utf-8"])
@pytest.mark.parametrize("body", [b"<html>", b'{"error":' + b"[" * 5000])
def test_a_document_where_a_stream_was_asked_for_is_told_as_what_it_is(kind, body):
    clock = Clock()

    error, _ = play(stream(call(), clock), clock, Scripted(200, {"content-type": kind}, body))

    assert type(error) is errors.ProtocolError
    assert kind.split(";")[0] in error.message
