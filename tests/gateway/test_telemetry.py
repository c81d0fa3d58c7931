"""A request through the gateway as spans and metrics: parents, attempts, what is told upstream, what nobody is told."""

import asyncio
import json

import pytest
from opentelemetry.trace import SpanKind, StatusCode

from answers import DONE, USAGE, document, step
from collectors import providers
from dragoman.gateway.app import Gateway
from dragoman.gateway.config.load import parsed
from dragoman.gateway.ledger import Totals
from dragoman.gateway.running import Lasting, Running
from dragoman.gateway.telemetry import Telemetry
from scripted import READ, Scripted, answer, chunked, repeat

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
WORDS = "Who is the best French painter?"
ASKED = {"model": "m", "messages": [{"role": "user", "content": WORDS}], "temperature": 0.5}
STREAM = chunked(step("Mo"), step("net"), step(finish="stop"), USAGE, DONE)
SORRY = answer(b'{"error":{"message":"Who is the best? No."}}', "503 Busy")
TWO = """
[upstreams.bad]
url = "{bad}"
[upstreams.good]
url = "{good}"
[[routes]]
model = "*"
candidates = ["bad", "good"]
"""


@pytest.fixture
def kept():
    with providers() as made:
        yield made


def asked(kept, text, body, *, path="/v1/chat/completions", headers=()):
    """Ask a gateway once; the status."""
    sent, unread = [], [json.dumps(body).encode()]

    async def receive():
        if unread:
            return {"type": "http.request", "body": unread.pop()}
        return await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    async def main():
        telemetry = Telemetry(kept.tracers, kept.meters)
        gateway = Gateway(Running(parsed(text.encode(), "t.toml"), Lasting(Totals(), telemetry=telemetry)))
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": list(headers)}
        try:
            await gateway(scope, receive, send)
        finally:
            gateway.running.close()

    asyncio.run(main())
    return sent[0]["status"]


def one(server):
    return f'[upstreams.only]\nurl = "{server.url("/v1")}"\n'


def test_a_request_and_its_attempt_are_spans_under_the_callers(kept):
    with Scripted([repeat(READ, document())]) as server:
        assert asked(kept, one(server), ASKED, headers=[(b"traceparent", PARENT.encode())]) == 200
    attempt, request = kept.spans

    assert (request.name, request.kind, request.status.status_code) == ("chat m", SpanKind.SERVER, StatusCode.UNSET)
    assert f"{request.context.trace_id:032x}" == f"{attempt.context.trace_id:032x}" == PARENT.split("-")[1]
    assert f"{request.parent.span_id:016x}" == PARENT.split("-")[2]
    assert (attempt.kind, attempt.parent.span_id) == (SpanKind.CLIENT, request.context.span_id)
    told = server.requests[0].headers["traceparent"].split("-")
    assert told[1:3] == [PARENT.split("-")[1], f"{attempt.context.span_id:016x}"]
    assert dict(attempt.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "m",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.response.model": "real",
        "gen_ai.response.id": "c1",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 1,
        "server.address": "127.0.0.1",
        "server.port": server.port,
        "dragoman.upstream": "only",
        "dragoman.end_reason": "completed",
        "dragoman.tokens_from": "upstream",
        "http.response.status_code": 200,
    }


@pytest.mark.parametrize("streamed", [True, False])
def test_what_an_upstream_makes_up_is_cut_before_it_waits_for_a_collector(kept, streamed):
    def long(data):
        return data.replace(b'"c1"', b'"%s"' % (b"i" * 10_000)).replace(b'"stop"', b'"%s"' % (b"r" * 10_000))

    whole = answer(long(document().partition(b"\r\n\r\n")[2]))
    with Scripted([READ, chunked(long(step("Mo")), long(step(finish="stop")), DONE) if streamed else whole]) as server:
        asked(kept, one(server), ASKED | {"stream": streamed})

    for span in kept.spans:
        assert span.attributes["gen_ai.response.id"] == "i" * 200
        assert span.attributes["gen_ai.response.finish_reasons"] == ("r" * 200,)


