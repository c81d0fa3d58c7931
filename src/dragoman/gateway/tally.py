"""How many tokens an attempt used, and who says so. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dragoman.answer.reading import says_something
from dragoman.cost.estimate import answer_tokens
from dragoman.gateway.counted import Counted
from dragoman.wire.chunk import Delta, usage_in
from dragoman.wire.completion import Completion, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dragoman.gateway.record import Source
    from dragoman.gateway.tongue import Document
    from dragoman.wire.chunk import Chunk

MOST = 10**12
"""More than any answer has: what an upstream says beyond it is a mistake, and must not make sums overflow."""

_COUNTS = ("prompt_tokens", "completion_tokens")
_LEAST_CERTAIN_FIRST: tuple[Source, ...] = ("estimated", "counted", "upstream")
_SAYING = tuple(name for name in Delta.__struct_fields__ if name != "role")


class Tokens(NamedTuple):
    """How many tokens; None for what is not known."""

    prompt: int | None = None
    """Those of the prompt."""
    completion: int | None = None
    """Those of the answer."""
    cached: int | None = None
    """Those of the prompt that came from the upstream's cache."""
    reasoning: int | None = None
    """Those of the answer that were reasoning."""
    source: Source = "none"
    """Who says so."""
    written: int | None = None
    """Those of the prompt that were put into the upstream's cache, which some charge for."""


NOTHING = Tokens()
"""Nothing is known to have been used."""


class Tally:
    """Listens to one attempt's answer, and says at its end what it came to."""

    __slots__ = ("_answer_tokens", "_chunks", "_unsaid", "_usage", "_whole")

    def __init__(self) -> None:
        self._usage: Usage | None = None
        self._unsaid: tuple[str, ...] = ()
        self._chunks = 0
        self._answer_tokens = 0
        self._whole = False

    def saw(self, chunk: Chunk) -> bool:
        """Take a chunk that came from upstream, and say whether it carried content."""
        if chunk.usage is not None:
            self._hear(chunk.usage, chunk)
        for choice in chunk.choices:
            if choice.delta.content:
                break
        else:
            if not says_something(chunk) or _only_ends(chunk):
                return False
        self._chunks += 1
        return True

    def answered(self, answer: Document) -> None:
        """Take an answer in one piece that came from upstream."""
        self._whole = True
        if isinstance(answer, Counted):
            # To count takes nothing, and that is no guess.
            self._usage = Usage()
        elif answer.usage is not None:
            self._hear(answer.usage, answer, _COUNTS if isinstance(answer, Completion) else _COUNTS[:1])
        if isinstance(answer, Completion) and (self._usage is None or self._unsaid):
            self._answer_tokens = answer_tokens(answer)

    def tokens(self, prompt: int | None, *, ended: bool, worked: bool) -> Tokens:
        """What it came to.

        Args:
            prompt: an estimate of the prompt's tokens, for where the upstream does not say.
            ended: whether the answer came to its own end.
            worked: whether the upstream may have begun to work, be it that nothing arrived.
        """
        usage = self._usage
        # What an upstream says in the middle of an answer that then broke off (llama.cpp's and vLLM's continuous
        # usage; LocalAI's zeros on each chunk) does not outweigh what has been seen.
        if usage is not None and (ended or self._whole or usage.completion_tokens >= self._chunks):
            return self._filled(_told(usage), prompt) if self._unsaid else _told(usage)
        if self._chunks:
            if usage is not None and usage.prompt_tokens > 0:
                # Of the prompt it has been said before the answer began, as Anthropic does.
                return _told(usage)._replace(completion=self._chunks, reasoning=None, source="counted")
            return Tokens(prompt, self._chunks, source="counted")
        if self._whole:
            return Tokens(prompt, self._answer_tokens, source="estimated")
        if worked and prompt is not None:
            return Tokens(prompt, source="estimated")
        return NOTHING

    def _hear(self, usage: Usage, said_in: Chunk | Document, names: tuple[str, ...] = _COUNTS) -> None:
        """Take a usage that says one of these counts at least."""
        unsaid = _unsaid(usage, said_in, names)
        if len(unsaid) < len(names):
            self._usage, self._unsaid = usage, unsaid

    def _filled(self, told: Tokens, prompt: int | None) -> Tokens:
        """What an upstream tells, with what is known here in the place of what it leaves out."""
        if "prompt_tokens" in self._unsaid:
            return told._replace(prompt=prompt, source="estimated")
        completion = self._chunks or self._answer_tokens
        return told._replace(completion=completion, source="counted" if self._chunks else "estimated")


def together(parts: Iterable[Tokens]) -> Tokens:
    """The tokens of several attempts: what is known of each is added up, and the least certain says how certain."""
    known = [part for part in parts if part.source != "none"]
    if len(known) == 1:
        return known[0]
    if not known:
        return NOTHING
    source = min(known, key=lambda part: _LEAST_CERTAIN_FIRST.index(part.source)).source
    return Tokens(
        _sum(part.prompt for part in known),
        _sum(part.completion for part in known),
        _sum(part.cached for part in known),
        _sum(part.reasoning for part in known),
        source,
        _sum(part.written for part in known),
    )


def _told(usage: Usage) -> Tokens:
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    return Tokens(
        _sane(usage.prompt_tokens),
        _sane(usage.completion_tokens),
        None if prompt is None or prompt.cached_tokens is None else _sane(prompt.cached_tokens),
        None if completion is None or completion.reasoning_tokens is None else _sane(completion.reasoning_tokens),
        "upstream",
        None if prompt is None or prompt.cache_write_tokens is None else _sane(prompt.cache_write_tokens),
    )


def _unsaid(usage: Usage, said_in: Chunk | Document, names: tuple[str, ...]) -> tuple[str, ...]:
    """Which of these counts a usage does not say: of one that is null, or not there, the typed view has a zero too."""
    doubtful = tuple(name for name in names if getattr(usage, name) <= 0)
    if not doubtful:
        return ()
    said = usage_in(said_in.to_dict()) or {}
    return tuple(name for name in doubtful if not _is_zero(said.get(name)))


def _is_zero(value: object) -> bool:
    return value == "0" or (isinstance(value, int | float) and not isinstance(value, bool) and value == 0)


def _only_ends(chunk: Chunk) -> bool:
    """Whether a chunk says why each of its choices stopped, and nothing else."""
    return all(
        bool(choice.finish_reason) and not any(getattr(choice.delta, name) for name in _SAYING)
        for choice in chunk.choices
    )


def _sane(count: int) -> int:
    return min(max(count, 0), MOST)


def _sum(column: Iterable[int | None]) -> int | None:
    known = [value for value in column if value is not None]
    return sum(known) if known else None
