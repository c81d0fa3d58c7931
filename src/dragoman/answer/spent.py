"""How many tokens a call used over all its attempts, and who says so. No I/O.

    with client.chat.stream(messages="Tell me a long story.") as stream:
        for chunk in stream:
            if enough(chunk):
                break
    print(stream.spent)     # Spent(prompt_tokens=11, completion_tokens=42, source='partial', …)

What was used is paid for, also where the stream was left or cut, or where an attempt failed after the server had begun
to work. A number alone does not say which of these it is, so each comes with its source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from dragoman.cost.estimate import answer_tokens, prompt_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dragoman.errors import APIError
    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion, Usage

Source = Literal["nothing", "reported", "partial", "estimated", "unknown"]
"""Who says how many tokens there were, from the most certain to the least.

nothing: none were used; the attempt never reached the server, or was refused. reported: the server, at the answer's
end. partial: the answer broke off or was left: its tokens are what had arrived, by its chunks and bytes, the prompt's
an estimate where the server had not said. estimated: the server did not say; guessed by the bytes. unknown: the
attempt failed after it was sent, and may be billed.
"""

_FROM_THE_MOST_CERTAIN: tuple[Source, ...] = ("nothing", "reported", "partial", "estimated", "unknown")


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What a call used. The sums are of what is known; `source` is that of the least certain attempt."""

    prompt_tokens: int | None = None
    """Tokens of the prompts; None where nothing is known."""
    completion_tokens: int | None = None
    """Tokens of the answers; None where nothing is known."""
    source: Source = "nothing"
    """Who says so."""
    attempts: tuple[Source, ...] = ()
    """The source of each attempt, in order."""
    usage: Usage | None = None
    """What the server said of the last attempt, as it said it."""

    @property
    def total_tokens(self) -> int | None:
        """Both together; None where neither is known."""
        return _sum(self.prompt_tokens, self.completion_tokens)


def of_completion(completion: Completion, sent: bytes) -> Spent:
    """What an answer in one piece used; `sent` is the request's body."""
    usage = completion.usage
    if usage is not None and _says_it(usage):
        return _part("reported", usage.prompt_tokens, usage.completion_tokens, usage)
    return _part("estimated", _prompt(sent), answer_tokens(completion))


def of_chunks(chunks: Sequence[Chunk], completion: Completion, sent: bytes, *, ended: bool) -> Spent:
    """What a stream used.

    Args:
        chunks: what arrived of it.
        completion: what they add up to.
        sent: the request's body.
        ended: whether it came to its own end.
    """
    usage = completion.usage if completion.usage is not None and _says_it(completion.usage) else None
    if ended:
        return of_completion(completion, sent)
    # Servers send about one token a chunk; what one says amid its answer (vLLM's continuous usage) may be ahead of it.
    arrived = sum(1 for chunk in chunks if any(choice.delta.content for choice in chunk.choices))
    if usage is None:
        return _part("partial", _prompt(sent), max(arrived, answer_tokens(completion)))
    return _part("partial", usage.prompt_tokens or _prompt(sent), max(arrived, usage.completion_tokens), usage)


def of_failure(error: APIError, *, sent: bool) -> Spent:
    """What an attempt used that failed before there was an answer; `sent`: whether any of it reached the server."""
    partial = error.partial
    if partial is not None and partial.usage is not None and _says_it(partial.usage):
        return _part("partial", partial.usage.prompt_tokens, partial.usage.completion_tokens, partial.usage)
    # No vendor bills an answer whose status is an error's.
    refused = error.status is not None and not 200 <= error.status < 300  # noqa: PLR2004 - RFC 9110 §15.3
    return _part("nothing" if refused or not sent else "unknown")


def together(parts: Iterable[Spent]) -> Spent:
    """What several attempts used."""
    prompt = completion = None
    usage: Usage | None = None
    sources: list[Source] = []
    for part in parts:
        prompt = _sum(prompt, part.prompt_tokens)
        completion = _sum(completion, part.completion_tokens)
        usage = part.usage
        sources += part.attempts
    source: Source = max(sources, key=_FROM_THE_MOST_CERTAIN.index) if sources else "nothing"
    return Spent(
        prompt_tokens=prompt, completion_tokens=completion, source=source, attempts=tuple(sources), usage=usage
    )


def _part(
    source: Source, prompt: int | None = None, completion: int | None = None, usage: Usage | None = None
) -> Spent:
    return Spent(prompt_tokens=prompt, completion_tokens=completion, source=source, attempts=(source,), usage=usage)


def _says_it(usage: Usage) -> bool:
    """Whether a usage says anything: of `{}` the typed view has zeros as well."""
    return bool(usage.prompt_tokens or usage.completion_tokens)


def _prompt(sent: bytes) -> int | None:
    try:
        body: Any = msgspec.json.decode(sent, type=dict[str, Any])
    except msgspec.DecodeError:
        return None
    return prompt_tokens(body)


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else one + other
