"""Server-sent events: bytes to events and back, by the letter of the HTML standard, §9.2 (WHATWG). No I/O.

What an implementation is tempted to forget, and this one keeps: a byte order mark at the very beginning is skipped;
lines end with LF, CR or CRLF in any mix, split anywhere between two reads; an event without a `data` line is none;
several `data` lines are joined by LF; one space after the colon is dropped; an `id` with a NUL is ignored; an event
that its blank line does not end is discarded.

How a stream is cut into reads never changes what comes out. The cost is linear in the bytes, however finely they
arrive: pieces of an unfinished line are kept apart until the line ends.
"""

from __future__ import annotations

import re

import msgspec

BOUND = 16 * 1024 * 1024
"""The most bytes of one event, by default."""

DONE = b"data: [DONE]\n\n"
"""The event that ends a streamed completion, as servers send it."""

_MARK = b"\xef\xbb\xbf"
_FIELD = b"data: "
_END = b"\n\n"
_BETWEEN = _END + _FIELD
_LF, _CR = b"\n\r"
_LONGEST_RETRY = 18


class Event(msgspec.Struct, frozen=True, gc=False):
    """One event."""

    data: bytes
    """The `data` lines, joined by LF: the bytes as they were received, which may not be valid UTF-8."""
    event: str = "message"
    """The event's type."""
    id: str = ""
    """The last id that was set, by this event or one before it."""

    @property
    def text(self) -> str:
        """The data as the standard decodes it: U+FFFD stands for each sequence that is not UTF-8."""
        return self.data.decode("utf-8", "replace")


class EventTooLarge(ValueError):  # noqa: N818 - says what it is
    """An event is larger than the decoder's bound."""


