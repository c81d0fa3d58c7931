"""A call that is answered by a document or by a stream, as its content type says. No I/O.

What the generated SDKs of the vendors do: the return type follows the answer, not the question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.exchange import exchange, opening
from dragoman.face.chunk import read_unopened
from dragoman.face.record import RawResponse, media_type

if TYPE_CHECKING:
    from dragoman.answer.reading import Reading
    from dragoman.exchange import Attempt, Call, Clock, Flow, Sent
    from dragoman.transport import Answer, AsyncAnswer


def either(
    call: Call, clock: Clock, sent: Sent | None = None, *, streamed: bool = False
) -> Flow[RawResponse | Reading]:
    """Ask; a stream is given back once its first content is there, anything else once it is whole.

    `streamed` is what was asked for, and says only which limit in time holds.
    """
    return exchange(call, clock, _record, _stream, streamed=streamed, sent=sent)


def recorded(answer: Answer | AsyncAnswer, body: bytes) -> RawResponse | Reading | None:
    """What a success is whose body has arrived; None for a stream."""
    response = RawResponse(answer.status, answer.headers, body)
    return None if response.media_type == "text/event-stream" else response


def _stream(attempt: Attempt, answer: Answer | AsyncAnswer) -> Flow[Reading | None]:
    if answer.status == 200 and media_type(answer.headers) == "text/event-stream":  # noqa: PLR2004 - the one success
        return (yield from opening(attempt, answer, read_unopened))
    return None


def _record(_: Attempt, answer: Answer | AsyncAnswer, body: bytes) -> RawResponse:
    return RawResponse(answer.status, answer.headers, body)
