"""Who used what: an entry for every accepted request, opened before its work and closed once, whatever happens."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Literal, Self

import msgspec

from dragoman.asgi import Disconnected
from dragoman.reading import says_something

if TYPE_CHECKING:
    from types import TracebackType

    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion, Usage

End = Literal["completed", "failed", "disconnected"]
Source = Literal["upstream", "counted", "none"]

NAME_BOUND = 200
"""The most characters of a model's name that are kept: a caller may send any."""

log = logging.getLogger("dragoman.ledger")


class Entry:
    """One request's line in the ledger; a context manager that closes it.

    Its closing is one line of JSON on the log `dragoman.ledger`, with these fields and no others: no prompt, no
    answer, no header, no credential.

    Args:
        totals: what all entries add up to.
        request_id: the request's name.
        model: the model that was asked for.
        stream: whether a stream was asked for.
    """

    def __init__(self, totals: Totals, request_id: str, model: str, *, stream: bool) -> None:
        self._totals = totals
        self._request_id = request_id
        self._asked = model[:NAME_BOUND]
        self._stream = stream
        self._served: str | None = None
        self._usage: Usage | None = None
        self._counted = 0
        self._begun = time.monotonic()
        self._first: float | None = None
        self._end: End | None = None
        self._status: int | None = None

    def saw(self, chunk: Chunk) -> None:
        """Take a chunk that came from upstream."""
        if self._first is None:
            self._first = time.monotonic() - self._begun
        self._served = chunk.model or self._served
        if chunk.usage is not None:
            self._usage = chunk.usage
        if says_something(chunk):
            self._counted += 1

    def answered(self, completion: Completion) -> None:
        """Take a completion that came from upstream."""
        self._served = completion.model
        self._usage = completion.usage

    def completed(self) -> None:
        """Note that the caller got all of it."""
        self._end = "completed"
        self._status = 200

    def failed(self, status: int) -> None:
        """Note that it failed, and with which status the caller was told."""
        self._end = "failed"
        self._status = status

    def __enter__(self) -> Self:
        """Open it."""
        self._totals.open += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it: what did not come to an end of its own was left by its caller, or cut off here."""
        cut = kind is not None and not issubclass(kind, Disconnected)
        end: End = self._end or ("failed" if cut else "disconnected")
        self._totals.open -= 1
        self._totals.closed[end] += 1
        prompt, completion, source = self._tokens()
        self._totals.prompt_tokens += prompt or 0
        self._totals.completion_tokens += completion or 0
        line = {
            "request": self._request_id,
            "end": end,
            "status": self._status,
            "model": self._asked,
            "served": self._served,
            "stream": self._stream,
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "tokens_from": source,
            "first_s": None if self._first is None else round(self._first, 3),
            "total_s": round(time.monotonic() - self._begun, 3),
        }
        log.info(msgspec.json.encode(line).decode())

    def _tokens(self) -> tuple[int | None, int | None, Source]:
        """Tokens of the prompt and of the answer, and who says so. A chunk is a token or more: a count is a floor."""
        if self._usage is not None:
            return self._usage.prompt_tokens, self._usage.completion_tokens, "upstream"
        if self._counted:
            return None, self._counted, "counted"
        return None, None, "none"


class Totals:
    """What all entries of this process add up to.

    Attributes:
        open: how many requests are under way.
        closed: how many ended how.
        prompt_tokens: of all of them, where known.
        completion_tokens: of all of them, where known.
    """

    def __init__(self) -> None:
        self.open = 0
        self.closed: dict[End, int] = {"completed": 0, "failed": 0, "disconnected": 0}
        self.prompt_tokens = 0
        self.completion_tokens = 0

    def to_dict(self) -> dict[str, object]:
        """All of it, for `/healthz`."""
        return {
            "open": self.open,
            **{str(end): count for end, count in self.closed.items()},
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
        }
