"""What a span and a metric say of one call: the words of OpenTelemetry's GenAI conventions. Types and tables; no I/O.

The names are those of the semantic conventions 1.37 and later, in development still (docs/gen-ai/gen-ai-spans.md and
gen-ai-metrics.md of open-telemetry/semantic-conventions). Of what people say there is nothing here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from opentelemetry.metrics import Histogram, Meter

Value = str | bool | int | float | tuple[str, ...]
Attributes = dict[str, Value]

PROVIDERS = {
    "mistral": "mistral_ai",
    "gemini": "gcp.gemini",
    "xai": "x_ai",
    "azure": "azure.ai.openai",
    "plain": "openai",
    "heard": "openai",
}
"""Rows of `dragoman.dialect.table` that the conventions call otherwise. Who speaks OpenAI's API at an address that
nobody told us of is `openai`: the conventions say what is best known to the instrumentation, here the API."""

OPERATIONS = {
    "/chat/completions": "chat",
    "/messages": "chat",
    "/responses": "chat",
    "/completions": "text_completion",
    "/embeddings": "embeddings",
}
"""What a path's end asks for."""

NAMES_BOUND = 200
"""How many models' names the metrics of one process tell apart: callers of a gateway may send any."""

OTHER = "_OTHER"
"""The name of every further one."""

_SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
_FIRST_SECONDS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0]
_TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864]


class Parameters(msgspec.Struct, frozen=True):
    """Those parameters of a request that are numbers, as the conventions name them."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    seed: int | None = None
    n: int | None = None
    stream: bool | None = None

    def attributes(self) -> Attributes:
        """What a span says of them; nothing of those that were not given."""
        said = {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "top_k": self.top_k,
            "frequency_penalty": self.frequency_penalty,
            "presence_penalty": self.presence_penalty,
            "max_tokens": self.max_completion_tokens or self.max_tokens,
            "seed": self.seed,
            # "If available and not 1", say the conventions; of a stream, if it is one.
            "choice.count": self.n if self.n != 1 else None,
            "stream": self.stream or None,
        }
        return {
            f"gen_ai.request.{name}": value for name, value in said.items() if value is not None and _is_told(value)
        }


NO_PARAMETERS = Parameters()
"""Those of a request that cannot be read."""


class Subject(NamedTuple):
    """What is asked, and whom: what every span and metric of it says."""

    operation: str
    """`chat`, `text_completion` or `embeddings`."""
    provider: str
    """Who is asked: a row of `dragoman.dialect.table`."""
    model: str
    """The model that is asked for."""
    address: str | None = None
    """The host that is asked; None where that is no news."""
    port: int | None = None
    """Its port."""

    @property
    def title(self) -> str:
        """A span's name."""
        return f"{self.operation} {self.model}" if self.model else self.operation

    def attributes(self) -> Attributes:
        """What is known before there is an answer."""
        found: Attributes = {
            "gen_ai.operation.name": self.operation,
            "gen_ai.provider.name": PROVIDERS.get(self.provider, self.provider),
        }
        if self.model:
            found["gen_ai.request.model"] = self.model
        if self.address:
            found["server.address"] = self.address
            if self.port:
                found["server.port"] = self.port
        return found


class Answer(NamedTuple):
    """What came of it."""

    model: str | None = None
    """The model that answered, as its vendor calls it."""
    id: str | None = None
    """The answer's id."""
    finish_reasons: Sequence[str] = ()
    """Why each choice finished."""
    input_tokens: int | None = None
    """Tokens of the prompt."""
    output_tokens: int | None = None
    """Tokens of the answer."""
    cached_tokens: int | None = None
    """Those of the prompt that came from a cache."""
    reasoning_tokens: int | None = None
    """Those of the answer that were reasoning."""
    error: str | None = None
    """The kind of error it failed with, of a small set; None where it did not."""

    def attributes(self) -> Attributes:
        """What a span says of it; nothing of what is not known."""
        found: dict[str, Value | None] = {
            "gen_ai.response.model": self.model,
            "gen_ai.response.id": self.id,
            "gen_ai.response.finish_reasons": tuple(self.finish_reasons) or None,
            "gen_ai.usage.input_tokens": self.input_tokens,
            "gen_ai.usage.output_tokens": self.output_tokens,
            "gen_ai.usage.cache_read.input_tokens": self.cached_tokens,
            "gen_ai.usage.reasoning.output_tokens": self.reasoning_tokens,
            "error.type": self.error,
        }
        return {name: value for name, value in found.items() if value is not None}


