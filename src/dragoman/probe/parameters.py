"""Checks of what bounds and describes an answer: length, stop, n, logprobs, logit_bias. No I/O of their own."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from dragoman.probe.answer import Whole, dig, many, text_of
from dragoman.probe.check import Check
from dragoman.probe.finding import Found, broken, honoured, ignored, quoted, unclear
from dragoman.probe.prompts import COUNT, LIST

if TYPE_CHECKING:
    from dragoman.probe.endpoint import Endpoint

SHORT = 8
"""Tokens of an answer that is cut."""

LETTERS = 16
"""Letters of a token, at most, where nobody counts tokens: what is longer than this many for each was not cut."""

ALTERNATIVES = 2
FORCED = "1000"
"""A token of every vocabulary in use; which, does not matter."""

_REPETITION = re.compile(r"\s*(\S.*?)(?:\s*\1){2,}\s*", re.DOTALL)


def length(field: str, endpoint: Endpoint) -> Found:
    """Whether an answer ends at so many tokens, and says that this is why."""
    whole = endpoint.chat(COUNT, **endpoint.cold, **{field: SHORT})
    tokens, finish = whole.count("completion_tokens"), whole.finish
    seen = f"{_counted(tokens, whole)}, finish_reason {finish}"
    over = len(whole.text) > SHORT * LETTERS if tokens is None else tokens > SHORT
    if over and finish != "length":
        return ignored(f"{seen}, where {SHORT} were allowed")
    if over:
        return broken(f"{seen}, where {SHORT} were allowed")
    if finish == "length":
        return honoured(seen)
    if tokens == SHORT:
        return broken(f"{seen}, where the answer was cut")
    return unclear(f"{seen}: it ended before it had to")


def _counted(tokens: int | None, whole: Whole) -> str:
    return f"{len(whole.text)} letters" if tokens is None else f"{tokens} tokens"


def stop(endpoint: Endpoint) -> Found:
    """Whether an answer ends before a text that it would have held."""
    plain = text_of(endpoint.baseline(COUNT, **endpoint.cold))
    word = _inside(plain)
    if word is None:
        return unclear(f"no word to stop at in {quoted(plain)}")
    whole = endpoint.chat(COUNT, **endpoint.cold, stop=[word])
    before, text = plain[: plain.find(word)].rstrip(), whole.text.rstrip()
    seen = f"{quoted(text)} where {quoted(plain)} was to end before {word!r}, finish_reason {whole.finish}"
    if text.endswith(word) and text == before + plain[len(before) : plain.find(word)] + word:
        return broken(f"the text to stop at is in the answer: {seen}")
    if word in text:
        return ignored(seen)
    if text != before:
        return unclear(f"two answers at temperature 0 differ: {seen}")
    return honoured(seen) if whole.finish == "stop" else broken(seen)


def _inside(text: str) -> str | None:
    """A word of a text that does not stand at its beginning."""
    words = text.split()
    return next((word for word in words[len(words) // 3 :] if text.find(word) > 0), None)


def several(endpoint: Endpoint) -> Found:
    """Whether two choices come where two are asked for."""
    whole = endpoint.chat(LIST, n=2)
    choices = many(dig(whole.json, "choices"))
    places = sorted(str(dig(choice, "index")) for choice in choices)
    seen = f"{len(choices)} choices, index {' and '.join(places)}"
    if len(choices) == 1:
        return ignored("1 choice where 2 were asked for")
    spoken = all(isinstance(dig(choice, "message"), dict) for choice in choices)
    return honoured(seen) if places == ["0", "1"] and spoken else broken(seen)


def logprobs(endpoint: Endpoint) -> Found:
    """Whether each token has its logarithm of a probability."""
    whole = _with_logprobs(endpoint)
    tokens = many(dig(whole.json, "choices", 0, "logprobs", "content"))
    if not tokens:
        return ignored("no logprobs.content in the choice")
    values = [dig(token, "logprob") for token in tokens]
    if not all(isinstance(value, int | float) and value <= 0 for value in values):
        return broken(f"a logprob is a number up to 0, unlike those in {values[:4]}")
    text = "".join(str(dig(token, "token")) for token in tokens)
    # What ends an answer may be counted with the usage and not be told, or told and not be shown.
    counted = whole.count("completion_tokens")
    if counted is not None and abs(counted - len(tokens)) > 1:
        return broken(f"{len(tokens)} tokens with logprobs, where the usage counts {counted}")
    if "\N{REPLACEMENT CHARACTER}" not in text and not text.strip().startswith(whole.text.strip()):
        return broken(f"the tokens are {quoted(text)}, the text is {quoted(whole.text)}")
    return honoured(f"{len(tokens)} tokens with logprobs make up the text")


def top_logprobs(endpoint: Endpoint) -> Found:
    """Whether each token has as many alternatives as were asked for."""
    tokens = many(dig(_with_logprobs(endpoint).json, "choices", 0, "logprobs", "content"))
    counts = sorted({len(many(dig(token, "top_logprobs"))) for token in tokens})
    if counts in ([], [0]):
        return ignored("no top_logprobs in the choice")
    if counts != [ALTERNATIVES]:
        return broken(f"{' and '.join(map(str, counts))} alternatives for a token, where {ALTERNATIVES} were asked for")
    return honoured(f"{ALTERNATIVES} alternatives for each of {len(tokens)} tokens")


def _with_logprobs(endpoint: Endpoint) -> Whole:
    return endpoint.known(COUNT, SHORT, **endpoint.cold, logprobs=True, top_logprobs=ALTERNATIVES)


def logit_bias(endpoint: Endpoint) -> Found:
    """Whether a token that is made all but certain is all that is said: which token it is need not be known."""
    plain = text_of(endpoint.baseline(COUNT, SHORT, **endpoint.cold))
    text = endpoint.chat(COUNT, SHORT, **endpoint.cold, logit_bias={FORCED: 100}).text
    if text == plain:
        return ignored(f"{quoted(text)} with token {FORCED} forced and without")
    if _REPETITION.fullmatch(text):
        return honoured(f"token {FORCED} forced: {quoted(text)}")
    return unclear(f"token {FORCED} forced: {quoted(text)}")


CHECKS = (
    Check("max_tokens", "parameters", functools.partial(length, "max_tokens")),
    Check("max_completion_tokens", "parameters", functools.partial(length, "max_completion_tokens")),
    Check("stop", "parameters", stop),
    Check("n", "parameters", several),
    Check("logprobs", "parameters", logprobs),
    Check("top_logprobs", "parameters", top_logprobs),
    Check("logit_bias", "parameters", logit_bias),
)
