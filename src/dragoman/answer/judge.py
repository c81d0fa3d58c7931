"""What an answer that is no completion means: status, headers and body become one of the drawn errors. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman import errors
from dragoman.answer.headers import KeptHeaders
from dragoman.retry import asked_pause
from dragoman.wire.fault import Fault, read_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dragoman.secret import Secret
    from dragoman.wire.completion import Completion

BODY_BOUND = 64 * 1024
"""How many bytes of an error's body are kept."""

QUOTA_CODES = frozenset({
    "billing_error",
    "billing_hard_limit_reached",
    "billing_not_active",
    "insufficient_balance",
    "insufficient_credits",
    "insufficient_quota",
    "payment_required",
})  # fmt: skip
"""Codes that say the account has nothing left to spend, whatever the status."""

CONTEXT_CODES = frozenset({"context_length_exceeded", "context_window_exceeded", "exceed_context_size_error"})
"""Codes that say the prompt does not fit."""

BY_STATUS: dict[int, type[errors.StatusError]] = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    402: errors.QuotaError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    413: errors.ContentTooLargeError,
    422: errors.UnprocessableError,
    429: errors.RateLimitError,
    503: errors.OverloadedError,
    529: errors.OverloadedError,
}
"""The error of each status that has its own; any other 5xx is a `ServerError`, any other 4xx a `StatusError`."""

_RETRYABLE = frozenset({408, 409, 425, 429})
_FOR_GOOD = frozenset({501, 505})


def error_class(status: int, fault: Fault) -> type[errors.StatusError]:
    """Which error a status and a fault are. The fault's code decides where it says more than the status."""
    if fault.code in QUOTA_CODES or fault.type in QUOTA_CODES:
        return errors.QuotaError
    if fault.code in CONTEXT_CODES or fault.type in CONTEXT_CODES:
        return errors.ContextLengthError
    return BY_STATUS.get(status) or (errors.ServerError if status >= 500 else errors.StatusError)  # noqa: PLR2004


def may_retry(cls: type[errors.StatusError], status: int, headers: Mapping[str, str]) -> bool:
    """Whether the same request may succeed later; the server's own `x-should-retry` decides where it is sent."""
    if issubclass(cls, errors.QuotaError):
        return False
    said = headers.get("x-should-retry")
    if said in {"true", "false"}:
        return said == "true"
    return status in _RETRYABLE or (status >= 500 and status not in _FOR_GOOD)  # noqa: PLR2004


def refusal(  # noqa: PLR0913 - the answer, and what it is read with
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    secret: Secret,
    now: float,
    refined: Callable[[Fault], Fault] | None = None,
) -> errors.StatusError:
    """The error that an answer with a status outside 200 to 299 is.

    Args:
        status: the HTTP status.
        headers: the answer's.
        body: its body, or the beginning of it.
        secret: the credential that was sent, masked wherever the server echoes it.
        now: the time of day, in seconds since 1970, for a `Retry-After` that is a date.
        refined: gives a fault the code that its vendor leaves out.
    """
    fault = read_fault(body)
    if refined is not None:
        fault = refined(fault)
    fault = _masked(fault, secret)
    cls = error_class(status, fault)
    return cls(
        fault.message or f"the server answered with status {status} and said nothing more",
        status=status,
        code=fault.code,
        param=fault.param,
        type=fault.type,
        retryable=may_retry(cls, status, headers),
        retry_after=asked_pause(headers, now),
        **evidence(headers, body, secret),
    )


def said_no(  # noqa: PLR0913 - the fault, and what it came with
    fault: Fault,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    partial: Completion | None,
    secret: Secret,
) -> errors.StatusError:
    """The error that an error object inside an answer is, where the answer's own status was a success.

    Its status is the one the object claims; an object that claims none gets that of its code or type where those are
    OpenAI's own, else 500: a server that breaks off has failed.
    """
    fault = _masked(fault, secret)
    claimed = fault.status or _STATUS_OF.get(fault.code or "") or _STATUS_OF.get(fault.type or "") or 500
    cls = error_class(claimed, fault)
    return cls(
        fault.message or f"the server broke its answer (status {status}) off with an error object",
        status=claimed,
        code=fault.code,
        param=fault.param,
        type=fault.type,
        partial=partial,
        retryable=may_retry(cls, claimed, headers),
        **evidence(headers, body, secret),
    )


def _masked(fault: Fault, secret: Secret) -> Fault:
    """The fault without the credential: some servers write it into each field they have."""
    type_, param, code = (None if text is None else secret.mask(text) for text in (fault.type, fault.param, fault.code))
    return Fault(message=secret.mask(fault.message), type=type_, param=param, code=code, status=fault.status)


_STATUS_OF = {
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "billing_error": 402,
    "insufficient_quota": 429,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "model_not_found": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def evidence(headers: Mapping[str, str], body: bytes, secret: Secret) -> dict[str, Any]:
    """What every error that followed an answer keeps of it: headers, request id, the body's beginning."""
    known = KeptHeaders({name: secret.mask(value) for name, value in headers.items()})
    kept = body[:BODY_BOUND]
    if secret:
        kept = secret.mask(kept.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    return {"headers": known, "body": kept, "request_id": request_id(known)}


def request_id(headers: Mapping[str, str]) -> str | None:
    """What the vendor's support will ask for, under any of the names it goes by."""
    for name in ("x-request-id", "request-id", "x-amzn-requestid", "apim-request-id", "cf-ray"):
        if headers.get(name):
            return headers[name]
    return None
