"""OpenTelemetry's GenAI spans and metrics of what a client does, an extra: `dragoman[telemetry]`. No I/O.

    from dragoman import Dragoman
    from dragoman.telemetry import traced

    client = Dragoman("https://api.openai.com/v1", hooks=[traced()])

Where spans and metrics go is decided by the program's own providers, as with any other instrumentation. No prompt, no
answer, no credential and no text of an error is in either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.errors import ConfigurationError

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from dragoman.hooks import Hook


def traced(tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None) -> Hook:
    """A hook that makes a span of each call of a model, and counts it.

    The span is a child of the one that is current where the call is made. Each attempt that failed is an event of it.

    Args:
        tracer_provider: where spans go; default the program's own.
        meter_provider: where metrics go; default the program's own.

    Raises:
        ConfigurationError: OpenTelemetry is not installed.
    """
    try:
        from opentelemetry import metrics, trace  # noqa: PLC0415 - an extra's: only its users have it
    except ImportError:
        raise missing() from None
    from dragoman.telemetry.calls import Calls  # noqa: PLC0415 - the same

    return Calls(tracer_provider or trace.get_tracer_provider(), meter_provider or metrics.get_meter_provider())


def missing() -> ConfigurationError:
    """The error of a machine where OpenTelemetry is not installed."""
    return ConfigurationError("OpenTelemetry is not installed: it comes with `pip install 'dragoman[telemetry]'`")
