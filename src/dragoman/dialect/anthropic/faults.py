"""What went wrong, in the Messages API's terms: its error bodies read, and written. No I/O.

The form is `{"type": "error", "error": {"type", "message"}, "request_id"}`, in an answer and in a stream alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from dragoman.wire.fault import Fault

TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
"""The type of each status that has its own; else a 4xx is an `invalid_request_error`, a 5xx an `api_error`."""

_TOO_LONG = re.compile(r"prompt is too long|exceed(s|ed)? (the )?context (limit|window)", re.IGNORECASE)
_SPENT = re.compile(r"credit balance is too low|reached your specified .*usage limits", re.IGNORECASE)


def refined(fault: Fault) -> Fault:
    """A fault with the code it would have elsewhere: this API says some things in its sentence only."""
    if fault.code is not None or fault.type != "invalid_request_error":
        return fault
    if _TOO_LONG.search(fault.message):
        return msgspec.structs.replace(fault, code="context_length_exceeded")
    if _SPENT.search(fault.message):
        return msgspec.structs.replace(fault, code="insufficient_credits")
    return fault


def body(status: int, message: str, request_id: str | None) -> bytes:
    """An error as this API spells it, for an answer's body or an `error` event.

    Args:
        status: the HTTP status it has, or would have.
        message: one sentence.
        request_id: the request's name.
    """
    kind = TYPES.get(status) or ("api_error" if status >= 500 else "invalid_request_error")  # noqa: PLR2004 - RFC 9110 §15.6
    error: dict[str, Any] = {"type": "error", "error": {"type": kind, "message": message}}
    return msgspec.json.encode(error | ({"request_id": request_id} if request_id else {}))
