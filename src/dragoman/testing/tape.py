r"""Recorded exchanges, and the file that keeps them: one line of JSON for each thing that happened. Touches files.

    {"dragoman cassette":1}
    {"request":{"method":"POST","target":"/v1/chat/completions","json":{…}}}
    {"answer":{"at":0.412,"status":200,"headers":{"content-type":"text/event-stream"}}}
    {"at":0.433,"text":"data: {…}\n\n"}
    {"at":0.871,"end":"whole"}

Times are seconds since the request was sent. A body that is no text is in base64. An end is "whole", "left" where the
program read no further, or why nothing more came: `{"kind":"cut","detail":"…"}`.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct

from dragoman.testing.play import Break, Pause, Played
from dragoman.transport import Kind  # noqa: TC001 - a Struct reads its annotations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dragoman.testing.play import Step
    from dragoman.testing.redact import Redaction

VERSION = 1
"""The version of the file's form that is written, and the only one that is read."""

_UNTOLD = ("alt-svc", "connection", "content-encoding", "content-length", "date", "keep-alive", "transfer-encoding")
UNTOLD = frozenset(_UNTOLD)
"""Headers that are about one connection or one day, not about the answer."""


class CassetteError(AssertionError):
    """A recording cannot be read, or is not of what was asked. It fails a test as an `assert` does."""


class Told(Struct, frozen=True, omit_defaults=True):
    """A request as it is kept.

    Attributes:
        method: in capitals.
        target: the path and the query.
        json: the body, where it is JSON.
        text: the body, where it is another text.
        base64: the body, where it is no text.
    """

    method: str
    target: str
    json: Any = None
    text: str = ""
    base64: str = ""


class Head(Struct, frozen=True):
    """The head of an answer: when it came, and what it said."""

    at: float
    status: int
    headers: dict[str, str]


class Lost(Struct, frozen=True):
    """Why nothing more came, in the transports' terms."""

    kind: Kind
    detail: str


class _Line(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    request: Told | None = None
    answer: Head | None = None
    at: float | None = None
    text: str | None = None
    base64: str | None = None
    end: Literal["whole", "left"] | Lost | None = None


class _Label(Struct, frozen=True):
    version: int = msgspec.field(name="dragoman cassette")


@dataclass
class Exchange:
    """One request and what came of it.

    Attributes:
        told: the request.
        head: the answer's head; None where there was none.
        pieces: the body as it came, each piece with when it did.
        end: how it ended.
        ended: when.
    """

    told: Told
    head: Head | None = None
    pieces: list[tuple[float, bytes]] = field(default_factory=list)
    end: Literal["whole", "left"] | Lost = "left"
    ended: float = 0.0

    def played(self, *, timed: bool) -> Played:
        """The answer again; `timed` with its pauses."""
        before: list[Pause | Break] = []
        body: list[Step] = []
        now = 0.0
        if self.head is None:
            return Played(before=(*([Pause(self.ended)] if timed else []), self._break()))
        if timed:
            before.append(Pause(self.head.at))
            now = self.head.at
        for at, data in self.pieces:
            body += [Pause(max(at - now, 0.0)), data] if timed else [data]
            now = at
        if self.end != "whole":
            body.append(self._break())
        headers = tuple(self.head.headers.items())
        return Played(status=self.head.status, headers=headers, before=tuple(before), body=tuple(body))

    def _break(self) -> Break:
        if isinstance(self.end, Lost):
            return Break(self.end.kind, self.end.detail)
        return Break("protocol", "the recording ends here: the program that made it read no further")


def told(method: str, target: str, body: bytes) -> Told:
    """A request as it is kept."""
    try:
        return Told(method, target, json=msgspec.json.decode(body) if body else None)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Told(method, target, **_written(body))


def _written(data: bytes) -> dict[str, Any]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": _in_base64(data)}


def _in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def write(path: Path, exchanges: Iterable[Exchange], redaction: Redaction) -> None:
    """Keep exchanges, what is secret in them taken out: the whole file, or no change to what there is.

    Raises:
        CassetteError: a stream spells a secret out over several chunks.
    """
    lines = [_encode({"dragoman cassette": VERSION})]
    for exchange in exchanges:
        lines += map(_encode, _lines(exchange, redaction))
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(b"".join(line + b"\n" for line in lines))
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


_encode = msgspec.json.Encoder().encode


def masked(told: Told, redaction: Redaction) -> Told:
    """A request with what is secret in it taken out."""
    return Told(
        told.method,
        redaction.text(told.target),
        redaction.value(told.json),
        redaction.text(told.text),
        _in_base64(redaction.mask(base64.b64decode(told.base64))),
    )


def _lines(exchange: Exchange, redaction: Redaction) -> Iterator[_Line]:
    yield _Line(request=masked(exchange.told, redaction))
    head = exchange.head
    if head is not None:
        yield _Line(answer=Head(head.at, head.status, redaction.value(head.headers)))
    if redaction.spells_out(b"".join(data for _, data in exchange.pieces)):
        raise CassetteError(
            f"the answer to {exchange.told.method} {exchange.told.target} spells a credential out, piece by piece, "
            "where it cannot be masked: nothing was written"
        )
    for at, data in redaction.pieces(exchange.pieces):
        yield _Line(at=round(at, 3), **_written(data))
    end = exchange.end
    if isinstance(end, Lost):
        end = Lost(end.kind, redaction.text(end.detail))
    yield _Line(at=round(exchange.ended, 3), end=end)


def read(path: Path) -> list[Exchange]:
    """The exchanges in a file.

    Raises:
        CassetteError: there is no such file, it is no cassette, or one of another version.
    """
    try:
        label, *lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        raise CassetteError(f"there is no recording at {path}: make one with mode='record'") from None
    except ValueError:
        raise CassetteError(f"{path} is empty: record it again") from None
    try:
        version = msgspec.json.decode(label, type=_Label).version
    except msgspec.DecodeError:
        raise CassetteError(f"{path} is no cassette: its first line does not say so") from None
    if version != VERSION:
        raise CassetteError(f"{path} is a cassette of version {version}, and this dragoman reads version {VERSION}")
    exchanges: list[Exchange] = []
    for number, line in enumerate(lines, 2):
        try:
            _take(exchanges, msgspec.json.decode(line, type=_Line))
        except (ValueError, IndexError) as error:
            raise CassetteError(f"line {number} of {path} cannot be read: {error}") from None
    return exchanges


def _take(exchanges: list[Exchange], line: _Line) -> None:
    if line.request is not None:
        exchanges.append(Exchange(line.request))
    elif line.answer is not None:
        exchanges[-1].head = line.answer
    elif line.end is not None:
        exchanges[-1].end, exchanges[-1].ended = line.end, line.at or 0.0
    else:
        data = (line.text or "").encode() if line.base64 is None else base64.b64decode(line.base64)
        exchanges[-1].pieces.append((line.at or 0.0, data))
