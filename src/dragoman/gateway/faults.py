"""What went wrong, in the caller's terms: an error becomes a status, a fault in OpenAI's form, and headers. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from dragoman import errors
from dragoman.wire.fault import Fault, encode_fault

if TYPE_CHECKING:
    from dragoman.asgi import Header

BAD_GATEWAY, UNAVAILABLE, GATEWAY_TIMEOUT = 502, 503, 504


def status_of(error: errors.DragomanError) -> int:
    """The status a caller is told.

    What the upstream says of the request is the caller's to know. What it says of the gateway (its credential, its
    account, its connection) is not the caller's doing.
    """
    match error:
        case errors.InvalidRequestError():
            return 400
        case errors.ConfigurationError():
            return UNAVAILABLE
        case errors.AuthenticationError() | errors.PermissionDeniedError() | errors.QuotaError():
            return BAD_GATEWAY
        case errors.StatusError(status=int() as status):
            return status
        case errors.TimeLimitError():
            return GATEWAY_TIMEOUT
        case _:
            return BAD_GATEWAY


def kind_of(status: int) -> str:
    """The class of error that a status is, in OpenAI's words."""
    return "invalid_request_error" if status < 500 else "server_error"  # noqa: PLR2004 - RFC 9110 §15.6


def fault_of(error: errors.DragomanError) -> Fault:
    """The fault a caller is told."""
    status = status_of(error)
    kind = kind_of(status)
    if isinstance(error, errors.InvalidRequestError):
        return Fault(message=str(error), type=kind, param=error.param)
    if not isinstance(error, errors.APIError):
        return Fault(message=str(error), type=kind, code="unavailable")
    if isinstance(error, errors.AuthenticationError | errors.PermissionDeniedError):
        return Fault(message="the upstream refuses the gateway's credential", type=kind, code="upstream_credential")
    if isinstance(error, errors.QuotaError):
        return Fault(message="the gateway's account at the upstream is used up", type=kind, code="upstream_quota")
    if isinstance(error, errors.StatusError):
        return Fault(message=error.message, type=error.type or kind, param=error.param, code=error.code)
    return Fault(message=f"the upstream failed: {error.message}", type=kind, code=_CODES.get(type(error), "upstream"))


_CODES: dict[type[errors.APIError], str] = {
    errors.ConnectionFailedError: "upstream_unreachable",
    errors.TimeLimitError: "upstream_timeout",
    errors.TruncatedError: "upstream_truncated",
    errors.ProtocolError: "upstream_protocol",
}


def body_of(error: errors.DragomanError) -> bytes:
    """The fault as JSON."""
    return encode_fault(fault_of(error))


def event_of(error: errors.DragomanError) -> bytes:
    """The fault as JSON for an event inside a stream, which has no status line of its own: the object says it."""
    fault = fault_of(error)
    fields = {"message": fault.message, "type": fault.type, "param": fault.param, "code": fault.code}
    return msgspec.json.encode({"error": {**fields, "status": status_of(error)}})


def headers_of(error: errors.DragomanError) -> list[Header]:
    """The headers that go with it: when to come back, where the upstream said so; whether to at all."""
    if not isinstance(error, errors.APIError):
        return []
    found = [(b"x-should-retry", b"true" if error.retryable else b"false")]
    if error.retry_after is not None:
        # Whole seconds (RFC 9110 §10.2.3), never fewer than were asked for.
        found.append((b"retry-after", b"%d" % -(-error.retry_after // 1)))
    return found
