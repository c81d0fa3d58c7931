"""Every error dragoman raises. No I/O.

    DragomanError
    ├── InvalidRequestError        the call itself is wrong; nothing was sent (also a ValueError)
    ├── ConfigurationError         something the call needs is missing or unusable; nothing was sent
    │   └── EngineError            the embedded model cannot be started
    └── APIError                   one call failed; says how far it came, what arrived, whether to try again
        ├── ConnectionFailedError  no connection, or it broke before an answer
        ├── TimeLimitError         a limit in seconds ran out: `limit` says which (also a TimeoutError)
        ├── ProtocolError          what arrived is not an answer: HTML, broken JSON, broken framing
        ├── TruncatedError         the answer stopped short of its end
        ├── StreamClosedError      the stream was closed on this side while there was more to read
        ├── CallCancelledError     the call was cancelled by its `cancel`
        ├── OutputError            the answer is whole, and not the `output` that was asked for; `text` is what came
        │   ├── RefusalError           the model would not answer
        │   ├── LengthError            its text was cut at its longest
        │   ├── ContentFilterError     its text was cut by a filter
        │   └── InvalidOutputError     its text is not of the type
        ├── RunLimitError          `chat.run` came to one of its limits: `limit` says which
        └── StatusError            the far side said no, by status or by an error object in its answer
            ├── BadRequestError            400
            │   └── ContextLengthError     the prompt and the answer do not fit the model's context
            ├── AuthenticationError        401
            ├── PermissionDeniedError      403
            ├── NotFoundError              404
            ├── ConflictError              409
            ├── ContentTooLargeError       413
            ├── UnprocessableError         422
            ├── RateLimitError             429, frees by itself
            ├── QuotaError                 402, or 429 with a quota code: frees by paying, never retried
            └── ServerError                5xx
                └── OverloadedError        503, 529

`except DragomanError` catches all of it, and nothing else leaves the SDK. Every error can be pickled and copied, and
none holds a credential: what a server echoed of one is masked before the error is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.answer.spent import Spent
    from dragoman.rates import RateLimits
    from dragoman.tools.runs import Result
    from dragoman.tried import Tried
    from dragoman.wire.completion import Completion

Limit = Literal["connect", "first token", "idle", "attempt", "total"]
"""The limits in time that a call is under: see `dragoman.Timeouts`."""

RunLimit = Literal["rounds", "tokens", "seconds"]
"""The limits that a run of tools is under: see `dragoman.Limits`."""


class DragomanError(Exception):
    """Whatever dragoman raises is one of these."""


class InvalidRequestError(DragomanError, ValueError):
    """The call is wrong as written; nothing was sent.

    Attributes:
        param: the parameter at fault as a path into the request, such as `messages[0].role`; None when it is not one.
    """

    def __init__(self, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by attributes: an exception's own way keeps only its positional arguments."""
        return _rebuild, (type(self), self.args, dict(self.__dict__))


class ConfigurationError(DragomanError):
    """Something the call needs is missing or cannot be used: an address, an extra, a certificate file."""


class EngineError(ConfigurationError):
    """The embedded model cannot be started, in one sentence: why, and what to do."""


