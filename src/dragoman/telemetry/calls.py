"""A client's calls as OpenTelemetry's spans and metrics: a hook of `dragoman.hooks`. No I/O but the providers' own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from opentelemetry.trace import SpanKind, Status, StatusCode

from dragoman.call.settings import VERSION
from dragoman.hooks import Answered, Began, Ended, Failed
from dragoman.telemetry.semantics import Answer, Instruments, Subject, operation_of, parameters_of

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

    from dragoman.hooks import Asked, Moment

SCOPE = "dragoman"
"""The name of the instrumentation."""


class Calls:
    """A hook that keeps a span for each call that is under way.

    Args:
        tracers: where spans go.
        meters: where metrics go.
    """

    def __init__(self, tracers: TracerProvider, meters: MeterProvider) -> None:
        self._tracer = tracers.get_tracer(SCOPE, VERSION)
        self._instruments = Instruments(meters.get_meter(SCOPE, VERSION))
        self._spans: dict[Asked, tuple[Span, Subject]] = {}

    def __call__(self, moment: Moment) -> None:
        """Take what became of a call."""
        match moment:
            case Began(attempt=1):
                self._begin(moment.asked)
            case Answered():
                known = self._spans.get(moment.asked)
                if known is not None:
                    known[0].set_attribute("http.response.status_code", moment.status)
            case Failed():
                known = self._spans.get(moment.asked)
                if known is not None:
                    known[0].add_event("dragoman.attempt.failed", _told(moment))
            case Ended():
                self._end(moment)
            case _:
                pass

    def _begin(self, asked: Asked) -> None:
        place = urlsplit(asked.url)
        operation = operation_of(place.path) if asked.method == "POST" else None
        if operation is None:
            return
        subject = Subject(operation, asked.provider, asked.model, place.hostname, _port(place))
        attributes = subject.attributes() | parameters_of(asked.body).attributes()
        span = self._tracer.start_span(
            subject.title, kind=SpanKind.CLIENT, attributes=attributes, start_time=_nanoseconds(asked.at)
        )
        self._spans[asked] = span, subject

    def _end(self, ended: Ended) -> None:
        known = self._spans.pop(ended.asked, None)
        if known is None:
            return
        span, subject = known
        answer = _answer(ended)
        span.set_attributes(answer.attributes() | {"dragoman.attempts": ended.attempts})
        if ended.first is not None:
            span.set_attribute("gen_ai.response.time_to_first_chunk", ended.first)
        if answer.error is not None:
            # Without a description: what an error says may hold what people said.
            span.set_status(Status(StatusCode.ERROR))
        span.end(_nanoseconds(ended.asked.at + ended.seconds))
        self._instruments.record(subject, answer, ended.seconds, ended.first)


def _answer(ended: Ended) -> Answer:
    completion, spent = ended.completion, ended.spent
    known = spent.source != "nothing"
    usage = spent.usage
    prompt = usage.prompt_tokens_details if usage is not None else None
    said = usage.completion_tokens_details if usage is not None else None
    reasons = [choice.finish_reason for choice in completion.choices] if completion is not None else []
    return Answer(
        model=(completion.model or None) if completion is not None else None,
        id=(completion.id or None) if completion is not None else None,
        finish_reasons=[reason for reason in reasons if reason],
        input_tokens=spent.prompt_tokens if known else None,
        output_tokens=spent.completion_tokens if known else None,
        cached_tokens=prompt.cached_tokens if prompt is not None else None,
        reasoning_tokens=said.reasoning_tokens if said is not None else None,
        error=None if ended.error is None else type(ended.error).__qualname__,
    )


def _told(failed: Failed) -> dict[str, str | int | float]:
    told: dict[str, str | int | float] = {
        "error.type": type(failed.error).__qualname__,
        "dragoman.attempt": failed.attempt,
        "dragoman.attempt.seconds": failed.seconds,
    }
    if failed.error.status is not None:
        told["http.response.status_code"] = failed.error.status
    return told


def _port(place: SplitResult) -> int:
    return place.port or (443 if place.scheme == "https" else 80)


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
