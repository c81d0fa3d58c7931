"""A request on its course over real sockets: who is asked, what the caller gets, what the ledger says of each attempt."""

import asyncio
import contextlib
import json
import time

import pytest

from dragoman import APIError, errors
from dragoman.dialect import Continuation
from dragoman.gateway import record, relay
from dragoman.gateway.config.shape import Candidate, RouteConfig
from dragoman.gateway.ledger import Book, Entry, Totals
from dragoman.gateway.relay import Relay
from dragoman.gateway.routes import Routes
from dragoman.gateway.upstream import Upstream
from gateways import made
from scripted import CLOSE, READ, RESET, Hold, Scripted, answer, chunk, chunked, chunked_head, event, repeat

ASKED = {"model": "m", "messages": [{"role": "user", "content": "Who?"}]}
STREAMED = ASKED | {"stream": True}


def completion(text="Monet"):
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
    return answer(json.dumps({"id": "c1", "model": "real", "choices": [choice], "usage": usage}).encode())


def refusal(status, code=None, headers=None):
    return answer(json.dumps({"error": {"message": "no", "code": code}}).encode(), status, headers)


def step(content=None, finish=None, usage=None, name="c1", **delta):
    delta |= {} if content is None else {"content": content}
    fields = {
        "id": name,
        "created": 7,
        "model": "real",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return event(fields | ({"usage": usage} if usage else {}))


DONE = event("[DONE]")
USED = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}


class Kept:
    """A journal that keeps what it is told."""

    def __init__(self):
        self.closed = []

    def open(self, opened):
        pass

    def close(self, line, texts):
        self.closed.append(record.decode(line))


class World:
    """Upstreams by the servers that play them, one route over all of them, and what became of a request."""

    def __init__(self, servers, **route):
        self.upstreams = {
            name: Upstream.at(server if isinstance(server, str) else server.url("/v1"), api_key=f"sk-{name}", name=name)
            for name, server in servers.items()
        }
        candidates = tuple(Candidate(upstream=name, model=f"{name}-model") for name in servers)
        self.relay = Relay(self.upstreams, Routes([RouteConfig(model="*", candidates=candidates, **route)]))
        self.journal = Kept()

    def ask(self, body=ASKED, seconds=20.0, times=1, work=None):
        """What a caller gets: the text of a completion, or the list of chunks."""

        async def main():
            try:
                return [await self._one(body, seconds, work) for _ in range(times)][-1]
            finally:
                for upstream in self.upstreams.values():
                    upstream.close()

        return asyncio.run(main())

    async def _one(self, body, seconds, work):
        with Entry(
            Totals(), "req_1", body["model"], stream=body.get("stream", False), prompt=3, book=Book(self.journal)
        ) as entry:
            until = time.monotonic() + seconds
            found = self.relay.find(body["model"])
            if work is not None:
                return await work(self.relay.open(body, found, entry, until))
            relayed = await self.relay.open(body, found, entry, until)
            if not body.get("stream"):
                entry.completed()
                return relayed.document.text
            got = []
            try:
                await self.relay.follow(relayed, got.extend, body, found, entry, until)
            except APIError as error:
                return got, error
            entry.completed()
            return got

    @property
    def attempts(self):
        return [(each.upstream, each.end_reason) for each in self.journal.closed[-1].attempts]

    @property
    def idle(self):
        return all(upstream.busy == 0 for upstream in self.upstreams.values())


def nobody():
    with Scripted() as server:
        return server.url("/v1")


