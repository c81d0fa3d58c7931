"""The hook that makes spans, where OpenTelemetry is there and where it is not."""

import subprocess
import sys

from opentelemetry import trace

from answers import document
from collectors import providers
from colours import CALL
from dragoman import Dragoman
from dragoman.telemetry import traced
from scripted import READ, Scripted


def test_a_program_that_set_up_nothing_is_not_disturbed():
    with Scripted([READ, document()]) as server, Dragoman(server.url("/v1"), hooks=[traced()]) as client:
        assert client.chat.create(**CALL).text == "Monet"


def test_a_call_is_a_child_of_the_span_that_is_current():
    with providers() as kept, Scripted([READ, document()]) as server:
        hook = traced(kept.tracers, kept.meters)
        tracer = kept.tracers.get_tracer("mine")
        with Dragoman(server.url("/v1"), hooks=[hook]) as client, tracer.start_as_current_span("outer") as outer:
            client.chat.create(**CALL)
            assert trace.get_current_span() is outer
        inner, _ = kept.spans

    assert inner.parent.span_id == outer.get_span_context().span_id
    assert inner.context.trace_id == outer.get_span_context().trace_id


ABSENT = """
import sys
sys.modules["opentelemetry"] = None
from dragoman.errors import ConfigurationError
from dragoman.telemetry import traced
try:
    traced()
except ConfigurationError as error:
    print(error)
"""


def test_without_opentelemetry_it_says_what_to_install():
    done = subprocess.run([sys.executable, "-c", ABSENT], check=True, capture_output=True, text=True)  # noqa: S603 - our own command

    assert done.stdout == "OpenTelemetry is not installed: it comes with `pip install 'dragoman[telemetry]'`\n"
