"""The original's exceptions, and which of them each of ours is. No I/O.

    OpenAIError
    ├── APIError                           a call failed: message, request, body, code, param, type
    │   ├── APIConnectionError             no answer, or it broke off
    │   │   └── APITimeoutError            a limit in time ran out
    │   ├── APIResponseValidationError     what arrived is not an answer of this API
    │   └── APIStatusError                 the server said no: status_code, response, request_id
    │       ├── BadRequestError            400
    │       ├── AuthenticationError        401
    │       ├── PermissionDeniedError      403
    │       ├── NotFoundError              404
    │       ├── ConflictError              409
    │       ├── UnprocessableEntityError   422
    │       ├── RateLimitError             429
    │       └── InternalServerError        5xx
    ├── LengthFinishReasonError            the answer to be parsed was cut at its longest
    └── ContentFilterFinishReasonError     the answer to be parsed was filtered

Each that a call raised has our own error, with `retry_after`, `partial` and all else, as its `__cause__`. All can be
pickled, none holds a credential.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman import errors as ours
from dragoman.openai.http import Request, Response
from dragoman.wire.tolerant import read_value

if TYPE_CHECKING:
    from dragoman.exchange import Call


class OpenAIError(Exception):
    """Whatever this face raises of its own is one of these."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by attributes: an exception's own way calls the class with its text alone."""
        return _rebuilt, (type(self), self.args, dict(self.__dict__))


def _rebuilt(cls: type[OpenAIError], args: tuple[Any, ...], state: dict[str, Any]) -> OpenAIError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class APIError(OpenAIError):
    """A call failed.

    Attributes:
        message: what happened.
        request: what was sent.
        body: the error object that the server sent; its whole body where there is none in it, decoded where it is
            JSON; None where there was no answer.
        code: the server's machine-readable code.
        param: the request parameter that the server blames.
        type: the server's class of error.
    """

    code: str | None = None
    param: str | None = None
    type: str | None = None

    def __init__(self, message: str, request: Any, *, body: object | None) -> None:  # noqa: ANN401 - programs' tests give httpx's
        super().__init__(message)
        self.message = message
        self.request = request
        self.body = body
        if isinstance(body, dict):
            fields = cast("dict[str, Any]", body)
            code = fields.get("code")
            self.code = None if code is None else str(code)
            self.param = fields.get("param")
            self.type = fields.get("type")


class APIResponseValidationError(APIError):
    """What arrived is not an answer of this API: a page, broken JSON, a completion without choices.

    Attributes:
        response: the answer.
        status_code: its HTTP status.
    """

    def __init__(self, response: Any, body: object | None, *, message: str | None = None) -> None:  # noqa: ANN401 - as APIError
        super().__init__(message or "what arrived is not an answer of this API", response.request, body=body)
        self.response = response
        self.status_code: int = response.status_code


class APIStatusError(APIError):
    """The server said no.

    Attributes:
        response: its answer.
        status_code: the HTTP status, or the one that an error object inside a stream claims.
        request_id: what to quote to the vendor's support.
    """

    def __init__(self, message: str, *, response: Any, body: object | None) -> None:  # noqa: ANN401 - as APIError
        super().__init__(message, response.request, body=body)
        self.response = response
        self.status_code: int = response.status_code
        self.request_id: str | None = response.headers.get("x-request-id")


class APIConnectionError(APIError):
    """There was no answer, or it broke off."""

    def __init__(self, *, message: str = "Connection error.", request: Any) -> None:  # noqa: ANN401 - as APIError
        super().__init__(message, request, body=None)


class APITimeoutError(APIConnectionError):
    """A limit in time ran out."""

    def __init__(self, request: Any, *, message: str = "Request timed out.") -> None:  # noqa: ANN401 - as APIError
        super().__init__(message=message, request=request)


class BadRequestError(APIStatusError):
    """400: the server does not accept the request as it is."""


class AuthenticationError(APIStatusError):
    """401: the credential is missing, wrong or expired."""


class PermissionDeniedError(APIStatusError):
    """403: the credential is good and may not do this."""


class NotFoundError(APIStatusError):
    """404: no such model or path."""


class ConflictError(APIStatusError):
    """409: the request collides with another."""


class UnprocessableEntityError(APIStatusError):
    """422: the request is well formed and its values are not accepted."""


class RateLimitError(APIStatusError):
    """429: too many requests or tokens for now, or nothing left to spend: `code` says which."""


class InternalServerError(APIStatusError):
    """5xx: the server failed."""


class LengthFinishReasonError(OpenAIError):
    """The answer was cut at its longest, so there is nothing to parse.

    Attributes:
        completion: the answer.
    """

    def __init__(self, *, completion: Any) -> None:  # noqa: ANN401 - a ChatCompletion; models stand above errors
        used = f" - {completion.usage}" if completion.usage else ""
        super().__init__(f"Could not parse response content as the length limit was reached{used}")
        self.completion = completion


class ContentFilterFinishReasonError(OpenAIError):
    """The answer was filtered, so there is nothing to parse.

    Attributes:
        completion: the answer.
    """

    def __init__(self, *, completion: Any = None) -> None:  # noqa: ANN401 - a ChatCompletion; models stand above errors
        super().__init__("Could not parse response content as the request was rejected by the content filter")
        self.completion = completion


BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}
"""The exception of each status that has its own; any other 5xx is an `InternalServerError`."""


def explain(error: ours.APIError, call: Call) -> APIError:
    """This face's exception for one of ours."""
    request = Request.of(call)
    if isinstance(error, ours.TimeLimitError):
        return APITimeoutError(request, message=f"Request timed out: {error.message}.")
    # An answer cut short has a good status; what failed is the connection.
    if error.status is None or isinstance(error, ours.TruncatedError | ours.ConnectionFailedError):
        return APIConnectionError(message=f"Connection error: {error.message}.", request=request)
    response = Response(error.status, error.headers, error.body, request)
    body = _body(error.body)
    if not isinstance(error, ours.StatusError) and response.is_success:
        return APIResponseValidationError(response, body, message=error.message)
    default = InternalServerError if error.status >= 500 else APIStatusError  # noqa: PLR2004 - RFC 9110 §15.6
    made = BY_STATUS.get(error.status, default)(
        f"Error code: {error.status} - {error.message}", response=response, body=body
    )
    # Ours were found in a body of any shape.
    made.code, made.param, made.type = error.code, error.param, error.type
    made.request_id = error.request_id
    return made


def _body(data: bytes) -> object:
    """The error object in a body; the decoded body where there is none, its text where it is not JSON."""
    try:
        value = read_value(data)
    except msgspec.DecodeError:
        return data.decode("utf-8", "replace").strip()
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, object]", value)
    return fields.get("error", fields)
