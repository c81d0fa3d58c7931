"""Who used what: an entry for every accepted request, opened before its work and closed once, whatever happens."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self, get_args

from dragoman import errors
from dragoman.asgi import Disconnected
from dragoman.cost.tier import LISTED
from dragoman.gateway import record
from dragoman.gateway.log import document_line, spoken
from dragoman.gateway.record import Attempted, Closed, End, Opened, Texts
from dragoman.gateway.redact import redacted, short
from dragoman.gateway.tally import Tally, together
from dragoman.names import sorting
from dragoman.wire.completion import Completion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from dragoman.cost.tier import Tier
    from dragoman.gateway.record import AttemptEnd, Source
    from dragoman.gateway.tally import Tokens
    from dragoman.gateway.telemetry import Leg, Trace
    from dragoman.gateway.tongue import Document
    from dragoman.wire.chunk import Chunk

CHANGES_BOUND = 100
"""The most changes of one request that are kept: there may be one for each of its messages."""

DEAREST = 2**53
"""More microdollars than anything costs: beyond, a price or a count is a mistake, and must neither be more than the
store's columns hold nor make sums overflow."""

log = logging.getLogger("dragoman.ledger")


class Price(Protocol):
    """What tokens cost."""

    def __call__(self, upstream: str | None, asked: str, served: str, tokens: Tokens, tier: str, /) -> int | None:
        """Millionths of a US dollar, of a model that was asked for and one that answered; None where not known."""
        ...


class Journal(Protocol):
    """Where entries are written before they are in the store: `dragoman.gateway.journal.Journal`."""

    def open(self, opened: Opened) -> None:
        """Write down that a request was accepted. Raises JournalError when that cannot be done."""
        ...

    def close(self, closed: bytes, texts: Texts | None) -> None:
        """Write down how it ended."""
        ...


class Book(NamedTuple):
    """What entries are written in.

    Attributes:
        journal: None leaves the log's line as all there is of an entry.
        price: what tokens cost; None where nobody asks.
        texts: whether prompts and answers are kept.
        told: whether callers are told what their answers cost.
    """

    journal: Journal | None = None
    price: Price | None = None
    texts: bool = False
    told: bool = False


class Attempt:
    """One attempt at an upstream: what comes of it is told here by whoever reads it.

    Args:
        upstream: the upstream's name; None for the only one there is.
        model: the model that is asked for there.
        credential: a fingerprint of the credential, never the credential.
        tier: the service tier that is asked for there.
    """

    __slots__ = (
        "_begun", "_end", "_first", "_tally", "_total", "credential", "leg", "model", "served", "served_tier",
        "status", "tier", "upstream",
    )  # fmt: skip

    def __init__(self, upstream: str | None, model: str, credential: str | None = None, tier: Tier = LISTED) -> None:
        self.upstream = upstream
        self.model = model
        self.credential = credential
        self.tier = tier
        self.leg: Leg | None = None
        self.served: str | None = None
        self.status: int | None = None
        self.served_tier: str | None = None
        self._tally = Tally()
        self._begun = time.monotonic()
        self._first: float | None = None
        self._end: AttemptEnd | None = None
        self._total = 0.0

    def saw(self, chunk: Chunk) -> None:
        """Take a chunk that came from upstream."""
        if self._tally.saw(chunk) and self._first is None:
            self._first = time.monotonic()
        if chunk.model:
            self.served = chunk.model
        if chunk.service_tier:
            self.served_tier = chunk.service_tier
        if self.leg is not None:
            self.leg.saw(chunk)

    def answered(self, answer: Document) -> None:
        """Take an answer in one piece that came from upstream."""
        self._tally.answered(answer)
        self.served = answer.model or None
        if isinstance(answer, Completion):
            self.served_tier = answer.service_tier
        if self.leg is not None:
            self.leg.answered(answer)

    def ended(self, end: AttemptEnd, status: int | None = None) -> None:
        """Note how it ended, and with which status; only the first time counts."""
        if self._end is None:
            self._end = end
            self.status = status
            self._total = time.monotonic() - self._begun

    def tokens(self, prompt: int | None) -> Tokens:
        """What it used, as it ended or would by ending now; `prompt` is an estimate of the prompt's tokens."""
        worked = self._end not in {"failed", "refused_upstream"}
        return self._tally.tokens(prompt, ended=self._end in {None, "completed"}, worked=worked)

    def first_since(self, begun: float) -> float | None:
        """Seconds from a moment of the monotonic clock to its first content; None without any."""
        return None if self._first is None else round(self._first - begun, 4)

    def record(self, at: datetime, begun: float, tokens: Tokens, cost: int | None) -> Attempted:
        """It as it is written down, in an entry that was opened at `at` when the monotonic clock said `begun`."""
        return Attempted(
            upstream=self.upstream,
            model=short(self.served or self.model),
            started=at + timedelta(seconds=self._begun - begun),
            end_reason=self._end or "failed",
            total_s=round(self._total, 4),
            status=self.status,
            credential=self.credential,
            first_token_s=self.first_since(self._begun),
            prompt_tokens=tokens.prompt,
            completion_tokens=tokens.completion,
            cached_tokens=tokens.cached,
            reasoning_tokens=tokens.reasoning,
            tokens_from=tokens.source,
            cost=cost,
        )


