"""Callers that wait for their turn rather than be refused: threads and tasks, against a server that counts."""

import asyncio
import contextlib
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler

import pytest

from answers import COMPLETION, document
from dragoman import (
    APIError,
    AsyncDragoman,
    CallCancelledError,
    Cancellation,
    Dragoman,
    InvalidRequestError,
    Limiter,
    RateLimitError,
    Retry,
    TimeLimitError,
)
from dragoman.hooks import Answered, Began, Ended
from dragoman.testing import Script
from dragoman.testing import says as scripted_words
from listening import Listening
from scripted import READ, Hold, Scripted, answer, repeat
from vendors import Vendors, fails, says, streams

CALL = {"messages": "Who is the best French painter?", "model": "m"}
CALLERS = 30
AT_ONCE = 2.0
"""Seconds: far more than what ends at once takes."""


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        remaining, resets_in = self.server.take()
        body = json.dumps({"error": {"message": "slow down"}} if remaining < 0 else COMPLETION).encode()
        self.send_response(429 if remaining < 0 else 200)
        if remaining < 0:
            self.send_header("retry-after-ms", str(int(resets_in * 1000) + 1))
        self.send_header("x-ratelimit-limit-requests", str(self.server.allowed))
        self.send_header("x-ratelimit-remaining-requests", str(max(remaining, 0)))
        self.send_header("x-ratelimit-reset-requests", f"{resets_in:.6f}s")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Counting(Listening):
    """A server that answers so many requests in each window of time, and says truly how many are left."""

    allowed = 10
    window = 0.25

    def __init__(self):
        super().__init__(Answering)
        self.refused = 0
        self._turn = threading.Lock()
        self._ends_at = 0.0
        self._left = 0

    def take(self):
        with self._turn:
            now = time.monotonic()
            if now >= self._ends_at:
                self._ends_at, self._left = now + self.window, self.allowed
            self._left -= 1
            self.refused += self._left < 0
            return self._left, self._ends_at - now


def threads(url, **options):
    """How many of the callers are answered, each a thread."""

    def ask(_):
        with contextlib.suppress(RateLimitError):
            return client.chat.create(**CALL).text

    with Dragoman(url, **options) as client, ThreadPoolExecutor(CALLERS) as many:
        return list(many.map(ask, range(CALLERS))).count("Monet")


def tasks(url, **options):
    """The same, each a task."""

    async def ask(client):
        with contextlib.suppress(RateLimitError):
            return (await client.chat.create(**CALL)).text

    async def main():
        async with AsyncDragoman(url, **options) as client:
            return list(await asyncio.gather(*(ask(client) for _ in range(CALLERS)))).count("Monet")

    return asyncio.run(main())


@pytest.mark.parametrize("call", [threads, tasks])
def test_callers_who_know_of_each_other_are_not_refused(call):
    with Counting() as server:
        answered, refused = call(server.url, retries=0), server.refused
    limiter = Limiter()
    with Counting() as patient:
        assert call(patient.url, limiter=limiter) == CALLERS

    assert (answered + refused, refused >= 10) == (CALLERS, True)
    # A machine under load may see a window end between a request and its answer.
    assert patient.refused <= 3
    assert (limiter.under_way, limiter.waiting) == (0, 0)


def test_one_may_be_shared_by_clients_of_both_colours():
    limiter = Limiter(start=1, most=1)
    first = Hold()
    with Scripted([READ, first, document()], [READ, document()]) as server:
        url = server.url("/v1")

        async def ask():
            async with AsyncDragoman(url, limiter=limiter) as client:
                return (await client.chat.create(**CALL)).text

        with Dragoman(url, limiter=limiter) as client, ThreadPoolExecutor(2) as both:
            blocking = both.submit(client.chat.create, **CALL)
            assert first.reached.wait(10)
            waiting = both.submit(asyncio.run, ask())
            while not limiter.waiting:
                time.sleep(0.001)
            assert repr(limiter) == "<Limiter, 1 under way, 1 waiting>"
            assert len(server.connections) == 1
            first.release()
            assert [blocking.result().text, waiting.result()] == ["Monet", "Monet"]


@pytest.fixture
def exhausted():
    """A client whose server has said that there is nothing left for a minute, and its vendors and limiter."""
    none_left = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "60s"}
    vendors, limiter = Vendors({"a.test": [says("Monet", headers=none_left)]}), Limiter()
    client = Dragoman("http://a.test/v1", transport=vendors, limiter=limiter)
    client.chat.create(**CALL)
    return client, vendors, limiter


