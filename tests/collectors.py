"""A collector on loopback that takes OTLP over HTTP and keeps what it was sent, and the SDK without any network."""

import gzip
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from listening import Listening


class Reports(BaseHTTPRequestHandler):
    """One connection: each report is kept and taken."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.reports.append((self.path, body))
        self.server.credentials.add(self.headers.get("authorization"))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Collector(Listening):
    """The server, for as long as the `with` block lasts.

    Attributes:
        reports: the path and the body of each report.
        credentials: what reports had as `authorization`.
    """

    def __init__(self):
        super().__init__(Reports)
        self.reports = []
        self.credentials = set()

    @property
    def spans(self):
        """The spans it was sent."""
        sent = [ExportTraceServiceRequest.FromString(body) for path, body in self.reports if path == "/v1/traces"]
        return [
            span for one in sent for part in one.resource_spans for scope in part.scope_spans for span in scope.spans
        ]

    @property
    def resource(self):
        """What all of its spans are from."""
        sent = [ExportTraceServiceRequest.FromString(body) for path, body in self.reports if path == "/v1/traces"]
        return read(sent[0].resource_spans[0].resource.attributes)

    @property
    def metrics(self):
        """The metrics it was sent, by name."""
        sent = [ExportMetricsServiceRequest.FromString(body) for path, body in self.reports if path == "/v1/metrics"]
        return {
            metric.name: metric
            for one in sent
            for part in one.resource_metrics
            for scope in part.scope_metrics
            for metric in scope.metrics
        }


def read(attributes):
    """Attributes as they travel, as a dict."""
    return {each.key: _value(each.value) for each in attributes}


def _value(value):
    kind = value.WhichOneof("value")
    return [_value(each) for each in value.array_value.values] if kind == "array_value" else getattr(value, kind)


class Providers:
    """The SDK's providers, which keep what they are given.

    Attributes:
        tracers: where spans go.
        meters: where metrics go.
    """

    def __init__(self):
        self._spans = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self.meters = MeterProvider([self._reader], shutdown_on_exit=False)

    @property
    def spans(self):
        """The spans that have ended, in that order."""
        return self._spans.get_finished_spans()

    @property
    def points(self):
        """By a metric's name, its points: attributes, count and sum."""
        data = self._reader.get_metrics_data()
        found = {}
        for part in data.resource_metrics if data else ():
            for metric in (metric for scope in part.scope_metrics for metric in scope.metrics):
                found[metric.name] = [(dict(one.attributes), one.count, one.sum) for one in metric.data.data_points]
        return found


@contextmanager
def providers():
    """Providers, shut down at the end."""
    made = Providers()
    try:
        yield made
    finally:
        made.tracers.shutdown()
        made.meters.shutdown()
