"""What the gateway counts for `/metrics`, and what it looks up when that is asked. Reads the clock.

Counters grow where requests come to their end; gauges are read when somebody asks for them.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dragoman.call.settings import VERSION
from dragoman.gateway.exposition import Family, Numbers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dragoman.gateway.record import Attempted, Closed
    from dragoman.gateway.repeats.repeats import Repeats
    from dragoman.gateway.running import Running
    from dragoman.gateway.upstream import Upstream

# From a cache hit to the longest patience that there is by default.
SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
FIRST_SECONDS = (0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 20.0, 60.0)

RESPONSES = Family(
    "dragoman_http_responses_total",
    "counter",
    "Answers, by the endpoint that was asked and the class of the status",
    ("endpoint", "status"),
)
REQUESTS = Family(
    "dragoman_requests_total",
    "counter",
    "Requests of the ledger, by the upstream that answered or was asked last, and how they ended",
    ("upstream", "end_reason", "stream"),
)
ATTEMPTS = Family(
    "dragoman_attempts_total", "counter", "Attempts, by upstream and how they ended", ("upstream", "end_reason")
)
TOKENS = Family(
    "dragoman_tokens_total",
    "counter",
    "Tokens of all attempts; cached are among prompt, reasoning among completion",
    ("upstream", "kind"),
)
COST = Family(
    "dragoman_cost_microusd_total",
    "counter",
    "Millionths of a US dollar, of attempts whose price is known",
    ("upstream",),
)
UNPRICED = Family(
    "dragoman_unpriced_attempts_total", "counter", "Attempts that used tokens of an unknown price", ("upstream",)
)
FIRST = Family(
    "dragoman_first_token_seconds",
    "histogram",
    "Seconds from a streamed request to its first content",
    ("upstream",),
    FIRST_SECONDS,
)
TOTAL = Family(
    "dragoman_request_seconds",
    "histogram",
    "Seconds from a request to its end",
    ("upstream", "stream"),
    SECONDS,
)
RELOADS = Family(
    "dragoman_reloads_total", "counter", "Times that the configuration was read again, by what came of it", ("result",)
)
LOOKS = Family("dragoman_cache_looks_total", "counter", "Looks for a kept answer, by what came of them", ("result",))
REPEATS = Family(
    "dragoman_repeats_total", "counter", "Requests with an Idempotency-Key, by how they were answered", ("result",)
)
COUNTED = (RESPONSES, REQUESTS, ATTEMPTS, TOKENS, COST, UNPRICED, FIRST, TOTAL, RELOADS, LOOKS, REPEATS)
"""What only grows: it is kept of workers that have ended, too."""

OPEN = Family("dragoman_requests_under_way", "gauge", "Requests of the ledger that have not ended")
SEATS = Family("dragoman_seats_taken", "gauge", "Requests under way, and streams among them", ("kind",))
WAITING = Family("dragoman_requests_waiting", "gauge", "Requests that wait for a seat")
BUSY = Family("dragoman_upstream_requests", "gauge", "Attempts under way", ("upstream",))
CIRCUITS = Family(
    "dragoman_circuits_open", "gauge", "Credentials with which an upstream is left alone for now", ("upstream",)
)
LIMITED = Family(
    "dragoman_models_limited",
    "gauge",
    "Models, each with a credential, that an upstream is not asked for now: it has had too many requests for them",
    ("upstream",),
)
CREDENTIALS = Family("dragoman_credentials", "gauge", "Credentials of an upstream", ("upstream",))
KEPT = Family("dragoman_journal_kept", "gauge", "Ends of requests that wait in memory: the disk does not take them")
LAG = Family("dragoman_ledger_lag_seconds", "gauge", "Seconds since the store had all that the journal has", most=True)
CACHED = Family("dragoman_cache_answers", "gauge", "Answers that are kept in memory to be given again")
TAKEN = Family("dragoman_cache_bytes", "gauge", "Bytes of them")
REPEATABLE = Family("dragoman_repeats_answers", "gauge", "Answers that are kept for requests that are sent again")
REPEATABLE_BYTES = Family("dragoman_repeats_bytes", "gauge", "Bytes of them")
WORKERS = Family("dragoman_workers", "gauge", "Processes that serve", ("version",))
LOOKED_UP = (
    OPEN, SEATS, WAITING, BUSY, CIRCUITS, LIMITED, CREDENTIALS, KEPT, LAG, CACHED, TAKEN, REPEATABLE, REPEATABLE_BYTES,
    WORKERS,
)  # fmt: skip
"""What comes and goes, and ends with its process."""

_STREAM = {True: "true", False: "false"}
_CLASSES = tuple(f"{number}xx" for number in range(10))
_KINDS = ("prompt", "completion", "cached", "reasoning")


class Meter:
    """The counters of one process."""

    def __init__(self) -> None:
        self.numbers = Numbers()
        # What every request adds to, looked up once.
        self._requests = self.numbers.counted(REQUESTS)
        self._attempts = self.numbers.counted(ATTEMPTS)
        self._tokens = self.numbers.counted(TOKENS)
        self._cost = self.numbers.counted(COST)

    def begin(self, upstreams: Iterable[str]) -> None:
        """Begin at 0 with what is rare: of a counter that was not there before, Prometheus sees no growth.

        Args:
            upstreams: the names of those there are.
        """
        for upstream in upstreams:
            self.numbers.add(UNPRICED, (upstream,), 0)
        for result in ("changed", "refused"):
            self.numbers.add(RELOADS, (result,), 0)

    def answered(self, endpoint: str, status: int) -> None:
        """Count an answer.

        Args:
            endpoint: the path as the table of endpoints writes it, never as a caller did.
            status: 0 where the caller left before there was one.
        """
        self.numbers.add(RESPONSES, (endpoint, _CLASSES[status // 100] if status else "none"))

    def closed(self, entry: Closed) -> None:
        """Count an entry of the ledger."""
        upstream, stream = entry.upstream or "", _STREAM[entry.stream]
        numbers = self.numbers
        self._requests[upstream, entry.end_reason, stream] += 1
        if entry.first_token_s is not None:
            numbers.saw(FIRST, (upstream,), entry.first_token_s)
        if entry.total_s is not None:
            numbers.saw(TOTAL, (upstream, stream), entry.total_s)
        for attempt in entry.attempts:
            self._attempted(attempt)

    def _attempted(self, attempt: Attempted) -> None:
        upstream = attempt.upstream or ""
        self._attempts[upstream, attempt.end_reason] += 1
        used = (attempt.prompt_tokens, attempt.completion_tokens, attempt.cached_tokens, attempt.reasoning_tokens)
        for kind, tokens in zip(_KINDS, used, strict=True):
            if tokens:
                self._tokens[upstream, kind] += tokens
        if attempt.cost is not None:
            self._cost[upstream,] += attempt.cost
        elif attempt.tokens_from != "none":
            self.numbers.add(UNPRICED, (upstream,))

    def reloaded(self, *, well: bool) -> None:
        """Count that the configuration was read again."""
        self.numbers.add(RELOADS, ("changed" if well else "refused",))


def look(running: Running, repeats: Repeats) -> Numbers:
    """What there is just now in this process."""
    lasting, seats = running.lasting, running.seats
    found = Numbers()
    found.add(OPEN, (), lasting.totals.open)
    found.add(SEATS, ("request",), seats.taken)
    found.add(SEATS, ("stream",), seats.streams)
    found.add(WAITING, (), seats.waiting)
    for upstream in running.relay.upstreams.values():
        _look_at(found, upstream)
    if lasting.journal is not None:
        found.add(KEPT, (), lasting.journal.kept)
    if lasting.carrier is not None:
        found.add(LAG, (), round(lasting.carrier.behind, 3))
    for result, times in running.cache.results.items():
        found.add(LOOKS, (result,), times)
    if running.cache.memory is not None:
        found.add(CACHED, (), len(running.cache.memory))
        found.add(TAKEN, (), running.cache.memory.taken)
    for answered, times in repeats.results.items():
        found.add(REPEATS, (answered,), times)
    found.add(REPEATABLE, (), len(repeats))
    found.add(REPEATABLE_BYTES, (), repeats.taken)
    found.add(WORKERS, (VERSION,))
    return found


def _look_at(found: Numbers, upstream: Upstream) -> None:
    found.add(BUSY, (upstream.name,), upstream.busy)
    found.add(CIRCUITS, (upstream.name,), sum(lane.circuit.is_open for lane in upstream.lanes))
    now = time.monotonic()
    found.add(LIMITED, (upstream.name,), sum(len(lane.circuit.limits(now)) for lane in upstream.lanes))
    found.add(CREDENTIALS, (upstream.name,), len(upstream.lanes))