FAILURES = {
    "a reset": [READ, RESET],
    "half an answer": [READ, b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", CLOSE],
    "no JSON": [READ, answer(b"<html>", "200 OK", {"Content-Type": "text/html"})],
    "500": [READ, refusal("500 Internal Server Error")],
    "529": [READ, refusal("529 Overloaded")],
    "429": [READ, refusal("429 Too Many Requests")],
    "429 with a long pause": [READ, refusal("429 Too Many Requests", None, {"Retry-After": "1000"})],
    "408": [READ, refusal("408 Request Timeout")],
    "a refused credential": [READ, refusal("401 Unauthorized")],
    "a forbidden one": [READ, refusal("403 Forbidden")],
    "a used-up account": [READ, refusal("429 Too Many Requests", "insufficient_quota")],
    "an unknown model": [READ, refusal("404 Not Found", "model_not_found")],
    "a context that is too small": [READ, refusal("400 Bad Request", "context_length_exceeded")],
    "an error in a 200": [READ, refusal("200 OK", "overloaded")],
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("body", [ASKED, STREAMED], ids=["whole", "streamed"])
def test_whatever_fails_at_the_first_the_second_answers(failure, body):
    good = chunked(step("Monet"), step(finish="stop"), DONE) if body is STREAMED else completion()
    with Scripted(failure) as first, Scripted([READ, good]) as second:
        world = World({"first": first, "second": second})
        got = world.ask(body)

    assert (got if body is ASKED else "".join(each.text for each in got)) == "Monet"
    assert [name for name, _ in world.attempts] == ["first", "second"]
    assert world.attempts[1] == ("second", "completed")
    assert world.idle
    assert second.requests[0].json["model"] == "second-model"
    assert second.requests[0].headers["authorization"] == "Bearer sk-second"


def test_nobody_listens_at_the_first():
    with Scripted([READ, completion()]) as second:
        world = World({"first": nobody(), "second": second})
        assert world.ask() == "Monet"

    assert world.attempts == [("first", "failed"), ("second", "completed")]


BEFORE_CONTENT = {
    "an end": CLOSE,
    "a reset": RESET,
    "an error": chunk(event({"error": {"message": "overloaded", "code": 529}})),
}


@pytest.mark.parametrize("ending", BEFORE_CONTENT.values(), ids=BEFORE_CONTENT)
def test_a_stream_that_fails_before_its_first_content_is_another_upstreams(ending):
    empty = [READ, chunked_head() + chunk(step(role="assistant") + step("")), ending]
    with Scripted(empty) as first, Scripted([READ, chunked(step("Monet"), step(finish="stop"), DONE)]) as second:
        world = World({"first": first, "second": second})
        got = world.ask(STREAMED)

    assert "".join(each.text for each in got) == "Monet"


@pytest.mark.parametrize("status", ["400 Bad Request", "413 Content Too Large", "422 Unprocessable Content"])
def test_what_is_wrong_with_the_request_is_told_and_nobody_else_is_asked(status):
    with Scripted([READ, refusal(status)]) as first, Scripted() as second:
        world = World({"first": first, "second": second})
        with pytest.raises(errors.StatusError) as caught:
            world.ask()

    assert caught.value.status == int(status[:3])
    assert not second.requests
    assert world.idle


def test_when_all_fail_the_last_ones_error_is_the_callers():
    with (
        Scripted([repeat(READ, refusal("500 Internal Server Error"))]) as first,
        Scripted([repeat(READ, refusal("503 Service Unavailable"))]) as second,
    ):
        world = World({"first": first, "second": second}, retries=1)
        with pytest.raises(errors.OverloadedError):
            world.ask()

    assert world.attempts == [("first", "failed"), ("second", "failed")]


def test_a_model_without_a_route_is_not_found():
    relay = Relay({}, Routes([RouteConfig(model=name, candidates=()) for name in ("gpt-*", "claude")]))

    with pytest.raises(errors.NotFoundError, match=r"there is no model 'm' here; there are claude, gpt-\*"):
        relay.find("m")


def test_the_deadline_is_one_for_all_attempts():
    hold = Hold()
    with Scripted([READ, hold]) as first, Scripted([READ, completion()]) as second:
        world = World({"first": first, "second": second})
        with pytest.raises(errors.TimeLimitError) as caught:
            world.ask(seconds=0.3)
        hold.release()

    assert caught.value.limit == "total"
    assert not second.requests
    assert world.idle


def test_an_upstream_that_keeps_failing_is_left_alone():
    with (
        Scripted([repeat(READ, refusal("500 Internal Server Error"))]) as first,
        Scripted([repeat(READ, completion())]) as second,
    ):
        world = World({"first": first, "second": second})
        world.ask(times=9)

    assert len(first.requests) == 5
    assert len(second.requests) == 9


def test_where_everyone_is_left_alone_the_caller_learns_for_how_long():
    with Scripted([repeat(READ, refusal("429 Too Many Requests", None, {"Retry-After": "1000"}))]) as only:
        world = World({"only": only})
        with pytest.raises(errors.RateLimitError):
            world.ask()
        again = World.__new__(World)
        again.__dict__ |= vars(world)
        with pytest.raises(errors.OverloadedError, match="left alone") as caught:
            again.ask()

    assert 900 < caught.value.retry_after <= 1000
    assert len(only.requests) == 1


def test_credentials_take_turns_and_a_refused_one_is_left_alone():
    with Scripted([repeat(READ, completion())]) as server:
        world = World({"only": server})
        made = Upstream.at(server.url("/v1"), api_key="sk-a")._settings
        other = Upstream.at(server.url("/v1"), api_key="sk-b")._settings
        world.upstreams["only"] = Upstream("only", [made, other], ["env:A", "env:B"])
        world.ask(times=4)

    assert [request.headers["authorization"] for request in server.requests] == ["Bearer sk-b", "Bearer sk-a"] * 2
    assert [entry.attempts[0].credential for entry in world.journal.closed] == ["env:B", "env:A"] * 2


def test_a_slow_first_token_is_raced_and_the_loser_is_left():
    hold = Hold()
    with Scripted([READ, hold]) as slow, Scripted([READ, chunked(step("Monet"), step(finish="stop"), DONE)]) as fast:
        world = World({"slow": slow, "fast": fast}, hedge_after=0.05)
        got = world.ask(STREAMED)
        hold.release()
        assert slow.left()

    assert "".join(each.text for each in got) == "Monet"
    assert sorted(world.attempts) == [("fast", "completed"), ("slow", "cancelled")]
    assert world.idle


def test_a_first_token_in_time_is_not_raced():
    with Scripted([READ, chunked(step("Monet"), step(finish="stop"), DONE)]) as first, Scripted() as second:
        world = World({"first": first, "second": second}, hedge_after=10.0)
        world.ask(STREAMED)

    assert not second.requests


def test_what_no_candidate_can_say_is_refused_at_once_and_not_asked_for_again(monkeypatch):
    async def pause(_):
        pytest.fail("nobody has to wait for what will not change")

    monkeypatch.setattr(relay.asyncio, "sleep", pause)
    world = World({"first": nobody(), "second": nobody()}, retries=5)

    async def counting(opening):
        opening.close()
        found = world.relay.find("any")
        with Entry(Totals(), "req_2", "any", stream=False, prompt=3, book=Book(world.journal)) as entry:
            await world.relay.open(ASKED, found, entry, time.monotonic() + 20, "count")

    with pytest.raises(errors.InvalidRequestError, match="cannot count tokens"):
        world.ask(work=counting)

    assert world.attempts == []


@pytest.mark.parametrize("field", [{"n": 2}, {"seed": 7}, {"tools": [{"type": "custom", "custom": {"name": "f"}}]}])
def test_what_the_first_vendors_own_api_cannot_say_is_asked_elsewhere_and_is_no_attempt_at_it(field):
    with Scripted() as unasked, Scripted([READ, completion()]) as server:
        more = f"""
            [upstreams.claude]
            vendor = "anthropic"
            url = "{unasked.url("/v1")}"
            [[routes]]
            model = "*"
            candidates = ["claude", "only"]
            retries = 0
        """
        world = World({"only": server})
        world.relay = made(server.url("/v1"), more=more).relay
        world.upstreams = world.relay.upstreams
        assert world.ask(ASKED | field) == "Monet"

    assert not unasked.connections
    assert world.attempts == [("only", "completed")]
    assert world.upstreams["claude"].lanes[0].circuit.begin(0.0)


def test_of_two_in_a_race_one_may_fail():
    hold = Hold()
    with (
        Scripted([READ, hold, chunked(step("Monet"), step(finish="stop"), DONE)]) as slow,
        Scripted([READ, refusal("500 Internal Server Error", None, {"Connection": "close"})]) as broken,
    ):
        world = World({"slow": slow, "broken": broken}, hedge_after=0.05, retries=1)

        async def released(opening):
            task = asyncio.ensure_future(opening)
            await asyncio.to_thread(broken.left)
            hold.release()
            relayed = await task
            got = []
            await relayed.follow(got.extend)
            return [each.text for each in got]

        assert "".join(world.ask(STREAMED, work=released)) == "Monet"

    assert ("broken", "failed") in world.attempts


def test_a_caller_who_leaves_in_a_pause_or_an_attempt_leaves_nothing_open():
    hold = Hold()
    with Scripted([READ, hold]) as server:
        world = World({"only": server})

        async def leaving(opening):
            task = asyncio.ensure_future(opening)
            await asyncio.to_thread(hold.reached.wait, 10)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

        world.ask(work=leaving)
        hold.release()
        assert server.left()

    assert world.attempts == [("only", "cancelled")]
    assert world.idle


BEGUN = [READ, chunked_head() + chunk(step("Claude ", name="c7") + step("Mo", name="c7")), RESET]
REST = [READ, chunked(step("net", name="c8"), step(finish="stop", name="c8"), step(usage=USED, name="c8"), DONE)]


PREFIX = Continuation(message=(("prefix", True),))


def continuing(first, second, continues=PREFIX, **route):
    world = World({"first": first, "second": second}, continue_streams=True, **route)
    world.upstreams["second"].continues = continues
    return world


def test_a_text_that_breaks_off_is_gone_on_with_elsewhere():
    with Scripted(BEGUN) as first, Scripted(REST) as second:
        world = continuing(first, second)
        got = world.ask(STREAMED | {"max_tokens": 40})

    assert "".join(each.text for each in got) == "Claude Monet"
    assert {each.id for each in got} == {"c7"}
    assert [each.extra["dragoman"] for each in got if "dragoman" in each.extra] == [
        {"continued": {"upstream": "second", "model": "second-model"}}
    ]
    assert second.requests[0].json["messages"][-1] == {"role": "assistant", "content": "Claude Mo", "prefix": True}
    assert second.requests[0].json["max_tokens"] == 38
    assert world.attempts == [("first", "failed"), ("second", "completed")]
    assert (world.journal.closed[0].prompt_tokens, world.journal.closed[0].completion_tokens) == (3 + 5, 2 + 2)


def test_the_usage_of_both_parts_is_told_as_of_one():
    with Scripted(BEGUN) as first, Scripted(REST) as second:
        got = continuing(first, second).ask(STREAMED)

    usage = next(each.usage for each in got if each.usage)
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (3, 4, 7)


def test_a_beginning_that_is_said_again_is_not_given_out_twice():
    echo = [READ, chunked(step("Clau"), step("de Monet"), step(finish="stop"), DONE)]
    with Scripted(BEGUN) as first, Scripted(echo) as second:
        got = continuing(first, second, Continuation(echoes=True)).ask(STREAMED)

    assert "".join(each.text for each in got) == "Claude Monet"


def test_an_answer_that_begins_anew_is_no_continuation():
    other = [READ, chunked(step("Edgar Degas"), step(finish="stop"), DONE)]
    with Scripted(BEGUN) as first, Scripted(other) as second:
        got, error = continuing(first, second, Continuation(echoes=True)).ask(STREAMED)

    assert "".join(each.text for each in got) == "Claude Mo"
    assert isinstance(error, errors.ProtocolError)


UNSAFE = {
    "tools": {"tools": [{"type": "function", "function": {"name": "f"}}]},
    "JSON": {"response_format": {"type": "json_object"}},
    "several answers": {"n": 2},
    "log probabilities": {"logprobs": True},
    "thinking": {"reasoning_effort": "high"},
}


@pytest.mark.parametrize("asked", UNSAFE.values(), ids=UNSAFE)
def test_what_cannot_be_gone_on_with_breaks_off_honestly(asked):
    with Scripted(BEGUN) as first, Scripted() as second:
        got, error = continuing(first, second).ask(STREAMED | asked)

    assert "".join(each.text for each in got) == "Claude Mo"
    assert error.partial.text == "Claude Mo"
    assert not second.requests


def test_a_stream_that_calls_tools_breaks_off_honestly():
    call = {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{"}}
    begun = [READ, chunked_head() + chunk(step("Let me see.") + step(tool_calls=[call])), RESET]
    with Scripted(begun) as first, Scripted() as second:
        _, error = continuing(first, second).ask(STREAMED)

    assert error.partial.text == "Let me see."
    assert not second.requests


def test_nobody_goes_on_where_the_route_does_not_say_so_or_no_upstream_can():
    with Scripted(BEGUN) as first, Scripted() as second:
        world = World({"first": first, "second": second}, continue_streams=False)
        world.upstreams["second"].continues = Continuation()
        assert world.ask(STREAMED)[1].partial.text == "Claude Mo"

    with Scripted(BEGUN) as first, Scripted() as second:
        assert continuing(first, second, None).ask(STREAMED)[1].partial.text == "Claude Mo"
        assert not second.requests


def test_where_the_rest_fails_too_the_caller_learns_how_far_it_came():
    with Scripted(BEGUN) as first, Scripted([repeat(READ, refusal("500 Internal Server Error"))]) as second:
        got, error = continuing(first, second, retries=0).ask(STREAMED)

    assert "".join(each.text for each in got) == "Claude Mo"
    assert error.partial.text == "Claude Mo"


def test_a_rest_that_breaks_off_is_gone_on_with_again():
    half = [READ, chunked_head() + chunk(step("ne")), RESET]
    last = [READ, chunked(step("t"), step(finish="stop"), DONE)]
    with Scripted(BEGUN) as first, Scripted(half, last) as second:
        got = continuing(first, second).ask(STREAMED)

    assert "".join(each.text for each in got) == "Claude Monet"
    assert second.requests[1].json["messages"][-1]["content"] == "Claude Mone"
