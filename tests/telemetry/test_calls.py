"""A client's calls as spans and metrics, over real sockets: what each says, and what none says."""

import pytest
from opentelemetry.trace import SpanKind, StatusCode

from answers import DONE, USAGE, document, step
from collectors import providers
from colours import BOTH, name_of
from dragoman import Dragoman, Retry
from dragoman.telemetry import traced
from scripted import READ, Hold, Scripted, answer, chunk, chunked, chunked_head

KEY = "sk-planted-0123456789"
WORDS = "Who is the best French painter?"
CALL = {"messages": WORDS, "model": "m", "temperature": 0.5, "max_tokens": 9}
STREAM = chunked(step("Mo"), step("net"), step(finish="stop"), USAGE, DONE)
SORRY = answer(b'{"error":{"message":"Who is the best? No."}}', "503 Busy")


@pytest.fixture(params=BOTH, ids=name_of)
def colour(request):
    return request.param


@pytest.fixture
def kept():
    with providers() as made:
        yield made


def hook(kept):
    return {"hooks": [traced(kept.tracers, kept.meters)], "api_key": KEY}


def test_a_call_is_a_span(colour, kept):
    with Scripted([READ, document()]) as server:
        colour.create(server.url("/v1"), CALL, **hook(kept))
    (span,) = kept.spans

    assert (span.name, span.kind, span.status.status_code) == ("chat m", SpanKind.CLIENT, StatusCode.UNSET)
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "m",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 9,
        "gen_ai.response.model": "real",
        "gen_ai.response.id": "c1",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 1,
        "server.address": "127.0.0.1",
        "server.port": server.port,
        "http.response.status_code": 200,
        "dragoman.attempts": 1,
    }
    assert span.end_time >= span.start_time
    assert [each[1:] for each in kept.points["gen_ai.client.token.usage"]] == [(1, 3), (1, 1)]


def test_a_stream_is_a_span_to_its_end(colour, kept):
    with Scripted([READ, STREAM]) as server:
        colour.stream(server.url("/v1"), CALL, **hook(kept))
    (span,) = kept.spans

    assert span.attributes["gen_ai.request.stream"] is True
    assert span.attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert span.attributes["gen_ai.usage.output_tokens"] == 2
    assert 0 <= span.attributes["gen_ai.response.time_to_first_chunk"] <= (span.end_time - span.start_time) / 1e9
    assert kept.points["gen_ai.client.operation.time_to_first_chunk"][0][1] == 1


def test_attempts_that_failed_are_events(colour, kept):
    with Scripted([READ, SORRY, READ, document()]) as server:
        colour.create(server.url("/v1"), CALL, retries=Retry(times=1, first=0.01), **hook(kept))
    (span,) = kept.spans
    (event,) = span.events

    assert event.name == "dragoman.attempt.failed"
    assert event.attributes["error.type"] == "OverloadedError"
    assert event.attributes["http.response.status_code"] == 503
    assert (span.attributes["dragoman.attempts"], span.status.status_code) == (2, StatusCode.UNSET)


def test_a_call_that_fails_says_what_kind_of_error_and_no_more(colour, kept):
    with Scripted([READ, SORRY]) as server:
        colour.create(server.url("/v1"), CALL, retries=0, **hook(kept))
    (span,) = kept.spans

    assert span.attributes["error.type"] == "OverloadedError"
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)
    assert kept.points["gen_ai.client.operation.duration"][0][0]["error.type"] == "OverloadedError"
    assert_silent(span)


def test_no_words_and_no_credential_are_in_a_span(colour, kept):
    with Scripted([READ, STREAM]) as server:
        colour.stream(server.url("/v1"), CALL, **hook(kept))

    assert_silent(kept.spans[0])


def assert_silent(span):
    said = span.to_json()
    for words in (KEY, WORDS, "best", "Monet", "Mo"):
        assert words not in said


def test_a_stream_that_is_left_ends_its_span(kept):
    with (
        Scripted([READ, chunked_head() + chunk(step("Mo")), Hold()]) as server,
        Dragoman(server.url("/v1"), **hook(kept)) as client,
    ):
        with client.chat.stream(**CALL) as stream:
            next(stream)
        (span,) = kept.spans

    assert span.attributes["gen_ai.response.id"] == "c1"
    assert span.status.status_code is StatusCode.UNSET


def test_what_asks_no_model_is_no_span(kept):
    with (
        Scripted([READ, answer(b'{"object":"list","data":[]}')]) as server,
        Dragoman(server.url("/v1"), **hook(kept)) as client,
    ):
        client.models.list()

    assert kept.spans == ()
    assert kept.points == {}