class Decoder:
    """Bytes in, events out.

    Args:
        bound: the most bytes of one event: its `data` lines together, names included, and any line by itself.

    Attributes:
        retry: the last reconnection time the server set, in milliseconds; None when it set none.
    """

    __slots__ = (
        "_after_cr",
        "_begun",
        "_bound",
        "_clear",
        "_data",
        "_event",
        "_held",
        "_id",
        "_pieces",
        "_size",
        "retry",
    )

    def __init__(self, bound: int = BOUND) -> None:
        self.retry: int | None = None
        self._bound = bound
        self._begun = False
        self._after_cr = False
        # The unfinished line, in the pieces it came in, and how long they are together.
        self._pieces: list[bytes] = []
        self._held = 0
        # The unfinished event: its data lines, and how long they were as lines.
        self._data: list[bytes] = []
        self._size = 0
        self._event = ""
        self._id = ""
        # Nothing of the above bears on what comes next.
        self._clear = False

    @property
    def unfinished(self) -> bool:
        """Whether something of an event has arrived that no blank line ended: at the end of a stream, a cut."""
        return bool(self._data or self._pieces or self._event)

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes and return the events they complete.

        Raises:
            EventTooLarge: an event is larger than the bound; the decoder is of no further use.
        """
        if not self._clear:
            data = self._joined(data)
            if not data or self._data or self._event or self._id:
                return self._lines(data)
        # Whole events as nearly every server spells them, `data: …` LF LF, take a handful of calls for a read of any
        # size. Each accounts for two LF: one more, or a CR, and the lines are taken one by one.
        end = data.rfind(_END)
        if end < 0 or data[: len(_FIELD)] != _FIELD:
            return self._lines(data)
        found = data[len(_FIELD) : end].split(_BETWEEN)
        if data.count(_LF, 0, end) != 2 * len(found) - 2 or data.find(_CR, 0, end) >= 0:
            return self._lines(data)
        if end > self._bound and max(map(len, found)) + len(_FIELD) > self._bound:
            raise self._too_large()
        events = [Event(found[0])] if len(found) == 1 else list(map(Event, found))
        rest = data[end + len(_END) :]
        if rest:
            return events + self._lines(rest)
        self._clear = True
        return events

    def _joined(self, data: bytes) -> bytes:
        """What is held and what has come as one, from the beginning of a line; nothing while no line of it ends."""
        if not self._begun:
            data = self._without_mark(data)
        if self._after_cr and data:
            # The LF of a CRLF that a read split: its line ended with the CR.
            self._after_cr = False
            data = data.removeprefix(b"\n")
        if not self._pieces:
            return data
        if data.find(_LF) < 0 and data.find(_CR) < 0:
            self._hold(data)
            return b""
        self._pieces.append(data)
        data = b"".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        return data

    def _without_mark(self, data: bytes) -> bytes:
        """What follows a byte order mark at the very beginning; nothing while it may still turn out to be one."""
        data = b"".join((*self._pieces, data))
        self._pieces.clear()
        if len(data) < len(_MARK) and _MARK.startswith(data):
            self._pieces += [data] if data else []
            return b""
        self._begun = True
        return data.removeprefix(_MARK)

    def _hold(self, piece: bytes) -> None:
        """Keep a piece of a line that has not ended."""
        if piece:
            self._pieces.append(piece)
            self._held += len(piece)
            if self._size + self._held > self._bound:
                raise self._too_large()

    def _lines(self, text: bytes) -> list[Event]:
        """Take lines one by one, and hold the last where it has not ended."""
        if not text:
            return []
        self._after_cr = text.endswith(b"\r")
        lines = text.splitlines()
        rest = b"" if text.endswith((b"\n", b"\r")) else lines.pop()
        events: list[Event] = []
        data = self._data
        for line in lines:
            if not line:
                if data:
                    body = data[0] if len(data) == 1 else b"\n".join(data)
                    events.append(Event(body, self._event or "message", self._id))
                    data.clear()
                    self._size = 0
                self._event = ""
                continue
            if self._size + len(line) > self._bound:
                raise self._too_large()
            if line.startswith(_FIELD):
                data.append(line[len(_FIELD) :])
                self._size += len(line)
            else:
                self._field(line)
        self._hold(rest)
        self._clear = not (rest or data or self._event or self._id or self._after_cr)
        return events

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            self._size += len(line)
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
        elif name == b"id" and b"\0" not in value:
            self._id = value.decode("utf-8", "replace")
        elif name == b"retry" and value.isdigit() and len(value) <= _LONGEST_RETRY:
            # The standard sets no longest number; Python refuses to read one of thousands of digits.
            self.retry = int(value)

    def _too_large(self) -> EventTooLarge:
        return EventTooLarge(f"one event is larger than {self._bound} bytes")


def is_done(data: bytes) -> bool:
    """Whether an event's data is the mark that ends a streamed completion."""
    return data.strip() == b"[DONE]"


def encode(data: bytes, event: str | None = None, id: str | None = None) -> bytes:  # noqa: A002 - the field's own name
    """An event as it travels.

    Args:
        data: what it says; each line becomes a `data` line, so that CR and CRLF arrive as LF.
        event: its type; None is `message`.
        id: what a reader that comes back names as the last it saw; None leaves the one before.

    Raises:
        ValueError: the type holds a line break, or the id a line break or a NUL.
    """
    head = b""
    if event is not None:
        if re.search(r"[\r\n]", event):
            raise ValueError(f"an event's type holds no line break, unlike {event[:60]!r}")
        head = b"event: %b\n" % event.encode()
    if id is not None:
        if re.search(r"[\r\n\0]", id):
            raise ValueError(f"an event's id holds no line break and no NUL, unlike {id[:60]!r}")
        head += b"id: %b\n" % id.encode()
    # `in` would take twice as long: it first tries whether these bytes are a number.
    if data.find(b"\n") < 0 and data.find(b"\r") < 0:
        return b"%bdata: %b\n\n" % (head, data)
    return head + b"".join(b"data: %b\n" % line for line in re.split(rb"\r\n|\r|\n", data)) + b"\n"


def comment(text: str) -> bytes:
    """Words that every reader skips and that keep a connection alive; a line break in them becomes a space."""
    return b": %b\n\n" % re.sub(r"[\r\n]", " ", text).encode()