def test_a_stream_says_when_it_began_and_why_it_finished(kept):
    with Scripted([repeat(READ, STREAM)]) as server:
        asked(kept, one(server), ASKED | {"stream": True})
    attempt, request = kept.spans

    for span in (attempt, request):
        assert span.attributes["gen_ai.response.finish_reasons"] == ("stop",)
        assert span.attributes["gen_ai.usage.output_tokens"] == 2
        assert span.attributes["gen_ai.response.time_to_first_chunk"] >= 0
    assert kept.points["gen_ai.server.time_to_first_token"][0][1] == 1
    assert kept.points["gen_ai.server.request.duration"][0][1] == 1
    assert [each[2] for each in kept.points["gen_ai.client.token.usage"]] == [3, 2]


def test_each_attempt_is_a_span_of_its_own(kept):
    with Scripted([repeat(READ, SORRY)]) as bad, Scripted([repeat(READ, document())]) as good:
        text = TWO.format(bad=bad.url("/v1"), good=good.url("/v1"))
        assert asked(kept, text, ASKED) == 200
        contexts = [server.requests[0].headers["traceparent"] for server in (bad, good)]
    failed, won, request = kept.spans

    assert [each.attributes["dragoman.upstream"] for each in kept.spans] == ["bad", "good", "good"]
    assert (failed.attributes["error.type"], failed.status.status_code) == ("503", StatusCode.ERROR)
    assert request.parent is None
    assert {failed.parent.span_id, won.parent.span_id} == {request.context.span_id}
    assert [context.split("-")[2] for context in contexts] == [f"{each.context.span_id:016x}" for each in (failed, won)]
    assert request.attributes["gen_ai.response.id"] == "c1"
    assert request.attributes["dragoman.end_reason"] == "completed"


def test_a_request_that_fails_says_the_kind_of_error_and_no_words(kept):
    with Scripted([repeat(READ, answer(b'{"error":{"message":"Who is the best? No."}}', "400 Bad Request"))]) as server:
        assert asked(kept, one(server), ASKED) == 400
    attempt, request = kept.spans

    assert request.attributes["error.type"] == attempt.attributes["error.type"] == "400"
    assert (request.status.status_code, request.status.description) == (StatusCode.ERROR, None)
    assert kept.points["gen_ai.server.request.duration"][0][0]["error.type"] == "400"
    for span in kept.spans:
        assert "best" not in span.to_json()


def test_embeddings_are_spans_as_well(kept):
    body = {"object": "list", "model": "e", "data": [{"index": 0, "embedding": [0.5]}], "usage": {"prompt_tokens": 2}}
    with Scripted([repeat(READ, answer(json.dumps(body).encode()))]) as server:
        status = asked(kept, one(server), {"model": "e", "input": WORDS}, path="/v1/embeddings")
        told = server.requests[0].headers["traceparent"]
    attempt, request = kept.spans

    assert (status, request.name, attempt.name) == (200, "embeddings e", "embeddings e")
    assert told.split("-")[2] == f"{attempt.context.span_id:016x}"
    assert attempt.attributes["gen_ai.usage.input_tokens"] == 2


@pytest.mark.parametrize("given", ["", "00-zz-b7ad6b7169203331-01", "x" * 5000])
def test_a_context_that_is_none_begins_a_new_trace(kept, given):
    with Scripted([repeat(READ, document())]) as server:
        assert asked(kept, one(server), ASKED, headers=[(b"traceparent", given.encode())]) == 200

    assert kept.spans[1].parent is None


def test_a_state_in_two_lines_is_one_and_two_parents_are_none(kept):
    states = [(b"tracestate", b"a=1"), (b"tracestate", b"b=2")]
    parent = (b"traceparent", PARENT.encode())
    with Scripted([repeat(READ, document())]) as server:
        asked(kept, one(server), ASKED, headers=[parent, *states])
        asked(kept, one(server), ASKED, headers=[parent, (parent[0], PARENT.replace("0", "1").encode())])

    assert server.requests[0].headers["tracestate"] == "a=1,b=2"
    assert kept.spans[1].parent is not None
    assert kept.spans[3].parent is None


def test_what_is_refused_before_it_is_a_request_of_the_ledger_is_no_span(kept):
    with Scripted() as server:
        assert asked(kept, one(server), {"model": "m"}) == 400

    assert kept.spans == ()


def test_without_telemetry_there_is_no_trace():
    with Scripted([repeat(READ, document())]) as server:
        running = Running(parsed(one(server).encode(), "t.toml"), Lasting(Totals()))
        assert running.trace([(b"traceparent", PARENT.encode())], ASKED, "chat") is None
        running.close()
