"""Why a request was answered as it was: what its answer's headers say, and what is remembered of refusals. No I/O.

What was let in is in the ledger; what was turned away before is nowhere but here, for as long as there is room: a flood
of wrong requests must not fill a disk.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dragoman.asgi import Header
    from dragoman.gateway.ledger import Entry
    from dragoman.gateway.refusal import Refusal

SAID = 1000
"""The most characters of a header that says what was changed, and of a refusal's message that is remembered."""

REMEMBERED = 10_000
"""How many refusals are remembered; the oldest are forgotten."""

UNTRIED: tuple[Header, ...] = ((b"x-dragoman-attempts", b"0"),)
"""What is said of a request for which nobody upstream was asked."""


def told(entry: Entry, upstream: str | None) -> list[Header]:
    """How an answer came to be: who gave it, at which attempt, and what was changed of the request for that.

    Args:
        entry: the request's.
        upstream: who gave the answer, or was the last to be asked; None for nobody.
    """
    found = [(b"x-dragoman-attempts", b"%d" % entry.tried)]
    if upstream is not None:
        found.append((b"x-dragoman-upstream", upstream.encode()))
    if entry.changed:
        said = " ".join("; ".join(entry.changed).split())
        # Names of the caller's own are in it, and a header holds no control characters (RFC 9110 §5.5).
        found.append((b"x-dragoman-changed", said.encode("unicode_escape")[:SAID]))
    return found


def tried(refused: Refusal, entry: Entry, more: Iterable[Header] = ()) -> Refusal:
    """A refusal that says who was asked before it came to that; and what else its answer would have said."""
    return refused._replace(headers=[*refused.headers, *told(entry, entry.asked_last), *more])


class Remembered(msgspec.Struct, frozen=True, gc=False):
    """One refusal."""

    at: datetime
    """When, in UTC."""
    request: str
    """The request's name, as its caller was told."""
    endpoint: str
    """The path that was asked, as the table of endpoints writes it."""
    status: int
    """What the caller was told."""
    message: str
    """The sentence that the caller was told."""
    key: str | None
    """The id of the key that asked, where there was one that is known."""


class Refusals:
    """The last `REMEMBERED` refusals of this process."""

    def __init__(self) -> None:
        self._last: deque[Remembered] = deque(maxlen=REMEMBERED)

    def note(self, request: str, endpoint: str, refused: Refusal, key: str | None) -> None:
        """Remember one."""
        at, message = datetime.now(UTC), refused.message[:SAID]
        self._last.append(Remembered(at, request, endpoint, refused.status, message, key))

    def of(self, request: str) -> list[Remembered]:
        """Those of a request's name, the newest first: callers may give a name twice."""
        return [one for one in reversed(self._last) if one.request == request]

    def own(self, request: str, key: str) -> list[Remembered]:
        """Those of them that were told to a key."""
        return [one for one in self.of(request) if one.key == key]
