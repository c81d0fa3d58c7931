"""What an endpoint answered, in one piece or streamed, for checks to look at: nothing in it is trusted. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman.answer.judge import request_id
from dragoman.probe.finding import Found, Settled, broken, quoted, refused, unclear
from dragoman.sse import Decoder, is_done

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.sse import Event

OK = 200
CLIENT_ERRORS, SERVER_ERRORS = 400, 500  # RFC 9110 §15.5, §15.6


def dig(value: object, *path: str | int) -> Any:  # noqa: ANN401 - JSON of any shape
    """What stands at a path of names and positions in a JSON value; None where the path leads nowhere."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = cast("dict[str, object]", value).get(step)
        elif isinstance(step, int) and isinstance(value, list) and step < len(cast("list[object]", value)):
            value = cast("list[object]", value)[step]
        else:
            return None
    return value


def decoded(data: bytes) -> Any:  # noqa: ANN401 - JSON of any shape
    """A JSON value; None where it is none."""
    try:
        return msgspec.json.decode(data)
    except (ValueError, RecursionError):  # not JSON, not UTF-8, or nested beyond what can be decoded
        return None


def many(value: object) -> list[Any]:
    """The elements of a JSON array; none where it is no array."""
    return cast("list[object]", value) if isinstance(value, list) else []


def number(value: object) -> int | None:
    """A count in JSON; None where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


@dataclass(frozen=True)
class Whole:
    """An answer in one piece.

    Attributes:
        status: the HTTP status.
        headers: the answer's.
        body: as it came, content encoding undone.
        seconds: from sending to the last byte.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @cached_property
    def json(self) -> Any:  # noqa: ANN401 - JSON of any shape
        """The body as JSON; None where it is none."""
        return decoded(self.body)

    @property
    def request_id(self) -> str | None:
        """What the vendor's support will ask for: a header's, else the completion's own."""
        found = request_id(self.headers) or dig(self.json, "id")
        return found if isinstance(found, str) else None

    @property
    def message(self) -> Any:  # noqa: ANN401 - JSON of any shape
        """The first choice's message."""
        return dig(self.json, "choices", 0, "message")

    @property
    def text(self) -> str:
        """The first choice's text; empty where it has none."""
        content = dig(self.message, "content")
        return content if isinstance(content, str) else ""

    @property
    def finish(self) -> str | None:
        """The first choice's finish reason."""
        found = dig(self.json, "choices", 0, "finish_reason")
        return found if isinstance(found, str) else None

    def count(self, name: str) -> int | None:
        """One of the usage's counts, such as `prompt_tokens`; None where it is not reported."""
        return number(dig(self.json, "usage", name))

    @property
    def refusal(self) -> str | None:
        """The sentence of an error object in OpenAI's form; None where the body is none."""
        sentence = dig(self.json, "error", "message")
        return sentence if isinstance(sentence, str) and sentence.strip() else None

    @property
    def told(self) -> str:
        """The status, and what was said with it, as evidence."""
        code = dig(self.json, "error", "code")
        named = f" {code}" if isinstance(code, str | int) else ""
        return f"{self.status}{named} {quoted(self.refusal or self.body[:200].decode('utf-8', 'replace'))}"


def declined(whole: Whole) -> Found | None:
    """What it means that an answer is no completion; None where it is one."""
    if whole.status >= SERVER_ERRORS:
        return broken(f"the server failed: {whole.told}")
    if whole.status >= CLIENT_ERRORS:
        readable = whole.refusal is not None
        return refused(whole.told) if readable else broken(f"refused without an error object: {whole.told}")
    if whole.status != OK or not isinstance(whole.message, dict):
        return broken(f"no completion: {whole.told}")
    return None


def text_of(answer: Whole | Streamed) -> str:
    """The text of an answer that is to be compared.

    Raises:
        Settled: it has none.
    """
    if not answer.text.strip():
        raise Settled(unclear("the answers have no text to compare: the model may think for longer than this asks for"))
    return answer.text


@dataclass(frozen=True)
class Arrived:
    """An event of a stream.

    Attributes:
        at: seconds after the request was sent.
        event: the event.
        chunk: its data as JSON; None where it is none.
    """

    at: float
    event: Event
    chunk: Any


@dataclass(frozen=True)
class Streamed:
    """A streamed answer.

    Attributes:
        status: the HTTP status.
        headers: the answer's.
        pieces: the body as it came: the seconds after sending, and the bytes.
        seconds: from sending to the end.
        cut: how the body broke off; empty where it ended properly.
    """

    status: int
    headers: Mapping[str, str]
    pieces: list[tuple[float, bytes]]
    seconds: float
    cut: str = ""

    @property
    def body(self) -> bytes:
        """All of it."""
        return b"".join(piece for _, piece in self.pieces)

    @cached_property
    def _read(self) -> tuple[list[Arrived], bool]:
        decoder = Decoder()
        arrived = [
            Arrived(at, event, None if is_done(event.data) else decoded(event.data))
            for at, piece in self.pieces
            for event in decoder.feed(piece)
        ]
        return arrived, decoder.unfinished

    @property
    def events(self) -> list[Arrived]:
        """The events, `[DONE]` among them."""
        return self._read[0]

    @property
    def unfinished(self) -> bool:
        """Whether the body ends inside an event."""
        return self._read[1]

    @property
    def chunks(self) -> list[Any]:
        """The events that are JSON."""
        chunks: list[Any] = [arrived.chunk for arrived in self.events]
        return [chunk for chunk in chunks if isinstance(chunk, dict)]

    @property
    def request_id(self) -> str | None:
        """As `Whole.request_id`."""
        found = request_id(self.headers) or dig(next(iter(self.chunks), None), "id")
        return found if isinstance(found, str) else None

    @property
    def deltas(self) -> list[Any]:
        """What each chunk adds to the first choice."""
        return [dig(chunk, "choices", 0, "delta") for chunk in self.chunks if dig(chunk, "choices", 0) is not None]

    @property
    def text(self) -> str:
        """The first choice's text, put together."""
        pieces = [dig(delta, "content") for delta in self.deltas]
        return "".join(piece for piece in pieces if isinstance(piece, str))

    @property
    def usage(self) -> Any:  # noqa: ANN401 - JSON of any shape
        """The last usage that was reported; None where none was."""
        return next((use for chunk in reversed(self.chunks) if (use := dig(chunk, "usage")) is not None), None)
