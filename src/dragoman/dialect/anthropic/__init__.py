"""Anthropic's Messages API, both ways. No I/O.

Speaking, to an upstream that has it: `speak` makes a chat request its request, `Translation` makes its answers,
streams and faults chat's. Hearing, from a client that speaks it: `hear` makes its request a chat request, `reply` a
completion its answer, `Telling` chunks its events, `faults.body` an error its error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.dialect.anthropic.answer import whole
from dragoman.dialect.anthropic.faults import refined
from dragoman.dialect.anthropic.reader import Reader
from dragoman.dialect.anthropic.speak import speak

if TYPE_CHECKING:
    from dragoman.wire.fault import Fault

__all__ = ["Reader", "Translation", "speak"]


class Translation:
    """How the answers to one call become chat completions; what `dragoman.answer.reading.Translation` describes.

    Args:
        answer: the tool whose input is the answer: `Spoken.answer`.
    """

    __slots__ = ("_answer",)

    def __init__(self, answer: str = "") -> None:
        self._answer = answer

    def whole(self, body: bytes, now: int) -> bytes:
        """An answer in one piece as a completion's JSON. Raises `msgspec.DecodeError` where it is none."""
        return whole(body, now, self._answer)

    def stream(self, now: int) -> Reader:
        """What reads one stream, from its beginning."""
        return Reader(now, self._answer)

    def fault(self, fault: Fault) -> Fault:
        """A fault with the code it would have elsewhere."""
        return refined(fault)
