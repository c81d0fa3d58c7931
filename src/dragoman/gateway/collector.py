"""Where telemetry goes: OpenTelemetry's SDK, in threads of its own, to a collector over OTLP/HTTP. Touches the network.

Imported only where a collector is configured. Nothing waits for it: what cannot be sent is dropped, and OpenTelemetry
says so on the log.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from typing import TYPE_CHECKING

from dragoman.call.settings import VERSION
from dragoman.errors import ConfigurationError
from dragoman.telemetry import missing

try:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.util.re import parse_env_headers
except ImportError:
    raise missing() from None

from dragoman.gateway.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import Generator

    from dragoman.gateway.config.shape import TelemetryConfig

PATIENCE = 5.0
"""Seconds that the collector may take for one report, and at the end for the last."""


HEADERS = ("OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_METRICS_HEADERS")
"""The variables that hold credentials for a collector."""


@contextlib.contextmanager
def collecting(config: TelemetryConfig) -> Generator[Telemetry]:
    """Report to a collector for as long as the block lasts; at its end, what is left is sent.

    Each process has its own: threads do not outlive a fork. What the environment says of OpenTelemetry holds besides:
    `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SERVICE_NAME`.

    Raises:
        ConfigurationError: one of `HEADERS` cannot be read.
    """
    _check_headers()
    base = config.endpoint.rstrip("/")
    resource = Resource.create({"service.version": VERSION})
    if str(resource.attributes["service.name"]).startswith("unknown_service"):
        resource = resource.merge(Resource({"service.name": "dragoman"}))
    tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{base}/v1/traces", timeout=PATIENCE)
    tracers.add_span_processor(BatchSpanProcessor(exporter))
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/v1/metrics", timeout=PATIENCE))
    meters = MeterProvider([reader], resource, shutdown_on_exit=False)
    try:
        yield Telemetry(tracers, meters)
    finally:
        # A thread that may be left behind: a collector that is gone must not hold the exit up.
        last = threading.Thread(target=_end, args=(tracers, meters), daemon=True)
        last.start()
        last.join(PATIENCE)


def _check_headers() -> None:
    """Refuse what OpenTelemetry would leave out, and put on the log as it stands, credential and all."""
    spoken = logging.getLogger("opentelemetry.util.re")
    before, spoken.disabled = spoken.disabled, True
    try:
        for variable in HEADERS:
            for place, entry in enumerate(os.environ.get(variable, "").split(","), 1):
                if entry.strip() and not parse_env_headers(entry, liberal=True):
                    raise ConfigurationError(
                        f"the variable {variable} is a list of name=value, with commas between them and %2C for one "
                        f"in a value; the one at place {place} is none"
                    )
    finally:
        spoken.disabled = before


def _end(tracers: TracerProvider, meters: MeterProvider) -> None:
    tracers.shutdown()
    meters.shutdown()
