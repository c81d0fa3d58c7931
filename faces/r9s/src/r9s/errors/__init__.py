"""What a call to R9S raises.

R9SError                     all of it
├── BadRequestError          400
├── AuthenticationError      401
├── PermissionDeniedError    403
├── UnprocessableEntityError 422
├── RateLimitError           429
├── InternalServerError      500
├── ServiceUnavailableError  503
├── R9SDefaultError          any other status, a stream that breaks off
├── ResponseValidationError  an answer that is none
├── NoResponseError          no connection, no answer in time
└── NotFoundError            never of chat, whose 404 is an R9SDefaultError, as the vendor documents it
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from dragoman import errors as ours
from dragoman.face.field import UNSET, Unset
from dragoman.face.files import also
from dragoman.face.model import Model
from dragoman.face.record import RawResponse, remade

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.wire.completion import Completion

OK = 200
LONGEST = 10_000
"""How many characters of a body a message shows."""


class R9SError(Exception):
    """A call failed.

    Attributes:
        message: what happened.
        status_code: the HTTP status; -1 where there was no answer.
        body: the answer's body.
        headers: its headers.
        raw_response: the answer.
        partial: the completion as far as it had arrived, where a stream failed.
    """

    def __init__(self, message: str, raw_response: RawResponse | None = None, body: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.raw_response = raw_response
        self.status_code = raw_response.status_code if raw_response is not None else -1
        self.body = body if body is not None else raw_response.text if raw_response is not None else ""
        self.headers: Mapping[str, str] = raw_response.headers if raw_response is not None else {}
        self.partial: Completion | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as what it holds: the classes below are made from something else."""
        return remade, (type(self), self.args), self.__dict__

    def __str__(self) -> str:
        """What happened."""
        return self.message


class NoResponseError(R9SError):
    """There was no connection, or no answer in time."""

    def __init__(self, message: str = "No response received") -> None:
        super().__init__(message)


class ResponseValidationError(R9SError):
    """An answer came that is none of this API.

    Attributes:
        cause: what is wrong with it.
    """

    def __init__(self, message: str, raw_response: RawResponse, cause: Exception, body: str | None = None) -> None:
        super().__init__(f"{message}: {cause}", raw_response, body)
        self.cause = cause


class R9SDefaultError(R9SError):
    """An answer whose status has no class of its own."""

    def __init__(self, message: str, raw_response: RawResponse, body: str | None = None) -> None:
        shown = body or raw_response.text or '""'
        kind = raw_response.headers.get("content-type", '""')
        if len(shown) > LONGEST:
            shown = f"{shown[:LONGEST]}...and {len(shown) - LONGEST} more chars"
        text = f"{message}: " if message else ""
        text += f"Status {raw_response.status_code}"
        if kind != "application/json":
            text += f" Content-Type {kind if ' ' not in kind else repr(kind).replace(chr(39), chr(34))}"
        super().__init__(f"{text}. Body: {shown}".strip(), raw_response, body)


class ErrorTypedDict(TypedDict):
    """What an error body says, as a dict."""

    message: str
    type: str
    code: NotRequired[str | None]
    param: NotRequired[str]


class Error(Model):
    """What an error body says."""

    message: str
    type: str
    code: str | Unset | None = UNSET
    param: str | None = None


class ErrorData(Model):
    """An error body."""

    error: Error
    status: str | None = None


class _TypedError(R9SError):
    """An answer whose status has a class of its own.

    Attributes:
        data: the body as the documents describe it; where it is something else, an object without an error.
    """

    def __init__(self, data: ErrorData, raw_response: RawResponse, body: str | None = None) -> None:
        error = data.error
        said = error.message if isinstance(error, Error) else None
        text = body if body is not None else raw_response.text
        super().__init__(
            said if isinstance(said, str) and said else text or f"Status {raw_response.status_code}", raw_response, body
        )
        self.data = data


class BadRequestError(_TypedError):
    """400."""


class AuthenticationError(_TypedError):
    """401."""


class PermissionDeniedError(_TypedError):
    """403."""


class NotFoundError(_TypedError):
    """404 of the vendor's other resources; chat's is an R9SDefaultError."""


class UnprocessableEntityError(_TypedError):
    """422."""


class RateLimitError(_TypedError):
    """429."""


class InternalServerError(_TypedError):
    """500."""


class ServiceUnavailableError(_TypedError):
    """503."""


