"""An answer as it is kept, and which are. Types; no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from dragoman.wire.completion import Completion, read_completion
from dragoman.wire.embedding import Embeddings, read_embeddings

if TYPE_CHECKING:
    from dragoman.gateway.tongue import Document, What

WHOLE = frozenset({"stop", "length", "tool_calls", "function_call"})
"""Why an answer that is kept has stopped. `length` is among them: the same request would be cut at the same place. A
filter's verdict is not, nor is any reason that nobody here knows."""


class Kept(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One answer."""

    at: float
    """When it came, in seconds since 1970."""
    document: bytes
    """It as JSON, in our words, as its upstream gave it."""
    changed: tuple[str, ...] = ()
    """What of its request was changed on its way upstream."""

    def read(self, asks: What) -> Document:
        """The answer itself.

        Raises:
            msgspec.DecodeError: it is none.
        """
        return read_embeddings(self.document) if asks == "embeddings" else read_completion(self.document)


encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Kept).decode


class Answers(Protocol):
    """Where answers are kept, by the names of `dragoman.gateway.cache.key`."""

    async def get(self, key: str) -> bytes | None:
        """What is kept under a name; None for nothing.

        Raises:
            CacheUnavailableError: that cannot be told now.
        """
        ...

    def put(self, key: str, value: bytes, seconds: float) -> None:
        """Keep something for so many seconds, now or soon, or not at all where that cannot be done."""
        ...

    def resize(self, size: int) -> None:
        """Hold no more than so many bytes in this process from now on."""
        ...

    async def close(self) -> None:
        """Let go of it."""
        ...


class CacheUnavailableError(Exception):
    """The shared cache does not answer, or not in time."""


def is_kept(document: Document, choices: int) -> bool:
    """Whether an answer may be given again.

    Args:
        document: the answer.
        choices: how many answers were asked for in it.
    """
    if isinstance(document, Embeddings):
        return True
    if not isinstance(document, Completion) or len(document.choices) != choices:
        return False
    # What two upstreams wrote is one answer for who was in the middle of it, and no one model's.
    return all(choice.finish_reason in WHOLE for choice in document.choices) and "dragoman" not in document.extra
