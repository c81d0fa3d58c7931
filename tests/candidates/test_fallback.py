"""From one candidate to the next: what a failure means, until when a stream may go elsewhere, what is told of it."""

import pickle

import pytest

from dragoman import Dragoman, Retry, Timeouts, errors
from dragoman.candidates.breaker import Circuit
from dragoman.candidates.course import Stop
from dragoman.candidates.fallback import Fallback
from dragoman.exchange import Call, complete
from dragoman.hooks import Ended
from dragoman.retry import NEVER
from dragoman.secret import Secret
from dragoman.transport import NoAnswer, Outgoing
from scripted import READ, Scripted, answer, chunked, event
from vendors import Said, Vendors, down, fails, says, streams

A, B = "a.test", "b.test"
CALL = {"messages": "Hello", "model": "m"}


def client(a, b, **options):
    vendors = Vendors({A: a, B: b})
    return vendors, Dragoman.any(f"http://{A}/v1", f"http://{B}/v1", transport=vendors, **options)


@pytest.mark.parametrize(
    "failure",
    [down, fails(401), fails(404), fails(408), fails(429), fails(500), fails(429, code="insufficient_quota"), fails(400, code="context_length_exceeded"), lambda cls: cls(b"<html>", kind="text/html")],
    ids=["down", "401", "404", "408", "429", "500", "quota", "context", "html"],
)  # fmt: skip
def test_what_another_may_answer_another_is_asked(failure):
    vendors, asking = client([failure], [says("Monet")])

    assert asking.chat.create(**CALL).text == "Monet"
    assert vendors.hosts == [A, B]


@pytest.mark.parametrize("failure", [fails(400), fails(413), fails(422)], ids=["400", "413", "422"])
def test_a_wrong_request_is_nobody_elses_to_judge(failure):
    vendors, asking = client([failure], [says("Monet")])

    with pytest.raises(errors.StatusError):
        asking.chat.create(**CALL)
    assert vendors.hosts == [A]


def test_an_error_says_who_was_asked_and_what_became_of_it():
    vendors, asking = client([fails(401, "who are you", **{"x-request-id": "r1"})], [fails(404, "no such model")])

    with pytest.raises(errors.NotFoundError) as caught:
        asking.chat.create(**CALL)

    error = pickle.loads(pickle.dumps(caught.value))
    assert [(one.whom, one.status, one.error, one.message, one.request_id) for one in error.history] == [
        ("http://a.test/v1", 401, "AuthenticationError", "who are you", "r1"),
        ("http://b.test/v1", 404, "NotFoundError", "no such model", None),
    ]
    assert (error.attempts, len(vendors.asked)) == (2, 2)


def test_the_answering_one_is_told_too():
    _, asking = client([fails(503, "busy")], [says("Monet")])

    raw = asking.chat.with_raw_response.create(**CALL)

    assert [(one.whom, one.status, one.error) for one in raw.attempts] == [
        ("http://a.test/v1", 503, "OverloadedError"),
        ("http://b.test/v1", 200, ""),
    ]


def test_a_stream_goes_elsewhere_until_its_first_content():
    role = b'data: {"choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n'
    vendors, asking = client([lambda cls: cls(role, kind="text/event-stream", cut=True)], [streams("Mo", "net")])

    stream = asking.chat.stream(**CALL)

    assert stream.until_done().text == "Monet"
    assert [one.error for one in stream.attempts] == ["TruncatedError", ""]
    assert vendors.given[0].closed


def test_a_stream_that_has_begun_stays_where_it_is():
    vendors, asking = client([streams("Mo", cut=True)], [streams("Ma", "net")])

    with pytest.raises(errors.TruncatedError) as caught:
        asking.chat.stream(**CALL).until_done()
    assert caught.value.partial.text == "Mo"
    assert vendors.hosts == [A]


def test_one_attempt_asks_the_first_alone():
    vendors, asking = client([down], [says("Monet")], retries=0)

    with pytest.raises(errors.ConnectionFailedError):
        asking.chat.create(**CALL)
    assert vendors.hosts == [A]


def test_every_candidate_is_asked_once_where_nobody_said_how_often():
    names = [f"host{number}.test" for number in range(5)]
    vendors = Vendors({name: [down] for name in names[:-1]} | {names[-1]: [says("Monet")]})
    with Dragoman.any(*[f"http://{name}/v1" for name in names], transport=vendors) as asking:
        assert asking.chat.create(**CALL).text == "Monet"

    assert vendors.hosts == names


def test_one_that_keeps_failing_is_left_alone():
    vendors, asking = client([down], [says("Monet")])

    for _ in range(7):
        asking.chat.create(**CALL)

    assert vendors.hosts.count(A) == 5


def test_where_each_is_left_alone_the_error_says_so():
    _, asking = client([fails(401)], [fails(403)])
    with pytest.raises(errors.PermissionDeniedError):
        asking.chat.create(**CALL)

    with pytest.raises(
        errors.OverloadedError, match=r"a\.test/v1 and http://b\.test/v1 may not be asked now"
    ) as caught:
        asking.chat.create(**CALL)
    assert 200 < caught.value.retry_after <= 300
    assert (caught.value.code, caught.value.attempts) == ("no_upstream", 0)


