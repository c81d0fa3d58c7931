"""Where telemetry goes: OpenTelemetry's SDK, in threads of its own, to a collector over OTLP/HTTP. Touches the network.

Imported only where a collector is configured. Nothing waits for it: what cannot be sent is dropped, and OpenTelemetry
says so on the log.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from dragoman.call.settings import VERSION
from dragoman.telemetry import missing

try:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
except ImportError:
    raise missing() from None

from dragoman.gateway.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import Generator

    from dragoman.gateway.config.shape import TelemetryConfig

PATIENCE = 5.0
"""Seconds that the collector may take for one report, and at the end for the last."""


@contextlib.contextmanager
def collecting(config: TelemetryConfig) -> Generator[Telemetry]:
    """Report to a collector for as long as the block lasts; at its end, what is left is sent.

    Each process has its own: threads do not outlive a fork. What the environment says of OpenTelemetry holds besides:
    `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SERVICE_NAME`.
    """
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


def _end(tracers: TracerProvider, meters: MeterProvider) -> None:
    tracers.shutdown()
    meters.shutdown()
