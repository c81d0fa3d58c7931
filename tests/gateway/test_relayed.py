"""An answer on its way through: told to its attempt, and closed once, whatever becomes of it."""

import asyncio
import contextlib

import pytest
from msgspec.structs import replace

from answers import document, step
from dragoman import errors
from dragoman.call.settings import settings_for
from dragoman.dialect.table import named
from dragoman.exchange import Timeouts
from dragoman.gateway.ledger import Attempt
from dragoman.gateway.relayed import Relayed
from dragoman.gateway.upstream import Upstream
from scripted import CLOSE, READ, Hold, Scripted, chunk, chunked, chunked_head, event
from spoken import TEXT, events_of, on_the_wire

ASKED = {"model": "m", "messages": [{"role": "user", "content": "x"}]}


def relayed(steps, work, stream=True, vendor=None, **known):
    """What some work finds with an answer, and what the attempt and the upstream know after it."""

    async def main(url):
        settings = settings_for(url, api_key=None, model="", timeout=None, retries=0, headers=None)
        settings = replace(settings, dialect=named(vendor)) if vendor else settings
        upstream = Upstream("upstream", [settings])
        lane = upstream.stop("m").lanes[0]
        found = await lane.send(lane.call(ASKED | {"stream": stream}, Timeouts()), stream=stream)
        upstream.busy += 1
        attempt = Attempt("only", "m")
        made = Relayed(found, upstream, "m", attempt, **known)
        result = await work(made)
        made.close()
        upstream.close()
        return result, attempt.tokens(None), upstream.busy

    with Scripted([READ, *steps]) as server:
        result = asyncio.run(main(server.url("/v1")))
        assert not stream or server.left()
    return result


async def read(made):
    got = []
    await made.follow(got.extend)
    return [each.text for each in got]


async def first_of(made):
    """The first chunk of a stream that is left then."""
    first = asyncio.get_running_loop().create_future()

    def give(chunks):
        if not first.done():
            first.set_result(chunks[0])

    following = asyncio.ensure_future(made.follow(give))
    chunk = await first
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following
    return chunk


def test_a_stream_is_read_once_and_counted():
    texts, tokens, busy = relayed([chunked(step("Mo"), step("net"), step(finish="stop"), event("[DONE]"))], read)

    assert "".join(texts) == "Monet"
    assert tokens.completion == 2
    assert busy == 0


def test_what_was_said_of_the_usage_before_the_answer_began_is_known_though_it_breaks_off():
    async def broken(made):
        with contextlib.suppress(errors.TruncatedError):
            await read(made)

    said = events_of(TEXT, 2)
    pieces = [chunk(on_the_wire(next(said))) for _ in range(5)]
    _, tokens, _ = relayed([chunked_head(), *pieces, CLOSE], broken, vendor="anthropic")

    assert (tokens.prompt, tokens.cached, tokens.completion, tokens.source) == (12, 7, 2, "counted")


def test_chunks_that_arrive_together_are_given_out_together():
    async def sizes(made):
        found = []
        await made.follow(lambda chunks: found.append(len(chunks)))
        return found

    answer = chunked(step("Mo") + step("n") + step("et") + step(finish="stop"), event("[DONE]"))
    together, tokens, _ = relayed([answer], sizes)

    assert together == [4]
    assert tokens.completion == 3


def test_a_stream_that_is_left_is_left_upstream_too():
    async def leave(made):
        return (await first_of(made)).text

    text, _, busy = relayed([chunked_head() + chunk(step("Mo"))], leave)

    assert (text, busy) == ("Mo", 0)


def test_a_stream_that_breaks_off_raises_after_what_came():
    async def broken(made):
        got = []
        with pytest.raises(errors.APIError):
            await made.follow(got.extend)
        return [each.text for each in got]

    got, tokens, busy = relayed([chunked_head() + chunk(step("Mo")), CLOSE], broken)

    assert (got, tokens.completion, busy) == (["Mo"], 1, 0)


def test_a_completion_is_there_at_once():
    async def whole(made):
        with pytest.raises(TypeError):
            await read(made)
        return made.document.text

    text, tokens, busy = relayed([document()], whole, stream=False)

    assert text
    assert tokens.source == "upstream"
    assert busy == 0


class Heard:
    """A circuit that keeps what it is told."""

    def __init__(self):
        self.told = []

    def succeeded(self):
        self.told.append("succeeded")

    def failed(self, now, *, pause=None):
        self.told.append("failed")

    def cancelled(self):
        self.told.append("begun")


FAULT = event({"error": {"message": "too long", "code": "context_length_exceeded", "status": 400}})
END = step(finish="stop")


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([chunked(step("Mo"), END, event("[DONE]"))], ["begun", "succeeded"]),
        ([chunked_head() + chunk(step("Mo")), CLOSE], ["begun", "failed"]),
        ([chunked(step("Mo"), event({"error": {"message": "out of order"}}))], ["begun", "failed"]),
        ([chunked(step("Mo"), FAULT)], ["begun"]),
    ],
    ids=["a good end", "cut", "an error of its own", "an error of the request's"],
)
def test_a_stream_counts_for_its_circuit_by_its_end(steps, told):
    async def whole(made):
        with contextlib.suppress(errors.APIError):
            await read(made)

    circuit = Heard()
    relayed(steps, whole, circuit=circuit)

    assert circuit.told == told


def test_a_stream_that_its_caller_left_counts_for_nothing():
    circuit = Heard()
    relayed([chunked_head() + chunk(step("Mo"))], first_of, circuit=circuit)

    assert circuit.told == ["begun"]


def test_an_upstream_that_has_said_all_and_holds_the_line_has_ended_well(monkeypatch):
    monkeypatch.setattr("dragoman.gateway.relayed.GRACE", 0.1)
    used = event({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 1}})
    circuit = Heard()
    texts, tokens, busy = relayed([chunked_head() + chunk(step("Mo") + END + used)], read, circuit=circuit)

    assert ("".join(texts), tokens.source, tokens.prompt, busy) == ("Mo", "upstream", 5, 0)
    assert circuit.told == ["begun", "succeeded"]


def choice(index, finish):
    return event({"id": "c1", "model": "m", "choices": [{"index": index, "delta": {}, "finish_reason": finish}]})


@pytest.mark.parametrize(
    ("first", "choices"),
    [(END, 2), (END + END, 2), (step("x", finish=""), 1)],
    ids=["another choice", "the same choice twice", "no reason at all"],
)
def test_an_answer_that_has_still_to_come_is_waited_for(monkeypatch, first, choices):
    monkeypatch.setattr("dragoman.gateway.relayed.GRACE", 0.0)

    later = Hold()

    async def two(made):
        asyncio.get_running_loop().call_later(0.1, later.release)
        got = []
        await made.follow(got.extend)
        return [choice.index for each in got for choice in each.choices if choice.finish_reason]

    steps = [chunked_head() + chunk(step("Mo") + first), later, chunk(choice(choices - 1, "stop"))]
    ends, _, _ = relayed(steps, two, choices=choices, circuit=Heard())

    assert ends[-1] == choices - 1