def test_the_deadline_of_the_call_holds_and_nothing_is_sent(exhausted):
    client, vendors, limiter = exhausted

    with pytest.raises(TimeLimitError) as caught:
        client.chat.create(**CALL, timeout=0.1)

    assert (caught.value.limit, caught.value.spent.source) == ("total", "nothing")
    assert "within 0.1 s: its turn did not come, for the server's limits allow no request until later" in str(
        caught.value
    )
    assert (len(vendors.asked), limiter.waiting) == (1, 0)


def test_another_model_another_credential_another_place_has_limits_of_its_own(exhausted):
    client, vendors, limiter = exhausted

    client.chat.create(**CALL | {"model": "other"}, timeout=1)
    client.with_options(api_key="another").chat.create(**CALL, timeout=1)
    vendors._script["b.test"] = [says("Monet")]
    Dragoman("http://b.test/v1", transport=vendors).with_options(limiter=limiter).chat.create(**CALL, timeout=1)

    assert len(vendors.asked) == 4


def later(seconds, action):
    timer = threading.Timer(seconds, action)
    timer.start()
    return timer


def test_closing_the_client_ends_the_waiting(exhausted):
    client, vendors, limiter = exhausted
    begun = time.monotonic()
    later(0.05, vendors.close)

    with pytest.raises(APIError, match="closed"):
        client.chat.create(**CALL, retries=0)

    assert time.monotonic() - begun < AT_ONCE
    assert limiter.waiting == 0


async def until(comes):
    """Let the other tasks go on until something has come."""
    while not comes():  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)


@pytest.mark.parametrize("ends", ["cancel", "task"])
def test_cancelling_the_call_ends_the_waiting(ends):
    limiter, cancel, hold = Limiter(start=1, most=1), Cancellation(), Hold()

    async def main(url):
        async with AsyncDragoman(url, limiter=limiter) as client:
            first = asyncio.ensure_future(client.chat.create(**CALL))
            second = asyncio.ensure_future(client.chat.create(**CALL, cancel=cancel))
            await until(lambda: limiter.waiting)
            (cancel if ends == "cancel" else second).cancel()
            with pytest.raises(CallCancelledError if ends == "cancel" else asyncio.CancelledError):
                await second
            assert limiter.waiting == 0
            hold.release()
            return (await first).text

    with Scripted([READ, hold, document()]) as server:
        assert asyncio.run(main(server.url("/v1"))) == "Monet"
        assert len(server.connections) == 1


def test_a_blocking_call_that_waits_is_cancelled(exhausted):
    client, vendors, limiter = exhausted
    cancel = Cancellation()
    begun = time.monotonic()
    later(0.05, cancel.cancel)

    with pytest.raises(CallCancelledError):
        client.chat.create(**CALL, cancel=cancel)

    assert time.monotonic() - begun < AT_ONCE
    assert (len(vendors.asked), limiter.waiting) == (1, 0)


def test_a_refusal_without_a_word_on_when_to_come_back_holds_all_for_a_moment():
    vendors = Vendors({"a.test": [fails(429), says("Monet")]})
    client = Dragoman("http://a.test/v1", transport=vendors, retries=0, limiter=Limiter())
    with pytest.raises(RateLimitError):
        client.chat.create(**CALL)

    with pytest.raises(TimeLimitError):
        client.chat.create(**CALL, timeout=0.1)
    assert client.chat.create(**CALL, timeout=10).text == "Monet"


def test_a_call_that_waits_for_a_stream_of_its_own_program_says_so():
    vendors, limiter = Vendors({"a.test": [streams("Mo", "net"), says("Manet")]}), Limiter(most=1)
    client = Dragoman("http://a.test/v1", transport=vendors, limiter=limiter)

    with client.chat.stream(**CALL), pytest.raises(TimeLimitError, match="for 1 of 1 are under way, 1 of them because"):
        client.chat.create(**CALL, timeout=0.1)
    assert client.chat.create(**CALL).text == "Manet"


def test_a_stream_has_its_place_until_it_is_over_left_or_lost():
    vendors, limiter = Vendors({"a.test": [streams("Mo", "net")]}), Limiter()
    told = []
    client = Dragoman("http://a.test/v1", transport=vendors, limiter=limiter, hooks=[told.append])

    stream = client.chat.stream(**CALL)
    assert limiter.under_way == 1
    stream.until_done()
    assert limiter.under_way == 0
    with client.chat.stream(**CALL):
        assert limiter.under_way == 1
    assert limiter.under_way == 0
    lost = client.chat.stream(**CALL)
    assert limiter.under_way == 1
    del lost
    assert limiter.under_way == 0
    assert [moment.outcome for moment in told if isinstance(moment, Ended)] == ["done", "left", "left"]


