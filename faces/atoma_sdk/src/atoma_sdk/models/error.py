"""What a call to Atoma raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman import errors as ours
from dragoman.face.record import RawResponse

if TYPE_CHECKING:
    from dragoman.wire.completion import Completion


class APIError(Exception):
    """A call failed, by status or without an answer.

    Attributes:
        message: what happened.
        status_code: the HTTP status; -1 where there was no answer.
        body: the answer's body.
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
        self.partial: Completion | None = None

    def __str__(self) -> str:
        """What happened, the status, and the body."""
        return f"{self.message}: Status {self.status_code}" + (f"\n{self.body}" if self.body else "")

    def __eq__(self, other: object) -> bool:
        """Equal where message, status and body are."""
        return isinstance(other, APIError) and self.args == other.args

    def __hash__(self) -> int:
        """By message, status and body."""
        return hash(self.args)


def explain(error: ours.APIError) -> APIError:
    """The error of this face for one of ours."""
    if error.status is None:
        made = APIError(error.message)
    else:
        response = RawResponse(error.status, error.headers, error.body)
        said = "API error occurred" if isinstance(error, ours.StatusError) else error.message
        made = APIError(said, error.status, response.text, response)
    made.partial = error.partial
    return made


def unexpected(response: RawResponse) -> APIError:
    """The error for a status below 400 that is not 200, or for another content type."""
    kind = response.headers.get("content-type")
    said = f"Unexpected response received (code: {response.status_code}, type: {kind})"
    return APIError(said, response.status_code, response.text, response)
