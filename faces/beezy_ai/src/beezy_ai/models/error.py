"""What a call to BeezyAI raises.

SDKError                 all of it, and any status without a class of its own
├── BadRequest           400
├── Unauthorized         401
├── Forbidden            403
├── NotFound             404
├── TooManyRequests      429
├── InternalServerError  500
└── ServiceUnavailable   503
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import errors as ours
from dragoman.face.model import Model
from dragoman.face.record import RawResponse, remade

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.wire.completion import Completion


class ErrorData(Model):
    """An error body: these where the vendor sends them, and whatever else came."""

    description: Any = None
    extras: Any = None
    key: str | None = None


class SDKError(Exception):
    """A call failed.

    Attributes:
        message: what happened.
        status_code: the HTTP status; -1 where there was no answer.
        body: the answer's body.
        headers: its headers.
        raw_response: the answer.
        partial: the completion as far as it had arrived, where a stream failed.
    """

    def __init__(
        self, message: str, status_code: int = -1, body: str = "", raw_response: RawResponse | None = None
    ) -> None:
        super().__init__(message, status_code, body)
        self.message = message
        self.status_code = status_code
        self.body = body
        self.raw_response = raw_response
        self.headers: Mapping[str, str] = raw_response.headers if raw_response is not None else {}
        self.partial: Completion | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as what it holds: the classes below are made from something else."""
        return remade, (type(self), self.args), self.__dict__

    def __str__(self) -> str:
        """What happened, the status, and the body."""
        return f"{self.message}: Status {self.status_code}" + (f"\n{self.body}" if self.body else "")

    def __eq__(self, other: object) -> bool:
        """Equal where class, message, status and body are."""
        return type(self) is type(other) and self.args == getattr(other, "args", None)

    def __hash__(self) -> int:
        """By message, status and body."""
        return hash(self.args)


class _TypedError(SDKError):
    """A status with a class of its own.

    Attributes:
        data: the body, where it was an object; else an object without fields.
    """

    description = ""

    def __init__(self, data: ErrorData, raw_response: RawResponse) -> None:
        super().__init__(_sentence(data) or self.description, raw_response.status_code, raw_response.text, raw_response)
        if "description" not in data.values_by_wire and not data.model_extra:
            data.values_by_wire["description"] = self.description
        self.data = data

    def __str__(self) -> str:
        """The body as compact JSON, its keys sorted."""
        found = self.data.model_dump(mode="json", by_alias=True, exclude_none=True)
        return msgspec.json.encode(found, order="sorted").decode()


class BadRequest(_TypedError):
    """400."""

    description = "Bad Request"


class Unauthorized(_TypedError):
    """401."""

    description = "Unauthorized"


class Forbidden(_TypedError):
    """403."""

    description = "Forbidden"


class NotFound(_TypedError):
    """404."""

    description = "Not Found"


class TooManyRequests(_TypedError):
    """429."""

    description = "Too Many Requests"


class InternalServerError(_TypedError):
    """500."""

    description = "Internal Server Error"


class ServiceUnavailable(_TypedError):
    """503."""

    description = "Service Unavailable"


_BY_STATUS: dict[int, type[_TypedError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    429: TooManyRequests,
    500: InternalServerError,
    503: ServiceUnavailable,
}

BadRequestData = ErrorData
UnauthorizedData = ErrorData
ForbiddenData = ErrorData
NotFoundData = ErrorData
TooManyRequestsData = ErrorData
InternalServerErrorData = ErrorData
ServiceUnavailableData = ErrorData


def explain(error: ours.APIError) -> SDKError:
    """The error of this face for one of ours."""
    made = _explained(error)
    made.partial = error.partial
    return made


def _explained(error: ours.APIError) -> SDKError:
    if error.status is None:
        return SDKError(error.message)
    response = RawResponse(error.status, error.headers, error.body)
    if not isinstance(error, ours.StatusError):
        return SDKError(error.message, error.status, response.text, response)
    cls = _BY_STATUS.get(error.status)
    return (
        cls(_data(response), response) if cls else SDKError("API error occurred", error.status, response.text, response)
    )


def unexpected(response: RawResponse) -> SDKError:
    """The error for a status below 400 that is not 200, or for another content type."""
    kind = response.headers.get("content-type")
    said = f"Unexpected response received (code: {response.status_code}, type: {kind})"
    return SDKError(said, response.status_code, response.text, response)


def _sentence(data: ErrorData) -> str:
    error: Any = data.values_by_wire.get("error")
    said: Any = error.get("message") if isinstance(error, dict) else data.values_by_wire.get("message")
    return said if isinstance(said, str) else ""


def _data(response: RawResponse) -> ErrorData:
    try:
        body = response.json()
    except ValueError:
        body = None
    return ErrorData.received(body if isinstance(body, dict) else {})
