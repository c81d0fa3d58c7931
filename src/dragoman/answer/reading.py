"""A streamed answer as it is read: bytes in, chunks out, and whether it ended as it should. No I/O.

A stream tells the truth when its end is one of these: `[DONE]`; or, where the dialect does not promise `[DONE]`, a
proper end of the HTTP body after every choice has said why it finished, which an empty word does not: some servers have
one in every chunk. Every other end is an error, raised after the chunks that came before it, and holding what they add
up to.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Protocol, cast

import msgspec

from dragoman.answer.judge import evidence, said_no
from dragoman.answer.seen import Seen
from dragoman.errors import APIError, ProtocolError, StreamClosedError, TruncatedError
from dragoman.sse import Decoder, Event, EventTooLarge, is_done
from dragoman.wire.chunk import read_chunk
from dragoman.wire.fault import Fault, find_fault
from dragoman.wire.tolerant import is_object, read_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dragoman.answer.spent import Spent
    from dragoman.exchange.attempt import Attempt
    from dragoman.exchange.cancellation import Cancellation
    from dragoman.exchange.continuation import Joint
    from dragoman.hooks import Watcher
    from dragoman.secret import Secret
    from dragoman.transport import Answer, AsyncAnswer
    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion

    Read = Callable[[bytes], Chunk]


class Translated(Protocol):
    """A stream of another API as it is read."""

    def feed(self, data: bytes) -> list[bytes]:
        """Take an event's data and return the chunks it is, as JSON; `[DONE]` stands for the stream's proper end.

        Raises:
            msgspec.DecodeError: it is no event of that API.
        """
        ...


class Translation(Protocol):
    """How the answers to a call become chat completions, where the vendor speaks another API."""

    def whole(self, body: bytes, now: int) -> bytes:
        """An answer in one piece as a completion's JSON, made `now`; what is no answer stays as it is.

        Raises:
            msgspec.DecodeError: it is not JSON.
        """
        ...

    def stream(self, now: int) -> Translated:
        """What reads one stream that begins `now`, in seconds since 1970."""
        ...

    def fault(self, fault: Fault) -> Fault:
        """A fault with the code that this vendor leaves out."""
        ...


class Reading:
    """One stream being read.

    Attributes:
        ready: chunks that have arrived and were not given out yet.
        seen: every chunk of the answer so far, the one that only says the usage included.
        over: whether nothing more is to be read.
        deadline: when the whole call has to be over, as `time.monotonic` tells it.
        attempt: the attempt that was answered so; None where the exchange was somebody else's.
        failure: how the stream failed; raised once `ready` is empty.
        left: whether it was closed on this side, though there was more to read.
        lost: what the attempts before this one may have used.
        parts: where it may be gone on with when it breaks off, how far that has come.
        spoke_at: when content last arrived, as `time.monotonic` tells it.
        spoke: whether any content has arrived.
        transport: what carries the call, where more may have to be sent while the stream is read.
        watch: told when the stream is over; None where nobody asked.
    """

    __slots__ = (
        "_decoder",
        "_done",
        "_hide_usage",
        "_read",
        "_secret",
        "_stopped",
        "_translated",
        "answer",
        "attempt",
        "deadline",
        "failure",
        "left",
        "lost",
        "over",
        "parts",
        "ready",
        "seen",
        "spoke",
        "spoke_at",
        "transport",
        "watch",
    )

    def __init__(  # noqa: PLR0913 - each is one fact the reading rests on
        self,
        answer: Answer | AsyncAnswer,
        secret: Secret,
        *,
        at: float,
        deadline: float,
        done: bool = False,
        hide_usage: bool = False,
        translated: Translated | None = None,
        read: Read = read_chunk,
    ) -> None:
        self.answer = answer
        self.attempt: Attempt | None = None
        self.ready: deque[Chunk] = deque()
        self.seen = Seen(read)
        self.over = False
        self.deadline = deadline
        self.failure: APIError | None = None
        self.left = False
        self.lost: tuple[Spent, ...] = ()
        self.parts: Parts | None = None
        self.transport: Any = None
        self.watch: Watcher | None = None
        self.spoke = False
        self.spoke_at = at
        self._decoder = Decoder()
        self._done = done
        self._hide_usage = hide_usage
        self._read = read
        self._secret = secret
        self._stopped = False
        self._translated = translated

    @property
    def completion(self) -> Completion:
        """What the chunks so far add up to."""
        return self.seen.completion

    def feed(self, data: bytes, at: float) -> None:
        """Take the next bytes; `at` is when they arrived. The empty ones are the proper end of the HTTP body."""
        if not data:
            self._end()
            return
        try:
            events = self._decoder.feed(data)
        except EventTooLarge as error:
            self._fail(ProtocolError(str(error), **self.known()))
            return
        if self._translated is not None:
            self._translate(events, self._translated, at)
        elif events:
            self._take(events, at)

    def _take(self, events: list[Event], at: float) -> None:
        # Nearly always where the mark stands; taken off here, the rest of the read is chunks like any other.
        last = events[-1].data
        done = last[:1] != b"{" and is_done(last)
        if done:
            del events[-1]
        chunks = _plain(events, self._read)
        if chunks is None:
            chunks = self._judged(events)
        self.seen.take(chunks)
        ends = done or self._stopped
        self.ready += self._shown(chunks, ends=ends)
        if any(map(says_something, chunks)):
            self.spoke = True
            self.spoke_at = at
        if ends and not self.over:
            self._stop()

    def _shown(self, chunks: list[Chunk], *, ends: bool) -> list[Chunk]:
        """Those of the chunks that are given out."""
        if not self._hide_usage and self._translated is None:
            return chunks
        # Of the usage chat's streams speak once, at their end: what another API says of it earlier is for the account,
        # be it in the same read.
        last = chunks[-1:] if ends and not self._hide_usage else []
        return [chunk for chunk in chunks[: len(chunks) - len(last)] if chunk.choices] + last

    def _translate(self, events: list[Event], translated: Translated, at: float) -> None:
        """Take another API's events, as those of chat that they are; errors are judged as they stand."""
        made: list[Event] = []
        broken: ProtocolError | None = None
        for event in events:
            try:
                made += [event] if event.event == "error" else map(Event, translated.feed(event.data))
            except msgspec.DecodeError as error:
                sentence = f"the stream holds an event that cannot be read: {error}"
                broken = ProtocolError(sentence, **self.known(event.data))
                break
        if made:
            self._take(made, at)
        if broken is not None and not self.over:
            self.fail(broken)

    def _judged(self, events: list[Event]) -> list[Chunk]:
        """The chunks among events, each looked at for what else it may be; up to the one that ends the stream."""
        chunks: list[Chunk] = []
        for event in events:
            body = event.data
            # `in` would take twice as long: it first tries whether these bytes are a number.
            if body[:1] != b"{" or event.event != "message" or body.find(b'"error"') >= 0:
                if not self._odd(event, chunks):
                    continue
                if self._stopped or self.over:
                    break
            try:
                chunks.append(self._read(body))
            except msgspec.DecodeError as error:
                sentence = f"the stream holds an event that is no chunk: {error}"
                self._fail(ProtocolError(sentence, **self.known(body, chunks)))
                break
        return chunks

    def leave(self) -> None:
        """Read no more. From any thread; a reader that waits is told that the answer was closed."""
        self.left = self.left or not self.over
        self.over = True
        self.answer.close()
        if self.parts is not None:
            self.parts.leave()
        self._rest()

    def closed(self) -> None:
        """Take that it was closed on this side."""
        self.fail(StreamClosedError("the stream was closed before its end", status=self.answer.status))

    def broke(self, detail: str) -> None:
        """Take that the connection broke before the body's end."""
        self._fail(TruncatedError(f"the answer was cut: {detail}", retryable=True, **self.known()))

    def fail(self, error: APIError) -> None:
        """Take that reading has to stop for a reason of ours, such as a limit in time."""
        error.partial = self._partial()
        self._fail(error)

    def _odd(self, event: Event, before: list[Chunk]) -> bool:
        """Judge an event that may not be a chunk; True where it is to be read as one, or where reading is over."""
        body = event.data
        if is_done(body):
            self._stopped = True
        elif event.event == "error" or b'"error"' in body:
            fault = _fault_in(body, certain=event.event == "error")
            if fault is not None:
                answer, partial = self.answer, self._partial(before)
                self._fail(said_no(fault, answer.status, answer.headers, body, partial=partial, secret=self._secret))
        elif event.event != "message":
            # Only unnamed events are chunks; vendors name their keep-alives (`event: ping`).
            return b'"choices"' in body
        return self._stopped or self.over or bool(body.strip())

    def _stop(self) -> None:
        if self.seen:
            self.answer.finish()
            self._rest()
        else:
            self._fail(ProtocolError("the stream ended without a single chunk", retryable=True, **self.known()))

    def _end(self) -> None:
        if self._finished():
            self._rest()
            return
        # Other APIs than chat's have no such mark.
        what = "before [DONE]" if self._done and self._translated is None else "before the answer had finished"
        self._fail(TruncatedError(f"the stream ended {what}", retryable=True, **self.known()))

    def _finished(self) -> bool:
        if self._done:
            return False
        choices = [choice for chunk in self.seen for choice in chunk.choices]
        # LocalAI says the reason "" until there is one.
        ended = {choice.index for choice in choices if choice.finish_reason}
        return bool(choices) and {choice.index for choice in choices} == ended

    def _fail(self, error: APIError) -> None:
        self.failure = error
        self.answer.close()
        self._rest()

    def _rest(self) -> None:
        """Read no more, and say so."""
        self.over = True
        if self.watch is not None:
            self.watch.read(self)

    def _partial(self, more: Sequence[Chunk] = ()) -> Completion | None:
        return self.seen.with_more(more) if self.seen or more else None

    def known(self, body: bytes = b"", more: Sequence[Chunk] = ()) -> dict[str, Any]:
        """What an error keeps of the answer."""
        known = evidence(self.answer.headers, body, self._secret)
        return known | {"status": self.answer.status, "partial": self._partial(more)}


