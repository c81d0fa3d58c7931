"""How many tokens to reserve for a request, before anyone has counted them. No I/O.

Who sells a model counts with its own tokenizer. What is reserved has to be no less than that, nearly always, and not
so much more that a key could not use its limit; what the request really took replaces it when its answer has come.
"""

from __future__ import annotations

from typing import Any

ANSWER = 4096
"""Tokens reserved for an answer whose length nobody bounded."""

LARGEST = 2**53
"""The most that is reserved of anything: no limit is as large (`Desk.create`), and of more the scripts of a Valkey,
which know 64 bits and floats, would lose count. Whoever asks for more asks for too much all the same."""

_BOUNDS = ("max_completion_tokens", "max_tokens")


def tokens(prompt: int, answer: int) -> int:
    """The tokens to reserve: half as many again as the prompt's estimate, and those of the longest answer.

    Args:
        prompt: the estimate of a prompt's tokens, which may be wrong by a third.
        answer: the most tokens of its answer: see `longest`.
    """
    return min(prompt + -(-prompt // 2) + answer, LARGEST)


def longest(body: dict[str, Any], answer: int = ANSWER) -> int:
    """The most tokens of answer that a request asks for, over all its choices; `answer` for each where it does not say.

    Of two bounds the larger counts: which of them an upstream heeds is its own affair.

    Args:
        body: a checked request.
        answer: what stands for the longest answer where the request does not say: the model's own maximum where
            nothing may be overshot, otherwise a length that answers seldom reach; 0 where nothing is answered that
            has tokens, whatever the request says.
    """
    if not answer:
        return 0
    bounds = [bound for name in _BOUNDS if isinstance(bound := body.get(name), int)]
    choices = body.get("n")
    longest_of_one = max(0, *bounds) if bounds else answer
    return min(longest_of_one * (choices if isinstance(choices, int) and choices > 1 else 1), LARGEST)
