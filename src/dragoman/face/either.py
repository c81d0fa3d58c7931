"""A call that is answered by a document or by a stream, as its content type says. No I/O.

What the generated SDKs of the vendors do: the return type follows the answer, not the question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.exchange import body_of, exchange, opening
from dragoman.face.record import RawResponse

if TYPE_CHECKING:
    from dragoman.exchange import Attempt, Call, Clock, Flow
    from dragoman.reading import Reading
    from dragoman.transport import Answer, AsyncAnswer


def either(call: Call, clock: Clock, *, streamed: bool) -> Flow[RawResponse | Reading]:
    """Ask; a stream is given back once its first content is there, anything else once it is whole.

    `streamed` is what was asked for, and says only which limit in time holds.
    """
    return exchange(call, clock, _read, streamed=streamed)


def _read(attempt: Attempt, answer: Answer | AsyncAnswer) -> Flow[RawResponse | Reading]:
    record = RawResponse(answer.status, answer.headers)
    if answer.status == 200 and record.media_type == "text/event-stream":  # noqa: PLR2004 - the one success there is
        return (yield from opening(attempt, answer))
    record.content = yield from body_of(attempt, answer)
    return record
