"""What hooks are told of calls, over real sockets: each attempt, each end, once."""

import asyncio
import json
import logging
import pickle

import pytest

from answers import COMPLETION, DONE, USAGE, document, step
from colours import BOTH, CALL, name_of
from dragoman import AsyncDragoman, Dragoman, Retry, errors
from dragoman.hooks import Answered, Asked, Began, Ended, Failed, Watch
from dragoman.transport import Outgoing
from scripted import READ, RESET, Hold, Scripted, answer, chunk, chunked, chunked_head, repeat

FAST = Retry(times=2, first=0.01)
KEY = "sk-planted-0123456789"
STREAM = chunked(step("Mo"), step("net"), step(finish="stop"), USAGE, DONE)
ENDLESS = [READ, chunked_head() + chunk(step("Mo")) + chunk(step("net")), Hold()]


@pytest.fixture(params=BOTH, ids=name_of)
def colour(request):
    return request.param


def kinds(told):
    return [type(moment).__name__ for moment in told]


def test_a_call_begins_is_answered_and_ends(colour):
    told = []
    with Scripted([READ, document()]) as server:
        colour.create(server.url("/v1"), hooks=[told.append])

    began, answered, ended = told
    assert (began.attempt, began.pause) == (1, 0.0)
    assert (answered.status, answered.headers["content-type"]) == (200, "application/json")
    assert (ended.outcome, ended.attempts, ended.completion.text, ended.first) == ("done", 1, "Monet", None)
    assert (ended.spent.total_tokens, ended.spent.source) == (4, "reported")
    assert began.asked is answered.asked is ended.asked
    assert (began.asked.method, began.asked.model, began.asked.streamed) == ("POST", CALL["model"], False)
    assert began.asked.provider == "plain"


def test_each_failure_is_told_with_what_follows(colour):
    told = []
    busy = answer(b"{}", status=429, headers={"retry-after-ms": "10", "x-request-id": "r1", "connection": "close"})
    with Scripted([READ, busy], [READ, RESET], [READ, document()]) as server:
        colour.create(server.url("/v1"), hooks=[told.append], retries=FAST)

    assert kinds(told) == ["Began", "Answered", "Failed", "Began", "Failed", "Began", "Answered", "Ended"]
    assert [moment.attempt for moment in told[:-1]] == [1, 1, 1, 2, 2, 3, 3]
    assert told[1].request_id == "r1"
    assert isinstance(told[2].error, errors.RateLimitError)
    assert told[2].again == told[3].pause == 0.01
    assert isinstance(told[4].error, errors.ConnectionFailedError)
    # The attempt that was reset may be billed, and nobody knows for what.
    assert told[-1].spent.attempts == ("nothing", "unknown", "reported")
    assert (told[-1].spent.source, told[-1].spent.total_tokens) == ("unknown", 4)


def test_a_call_that_fails_ends_with_its_error(colour):
    told = []
    with Scripted([READ, answer(b"{}", status=401)]) as server:
        outcome = colour.create(server.url("/v1"), hooks=[told.append])

    assert kinds(told) == ["Began", "Answered", "Failed", "Ended"]
    assert told[2].again is None
    assert told[3].error is told[2].error is outcome.error
    assert (told[3].outcome, told[3].completion, told[3].spent.source) == ("failed", None, "nothing")
    assert outcome.error.spent == told[3].spent


def test_a_stream_ends_when_it_has_been_read(colour):
    told = []
    with Scripted([READ, STREAM]) as server:
        outcome = colour.stream(server.url("/v1"), hooks=[told.append])

    ended = told[-1]
    assert kinds(told) == ["Began", "Answered", "Ended"]
    assert ended.asked.streamed
    assert (ended.outcome, ended.completion.text, ended.spent.total_tokens) == ("done", "Monet", 5)
    assert 0 <= ended.first <= ended.seconds
    assert outcome.result.spent == ended.spent


def test_a_stream_that_is_cut_ends_with_what_had_arrived(colour):
    told = []
    with Scripted([READ, chunked_head() + chunk(step("Mo")) + chunk(step("net")), RESET]) as server:
        outcome = colour.stream(server.url("/v1"), hooks=[told.append])

    ended = told[-1]
    assert kinds(told) == ["Began", "Answered", "Ended"]
    assert ended.error is outcome.error
    assert (ended.outcome, ended.completion.text) == ("failed", "Monet")
    assert (ended.spent.completion_tokens, ended.spent.source) == (2, "partial")
    assert outcome.error.spent == ended.spent


@pytest.mark.parametrize("how", ["close", "drop", "with"])
def test_a_stream_that_is_left_ends_once_and_at_once(how):
    told = []
    with Scripted(ENDLESS) as server, Dragoman(server.url("/v1"), hooks=[told.append]) as client:
        stream = client.chat.stream(**CALL)
        next(stream)
        if how == "close":
            stream.close()
            stream.close()
        elif how == "with":
            with stream:
                pass
        del stream
        ENDLESS[-1].release()

        assert kinds(told) == ["Began", "Answered", "Ended"]
        assert (told[2].outcome, told[2].error) == ("left", None)
        assert told[2].spent.source == "partial"