class Parts:
    """How far a stream has come that is gone on with when it breaks off.

    Attributes:
        count: how often that was tried.
        part: the part that is read now; None while it is the first, which is the stream's own reading.
        taken: how many of that part's chunks are the stream's already.
        joint: makes them so; None where they are of the same answer, read once more.
        tokens: how many tokens of the answer were counted before it.
        cancel: ends the asking for another part; None where nobody is asked.
    """

    __slots__ = ("cancel", "count", "joint", "part", "taken", "tokens")

    def __init__(self) -> None:
        self.count = 0
        self.part: Reading | None = None
        self.taken = 0
        self.joint: Joint | None = None
        self.tokens = 0
        self.cancel: Cancellation | None = None

    def leave(self) -> None:
        """Read no more, and ask for no more."""
        if self.cancel is not None:
            self.cancel.cancel()
        if self.part is not None:
            self.part.leave()


def _plain(events: list[Event], read: Read) -> list[Chunk] | None:
    """Events that are nothing but chunks, read; None where one of them is something else."""
    chunks: list[Chunk] = []
    for event in events:
        if event.event != "message":
            return None
        try:
            chunk = read(event.data)
        except msgspec.DecodeError:
            return None
        if chunk.error:
            return None
        chunks.append(chunk)
    return chunks