class _Names:
    """The names that metrics tell apart."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def bounded(self, name: str) -> str:
        if name not in self._known:
            if len(self._known) >= NAMES_BOUND:
                return OTHER
            self._known.add(name)
        return name


class Instruments:
    """The metrics of calls that are made: `gen_ai.client.*`.

    Args:
        meter: where they are recorded.
    """

    def __init__(self, meter: Meter) -> None:
        self._names = _Names()
        self._duration = _seconds(meter, "gen_ai.client.operation.duration", "Duration of a call.", _SECONDS)
        first = "gen_ai.client.operation.time_to_first_chunk"
        self._first = _seconds(meter, first, "Time from asking to the first content of a stream.", _FIRST_SECONDS)
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage", "{token}", "Tokens used.", explicit_bucket_boundaries_advisory=_TOKENS
        )

    def record(self, subject: Subject, answer: Answer, seconds: float, first: float | None) -> None:
        """Count a call that is over.

        Args:
            subject: what was asked.
            answer: what came of it.
            seconds: how long it took.
            first: seconds to a stream's first content; None without any.
        """
        shared = counted(self._names.bounded, subject, answer)
        failed: Attributes = {"error.type": answer.error} if answer.error else {}
        self._duration.record(seconds, shared | failed)
        if first is not None:
            self._first.record(first, shared)
        for kind, tokens in (("input", answer.input_tokens), ("output", answer.output_tokens)):
            if tokens is not None:
                self._tokens.record(tokens, shared | {"gen_ai.token.type": kind})


class Serving:
    """The metrics of requests that are served: `gen_ai.server.*`.

    Args:
        meter: where they are recorded.
    """

    def __init__(self, meter: Meter) -> None:
        self._names = _Names()
        self._duration = _seconds(meter, "gen_ai.server.request.duration", "Duration of a request.", _SECONDS)
        first, each = "gen_ai.server.time_to_first_token", "gen_ai.server.time_per_output_token"
        self._first = _seconds(meter, first, "Time to the first token of an answer.", _FIRST_SECONDS)
        self._each = _seconds(meter, each, "Time for each token after the first.", _FIRST_SECONDS)

    def record(self, subject: Subject, answer: Answer, seconds: float, first: float | None) -> None:
        """Count a request that is over. Arguments as those of `Instruments.record`."""
        shared = counted(self._names.bounded, subject, answer)
        failed: Attributes = {"error.type": answer.error} if answer.error else {}
        self._duration.record(seconds, shared | failed)
        if first is None:
            return
        self._first.record(first, shared)
        if answer.output_tokens is not None and answer.output_tokens > 1 and answer.error is None:
            self._each.record(max(seconds - first, 0.0) / (answer.output_tokens - 1), shared)


def counted(bounded: Callable[[str], str], subject: Subject, answer: Answer) -> Attributes:
    """What metrics are told apart by; `bounded` keeps the names of models few."""
    found = subject._replace(model=bounded(subject.model) if subject.model else "").attributes()
    return found | ({"gen_ai.response.model": bounded(answer.model)} if answer.model else {})


def parameters_of(body: bytes | Mapping[str, object]) -> Parameters:
    """The numbers of a request, from its JSON or from what that was read as; none where one is no number."""
    try:
        if isinstance(body, bytes):
            return msgspec.json.decode(body, type=Parameters)
        return msgspec.convert(body, Parameters)
    except msgspec.DecodeError:
        return NO_PARAMETERS


def _is_told(value: float) -> bool:
    """Whether a number can be said: OTLP's whole numbers have 64 bits (opentelemetry/proto/common/v1, `int_value`)."""
    return isinstance(value, float) or -(2**63) <= value < 2**63


def operation_of(path: str) -> str | None:
    """What is asked for at a path; None where that is no call of a model."""
    return next((name for end, name in OPERATIONS.items() if path.endswith(end)), None)


def _seconds(meter: Meter, name: str, says: str, bounds: list[float]) -> Histogram:
    return meter.create_histogram(name, "s", says, explicit_bucket_boundaries_advisory=bounds)
