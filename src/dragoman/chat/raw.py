"""A completion with the answer it came in: status, headers, bytes, timing, attempts. Shells: no decisions.

`RawChat` and `AsyncRawChat` are twins, held equal by a test.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar, overload

import msgspec

from dragoman.answer.headers import KeptHeaders
from dragoman.answer.judge import request_id
from dragoman.answer.spent import Spent, of_completion, together
from dragoman.call import body_call, create_call
from dragoman.exchange import exchange, read_body
from dragoman.stream import adrive, drive
from dragoman.transport import Headers  # noqa: TC001 - a Struct reads its annotations
from dragoman.tried import Tried  # noqa: TC001 - a Struct reads its annotations
from dragoman.wire.completion import Completion  # noqa: TC001 - a Struct reads its annotations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from dragoman.call.settings import Settings
    from dragoman.chat.arguments import Arguments
    from dragoman.exchange import Attempt, Call, Clock, Flow
    from dragoman.rates import RateLimits
    from dragoman.transport import Answer, AsyncAnswer, AsyncTransport, Transport

T = TypeVar("T")


class RawResponse(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to `create`, with what is known of how it came.

    Attributes:
        status: the HTTP status.
        headers: the answer's headers, names in any case.
        body: the body as it was received, its content encoding undone: in the vendor's own words, also where those
            are not chat completions.
        elapsed: seconds from the call to here, attempts and pauses included.
        attempts: what became of each attempt; the last is the one that was answered so, and says by whom.
        completion: what the body says.
        spent: how many tokens all attempts used, and who says so.
    """

    status: int
    headers: Headers
    body: bytes
    elapsed: float
    attempts: tuple[Tried, ...]
    completion: Completion
    spent: Spent

    @property
    def rate_limits(self) -> RateLimits:
        """How much may still be asked, as the headers say: see `dragoman.RateLimits`."""
        # Imported here because few programs ask.
        from dragoman.rates import read_rate_limits  # noqa: PLC0415

        return read_rate_limits(self.headers, time.time())

    @property
    def request_id(self) -> str | None:
        """What to quote to the vendor's support; None where the server did not say."""
        return request_id(self.headers)

    @overload
    def parsed(self, output: type[T]) -> T: ...

    @overload
    def parsed(self, output: object) -> Any: ...  # noqa: ANN401 - whatever the type says

    def parsed(self, output: object) -> Any:
        """The first choice as a type that was asked for, as `chat.parse` reads it.

        Args:
            output: the type; what asked for it is the request's own `response_format`.

        Raises:
            InvalidRequestError: the type has no JSON Schema.
            OutputError: the answer is not of the type.
        """
        # Imported here because few answers are of a type.
        from dragoman.structured.output import output_of  # noqa: PLC0415
        from dragoman.structured.parse import read_parsed  # noqa: PLC0415

        return read_parsed(output_of(output), self.completion, self.completion.usage, 1).parsed


def responding(call: Call, clock: Clock) -> Flow[RawResponse]:
    """Ask for a completion and keep the answer it comes in."""
    begun = clock.monotonic()

    def read(attempt: Attempt, answer: Answer | AsyncAnswer, body: bytes) -> RawResponse:
        completion = read_body(attempt, answer, body)
        attempt.over_at = clock.monotonic()
        return RawResponse(
            status=answer.status,
            headers=KeptHeaders(answer.headers),
            body=body,
            elapsed=attempt.over_at - begun,
            attempts=attempt.history(answer),
            completion=completion,
            spent=together((*attempt.lost, of_completion(completion, call.request.body))),
        )

    return exchange(call, clock, read)


class RawChat:
    """`client.chat.with_raw_response`. Streams have `status`, `headers` and `attempts` of their own."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport

    def create(self, **arguments: Unpack[Arguments]) -> RawResponse:
        """Ask for a chat completion, as `chat.create` does, with the same errors."""
        return drive(responding(create_call(self._settings, arguments), time), self._transport)

    def send(self, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> RawResponse:
        """Send a request's JSON body as it is, one that asks for no stream, as `chat.send` does."""
        return drive(responding(body_call(self._settings, body, headers), time), self._transport)


class AsyncRawChat:
    """`client.chat.with_raw_response`. Streams have `status`, `headers` and `attempts` of their own."""

    def __init__(self, settings: Settings, transport: AsyncTransport) -> None:
        self._settings = settings
        self._transport = transport

    async def create(self, **arguments: Unpack[Arguments]) -> RawResponse:
        """Ask for a chat completion, as `chat.create` does, with the same errors."""
        return await adrive(responding(create_call(self._settings, arguments), time), self._transport)

    async def send(self, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> RawResponse:
        """Send a request's JSON body as it is, one that asks for no stream, as `chat.send` does."""
        return await adrive(responding(body_call(self._settings, body, headers), time), self._transport)