@pytest.mark.parametrize("failure", [fails(400), fails(500), lambda cls: cls(b"<html>", kind="text/html")])
def test_a_call_that_fails_gives_its_place_back(failure):
    limiter = Limiter(start=1, most=1)
    client = Dragoman("http://a.test/v1", transport=Vendors({"a.test": [failure]}), limiter=limiter, retries=0)

    for _ in range(2):
        with pytest.raises(APIError):
            client.chat.create(**CALL, timeout=5)
    with pytest.raises(InvalidRequestError):
        client.chat.create(messages=[object()], model="m")
    assert limiter.under_way == 0


def test_an_attempt_begins_when_its_turn_has_come():
    told, limiter, hold = [], Limiter(start=1, most=1), Hold()
    busy = answer(b'{"error":{"message":"busy"}}', "503 Service Unavailable")
    with Scripted([READ, hold, busy, repeat(READ, document())]) as server:
        options = {"limiter": limiter, "hooks": [told.append], "retries": Retry(first=0.01)}
        with Dragoman(server.url("/v1"), **options) as client, ThreadPoolExecutor(2) as both:
            one = both.submit(client.chat.create, **CALL)
            assert hold.reached.wait(10)
            other = both.submit(client.chat.create, **CALL)
            while not limiter.waiting:
                time.sleep(0.001)
            assert [type(moment) for moment in told] == [Began]
            hold.release()
            assert one.result().text == other.result().text == "Monet"

    assert sorted(moment.attempts for moment in told if isinstance(moment, Ended)) == [1, 2]


def test_a_redirect_goes_with_the_turn_that_led_to_it():
    vendors = Vendors(
        {
            "a.test": [lambda cls: cls(status=308, headers={"location": "http://b.test/v1/chat/completions"})],
            "b.test": [says("Monet")],
        }
    )
    client = Dragoman("http://a.test/v1", transport=vendors, limiter=Limiter(start=1, most=1))

    assert client.chat.create(**CALL, timeout=5).text == "Monet"


def test_of_several_candidates_each_has_limits_of_its_own():
    none_left = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "0.05s"}
    vendors = Vendors({"a.test": [fails(500, **none_left)], "b.test": [says("Monet")]})
    client = Dragoman.any("http://a.test/v1", "http://b.test/v1", transport=vendors, limiter=Limiter())

    assert [client.chat.create(**CALL, timeout=10).text for _ in range(2)] == ["Monet"] * 2
    assert vendors.hosts == ["a.test", "b.test"] * 2


def test_a_stream_that_is_gone_on_with_asks_for_its_turn_again():
    limiter = Limiter(start=1, most=1)
    vendors = Vendors({"api.mistral.ai": [streams("Mo", cut=True), streams("Monet")]})
    client = Dragoman("mistral", api_key="k", transport=vendors, limiter=limiter)

    stream = client.chat.stream(**CALL, resume=True, timeout=5)
    assert stream.until_done().text == "Monet"
    assert limiter.under_way == 0


def test_a_limiter_of_few_begins_with_as_many():
    limiter = Limiter(most=1)
    client = Dragoman("http://a.test/v1", model="m", transport=Vendors({"a.test": [says("Monet")]}), limiter=limiter)

    assert client.chat.create(messages="Hello").text == "Monet"
    with pytest.raises(InvalidRequestError, match="most is a whole number from 1, not 0"):
        Limiter(most=0)


@pytest.mark.parametrize(("start", "most"), [(0, 4), (5, 4)])
def test_a_limiter_begins_within_its_bounds(start, most):
    with pytest.raises(InvalidRequestError, match=f"from 1 to most, {most}"):
        Limiter(start=start, most=most)


def heard_by(kind, *, streamed):
    """What becomes of a call that a hook makes by its own client, when it hears of such a moment."""
    heard = []

    def ask(moment):
        if isinstance(moment, kind) and not heard:
            heard.append(None)
            try:
                heard[0] = client.chat.create(**CALL).text
            except InvalidRequestError as refused:
                heard[0] = str(refused)

    script = Script(otherwise=scripted_words("Monet."))
    client = Dragoman("http://model.test/v1", transport=script, limiter=Limiter(most=1), hooks=[ask])
    answer = client.chat.stream(**CALL).until_done() if streamed else client.chat.create(**CALL)
    assert answer.text == "Monet."
    return heard[0]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_hook_does_not_wait_for_the_turn_that_its_own_call_holds(streamed):
    assert heard_by(Ended, streamed=streamed) == "Monet."
    for kind in (Began, Answered):
        assert "a hook waits for the turn that its own call holds" in heard_by(kind, streamed=streamed)
