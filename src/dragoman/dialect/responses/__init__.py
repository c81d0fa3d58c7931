"""OpenAI's Responses API, both ways. No I/O.

Speaking, to an upstream that has it: `speak` makes a chat request its request, `Translation` makes its answers and
streams chat's. Hearing, from a client that speaks it: `hear` makes its request a chat request, `reply` a completion its
response, `Telling` chunks its events. `items`, `turns`, `parts` and `tools` say, both ways, what is what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.dialect.responses.answer import whole
from dragoman.dialect.responses.reader import Reader
from dragoman.dialect.responses.speak import speak

if TYPE_CHECKING:
    from dragoman.wire.fault import Fault

__all__ = ["Reader", "Translation", "speak"]


class Translation:
    """How the answers to one call become chat completions; what `dragoman.answer.reading.Translation` describes."""

    __slots__ = ()

    def whole(self, body: bytes, now: int) -> bytes:
        """An answer in one piece as a completion's JSON. Raises `msgspec.DecodeError` where it is none."""
        return whole(body, now)

    def stream(self, now: int) -> Reader:
        """What reads one stream, from its beginning."""
        return Reader(now)

    def fault(self, fault: Fault) -> Fault:
        """The same: this API says its codes."""
        return fault