class Entry:
    """One request's line in the ledger; a context manager that closes it.

    Its closing is one line of JSON on the log `dragoman.ledger`, with the fields of `Closed` and no others: no prompt,
    no answer, no header, no credential. The same line is what the journal holds.

    Each attempt is begun with `attempt` and told there what comes of it; here only how the request ended.

    Args:
        totals: what all entries add up to.
        request_id: the request's name.
        model: the model that was asked for.
        stream: whether a stream was asked for.
        key: the id of the key that asks.
        owner: whose key it is.
        prompt: an estimate of the prompt's tokens (`dragoman.cost.estimate`); None where nobody made one.
        book: what it is written in.

    Attributes:
        changed: what of the request was changed on its way upstream.
        trace: its spans; None where nobody collects them.
        closed: all there is to know of it, once it is closed.
    """

    def __init__(  # noqa: PLR0913 - who asks what, and where that is written down
        self,
        totals: Totals,
        request_id: str,
        model: str,
        *,
        stream: bool,
        key: str | None = None,
        owner: str | None = None,
        prompt: int | None = None,
        book: Book | None = None,
    ) -> None:
        self.changed: tuple[str, ...] = ()
        self.trace: Trace | None = None
        self.closed: Closed | None = None
        self._totals = totals
        self._opened = Opened(sorting(), request_id, datetime.now(UTC), short(model), stream, key, owner, prompt)
        self._book = book or _NO_BOOK
        self._begun = time.monotonic()
        self._attempts: list[Attempt] = []
        self._winner: Attempt | None = None
        self._repeated: tuple[str, Tokens] | None = None
        self._texts: Texts | None = None
        self._end: End | None = None
        self._status: int | None = None

    @property
    def tried(self) -> int:
        """How many attempts were begun."""
        return len(self._attempts)

    @property
    def asked_last(self) -> str | None:
        """The upstream that was asked last; None where nobody was, or there is only one without a name."""
        return self._attempts[-1].upstream if self._attempts else None

    @property
    def name(self) -> str:
        """The entry's own name: of all entries there are, only this one has it."""
        return self._opened.open

    @property
    def cost(self) -> int | None:
        """Millionths of a US dollar that all attempts have cost so far; None where that is not known."""
        if self._repeated is not None:
            return 0
        return _sum_of_costs(
            (tokens.source, self._cost(attempt, tokens))
            for attempt in self._attempts
            for tokens in (attempt.tokens(self._opened.prompt_tokens),)
        )

    def attempt(self, upstream: str | None, model: str, credential: str | None = None, tier: Tier = LISTED) -> Attempt:
        """Begin an attempt. Arguments as `Attempt`'s."""
        attempt = Attempt(upstream, model, credential, tier)
        if self.trace is not None:
            attempt.leg = self.trace.attempt(upstream, model)
        self._attempts.append(attempt)
        return attempt

    def answers(self, attempt: Attempt) -> None:
        """Note which attempt the caller is answered from; without a word it is the last."""
        self._winner = attempt

    def repeats(self, answer: Document) -> None:
        """Note that it is answered with what was answered before: nobody is asked, and nothing is paid for."""
        tally = Tally()
        tally.answered(answer)
        tokens = tally.tokens(self._opened.prompt_tokens, ended=True, worked=False)
        self._repeated = answer.model, tokens._replace(source="cache")

    def said(self, prompt: bytes, answer: str) -> None:
        """Keep the request's words, where the book keeps words: redacted, and no more of them than `TEXT_BOUND`.

        Args:
            prompt: the messages as JSON.
            answer: the text of the answer, as far as it came.
        """
        if self._book.texts:
            shown = redacted(prompt.decode("utf-8", "replace"))
            self._texts = Texts(self.name, self._opened.at, shown, redacted(answer))

    def completed(self) -> None:
        """Note that the caller got all of it."""
        self._end = "completed"
        self._status = 200

    def failed(self, status: int, end: End = "failed") -> None:
        """Note that it failed, with which status the caller was told, and how: see `end_of`."""
        self._end = end
        self._status = status

    def __enter__(self) -> Self:
        """Open it. Raises JournalError when that cannot be written down: nothing may go upstream then."""
        if self._book.journal is not None:
            self._book.journal.open(self._opened)
        self._totals.open += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it: what did not come to an end of its own was left by its caller, or cut off here."""
        cut = kind is not None and not issubclass(kind, Disconnected)
        end: End = self._end or ("failed" if cut else "disconnected")
        self._totals.open -= 1
        # The upstream worked until it was cut off, and may want to be paid.
        closed = self._close(end, "cancelled" if cut and self._end is None else end)
        self._totals.add(closed)
        self.closed = closed
        line = record.encode(closed)
        if self._book.journal is not None:
            self._book.journal.close(line, self._texts)
        if log.isEnabledFor(logging.INFO):
            log.handle(spoken(log.name, document_line(line)))

    def _close(self, end: End, attempts_end: AttemptEnd) -> Closed:
        opened, took = self._opened, time.monotonic() - self._begun
        used: list[Tokens] = []
        attempts: list[Attempted] = []
        for attempt in self._attempts:
            attempt.ended(attempts_end, self._status)
            tokens = attempt.tokens(opened.prompt_tokens)
            used.append(tokens)
            attempts.append(attempt.record(opened.at, self._begun, tokens, self._cost(attempt, tokens)))
        winner = self._winner or (self._attempts[-1] if self._attempts else None)
        served, tokens = self._repeated or (winner.served if winner else None, together(used))
        return Closed(
            id=opened.id,
            end_reason=end,
            status=self._status,
            asked=opened.asked,
            served=short(served) if served else None,
            stream=opened.stream,
            prompt_tokens=tokens.prompt,
            completion_tokens=tokens.completion,
            tokens_from=tokens.source,
            first_token_s=winner.first_since(self._begun) if winner else None,
            total_s=round(took, 4),
            entry=opened.open,
            at=opened.at,
            key=opened.key,
            owner=opened.owner,
            upstream=winner.upstream if winner else None,
            cached_tokens=tokens.cached,
            reasoning_tokens=tokens.reasoning,
            cost=0 if self._repeated else _sum_of_costs((attempt.tokens_from, attempt.cost) for attempt in attempts),
            changed=tuple(map(short, self.changed[:CHANGES_BOUND])),
            attempts=tuple(attempts),
        )

    def _cost(self, attempt: Attempt, tokens: Tokens) -> int | None:
        if self._book.price is None or tokens.source == "none":
            return None
        tier = attempt.tier.named(attempt.served_tier)
        cost = self._book.price(attempt.upstream, attempt.model, attempt.served or attempt.model, tokens, tier)
        return None if cost is None else min(cost, DEAREST)


class Totals:
    """What all entries of this process add up to.

    Attributes:
        open: how many requests are under way.
        closed: how many ended how.
        prompt_tokens: that all of them used, where known.
        completion_tokens: that all of them used, where known.
        also: told of every entry that is closed; None where nobody else counts.
    """

    def __init__(self) -> None:
        self.also: Callable[[Closed], None] | None = None
        self.open = 0
        self.closed: dict[End, int] = dict.fromkeys((end for end in get_args(End) if end != "killed"), 0)
        self.prompt_tokens = 0
        self.completion_tokens = 0

    def add(self, closed: Closed) -> None:
        """Count an entry that was closed."""
        self.closed[closed.end_reason] += 1
        if closed.tokens_from != "cache":
            self.prompt_tokens += closed.prompt_tokens or 0
            self.completion_tokens += closed.completion_tokens or 0
        if self.also is not None:
            self.also(closed)

    def to_dict(self) -> dict[str, object]:
        """All of it, for `/healthz`."""
        return {
            "open": self.open,
            **{str(end): count for end, count in self.closed.items()},
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
        }


def end_of(error: errors.DragomanError) -> End:
    """How a request ended that failed with this."""
    if isinstance(error, errors.TimeLimitError):
        return "timed_out"
    if isinstance(error, errors.StatusError) and not isinstance(error, errors.ServerError):
        return "refused_upstream"
    return "failed"


_NO_BOOK = Book()


def _sum_of_costs(attempts: Iterable[tuple[Source, int | None]]) -> int | None:
    costs = [cost for source, cost in attempts if source != "none"]
    known = [cost for cost in costs if cost is not None]
    return min(sum(known), DEAREST) if known and len(known) == len(costs) else None
