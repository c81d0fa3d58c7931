"""An entry of the ledger as it is written down: what the log, the journal and the store hold of it. Types; no I/O.

A field's name in JSON, in the journal and on the log, is the log's own where the two differ (`request` for `id`, `end`
for `end_reason`, `model` for `asked`, `first_s` for `first_token_s`); in Python and in the store it is the ledger's.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - annotations are read at run time: they are the lines' types
from typing import Annotated, Literal

import msgspec

from dragoman.names import LENGTH

End = Literal["completed", "failed", "refused_upstream", "disconnected", "timed_out", "killed"]
"""How a request ended.

completed: the caller got all of it · failed: the upstream broke off or could not be reached, or the gateway failed ·
refused_upstream: the upstream answered with a status of its own that says no · disconnected: the caller left first ·
timed_out: a limit in seconds ran out · killed: the gateway's process died over it.
"""

AttemptEnd = End | Literal["cancelled"]
"""How an attempt ended: `cancelled` where it was not needed any more, since another won or the gateway stopped."""

Source = Literal["upstream", "counted", "estimated", "cache", "none"]
"""Who says how many tokens there were.

upstream: it said so itself, and a 0 it says is a 0 · counted: chunks of the answer, of which each is a token or more,
and the prompt is estimated · estimated: from the bytes of the texts · cache: they are those of an earlier answer that
was given again, for which nothing was used · none: nobody; nothing is known to have been used.
"""

BIGGEST = 2**63 - 1
"""The largest number that the store's columns hold."""

Count = Annotated[int, msgspec.Meta(ge=0, le=BIGGEST)]
"""A number of tokens, of microdollars or of attempts."""

_NAMES = {"id": "request", "end_reason": "end", "asked": "model", "first_token_s": "first_s"}


class Opened(msgspec.Struct, frozen=True, gc=False, rename=_NAMES, omit_defaults=True):
    """A request was accepted, and nothing of it has gone upstream yet."""

    open: str
    """The entry's own name, of which there is one only: callers may give several requests the same `id`."""
    id: str
    """The request's name, as its caller was told."""
    at: datetime
    """When it was accepted, in UTC."""
    asked: str
    """The model the caller named."""
    stream: bool = False
    """Whether a stream was asked for."""
    key: str | None = None
    """The id of the key that asked; None where none was needed."""
    owner: str | None = None
    """Whose key it is."""
    prompt_tokens: Count | None = None
    """An estimate, for the case that nothing better comes."""


class Attempted(msgspec.Struct, frozen=True, gc=False, rename=_NAMES, omit_defaults=True):
    """One attempt at an upstream."""

    upstream: str | None
    """The upstream's name in the configuration; None for the only one there is."""
    model: str
    """The model it was asked for."""
    started: datetime
    """When it was begun, in UTC."""
    end_reason: AttemptEnd
    """How it ended."""
    total_s: float
    """Seconds from its beginning to its end."""
    status: int | None = None
    """What the upstream answered with."""
    credential: str | None = None
    """A fingerprint of the credential it was sent with, never the credential."""
    first_token_s: float | None = None
    """Seconds to the first chunk with content; None without one."""
    prompt_tokens: Count | None = None
    """Tokens of the prompt."""
    completion_tokens: Count | None = None
    """Tokens of the answer."""
    cached_tokens: Count | None = None
    """Those of the prompt that came from the upstream's cache."""
    reasoning_tokens: Count | None = None
    """Those of the answer that were reasoning."""
    tokens_from: Source = "none"
    """Who says so."""
    cost: Count | None = None
    """Millionths of a US dollar; None where the price or the tokens are unknown."""


class Closed(msgspec.Struct, frozen=True, gc=False, rename=_NAMES):
    """A request came to its end: all there is to know of it. Tokens and cost are those of all its attempts."""

    id: str
    """The request's name, as its caller was told."""
    end_reason: End
    """How it ended."""
    status: int | None
    """What the caller was told; None where it was told nothing."""
    asked: str
    """The model the caller named."""
    served: str | None
    """The model that answered, as its upstream calls it."""
    stream: bool
    """Whether a stream was asked for."""
    prompt_tokens: Count | None
    """Tokens of the prompts."""
    completion_tokens: Count | None
    """Tokens of the answers."""
    tokens_from: Source
    """Who says so: the least certain of the attempts'."""
    first_token_s: float | None
    """Seconds to the first chunk with content; None without one, as for an answer that is no stream."""
    total_s: float | None
    """Seconds from beginning to end; None for one that was killed."""
    entry: str
    """The entry's own name."""
    at: datetime
    """When it was accepted, in UTC."""
    key: str | None = None
    """The id of the key that asked."""
    owner: str | None = None
    """Whose key it is."""
    upstream: str | None = None
    """The upstream that answered, or was the last to be asked."""
    cached_tokens: Count | None = None
    """Those of the prompts that came from an upstream's cache."""
    reasoning_tokens: Count | None = None
    """Those of the answers that were reasoning."""
    cost: Count | None = None
    """Millionths of a US dollar; None where any part of it is unknown."""
    changed: tuple[str, ...] = ()
    """What of the request was changed on its way upstream."""
    attempts: tuple[Attempted, ...] = ()
    """Each attempt, in the order of their beginning."""


class Texts(msgspec.Struct, frozen=True, gc=False):
    """A request's words, kept only where that is switched on."""

    texts: str
    """The entry they belong to."""
    at: datetime
    """When it was accepted, in UTC."""
    prompt: str
    """The messages as JSON, without what looks like a credential."""
    answer: str
    """The answer's text, without what looks like a credential."""


def killed(opened: Opened) -> Closed:
    """The end of an entry whose process died before it could be closed.

    Its upstream may have read the prompt: the estimate stands. How much it answered nobody knows any more.
    """
    return Closed(
        id=opened.id,
        end_reason="killed",
        status=None,
        asked=opened.asked,
        served=None,
        stream=opened.stream,
        prompt_tokens=opened.prompt_tokens,
        completion_tokens=None,
        tokens_from="none" if opened.prompt_tokens is None else "estimated",
        first_token_s=None,
        total_s=None,
        entry=opened.open,
        at=opened.at,
        key=opened.key,
        owner=opened.owner,
    )


Line = Opened | Closed | Texts

encode = msgspec.json.Encoder().encode
"""A line as JSON, without its end."""

OPENING = b'{"open":"'
"""What an opened line begins with: the entry's name follows."""

NAME = slice(len(OPENING), len(OPENING) + LENGTH)
"""Where in an opened line the name stands."""

_opened = msgspec.json.Decoder(Opened).decode
_closed = msgspec.json.Decoder(Closed).decode
_texts = msgspec.json.Decoder(Texts).decode


def decode(line: bytes) -> Line:
    """A line of the journal.

    Raises:
        ValueError: it is none: torn, or of bytes that are no UTF-8.
    """
    if line.startswith(b'{"open"'):
        return _opened(line)
    if line.startswith(b'{"texts"'):
        return _texts(line)
    return _closed(line)
