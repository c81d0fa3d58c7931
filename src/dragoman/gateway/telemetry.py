"""A request on its way through the gateway as OpenTelemetry's spans and metrics. Needs the extra `telemetry`; no I/O.

A request is a span, a child of whatever its caller says in `traceparent` (W3C Trace Context), and each attempt at an
upstream is a child of that, whose context goes upstream in its place. What they say when they end is what the ledger's
entry says: of prompts and answers there is nothing.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from dragoman.call.settings import VERSION
from dragoman.telemetry.calls import SCOPE
from dragoman.telemetry.semantics import Answer, Instruments, Serving, Subject, parameters_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, Tracer, TracerProvider

    from dragoman.asgi import Header
    from dragoman.gateway.record import Attempted, Closed
    from dragoman.gateway.tongue import Document
    from dragoman.wire.chunk import Chunk

_CONTEXT = TraceContextTextMapPropagator()
_CARRIED = frozenset({b"traceparent", b"tracestate"})

REASONS_BOUND = 16
"""How many choices' finish reasons a span says at most."""


LONGEST = 200
"""The most characters that a span says of a name which an upstream makes up: spans wait in memory for a collector."""


class Place(NamedTuple):
    """An upstream as spans say it."""

    provider: str
    """Whose it is: a row of `dragoman.dialect.table`."""
    address: str | None = None
    """Its host; None for the model on this machine."""
    port: int | None = None
    """Its port."""


NOWHERE = Place("dragoman")
"""Who answers where no upstream does."""


class Telemetry:
    """Where the gateway's spans and metrics go.

    Args:
        tracers: where spans go.
        meters: where metrics go.
    """

    def __init__(self, tracers: TracerProvider, meters: MeterProvider) -> None:
        meter = meters.get_meter(SCOPE, VERSION)
        self.tracer: Tracer = tracers.get_tracer(SCOPE, VERSION)
        self.calls = Instruments(meter)
        self.serving = Serving(meter)

    def trace(self, sent: list[Header], body: Mapping[str, Any], operation: str, places: Mapping[str, Place]) -> Trace:
        """Begin a request.

        Args:
            sent: its headers.
            body: what it asks, in our words.
            operation: `chat` or `embeddings`.
            places: the upstreams, by name.
        """
        carried: dict[str, str] = {}
        for name, value in sent:
            if name in _CARRIED:
                # A list of one field in several lines is one list (RFC 9110 §5.3); two parents are none.
                known = carried.get(name.decode())
                carried[name.decode()] = (
                    value.decode("latin-1") if known is None else f"{known},{value.decode('latin-1')}"
                )
        return Trace(self, _CONTEXT.extract(carried), body, operation, places)


class Trace:
    """One request: its span, and those of its attempts."""

    def __init__(
        self,
        telemetry: Telemetry,
        parent: Context,
        body: Mapping[str, Any],
        operation: str,
        places: Mapping[str, Place],
    ) -> None:
        self._telemetry = telemetry
        self._places = places
        self._operation = operation
        self._model = str(body["model"])
        self._parameters = parameters_of(body).attributes()
        self._legs: list[Leg] = []
        subject = Subject(operation, NOWHERE.provider, self._model)
        self._span = telemetry.tracer.start_span(
            subject.title, parent, SpanKind.SERVER, subject.attributes() | self._parameters
        )
        self._context = set_span_in_context(self._span, parent)

    def attempt(self, upstream: str | None, model: str) -> Leg:
        """Begin an attempt. Arguments as those of `dragoman.gateway.ledger.Attempt`."""
        provider, address, port = self._places.get(upstream or "", NOWHERE)
        subject = Subject(self._operation, provider, model, address, port)
        attributes = subject.attributes() | self._parameters
        if upstream is not None:
            attributes["dragoman.upstream"] = upstream
        begun = time.time_ns()
        span = self._telemetry.tracer.start_span(
            subject.title, self._context, SpanKind.CLIENT, attributes, start_time=begun
        )
        leg = Leg(span, subject, begun)
        self._legs.append(leg)
        return leg

    def closed(self, closed: Closed) -> None:
        """End it and its attempts, with what the ledger says of them."""
        for leg, attempted in zip(self._legs, closed.attempts, strict=False):
            answer = leg.end(attempted)
            self._telemetry.calls.record(leg.subject, answer, attempted.total_s, attempted.first_token_s)
        place = self._places.get(closed.upstream or "", NOWHERE)
        winner = next((leg for leg in reversed(self._legs) if leg.id is not None), None)
        subject = Subject(self._operation, place.provider, self._model)
        answer = Answer(
            model=closed.served,
            id=winner.id if winner is not None else None,
            finish_reasons=winner.reasons if winner is not None else (),
            input_tokens=closed.prompt_tokens,
            output_tokens=closed.completion_tokens,
            cached_tokens=closed.cached_tokens,
            reasoning_tokens=closed.reasoning_tokens,
            error=_error(closed.end_reason, closed.status),
        )
        told = {
            "dragoman.request.id": closed.id,
            "dragoman.end_reason": closed.end_reason,
            "dragoman.tokens_from": closed.tokens_from,
            "dragoman.key.id": closed.key,
            "dragoman.upstream": closed.upstream,
            "http.response.status_code": closed.status,
            "gen_ai.response.time_to_first_chunk": closed.first_token_s,
        }
        self._span.set_attributes(subject.attributes() | answer.attributes() | _known(told))
        _finish(self._span, answer)
        self._telemetry.serving.record(subject, answer, closed.total_s or 0.0, closed.first_token_s)