def _fault_in(body: bytes, *, certain: bool) -> Fault | None:
    """The error object an event holds. `certain`: the event's own type says that it is one."""
    try:
        value = read_value(body)
    except msgspec.DecodeError:
        return Fault(message=body.decode("utf-8", "replace").strip()) if certain else None
    if not certain and not (is_object(value) and value.get("error")):
        return None
    return find_fault(value) or Fault(message=body.decode("utf-8", "replace"))


_ANSWER_FIELDS = ("content", "refusal", "tool_calls", "reasoning_content", "audio", "function_call")
_EMPTY: tuple[object, ...] = ("", None, [], {})


def says_something(chunk: Chunk) -> bool:
    """Whether a chunk carries content of any kind, or an end: not a role alone, not emptiness."""
    for choice in chunk.choices:
        delta = choice.delta
        if delta.content or choice.finish_reason or any(getattr(delta, name) for name in _ANSWER_FIELDS):
            return True
    return bool(chunk.choices) and _says_unknown(chunk)


def _says_unknown(chunk: Chunk) -> bool:
    """Whether a delta holds something under a name that only its vendor knows, such as OpenRouter's `reasoning`."""
    choices: list[Any] = chunk.to_dict()["choices"]
    deltas: list[Any] = [cast("dict[str, Any]", choice).get("delta") for choice in choices if isinstance(choice, dict)]
    return any(
        name != "role" and value not in _EMPTY
        for delta in deltas
        if isinstance(delta, dict)
        for name, value in cast("dict[str, object]", delta).items()
    )
