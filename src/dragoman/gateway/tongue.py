"""The API in which a caller asks: how a request is heard, and how what comes of it is said. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

from dragoman import sse
from dragoman.cost.estimate import prompt_tokens
from dragoman.dialect.table import HEARD
from dragoman.gateway.faults import event_of
from dragoman.wire.check import check_request, decode_body

if TYPE_CHECKING:
    from dragoman.asgi import Header
    from dragoman.errors import DragomanError
    from dragoman.gateway.counted import Counted
    from dragoman.gateway.refusal import Refusal
    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion
    from dragoman.wire.embedding import Embeddings

    Document = Completion | Embeddings | Counted

What = Literal["completion", "embeddings", "count"]
"""What a request asks upstreams for."""


class Telling(Protocol):
    """One stream's chunks as an API's events."""

    def begin(self, known: dict[str, Any] | None) -> None:
        """Take what the stream is known to use before it begins, in chat's words; None where that is nothing."""
        ...

    def feed(self, chunk: Chunk) -> bytes:
        """The events that a chunk is; empty where it is none."""
        ...

    def end(self) -> bytes:
        """The events that end the stream, once its last chunk was fed."""
        ...

    def failed(self, error: DragomanError, request_id: str) -> bytes:
        """The events that end a stream which failed, whether or not it had begun."""
        ...


class Tongue(Protocol):
    """An API that callers speak."""

    @property
    def asks(self) -> What:
        """What it asks upstreams for."""
        ...

    def hear(self, raw: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The chat request in a body, in our words, and what of it had to be changed.

        Raises:
            InvalidRequestError: it is none.
        """
        ...

    def prompt(self, body: dict[str, Any]) -> int:
        """About how many tokens a request that was heard has upstreams read."""
        ...

    def headers(self, request_id: str) -> list[Header]:
        """What every answer carries."""
        ...

    def whole(self, document: Document, asked: dict[str, Any]) -> bytes:
        """An answer in one piece as this API's document.

        Args:
            document: the answer.
            asked: the request, as it was heard.
        """
        ...

    def telling(self, asked: dict[str, Any]) -> Telling:
        """What tells the chunks of one stream as this API's events.

        Args:
            asked: the request, as it was heard.
        """
        ...

    def refused(self, refusal: Refusal, request_id: str) -> bytes:
        """A refusal's body."""
        ...


class Chat:
    """Chat completions: OpenAI's words, and beside them those of vendors who have others for the same."""

    asks: What = "completion"

    def hear(self, raw: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The request in a body; fields nobody here knows stay in it. Raises as `Tongue.hear`."""
        body = HEARD.hear(decode_body(raw))
        check_request(body)
        return body, ()

    def prompt(self, body: dict[str, Any]) -> int:
        """Guessed by the messages and the tools."""
        return prompt_tokens(body)

    def headers(self, request_id: str) -> list[Header]:
        """The request's name."""
        return [(b"x-request-id", request_id.encode())]

    def whole(self, document: Document, asked: dict[str, Any]) -> bytes:  # noqa: ARG002 - other APIs repeat it
        """The upstream's own bytes, where it spoke this API."""
        return document.to_json()

    def telling(self, asked: dict[str, Any]) -> Telling:
        """The upstream's own bytes, chunk by chunk, and `[DONE]`."""
        return Passing(show_usage=wants_usage(asked))

    def refused(self, refusal: Refusal, request_id: str) -> bytes:  # noqa: ARG002 - other APIs name it
        """A fault in OpenAI's form."""
        return refusal.body


class Passing:
    """Tells chunks as they came, and `[DONE]` at their end.

    Args:
        show_usage: whether the caller asked for the usage.
    """

    def __init__(self, *, show_usage: bool) -> None:
        self.show_usage = show_usage

    def begin(self, known: dict[str, Any] | None) -> None:
        """Nothing: a chunk says what is used."""

    def feed(self, chunk: Chunk) -> bytes:
        """The upstream's own bytes."""
        # Vendors send other chunks without choices, which are the caller's: only a bare usage may not be.
        if chunk.choices or chunk.usage is None or self.show_usage:
            return sse.encode(chunk.to_json())
        return b""

    def end(self) -> bytes:
        """What every stream of this API ends with."""
        return sse.DONE

    def failed(self, error: DragomanError, request_id: str) -> bytes:  # noqa: ARG002 - other APIs name it
        """An error object; no `[DONE]` follows it: a caller who counts on a clean end must not find one."""
        return sse.encode(event_of(error))


CHAT = Chat()


def wants_usage(body: dict[str, Any]) -> bool:
    """Whether the caller asked a stream for its usage."""
    options: dict[str, Any] = body.get("stream_options") or {}
    return options.get("include_usage") is True


def counted(body: dict[str, Any]) -> dict[str, Any]:
    """A streamed request that asks upstream for the usage, whether its caller did or not."""
    return body | {"stream_options": (body.get("stream_options") or {}) | {"include_usage": True}}
