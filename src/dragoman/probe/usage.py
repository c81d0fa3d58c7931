"""Checks of the usage that is reported: there, adding up, the same streamed, and believable. No I/O of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.probe.answer import dig, number
from dragoman.probe.check import Check
from dragoman.probe.finding import Found, Settled, broken, honoured, ignored, unclear
from dragoman.probe.prompts import COUNT
from dragoman.probe.streams import asked

if TYPE_CHECKING:
    from dragoman.probe.answer import Whole
    from dragoman.probe.endpoint import Endpoint

COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")

WORDS = 40
"""Words that are added to a prompt."""

LEAST, MOST = 0.5, 8
"""Tokens that a word can be: several words are never one token in a dictionary of any size."""


def _counts(whole: Whole) -> tuple[int, int, int]:
    """The three counts.

    Raises:
        Settled: they are not all there.
    """
    prompt, completion, total = (whole.count(name) for name in COUNTS)
    if prompt is None or completion is None or total is None:
        raise Settled(broken(f"usage is {dig(whole.json, 'usage')}"))
    return prompt, completion, total


def present(endpoint: Endpoint) -> Found:
    """Whether an answer says what it took."""
    counts = _counts(endpoint.known(COUNT, **endpoint.cold))
    return honoured(" + ".join(map(str, counts[:2])) + f" = {counts[2]} tokens")


def adds_up(endpoint: Endpoint) -> Found:
    """Whether the total is the sum of prompt and answer."""
    prompt, completion, total = _counts(endpoint.known(COUNT, **endpoint.cold))
    if prompt + completion == total:
        return honoured(f"{prompt} + {completion} = {total}")
    # Some count what was thought outside of the answer.
    thought = number(
        dig(endpoint.known(COUNT, **endpoint.cold).json, "usage", "completion_tokens_details", "reasoning_tokens")
    )
    if thought and prompt + completion + thought == total:
        return broken(
            f"{prompt} + {completion} is not {total}: {thought} reasoning tokens are left out of the answer's"
        )
    return broken(f"{prompt} + {completion} is not {total}")


def same_streamed(endpoint: Endpoint) -> Found:
    """Whether the same answer costs the same when it is streamed."""
    whole, stream = endpoint.known(COUNT, **endpoint.cold), asked(endpoint)
    if stream.usage is None:
        return ignored("no usage in the stream")
    counts = _counts(whole)
    told = tuple(number(dig(stream.usage, name)) for name in COUNTS)
    seen = f"whole {counts}, streamed {told}"
    if told == counts:
        return honoured(f"{counts[2]} tokens, streamed and whole")
    if told[0] != counts[0]:
        return broken(f"one prompt is counted in two ways: {seen}")
    return (
        broken(seen) if stream.text == whole.text else unclear(f"the answers differ, and so does their usage: {seen}")
    )


def plausible(endpoint: Endpoint) -> Found:
    """Whether the prompt's count grows with the prompt, and the answer's is one that can be."""
    short = endpoint.known(COUNT, **endpoint.cold)
    before, completion, _ = _counts(short)
    after = _counts(endpoint.chat(COUNT + " Apples and pears." * (WORDS // 3 + 1), **endpoint.cold))[0]
    grown = after - before
    seen = f"{WORDS} words more are {grown} tokens more, {len(short.text)} letters are {completion} tokens"
    if not LEAST * WORDS <= grown <= MOST * WORDS:
        return broken(seen)
    return broken(seen) if short.text and not completion else honoured(seen)


CHECKS = (
    Check("usage", "usage", present),
    Check("sum", "usage", adds_up),
    Check("same-streamed", "usage", same_streamed),
    Check("plausible", "usage", plausible),
)
