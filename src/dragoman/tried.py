"""What became of one attempt of a call, as errors and answers tell it afterwards. No I/O."""

from __future__ import annotations

import msgspec


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt.

    Attributes:
        whom: the candidate, as `Dragoman.any` was told of it; the address, where there was no choice.
        status: the answer's HTTP status; None where there was no answer.
        error: the name of the error it ended in, such as "RateLimitError"; empty where it was answered.
        message: that error's sentence; empty where it was answered.
        request_id: what to quote to the vendor's support; None where it did not say.
        seconds: from sending it to its answer or error; of a stream, to its first content.
    """

    whom: str
    status: int | None = None
    error: str = ""
    message: str = ""
    request_id: str | None = None
    seconds: float = 0.0
