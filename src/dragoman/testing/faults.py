"""What can go wrong with an answer, by name: each takes a reply and returns one that has the fault. No I/O.

`after` counts the events of a stream: the pieces of text, then the one that says why it ended, the usage where it is
asked for, `[DONE]`. A document has no events: it is broken in its middle instead.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.sse import DONE, encode
from dragoman.testing import messages
from dragoman.testing.play import Break, Pause, Played, Reply, Step, again

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.testing.asked import Asked


def _with(words: str, reply: Reply, change: Callable[[Played], Played]) -> Reply:
    return Reply(words, lambda asked: change(reply.play(asked)))


def _split(played: Played, after: int, words: str) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The body before a fault and after it."""
    body = played.body
    if played.streamed:
        if after >= len(body):
            raise ValueError(f"{words}: the answer has only {len(body)} events, so nothing would go wrong")
        return body[:after], body[after:]
    (whole,) = [step for step in body if isinstance(step, bytes)] or [b""]
    half = len(whole) // 2
    return (whole[:half],), (whole[half:],)


def _changed(played: Played, body: tuple[Step, ...]) -> Played:
    return msgspec.structs.replace(played, body=body)


@again
def cut(reply: Reply, *, after: int = 1) -> Reply:
    """The connection is closed amid the body, after so many events: as when a server is stopped."""
    words = f"cut({reply}, after={after})"
    broken = Break("cut", "the server closed the connection before the body was complete")
    return _with(words, reply, lambda played: _changed(played, (*_split(played, after, words)[0], broken)))


@again
def reset(reply: Reply, *, after: int | None = None) -> Reply:
    """The connection is reset, after so many events; None: before there is any answer."""
    words = f"reset({reply}, after={after})"

    def change(played: Played) -> Played:
        if after is None:
            broken = Break("reset", "the connection was reset before an answer", abrupt=True)
            return msgspec.structs.replace(played, before=(broken,))
        broken = Break("cut", "the connection was reset before the body was complete", abrupt=True)
        return _changed(played, (*_split(played, after, words)[0], broken))

    return _with(words, reply, change)


@again
def refused() -> Reply:
    """Nobody listens. Through `serving`, where somebody has to, it is a reset before any answer."""
    played = Played(before=(Break("connect", "the connection was refused", abrupt=True),))
    return Reply("refused()", lambda _: played)


@again
def stall(reply: Reply, *, after: int = 0, seconds: float = math.inf) -> Reply:
    """Nothing more arrives after so many events, for so many seconds or for good; a document does not begin."""
    words = f"stall({reply}, after={after})"
    pause = Pause(seconds)

    def change(played: Played) -> Played:
        if not played.streamed:
            return msgspec.structs.replace(played, before=(pause,))
        head, rest = _split(played, after, words)
        return _changed(played, (*head, pause, *rest))

    return _with(words, reply, change)


@again
def slow(reply: Reply, *, seconds: float) -> Reply:
    """The first piece of the answer takes so many seconds."""
    stalled = stall(reply, seconds=seconds)
    return Reply(f"slow({reply}, seconds={seconds:g})", stalled.play)


@again
def interrupt(
    reply: Reply,
    *,
    after: int = 1,
    message: str = "the server had to stop",
    code: str | None = None,
    type: str | None = "server_error",  # noqa: A002 - the wire's own word
) -> Reply:
    """An error object stands in a stream, after so many events, though its status was 200; a document is all error."""
    words = f"interrupt({reply}, after={after})"
    ours = msgspec.json.encode({"error": {"message": message, "type": type, "param": None, "code": code}})

    def play(asked: Asked) -> Played:
        played = reply.play(asked)
        theirs = messages.asks_messages(asked)
        if not played.streamed:
            return _changed(played, (messages.error(500, message, type) if theirs else ours,))
        event = messages.interruption(message, type) if theirs else encode(ours)
        return _changed(played, (*_split(played, after, words)[0], event))

    return Reply(words, play)


@again
def garble(reply: Reply, *, after: int = 1) -> Reply:
    """One event's JSON breaks off in its middle and the stream goes on; a document ends in its middle."""
    words = f"garble({reply}, after={after})"

    def change(played: Played) -> Played:
        head, rest = _split(played, after, words)
        if not played.streamed:
            return _changed(played, head)
        broken = rest[0]
        half = broken[: len(broken) // 2] + b"\n\n" if isinstance(broken, bytes) else broken
        return _changed(played, (*head, half, *rest[1:]))

    return _with(words, reply, change)


@again
def empty(reply: Reply) -> Reply:
    """A head as it should be, and no body."""
    return _with(f"empty({reply})", reply, lambda played: _changed(played, ()))


@again
def end_early(reply: Reply, *, after: int = 1) -> Reply:
    """The body ends in good order after so many events: as when a proxy hides that the server behind it went away."""
    words = f"end_early({reply}, after={after})"
    return _with(words, reply, lambda played: _changed(played, _split(played, after, words)[0]))


@again
def without_done(reply: Reply) -> Reply:
    """A stream that ends without `[DONE]`; a document is as it was."""
    return _with(
        f"without_done({reply})",
        reply,
        lambda played: _changed(played, tuple(step for step in played.body if step != DONE)),
    )


@again
def finish_twice(reply: Reply) -> Reply:
    """A stream in which the event that says why it ended comes twice; a document is as it was."""

    def change(played: Played) -> Played:
        if not played.streamed:
            return played
        return _changed(played, tuple(step for one in played.body for step in ([one, one] if _ends(one) else [one])))

    return _with(f"finish_twice({reply})", reply, change)


def _ends(step: Step) -> bool:
    if not isinstance(step, bytes) or step == DONE:
        return False
    try:
        chunk: dict[str, Any] = msgspec.json.decode(step.removeprefix(b"data: "))
    except msgspec.DecodeError:  # the other fault of a reply that has two
        return False
    return any(choice.get("finish_reason") for choice in chunk.get("choices", ()))


@again
def mislabel(reply: Reply, content_type: str = "text/html") -> Reply:
    """The answer says that it is of another type than it is."""

    def change(played: Played) -> Played:
        headers = dict(played.headers) | {"content-type": content_type}
        return msgspec.structs.replace(played, headers=tuple(headers.items()))

    return _with(f"mislabel({reply}, {content_type!r})", reply, change)


@again
def dribble(reply: Reply, *, size: int = 1) -> Reply:
    """The body arrives in pieces of so many bytes, whatever they cut in two."""

    def change(played: Played) -> Played:
        body: list[Step] = []
        for step in played.body:
            body += [step[at : at + size] for at in range(0, len(step), size)] if isinstance(step, bytes) else [step]
        return _changed(played, tuple(body))

    return _with(f"dribble({reply}, size={size})", reply, change)