_BY_STATUS: dict[int, type[_TypedError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    500: InternalServerError,
    503: ServiceUnavailableError,
}


def explain(error: ours.APIError) -> R9SError:
    """The error of this face for one of ours."""
    made = _explained(error)
    made.partial = error.partial
    return made


def _explained(error: ours.APIError) -> R9SError:
    if error.status is None:
        return NoResponseError(error.message)
    response = RawResponse(error.status, error.headers, error.body)
    if isinstance(error, ours.StatusError):
        cls = _BY_STATUS.get(error.status)
        return cls(_data(response), response) if cls else R9SDefaultError("API error occurred", response)
    if isinstance(error, ours.ProtocolError) and error.status == OK:
        return ResponseValidationError("Response validation failed", response, error)
    return R9SDefaultError(error.message, response)


def unexpected(response: RawResponse) -> R9SError:
    """The error for a status below 400 that is not 200, or for another content type."""
    return R9SDefaultError("Unexpected response received", response)


def _data(response: RawResponse) -> ErrorData:
    try:
        body = response.json()
    except ValueError:
        body = None
    return ErrorData.received(body if isinstance(body, dict) else {})


Status = Literal["400", "401", "403", "404", "422", "429", "500", "502", "503"]
SchemasStatus = Status
"""A status as error bodies write it."""

# The original has a class for each status, all of one shape.
SchemasBadRequestErrorStatus = Status
SchemasInternalServerErrorStatus = Status
SchemasNotFoundErrorStatus = Status
SchemasRateLimitErrorStatus = Status
SchemasServiceUnavailableErrorStatus = Status
SchemasUnprocessableEntityErrorStatus = Status
AuthenticationErrorData = ErrorData
BadRequestErrorData = ErrorData
InternalServerErrorData = ErrorData
NotFoundErrorData = ErrorData
PermissionDeniedErrorData = ErrorData
RateLimitErrorData = ErrorData
ServiceUnavailableErrorData = ErrorData
UnprocessableEntityErrorData = ErrorData
SchemasError = Error
SchemasBadRequestErrorError = Error
SchemasInternalServerErrorError = Error
SchemasNotFoundErrorError = Error
SchemasRateLimitErrorError = Error
SchemasServiceUnavailableErrorError = Error
SchemasUnprocessableEntityErrorError = Error
SchemasErrorTypedDict = ErrorTypedDict
SchemasBadRequestErrorErrorTypedDict = ErrorTypedDict
SchemasInternalServerErrorErrorTypedDict = ErrorTypedDict
SchemasNotFoundErrorErrorTypedDict = ErrorTypedDict
SchemasRateLimitErrorErrorTypedDict = ErrorTypedDict
SchemasServiceUnavailableErrorErrorTypedDict = ErrorTypedDict
SchemasUnprocessableEntityErrorErrorTypedDict = ErrorTypedDict

also(
    __name__,
    "authenticationerror",
    "badrequesterror",
    "internalservererror",
    "no_response_error",
    "notfounderror",
    "permissiondeniederror",
    "r9sdefaulterror",
    "r9serror",
    "ratelimiterror",
    "responsevalidationerror",
    "serviceunavailableerror",
    "unprocessableentityerror",
)

__all__ = [
    "AuthenticationError",
    "AuthenticationErrorData",
    "BadRequestError",
    "BadRequestErrorData",
    "Error",
    "ErrorData",
    "ErrorTypedDict",
    "InternalServerError",
    "InternalServerErrorData",
    "NoResponseError",
    "NotFoundError",
    "NotFoundErrorData",
    "PermissionDeniedError",
    "PermissionDeniedErrorData",
    "R9SDefaultError",
    "R9SError",
    "RateLimitError",
    "RateLimitErrorData",
    "ResponseValidationError",
    "SchemasBadRequestErrorError",
    "SchemasBadRequestErrorErrorTypedDict",
    "SchemasBadRequestErrorStatus",
    "SchemasError",
    "SchemasErrorTypedDict",
    "SchemasInternalServerErrorError",
    "SchemasInternalServerErrorErrorTypedDict",
    "SchemasInternalServerErrorStatus",
    "SchemasNotFoundErrorError",
    "SchemasNotFoundErrorErrorTypedDict",
    "SchemasNotFoundErrorStatus",
    "SchemasRateLimitErrorError",
    "SchemasRateLimitErrorErrorTypedDict",
    "SchemasRateLimitErrorStatus",
    "SchemasServiceUnavailableErrorError",
    "SchemasServiceUnavailableErrorErrorTypedDict",
    "SchemasServiceUnavailableErrorStatus",
    "SchemasStatus",
    "SchemasUnprocessableEntityErrorError",
    "SchemasUnprocessableEntityErrorErrorTypedDict",
    "SchemasUnprocessableEntityErrorStatus",
    "ServiceUnavailableError",
    "ServiceUnavailableErrorData",
    "Status",
    "UnprocessableEntityError",
    "UnprocessableEntityErrorData",
]
