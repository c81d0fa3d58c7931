"""Checks of what an endpoint bears: a large body, a long conversation, eight at once, and more than it takes.

Threads, and I/O through the endpoint.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from dragoman.call import encode
from dragoman.probe.answer import Whole, declined
from dragoman.probe.check import Check
from dragoman.probe.endpoint import LIMITED
from dragoman.probe.finding import Found, broken, honoured, refused, unclear
from dragoman.probe.prompts import HELLO
from dragoman.retry import asked_pause
from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    from dragoman.probe.endpoint import Endpoint

LARGE = 5 * 1024 * 1024
TOO_LARGE = 413
TURNS = 30
AT_ONCE = 8
MANY = 64
"""Requests at once that are to be too many."""


def large_body(endpoint: Endpoint) -> Found:
    """Whether 5 MB are read, or refused in so many words: they are white space, which costs no tokens."""
    data = encode(endpoint.body(HELLO, 1))
    try:
        whole = endpoint.send("POST", endpoint.path, data[:-1] + b" " * LARGE + b"}", most=len(data) // 3)
    except NoAnswer as failure:
        return broken(f"5 MB of white space in a body: {failure.detail}")
    if whole.status == TOO_LARGE and whole.refusal is not None:
        return refused(whole.told)
    found = declined(whole)
    return honoured("5 MB of white space in a body, and an answer") if found is None else found


def many_messages(endpoint: Endpoint) -> Found:
    """Whether a conversation of sixty messages is answered."""
    turn: list[dict[str, Any]] = [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Hi."}]
    whole = endpoint.chat([*turn * TURNS, {"role": "user", "content": "Bye."}], 1)
    tokens = whole.count("prompt_tokens")
    seen = f"{2 * TURNS + 1} messages, {'?' if tokens is None else tokens} tokens"
    if tokens is not None and tokens < 2 * TURNS:
        return broken(f"{seen}: some of them were left out")
    return unclear(seen) if tokens is None else honoured(seen)


def concurrency(endpoint: Endpoint) -> Found:
    """Whether eight at once are answered."""
    answers = at_once(endpoint, AT_ONCE)
    bad = next((found for whole in answers if isinstance(found := _fault(whole), Found)), None)
    if bad is not None:
        return bad
    limited = sum(whole.status == LIMITED for whole in answers if isinstance(whole, Whole))
    return refused(f"{limited} of {AT_ONCE} at once are told 429") if limited else honoured(f"{AT_ONCE} at once")


def _fault(whole: Whole | NoAnswer) -> Found | None:
    if isinstance(whole, NoAnswer):
        return broken(f"one of {AT_ONCE} at once: {whole.detail}")
    found = declined(whole)
    return None if found is None or (whole.status == LIMITED and whole.refusal is not None) else found


def rate(endpoint: Endpoint) -> Found:
    """Whether who is one too many is told so, and when to come again."""
    answers = at_once(endpoint, MANY)
    limited = next((whole for whole in answers if isinstance(whole, Whole) and whole.status == LIMITED), None)
    if limited is None:
        return unclear(f"{MANY} at once were not too many")
    if limited.refusal is None:
        return broken(f"429 without an error object: {limited.told}")
    if asked_pause(limited.headers, 0) is None:
        return broken(f"429 without retry-after: {limited.told}")
    return honoured(f"{limited.told}, retry-after {limited.headers.get('retry-after', 'in milliseconds')}")


def at_once(endpoint: Endpoint, number: int) -> list[Whole | NoAnswer]:
    """What comes of so many requests at once.

    Raises:
        Settled: the budget has not so much left.
    """
    body = endpoint.body(HELLO, 4)

    def ask(_: int) -> Whole | NoAnswer:
        try:
            return endpoint.post(body, patient=False)
        except NoAnswer as failure:
            return failure

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(ask, range(number)))


CHECKS = (
    Check("large-body", "limits", large_body),
    Check("many-messages", "limits", many_messages),
    Check("concurrency", "limits", concurrency),
    Check("rate-limit", "limits", rate, asked=True),
)