def test_what_the_engine_cannot_start_with_the_next_is_asked():
    class Broken(Vendors):
        def send(self, request, until):
            if "engine.local" in request.url:
                raise errors.EngineError("there are no weights")
            return super().send(request, until)

    vendors = Broken({B: [says("Monet")]})
    with Dragoman.any("local", f"http://{B}/v1", transport=vendors) as asking:
        raw = asking.chat.with_raw_response.create(**CALL)

    assert raw.completion.text == "Monet"
    assert [(one.whom, one.error, one.message) for one in raw.attempts[:1]] == [
        ("local", "EngineError", "there are no weights")
    ]


def test_a_credential_is_masked_by_whoever_sent_it():
    vendors = Vendors(
        {A: [down], B: [lambda cls: cls(b"data: x\n\n", kind="text/event-stream", headers={"x": "sk-planted"})]}
    )
    second = Dragoman(f"http://{B}/v1", api_key="sk-planted", transport=vendors)
    with Dragoman.any(f"http://{A}/v1", second, retries=1, transport=vendors) as asking:
        with pytest.raises(errors.ProtocolError) as caught:
            asking.chat.stream(**CALL)
    assert "planted" not in repr(caught.value.headers)


@pytest.mark.parametrize("limit", ["attempt", "first_token"])
def test_one_that_takes_too_long_is_left_for_the_next(limit):
    completion = b'{"choices":[{"index":0,"message":{"content":"Monet"},"finish_reason":"stop"}]}'
    chunk = event({"choices": [{"index": 0, "delta": {"content": "Monet"}, "finish_reason": "stop"}]})
    answers = {"attempt": answer(completion), "first_token": chunked(chunk, event("[DONE]"))}
    with Scripted([READ]) as slow, Scripted([READ, answers[limit]]) as quick:
        urls = [slow.url("/v1"), quick.url("/v1")]
        with Dragoman.any(*urls, timeout=Timeouts(**{limit: 0.2}), retries=1) as asking:
            if limit == "attempt":
                assert asking.chat.create(**CALL).text == "Monet"
            else:
                assert asking.chat.stream(**CALL).until_done().text == "Monet"
        assert slow.left()


def test_hooks_hear_of_each_candidate_as_of_a_call():
    moments = []
    _, asking = client([down], [says("Monet")], hooks=[moments.append])

    asking.chat.create(**CALL)

    ended = [moment for moment in moments if isinstance(moment, Ended)]
    assert [(moment.asked.url, moment.outcome) for moment in ended] == [
        ("http://a.test/v1/chat/completions", "failed"),
        ("http://b.test/v1/chat/completions", "done"),
    ]


class Lane:
    def __init__(self):
        self.circuit = Circuit()


class Clock:
    now = 0.0

    def monotonic(self):
        return self.now

    def time(self):
        return 0.0


def falling(clock, lanes, **limits):
    def make(name):
        return Call(
            request=Outgoing("POST", f"http://{name}/"), timeouts=Timeouts(), retry=NEVER, secret=Secret(""), whom=name
        )

    stops = [Stop(name, "m", [lane]) for name, lane in lanes.items()]
    first = make(next(iter(lanes)))
    rounds = Retry(times=9, first=1.0, jitter=0.0)
    whole = Call(
        request=first.request,
        timeouts=Timeouts(**limits),
        retry=NEVER,
        secret=Secret(""),
        others=Fallback(stops, {}, make, rounds),
    )
    return complete(whole, clock)


def test_between_rounds_there_is_a_pause_that_the_deadline_bounds():
    clock = Clock()
    flow = falling(clock, {"a": Lane(), "b": Lane()}, total=4.0)
    sent = [flow.send(None)]
    with pytest.raises(errors.ConnectionFailedError) as caught:
        while True:
            clock.now += sent[-1].after
            sent.append(flow.send(NoAnswer("connect", "refused")))

    assert [(one.request.url, one.after, one.until) for one in sent] == [
        ("http://a/", 0.0, 4.0),
        ("http://b/", 0.0, 4.0),
        ("http://a/", 1.0, 4.0),
        ("http://b/", 0.0, 4.0),
        ("http://a/", 2.0, 4.0),
        ("http://b/", 0.0, 4.0),
    ]
    assert caught.value.attempts == len(caught.value.history) == 6


def test_who_gives_the_call_up_says_nothing_of_the_candidate():
    lane = Lane()
    lane.circuit.failed(0.0, pause=1.0)
    clock = Clock()
    clock.now = 2.0
    flow = falling(clock, {"a": lane})
    flow.send(None)
    assert not lane.circuit.begin(2.0)

    flow.close()

    assert lane.circuit.begin(2.0)


def test_a_credential_that_cannot_be_had_says_nothing_of_the_candidate():
    def key():
        raise KeyError("vault")

    vendors = Vendors({A: [down]})
    second = Dragoman(f"http://{B}/v1", api_key=key, transport=vendors)
    with Dragoman.any(f"http://{A}/v1", second, transport=vendors) as asking:
        for _ in range(7):
            with pytest.raises(KeyError, match="vault"):
                asking.chat.create(**CALL)


def test_an_answer_closes_the_circuit():
    lane = Lane()
    lane.circuit.failed(0.0, pause=1.0)
    clock = Clock()
    clock.now = 2.0
    flow = falling(clock, {"a": lane})
    flow.send(None)
    flow.send(Said())

    with pytest.raises(StopIteration) as done:
        flow.send(b'{"choices":[{"index":0,"message":{"content":"Monet"},"finish_reason":"stop"}]}')
    assert done.value.value.text == "Monet"
    assert not lane.circuit.is_open