def test_a_call_that_is_cancelled_ends_with_its_caller_gone():
    told = []

    async def main(server, hold):
        async with AsyncDragoman(server.url("/v1"), hooks=[told.append]) as client:
            call = asyncio.create_task(client.chat.create(**CALL))
            await asyncio.to_thread(hold.reached.wait, 10)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert kinds(told) == ["Began", "Ended"]
            assert (told[1].outcome, told[1].spent.source) == ("left", "unknown")

    hold = Hold()
    with Scripted([READ, hold]) as server:
        asyncio.run(main(server, hold))
        hold.release()


def test_a_redirect_is_an_answer_within_the_attempt(colour):
    told = []
    moved = answer(b"", status=307, headers={"location": "/v1/other"})
    with Scripted([repeat(READ, moved, READ, document())]) as server:
        colour.create(server.url("/v1"), hooks=[told.append])

    assert [moment.status for moment in told if isinstance(moment, Answered)] == [307, 200]
    assert [moment.attempt for moment in told if isinstance(moment, Began)] == [1]


def test_a_credential_that_a_server_echoes_is_masked():
    told = []
    with Scripted([READ, answer(b"{}", headers={"x-you-said": f"Bearer {KEY}"}, status=401)]) as server:
        client = Dragoman(server.url("/v1"), api_key=KEY, hooks=[told.append])
        with client, pytest.raises(errors.AuthenticationError):
            client.chat.create(**CALL)

    assert KEY not in repr(told)
    assert told[1].headers["x-you-said"] == "Bearer [credential]"
    assert not any(hasattr(moment.asked, "headers") for moment in told)


def test_other_documents_use_no_tokens():
    told = []
    with Scripted([READ, answer(b'{"object":"list","data":[]}')]) as server:
        with Dragoman(server.url("/v1"), hooks=[told.append]) as client:
            client.models.list()

    assert (told[-1].asked.method, told[-1].asked.model, told[-1].spent.source) == ("GET", "", "nothing")
    assert told[-1].completion is None


def test_what_a_hook_raises_is_logged_and_the_call_goes_on(colour, caplog):
    told = []

    def broken(moment):
        raise ZeroDivisionError(type(moment).__name__)

    with Scripted([READ, document()]) as server, caplog.at_level(logging.ERROR, "dragoman"):
        outcome = colour.create(server.url("/v1"), hooks=[broken, told.append])

    assert outcome.result.text == "Monet"
    assert len(told) == 3
    assert "broken failed; the call goes on" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_rate_limits_are_there_when_the_answer_is():
    told = []
    with Scripted([READ, answer(b"{}", status=429, headers={"x-ratelimit-remaining-tokens": "0"})]) as server:
        with Dragoman(server.url("/v1"), hooks=[told.append], retries=0) as client:
            with pytest.raises(errors.RateLimitError) as caught:
                client.chat.create(**CALL)

    assert told[1].rate_limits.tokens.remaining == 0
    assert caught.value.rate_limits.tokens.remaining == 0


def test_a_failure_says_what_was_asked_without_saying_it():
    asked = Asked(Outgoing("POST", "https://api.openai.com/v1/chat/completions", (), b'{"messages":"private"}'), 0.0)

    assert repr(asked) == "Asked(POST https://api.openai.com/v1/chat/completions, 22 bytes)"
    assert (asked.provider, asked.model) == ("openai", "")


def test_a_call_ends_once_whoever_ends_it():
    class Clock:
        monotonic = time = staticmethod(lambda: 0.0)

    class Calling:
        request = Outgoing("GET", "http://a.test", ())
        hooks = ()

    told = []
    Calling.hooks = (told.append,)
    watch = Watch(Calling, Clock)

    watch.failed(errors.ServerError("sorry"), None, None)
    watch.left(GeneratorExit())
    watch.finished(None)

    assert kinds(told) == ["Failed", "Ended"]
    assert isinstance(told[0], Failed)
    assert isinstance(told[1], Ended)


def test_an_answer_that_is_kept_with_its_head_is_told_as_its_completion():
    told = []
    head = {"x-ratelimit-remaining-requests": "7"}
    with Scripted([READ, answer(json.dumps(COMPLETION).encode(), headers=head)]) as server:
        with Dragoman(server.url("/v1"), hooks=[told.append]) as client:
            raw = client.chat.with_raw_response.create(**CALL)

    assert told[-1].completion is raw.completion
    assert told[-1].spent == raw.spent
    assert raw.spent.source == "reported"
    assert raw.rate_limits.requests.remaining == 7


def test_a_stream_knows_its_limits_and_what_was_lost_before_it():
    limited = chunked(step("Mo"), step(finish="stop"), USAGE, DONE, headers={"x-ratelimit-remaining-tokens": "5"})
    with Scripted([READ, RESET], [READ, limited]) as server, Dragoman(server.url("/v1"), retries=FAST) as client:
        with client.chat.stream(**CALL) as stream:
            assert stream.rate_limits.tokens.remaining == 5
            stream.until_done()

    assert (stream.spent.attempts, stream.spent.total_tokens) == (("unknown", "reported"), 5)


def test_what_an_error_knows_travels_with_it():
    with Scripted([READ, answer(b"{}", status=429, headers={"x-ratelimit-limit-tokens": "9"})]) as server:
        with Dragoman(server.url("/v1"), retries=0) as client, pytest.raises(errors.RateLimitError) as caught:
            client.chat.create(**CALL)

    again = pickle.loads(pickle.dumps(caught.value))

    assert again.spent == caught.value.spent
    assert again.rate_limits.tokens.limit == 9
