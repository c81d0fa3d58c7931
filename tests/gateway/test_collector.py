"""Spans and metrics on their way to a collector: real OTLP over HTTP, decoded; and collectors that are not there."""

import socket
import subprocess
import sys

import pytest

from collectors import Collector, read
from dragoman.errors import ConfigurationError
from dragoman.gateway import collector
from dragoman.gateway.config.changes import changes
from dragoman.gateway.config.load import parsed
from dragoman.gateway.reload import standing
from dragoman.gateway.running import lasting_for
from entries import closed

ASKED = {"model": "m", "messages": []}
CLOSED = closed(attempts=(), first_token_s=None)


def config(endpoint):
    return parsed(f'[telemetry]\nendpoint = "{endpoint}"\n'.encode(), "test.toml")


def test_what_is_left_is_sent_at_the_end():
    with Collector() as there:
        with lasting_for(config(there.root + "/")) as lasting:
            lasting.telemetry.trace([], ASKED, "chat", {}).closed(CLOSED)
        (span,) = there.spans
        resource, metrics = there.resource, there.metrics

    assert span.name == "chat m"
    assert read(span.attributes)["gen_ai.usage.input_tokens"] == 5
    assert resource["service.name"] == "dragoman"
    assert metrics["gen_ai.server.request.duration"].unit == "s"
    point = metrics["gen_ai.server.request.duration"].histogram.data_points[0]
    assert (point.sum, read(point.attributes)["gen_ai.response.model"]) == (1.5, "gpt-x-2026")


def test_the_environment_says_who_we_are_and_with_which_credential(monkeypatch):
    monkeypatch.setenv("OTEL_SERVICE_NAME", "front")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20planted")
    with Collector() as there:
        with lasting_for(config(there.root)) as lasting:
            lasting.telemetry.trace([], ASKED, "chat", {}).closed(CLOSED)
        assert there.resource["service.name"] == "front"
        assert there.credentials == {"Bearer planted"}


@pytest.mark.parametrize(
    ("variable", "said", "place"),
    [
        ("OTEL_EXPORTER_OTLP_HEADERS", "Bearer planted", 1),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=a,authorization=Bearer planted;x", 2),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-tenant=a, ,plänted=1", 3),
    ],
)
def test_a_credential_that_cannot_be_read_is_told_without_it(monkeypatch, caplog, variable, said, place):
    monkeypatch.setenv(variable, said)
    with pytest.raises(
        ConfigurationError, match=f"the variable {variable} is a list of .* place {place} is none"
    ) as told:
        with lasting_for(config("http://127.0.0.1:4318")):
            pass
    assert "nted" not in str(told.value) + caplog.text


@pytest.mark.parametrize("listening", [False, True], ids=["gone", "silent"])
def test_a_collector_that_does_not_answer_holds_nothing_up(monkeypatch, listening):
    monkeypatch.setattr(collector, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
        if not listening:
            place.close()
        with lasting_for(config(f"http://127.0.0.1:{port}")) as lasting:
            telemetry = lasting.telemetry
            for _ in range(600):
                telemetry.trace([], ASKED, "chat", {}).closed(CLOSED)

    # Whoever waited for the one that is silent would still be there.
    assert telemetry is not None


def test_nobody_collects_where_nothing_says_so():
    with lasting_for(parsed(b"", "test.toml")) as lasting:
        assert lasting.telemetry is None


def test_a_change_of_the_collector_waits_for_a_restart():
    old, new = config("http://one:4318"), config("http://two:4318")

    assert changes(old, new) == ['telemetry.endpoint: "http://one:4318" → "http://two:4318" (needs a restart)']
    assert standing(old, new).telemetry == old.telemetry


LIGHT = "import sys, dragoman.gateway.app; print([m for m in sys.modules if m.startswith('opentelemetry')])"
ABSENT = """
import sys
sys.modules["opentelemetry"] = None
from dragoman.errors import ConfigurationError
try:
    import dragoman.gateway.collector
except ConfigurationError as error:
    print(error)
"""


def told(code):
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own command


def test_a_gateway_without_telemetry_does_not_load_opentelemetry():
    assert told(LIGHT) == "[]\n"


def test_without_the_extra_it_says_what_to_install():
    assert "pip install 'dragoman[telemetry]'" in told(ABSENT)


@pytest.mark.parametrize(
    "endpoint", ["collector:4318", "ftp://c", "http://u:planted@c:4318", "http://c?key=planted", "http://"]
)
def test_an_endpoint_that_is_none_is_a_mistake_and_not_repeated(endpoint):
    with pytest.raises(ConfigurationError) as caught:
        config(endpoint)

    assert "telemetry.endpoint takes an address such as" in str(caught.value)
    assert "planted" not in str(caught.value)
