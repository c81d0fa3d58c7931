"""What is sent to an endpoint, what is counted, what is remembered, who is waited for."""

import contextlib

import pytest

from dragoman.call.settings import settings_for
from dragoman.probe.endpoint import Endpoint
from dragoman.probe.finding import Settled
from dragoman.probe.purse import Purse
from dragoman.transport import NoAnswer
from dragoman.transport.blocking import BlockingTransport
from faulty_vendor import KEY, Vendor
from scripted import READ, Hold, Scripted, chunk, chunked_head, event, repeat


def test_a_request_says_how_long_its_answer_may_be():
    with Vendor() as vendor, vendor.endpoint() as endpoint:
        assert endpoint.body("Hi", temperature=0) == {
            "model": "m",
            "messages": [{"role": "user", "content": "Hi"}],
            "max_tokens": 12,
            "temperature": 0,
        }
        assert "max_tokens" not in endpoint.body("Hi", max_completion_tokens=3)
        assert endpoint.body("Hi", n=None)["n"] is None


def test_tokens_are_counted_as_they_are_reported():
    with Vendor() as vendor, vendor.endpoint() as endpoint:
        whole = endpoint.chat("Hi")

        assert endpoint.purse.tokens.used == whole.count("total_tokens")
        assert endpoint.purse.tokens.estimated == 0


def test_tokens_that_nobody_reports_are_estimated():
    with Vendor("no-usage") as vendor, vendor.endpoint() as endpoint:
        endpoint.chat("Hi")
        endpoint.stream("Hi")

        assert endpoint.purse.tokens.used == endpoint.purse.tokens.estimated > 24


def test_the_usage_of_a_stream_counts():
    with Vendor() as vendor, vendor.endpoint() as endpoint:
        stream = endpoint.stream("Hi", stream_options={"include_usage": True})

        assert endpoint.purse.tokens.used == stream.usage["total_tokens"]


def test_refusals_cost_nothing():
    with Vendor() as vendor, vendor.endpoint(budget=100) as endpoint:
        for _ in range(10):
            endpoint.post(endpoint.body("Hi", temperature="hot"))

        assert endpoint.purse.left == 100


def test_nothing_is_sent_that_the_budget_does_not_hold():
    with Vendor() as vendor, vendor.endpoint(budget=30) as endpoint:
        with pytest.raises(Settled, match="not asked"):
            endpoint.chat("Hi")

        assert endpoint.sent == 0


def test_what_was_asked_is_not_asked_again():
    with Vendor() as vendor, vendor.endpoint() as endpoint:
        first = endpoint.known("Hi", temperature=1)
        stream = endpoint.stream("Hi")

        assert endpoint.baseline("Hi", temperature=1) is first
        assert endpoint.stream("Hi") is stream
        assert endpoint.sent == 2
        assert endpoint.chat("Hi", temperature=1) is not first


def test_a_refusal_settles_a_check():
    with Vendor("temperature") as vendor, vendor.endpoint() as endpoint:
        with pytest.raises(Settled) as settled:
            endpoint.chat("Hi", temperature=0)
        assert settled.value.found.verdict == "refused"

        with pytest.raises(Settled) as settled:
            endpoint.stream("Hi", temperature=0)
        assert settled.value.found.verdict == "refused"

        with pytest.raises(Settled) as settled:
            endpoint.baseline("Hi", temperature=0)
        assert settled.value.found.verdict == "unclear"


def test_who_is_one_too_many_comes_again():
    with Vendor(limited=2) as vendor, vendor.endpoint() as endpoint:
        assert endpoint.chat("Hi").text
        assert endpoint.sent == 3


@pytest.mark.parametrize(("limited", "faults"), [(3, ()), (1, ("no-retry-after",))])
def test_nobody_comes_again_for_ever(limited, faults):
    with Vendor(*faults, limited=limited) as vendor, vendor.endpoint() as endpoint:
        with pytest.raises(Settled, match="takes no more requests for now: 429 rate_limit_exceeded"):
            endpoint.chat("Hi")


def test_the_impatient_look_at_429_themselves():
    with Vendor(limited=1) as vendor, vendor.endpoint() as endpoint:
        assert endpoint.post(endpoint.body("Hi"), patient=False).status == 429


def test_the_credential_is_sent_and_never_shown():
    with Vendor(keyed=True) as vendor, vendor.endpoint(key=KEY) as endpoint:
        assert endpoint.chat("Hi").text
        assert endpoint.keyed
        assert endpoint.mask(f"not {KEY}") == "not [credential]"
        assert endpoint.post(endpoint.body("Hi"), headers=endpoint.keyed_with("other")).status == 401
        assert endpoint.chat("Hi").status == 200


def test_a_server_that_says_nothing_is_no_answer():
    with Vendor("silent") as vendor, vendor.endpoint() as endpoint:
        with pytest.raises(NoAnswer):
            endpoint.post(endpoint.body("Hi", temperature="hot"))


def test_the_last_request_is_named():
    with Vendor() as vendor, vendor.endpoint() as endpoint:
        endpoint.chat("Hi")
        assert endpoint.last_id == "req_1"
        endpoint.stream("Hi")
        assert endpoint.last_id == "chatcmpl-1"


STEP = chunk(event({"id": "c", "choices": [{"index": 0, "delta": {"content": "more"}, "finish_reason": None}]}))


class PatientWithHeads(BlockingTransport):
    """Gives a busy machine the time it takes to answer at all: what a test measures is the time of the body."""

    def send(self, request, until):
        return super().send(request, until + 30)


@contextlib.contextmanager
def scripted(*steps, timeout=5.0):
    with Scripted([READ, chunked_head(), *steps]) as server:
        settings = settings_for(server.url("/v1"), api_key=None, model="", timeout=5, retries=0, headers=None)
        transport = PatientWithHeads(trust_env=False)
        yield Endpoint(settings, transport, Purse(1000), model="m", timeout=timeout)
        transport.close()


def test_a_stream_without_an_end_is_left(monkeypatch):
    monkeypatch.setattr("dragoman.probe.endpoint.LONGEST_STREAM", 1000)

    with scripted(repeat(STEP)) as endpoint:
        assert endpoint.stream("Hi").cut == "it went on after 1000 bytes"


def test_a_stream_that_is_not_over_in_time_says_so():
    hold = Hold()
    with scripted(STEP, hold, timeout=0.2) as endpoint:
        assert endpoint.stream("Hi").cut == "it had no end after 0.2 s"
        hold.release()