class Leg:
    """One attempt at an upstream.

    Attributes:
        headers: what tells the upstream which span it works for.
        subject: what is asked there.
        id: the answer's id, once there is one.
        reasons: why its choices finished, as far as they have.
    """

    __slots__ = ("_begun", "_span", "headers", "id", "reasons", "subject")

    def __init__(self, span: Span, subject: Subject, begun: int) -> None:
        self.subject = subject
        self.id: str | None = None
        self.reasons: list[str] = []
        self.headers: dict[str, str] = {}
        self._span = span
        self._begun = begun
        _CONTEXT.inject(self.headers, set_span_in_context(span))

    def saw(self, chunk: Chunk) -> None:
        """Take a chunk that came from upstream."""
        if self.id is None and chunk.id:
            self.id = str(chunk.id)[:LONGEST]
        for choice in chunk.choices:
            if choice.finish_reason and len(self.reasons) < REASONS_BOUND:
                self.reasons.append(choice.finish_reason[:LONGEST])

    def answered(self, answer: Document) -> None:
        """Take an answer in one piece."""
        self.id = str(getattr(answer, "id", "") or "")[:LONGEST] or None
        choices: Any = getattr(answer, "choices", ())
        told = [choice.finish_reason for choice in choices[:REASONS_BOUND] if choice.finish_reason]
        self.reasons = [reason[:LONGEST] for reason in told]

    def end(self, attempted: Attempted) -> Answer:
        """End its span with what the ledger says of it; what came of it."""
        answer = Answer(
            model=attempted.model,
            id=self.id,
            finish_reasons=self.reasons,
            input_tokens=attempted.prompt_tokens,
            output_tokens=attempted.completion_tokens,
            cached_tokens=attempted.cached_tokens,
            reasoning_tokens=attempted.reasoning_tokens,
            error=_error(attempted.end_reason, attempted.status),
        )
        told = {
            "dragoman.end_reason": attempted.end_reason,
            "dragoman.tokens_from": attempted.tokens_from,
            "http.response.status_code": attempted.status,
            "gen_ai.response.time_to_first_chunk": attempted.first_token_s,
        }
        self._span.set_attributes(answer.attributes() | _known(told))
        # It is told only when the request ends; how long it took itself the ledger knows.
        _finish(self._span, answer, self._begun + round(attempted.total_s * 1e9))
        return answer


def _error(end: str, status: int | None) -> str | None:
    """The kind of failure: a status, or how it ended where there is none; None where it did not fail."""
    if end in {"completed", "cancelled"}:
        return None
    return str(status) if status is not None and status >= 400 else end  # noqa: PLR2004 - RFC 9110 §15.5


def _known(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}


def _finish(span: Span, answer: Answer, at: int | None = None) -> None:
    if answer.error is not None:
        # Without a description: what an upstream says may hold what people said.
        span.set_status(Status(StatusCode.ERROR))
    span.end(at)