class APIError(DragomanError):
    """One call failed. What is known of it is data, not text to search.

    Attributes:
        message: the server's own sentence, or ours where it sent none.
        status: the HTTP status, or the one an error object inside a stream claims; None when there was no answer.
        code: the server's machine-readable code, as text.
        param: the request parameter the server blames.
        type: the server's class of error.
        request_id: what to quote to the vendor's support.
        headers: the answer's headers, names in any case; empty when there was no answer.
        body: what was received of an answer that is not a completion, at most 64 KiB of it.
        partial: the completion as far as it had arrived when a stream failed; None when nothing had.
        retryable: whether the same call may succeed later.
        retry_after: how many seconds the server asked to wait; None when it did not say.
        attempts: how many times the request was sent.
        history: what became of each attempt of the call, in order; empty of an error that was not raised by one.
        spent: how many tokens all attempts may have used, and who says so; None of an error that was not raised by
            a call.
    """

    history: tuple[Tried, ...] = ()
    spent: Spent | None = None

    def __init__(  # noqa: PLR0913 - each argument is one attribute of the record this error is
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        param: str | None = None,
        type: str | None = None,  # noqa: A002 - the wire's own word
        request_id: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        partial: Completion | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.param = param
        self.type = type
        self.request_id = request_id
        self.headers: Mapping[str, str] = headers if headers is not None else {}
        self.body = body
        self.partial = partial
        self.retryable = retryable
        self.retry_after = retry_after
        self.attempts = attempts

    def __str__(self) -> str:
        """The sentence, then what helps to find the call again."""
        known = [
            f"status {self.status}" if self.status is not None else "",
            f"code {self.code}" if self.code else "",
            f"param {self.param}" if self.param else "",
            f"request {self.request_id}" if self.request_id else "",
            f"{self.attempts} attempts" if self.attempts > 1 else "",
        ]
        tail = ", ".join(part for part in known if part)
        return f"{self.message} ({tail})" if tail else self.message

    @property
    def rate_limits(self) -> RateLimits:
        """How much may still be asked, as the answer's headers say: see `dragoman.RateLimits`."""
        # Imported here because few programs ask. Where the server does not say when it answered, it was just now.
        import time  # noqa: PLC0415

        from dragoman.rates import read_rate_limits  # noqa: PLC0415

        return read_rate_limits(self.headers, time.time())

    def to_dict(self) -> dict[str, Any]:
        """Everything but the body and the headers, ready for a log line or JSON."""
        names = ("message", "status", "code", "param", "type", "request_id", "retryable", "retry_after", "attempts")
        record: dict[str, Any] = {"error": type(self).__name__} | {name: getattr(self, name) for name in names}
        record["partial"] = self.partial.to_dict() if self.partial is not None else None
        return record

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by attributes: an exception's own way keeps only its positional arguments."""
        return _rebuild, (type(self), self.args, dict(self.__dict__))


def _rebuild(cls: type[DragomanError], args: tuple[Any, ...], state: dict[str, Any]) -> DragomanError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConnectionFailedError(APIError):
    """There was no connection, or it broke before the answer began."""


class TimeLimitError(APIError, TimeoutError):
    """A limit in time ran out.

    Attributes:
        limit: which one: "connect", "first token", "idle" (between pieces of content), "attempt" or "total".
        seconds: how long that limit was.
    """

    def __init__(self, message: str, *, limit: Limit, seconds: float, **known: Any) -> None:  # noqa: ANN401 - APIError types them
        super().__init__(message, **known)
        self.limit = limit
        self.seconds = seconds


class ProtocolError(APIError):
    """What arrived is not an answer of this API; `body` holds its beginning."""


class TruncatedError(APIError):
    """The answer stopped before its end; `partial` holds what had arrived."""


class StreamClosedError(APIError):
    """The stream was closed on this side, perhaps by another thread or task; `partial` holds what had arrived."""


class CallCancelledError(APIError):
    """The call was ended by the `Cancellation` it was given; `partial` holds what had arrived of a stream.

    Attributes:
        sent: whether any of the request, in the attempt that was under way, may have reached the server.
    """

    sent: bool = True


class OutputError(APIError):
    """The answer is whole, and not what `output` asked for; `partial` is the completion, its usage included.

    Attributes:
        place: which of its choices it is about, from 0, where the request's `n` asked for several.
    """

    place: int = 0

    @property
    def text(self) -> str:
        """The text received; of a refusal, its words."""
        if self.partial is None or not self.partial.choices:
            return ""
        message = self.partial.choices[self.place].message
        return message.content or message.refusal or ""


class RefusalError(OutputError):
    """The model would not answer; `text` is why, in its own words."""


class LengthError(OutputError):
    """The answer was cut at its longest: more tokens would have been needed than the request or the model allows."""


class ContentFilterError(OutputError):
    """The answer was cut by a filter of the vendor's."""


class InvalidOutputError(OutputError):
    """The answer's text is not of the type that was asked for; the message says where it is not."""


class RunLimitError(APIError):
    """A run of tools came to one of its limits before the model had answered.

    Attributes:
        limit: which one.
        result: the run so far: its messages, which a later run may go on from, and its usage.
    """

    def __init__(self, message: str, *, limit: RunLimit, result: Result[Any], **known: Any) -> None:  # noqa: ANN401 - APIError types them
        super().__init__(message, **known)
        self.limit: RunLimit = limit
        self.result = result


class StatusError(APIError):
    """The far side said no: by HTTP status, or by an error object inside an answer that began well."""


class BadRequestError(StatusError):
    """400: the server does not accept the request as it is."""


class ContextLengthError(BadRequestError):
    """The prompt, with the answer asked for, does not fit the model's context."""


class AuthenticationError(StatusError):
    """401: the credential is missing, wrong or expired."""


class PermissionDeniedError(StatusError):
    """403: the credential is good and may not do this."""


class NotFoundError(StatusError):
    """404: no such model or path."""


class ConflictError(StatusError):
    """409: the request collides with another."""


class ContentTooLargeError(StatusError):
    """413: the request's body is larger than the server takes."""


class UnprocessableError(StatusError):
    """422: the request is well formed and its values are not accepted."""


class RateLimitError(StatusError):
    """429: too many requests or tokens for now; `retry_after` says when, if the server did."""


class QuotaError(StatusError):
    """The account has nothing left to spend. Waiting does not help, so it is never retried."""


class ServerError(StatusError):
    """5xx: the server failed."""


class OverloadedError(ServerError):
    """503 or 529: the server has too much to do for now."""
