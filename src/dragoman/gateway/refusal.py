"""Why a request is not answered, whoever says so and in whichever API it was asked. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dragoman.gateway.faults import body_of, fault_of, headers_of, kind_of, status_of
from dragoman.wire.fault import Fault, encode_fault

if TYPE_CHECKING:
    from dragoman.asgi import Header
    from dragoman.errors import DragomanError
    from dragoman.gateway.keys.identity import Denied
    from dragoman.gateway.limits.refused import Refused

TOO_LARGE = 413


class Refusal(NamedTuple):
    """An answer that says no.

    Attributes:
        status: its status.
        message: one sentence.
        body: it in OpenAI's form.
        headers: what goes with it.
    """

    status: int
    message: str
    body: bytes
    headers: list[Header]


class TurnedAwayError(Exception):
    """A request is refused before it goes upstream."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def of_error(error: DragomanError) -> Refusal:
    """The refusal that an error is."""
    return Refusal(status_of(error), fault_of(error).message, body_of(error), headers_of(error))


def of_size(bound: int) -> Refusal:
    """The refusal of a body with more bytes than may be."""
    return of_status(TOO_LARGE, f"the request is larger than {bound} bytes", "request_too_large")


def of_status(status: int, message: str, code: str, headers: list[Header] | None = None) -> Refusal:
    """A refusal by its parts."""
    return Refusal(status, message, encode_fault(Fault(message=message, code=code), kind_of(status)), headers or [])


STOPPING = of_status(
    503,
    "the gateway was told to stop, and the time that requests have then was over before this one had its answer",
    "stopping",
    [(b"x-should-retry", b"true")],
)
"""What is told to who waits for an answer when a server's drain is over."""


def of_caller(denied: Denied | Refused) -> Refusal:
    """The refusal of a caller whom nobody knows, who may not ask this, or who has used up what there was."""
    return Refusal(denied.status, denied.message, denied.body(), denied.headers())
