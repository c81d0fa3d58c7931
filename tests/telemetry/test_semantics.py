"""The words of spans and metrics are those of the conventions, as OpenTelemetry's own package lists them."""

import math

import pytest
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.semconv._incubating.metrics import gen_ai_metrics
from opentelemetry.semconv.attributes import error_attributes, server_attributes

from collectors import providers
from dragoman.dialect.table import names
from dragoman.telemetry.semantics import (
    NAMES_BOUND,
    NO_PARAMETERS,
    OTHER,
    PROVIDERS,
    Answer,
    Instruments,
    Serving,
    Subject,
    operation_of,
    parameters_of,
)

ASKED = Subject("chat", "mistral", "small", "api.mistral.ai", 443)
SAID = Answer("small-2", "c1", ["stop"], 3, 2, 1, 1)
KNOWN = {
    value
    for module in (gen_ai_attributes, gen_ai_metrics, error_attributes, server_attributes)
    for value in vars(module).values()
    if isinstance(value, str)
}


def test_what_is_asked_and_answered_is_said_in_the_conventions_words():
    found = ASKED.attributes() | SAID._replace(error="500").attributes()

    assert found == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "mistral_ai",
        "gen_ai.request.model": "small",
        "server.address": "api.mistral.ai",
        "server.port": 443,
        "gen_ai.response.model": "small-2",
        "gen_ai.response.id": "c1",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 2,
        "gen_ai.usage.cache_read.input_tokens": 1,
        "gen_ai.usage.reasoning.output_tokens": 1,
        "error.type": "500",
    }
    assert found.keys() <= KNOWN
    assert ASKED.title == "chat small"
    assert Subject("chat", "plain", "").title == "chat"


def test_what_is_not_known_is_not_said():
    assert Answer().attributes() == {}
    assert Subject("chat", "engine", "m").attributes().keys().isdisjoint({"server.address", "server.port"})


def test_providers_have_the_conventions_names_and_ours_only_where_there_is_none():
    theirs = {each.value for each in gen_ai_attributes.GenAiProviderNameValues}

    assert set(PROVIDERS.values()) <= theirs
    assert {"openai", "anthropic", "groq", "deepseek", "perplexity"} <= theirs & set(names())


@pytest.mark.parametrize("body", [
    {"temperature": 0.5, "top_p": 1, "seed": 7, "n": 2, "max_tokens": 5, "stream": True, "model": "m"},
    b'{"temperature":0.5,"top_p":1,"seed":7,"n":2,"max_tokens":9,"max_completion_tokens":5,"stream":true}',
])  # fmt: skip
def test_numbers_of_a_request_are_said(body):
    found = parameters_of(body).attributes()

    assert found == {
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_p": 1.0,
        "gen_ai.request.seed": 7,
        "gen_ai.request.choice.count": 2,
        "gen_ai.request.max_tokens": 5,
        "gen_ai.request.stream": True,
    }
    assert found.keys() <= KNOWN


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"seed":"s"}', {"temperature": "hot"}, b"\xff", {"n": 1, "stream": False}]
)
def test_of_what_is_no_number_nothing_is_said(body):
    assert parameters_of(body).attributes() == NO_PARAMETERS.attributes() == {}


@pytest.mark.parametrize(("number", "is_said"), [(2**63 - 1, True), (2**63, False), (2**64, False)])
def test_a_number_that_no_report_can_hold_is_not_said(number, is_said):
    assert ("gen_ai.request.max_tokens" in parameters_of({"max_tokens": number}).attributes()) is is_said


@pytest.mark.parametrize(("path", "operation"), [
    ("/v1/chat/completions", "chat"), ("/v1/messages", "chat"), ("/v1/completions", "text_completion"),
    ("/v1/embeddings", "embeddings"), ("/v1/models", None),
])  # fmt: skip
def test_a_path_says_what_is_asked_for(path, operation):
    assert operation_of(path) == operation


def test_a_call_is_counted():
    with providers() as kept:
        instruments = Instruments(kept.meters.get_meter("m"))
        instruments.record(ASKED, SAID, 1.5, 0.25)
        instruments.record(ASKED, Answer(error="500"), 0.5, None)
        points = kept.points

    shared = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "mistral_ai",
        "gen_ai.request.model": "small",
        "server.address": "api.mistral.ai",
        "server.port": 443,
    }
    answered = shared | {"gen_ai.response.model": "small-2"}
    assert points.keys() <= KNOWN
    assert points["gen_ai.client.operation.duration"] == [(answered, 1, 1.5), (shared | {"error.type": "500"}, 1, 0.5)]
    assert points["gen_ai.client.operation.time_to_first_chunk"] == [(answered, 1, 0.25)]
    assert points["gen_ai.client.token.usage"] == [
        (answered | {"gen_ai.token.type": "input"}, 1, 3),
        (answered | {"gen_ai.token.type": "output"}, 1, 2),
    ]


def test_a_request_that_is_served_is_counted():
    with providers() as kept:
        serving = Serving(kept.meters.get_meter("m"))
        serving.record(ASKED, SAID, 1.5, 0.25)
        serving.record(ASKED, SAID._replace(output_tokens=1), 1.5, None)
        points = {name: [one[1:] for one in found] for name, found in kept.points.items()}

    assert points.keys() <= KNOWN
    assert points["gen_ai.server.request.duration"] == [(2, 3.0)]
    assert points["gen_ai.server.time_to_first_token"] == [(1, 0.25)]
    assert math.isclose(points["gen_ai.server.time_per_output_token"][0][1], 1.25)


def test_callers_cannot_make_more_series_than_there_is_room_for():
    with providers() as kept:
        instruments = Instruments(kept.meters.get_meter("m"))
        for number in range(NAMES_BOUND + 5):
            instruments.record(ASKED._replace(model=f"m{number}"), Answer(), 1.0, None)
        points = kept.points["gen_ai.client.operation.duration"]

    assert len(points) == NAMES_BOUND + 1
    assert [count for told, count, _ in points if told["gen_ai.request.model"] == OTHER] == [5]
