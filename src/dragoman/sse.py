"""Server-sent events: bytes to events and back, by the letter of the HTML standard, §9.2 (WHATWG). No I/O.

What an implementation is tempted to forget, and this one keeps: a byte order mark at the very beginning is skipped;
lines end with LF, CR or CRLF in any mix, split anywhere between two reads; an event without a `data` line is none;
several `data` lines are joined by LF; one space after the colon is dropped; an `id` with a NUL is ignored; an event
that its blank line does not end is discarded.

The decoder's cost is linear in the size of an event, however finely it arrives: pieces of an unfinished line are
kept apart until the line ends.
"""

from __future__ import annotations

import re
from typing import NamedTuple

BOUND = 16 * 1024 * 1024
"""The most bytes of one event, by default."""

DONE = b"data: [DONE]\n\n"
"""The event that ends a streamed completion, as servers send it."""


class Event(NamedTuple):
    """One event."""

    data: bytes
    """The `data` lines, joined by LF; UTF-8 as it was received."""
    event: str = "message"
    """The event's type."""
    id: str = ""
    """The last id that was set, by this event or one before it."""


class EventTooLarge(ValueError):  # noqa: N818 - says what it is
    """An event is larger than the decoder's bound."""


class Decoder:
    """Bytes in, events out.

    Args:
        bound: the most bytes of one event; beyond it `feed` raises.

    Attributes:
        retry: the last reconnection time the server set, in milliseconds; None when it set none.
    """

    def __init__(self, bound: int = BOUND) -> None:
        self.retry: int | None = None
        self._bound = bound
        self._pieces: list[bytes] = []
        self._size = 0
        self._data: list[bytes] = []
        self._event = ""
        self._id = ""
        self._begun = False
        self._after_cr = False

    @property
    def unfinished(self) -> bool:
        """Whether something of an event has arrived that no blank line ended."""
        return bool(self._data or self._pieces)

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes and return the events they complete.

        Raises:
            EventTooLarge: an event is larger than the bound.
        """
        if not self._begun:
            data = self._without_mark(data)
        if self._after_cr and data:
            # The LF of a CRLF that a read split: its line ended with the CR.
            self._after_cr = False
            if data[:1] == b"\n":
                data = data[1:]
        if b"\n" not in data and b"\r" not in data:
            self._keep(data)
            return []
        if self._pieces:
            self._pieces.append(data)
            data = b"".join(self._pieces)
            self._pieces.clear()
        self._after_cr = data[-1:] == b"\r"
        lines = data.splitlines()
        if data[-1:] not in b"\r\n":
            rest = lines.pop()
        else:
            rest = b""
        events = self._lines(lines)
        self._size = sum(map(len, self._data))
        self._keep(rest)
        return events

    def _without_mark(self, data: bytes) -> bytes:
        data = b"".join((*self._pieces, data))
        self._pieces.clear()
        self._size = 0
        if len(data) < len(_MARK) and _MARK.startswith(data):
            self._pieces.append(data)
            return b""
        self._begun = True
        return data.removeprefix(_MARK)

    def _keep(self, piece: bytes) -> None:
        if piece:
            self._pieces.append(piece)
            self._size += len(piece)
        if self._size > self._bound:
            raise EventTooLarge(f"one event is larger than {self._bound} bytes")

    def _lines(self, lines: list[bytes]) -> list[Event]:
        events: list[Event] = []
        data = self._data
        for line in lines:
            if line[:6] == b"data: ":
                data.append(line[6:])
            elif not line:
                if data:
                    body = data[0] if len(data) == 1 else b"\n".join(data)
                    if len(body) > self._bound:
                        raise EventTooLarge(f"one event is larger than {self._bound} bytes")
                    events.append(Event(body, self._event or "message", self._id))
                    data.clear()
                self._event = ""
            else:
                self._field(line)
        return events

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
        elif name == b"id" and b"\0" not in value:
            self._id = value.decode("utf-8", "replace")
        elif name == b"retry" and re.fullmatch(rb"[0-9]+", value):
            self.retry = int(value)


_MARK = b"\xef\xbb\xbf"


def is_done(data: bytes) -> bool:
    """Whether an event's data is the mark that ends a streamed completion."""
    return data.strip() == b"[DONE]"


def encode(data: bytes, event: str | None = None) -> bytes:
    """An event as it travels; data of several lines becomes several `data` lines.

    Raises:
        ValueError: the event's type holds a line break.
    """
    head = b""
    if event is not None:
        if "\n" in event or "\r" in event:
            raise ValueError("an event's type holds no line break")
        head = b"event: " + event.encode() + b"\n"
    if b"\n" not in data and b"\r" not in data:
        return b"%bdata: %b\n\n" % (head, data)
    return head + b"".join(b"data: %b\n" % line for line in re.split(rb"\r\n|\r|\n", data)) + b"\n"


def comment(text: str) -> bytes:
    """A line that every reader skips and that keeps a connection alive."""
    return b": " + text.encode().replace(b"\n", b" ").replace(b"\r", b" ") + b"\n\n"
