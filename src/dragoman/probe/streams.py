"""Checks of a stream, down to its bytes. No I/O of their own.

The API document says what chunks hold; the HTML standard, §9.2 (WHATWG), how events are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.probe.answer import Arrived, Streamed, dig, many, text_of
from dragoman.probe.check import Check
from dragoman.probe.finding import Found, broken, honoured, ignored, quoted, unclear
from dragoman.probe.prompts import COUNT
from dragoman.sse import is_done

if TYPE_CHECKING:
    from dragoman.probe.endpoint import Endpoint

LONG = 64
"""Tokens of the stream whose pace is looked at."""

FEW = 5
"""Pieces of content below which a stream has no pace."""

SLOW = 0.2
"""Seconds; what takes less to make may be quick, or buffered: nobody can tell."""

LATE = 0.9
"""The share of the time after which content is late that could have been sent before."""

REPEATED = ("id", "model", "created", "object")


def asked(endpoint: Endpoint) -> Streamed:
    """The stream that most checks look at."""
    return endpoint.stream(COUNT, **endpoint.cold, stream_options={"include_usage": True})


def content_type(endpoint: Endpoint) -> Found:
    """Whether it says that it is a stream of events."""
    kind = asked(endpoint).headers.get("content-type", "")
    right = kind.partition(";")[0].strip().lower() == "text/event-stream"
    return honoured(kind) if right else broken(f"content-type {kind!r}, where text/event-stream is right")


def framing(endpoint: Endpoint) -> Found:
    """Whether every byte belongs to an event or a comment, and every event holds a chunk."""
    stream = asked(endpoint)
    if stream.cut:
        return broken(f"the body did not end as it should: {stream.cut}")
    if stream.unfinished:
        return broken(f"the body ends inside an event: {quoted(stream.body[-40:].decode('utf-8', 'replace'))}")
    odd = next((arrived for arrived in stream.events if _is_odd(arrived)), None)
    if odd is not None:
        return broken(f"an event that holds no chunk: {quoted(odd.event.text)}")
    if not stream.chunks:
        return broken(f"no events in {len(stream.body)} bytes: {quoted(stream.body.decode('utf-8', 'replace'))}")
    comments = sum(line.startswith(b":") for line in stream.body.splitlines())
    return honoured(f"{len(stream.events)} events, {comments} comments between them")


def _is_odd(arrived: Arrived) -> bool:
    return not isinstance(arrived.chunk, dict) and not is_done(arrived.event.data)


def role(endpoint: Endpoint) -> Found:
    """Whether the first chunk says who speaks."""
    said = dig(next(iter(asked(endpoint).deltas), None), "role")
    return honoured("the first chunk says assistant") if said == "assistant" else broken(f"the first role is {said!r}")


def finish(endpoint: Endpoint) -> Found:
    """Whether one chunk says why the answer ended, and no content follows."""
    reasons: list[Any] = []
    for chunk in asked(endpoint).chunks:
        choice = dig(chunk, "choices", 0)
        if reasons and dig(choice, "delta", "content"):
            return broken(f"content after finish_reason {reasons[-1]}")
        if dig(choice, "finish_reason") is not None:
            reasons.append(dig(choice, "finish_reason"))
    return honoured(f"one finish_reason, {reasons[0]}") if len(reasons) == 1 else broken(f"finish_reasons: {reasons}")


def done(endpoint: Endpoint) -> Found:
    """Whether the last event, and no other, says that this was all."""
    marks = [is_done(arrived.event.data) for arrived in asked(endpoint).events]
    if not any(marks):
        return broken("the stream ended without [DONE]")
    return honoured("[DONE] is the last event") if marks.index(True) == len(marks) - 1 else broken("more after [DONE]")


def identity(endpoint: Endpoint) -> Found:
    """Whether all chunks say whose they are, and the same."""
    chunks = asked(endpoint).chunks
    for name in REPEATED:
        values = list(dict.fromkeys(str(dig(chunk, name)) for chunk in chunks))
        if len(values) != 1 or values == ["None"]:
            return broken(f"{name} is {' and then '.join(values[:3])}" if values else "no chunk has one")
    kind = dig(chunks[0], "object")
    right = kind == "chat.completion.chunk"
    return honoured(f"one id, {dig(chunks[0], 'id')}") if right else broken(f"object is {kind!r}")


def text(endpoint: Endpoint) -> Found:
    """Whether a stream says what an answer in one piece says."""
    streamed = text_of(asked(endpoint))
    first = endpoint.baseline(COUNT, **endpoint.cold).text
    if streamed == first:
        return honoured(f"{quoted(streamed)}, streamed and whole")
    seen = f"streamed {quoted(streamed)}, whole {quoted(first)}"
    stable = endpoint.chat(COUNT, **endpoint.cold).text == first
    return broken(seen) if stable else unclear(f"answers at temperature 0 differ: {seen}")


def include_usage(endpoint: Endpoint) -> Found:
    """Whether the usage comes in a chunk of its own, the last, and only where it was asked for."""
    chunks = asked(endpoint).chunks
    reported = [place for place, chunk in enumerate(chunks) if dig(chunk, "usage") is not None]
    if not reported:
        return ignored("no usage in the stream")
    if reported != [len(chunks) - 1]:
        return broken(f"usage on chunks {reported} of {len(chunks)}, where the last is right")
    if dig(chunks[-1], "choices") != []:
        return broken("the chunk with the usage has choices")
    unasked = [chunk for chunk in endpoint.stream(COUNT, **endpoint.cold).chunks if not many(dig(chunk, "choices"))]
    if any(dig(chunk, "usage") is not None for chunk in unasked):
        return broken("a chunk without choices comes with the usage though nobody asked: clients read choices[0]")
    return honoured(f"the last of {len(chunks)} chunks, with no choices")


def pace(endpoint: Endpoint) -> Found:
    """Whether content is sent while it is made."""
    short = _content_times(endpoint.stream(COUNT, 1, **endpoint.cold))
    return paced(_content_times(endpoint.stream(COUNT, LONG, **endpoint.cold)), short[0] if short else None)


def _content_times(stream: Streamed) -> list[float]:
    return [arrived.at for arrived in stream.events if dig(arrived.chunk, "choices", 0, "delta", "content")]


def paced(times: list[float], short: float | None) -> Found:
    """Whether content was sent while it was made: then the first of it is no later for what follows.

    Args:
        times: when each piece of a long answer arrived, in seconds after asking.
        short: when the only piece of a short one did; None where it had none.
    """
    if len(times) < FEW:
        return unclear(f"{len(times)} pieces of content are too few to tell")
    first, last = times[0], times[-1]
    moments = len(set(times))
    seen = f"{len(times)} pieces from {first:.2f} s to {last:.2f} s, at {moments} moments"
    if moments > len(times) / 2 and first <= LATE * last:
        return honoured(seen)
    if short is None:
        return unclear(f"{seen}; a short answer, to compare with, had no content")
    making = last - short
    if making < SLOW:
        return honoured(seen) if moments > len(times) / 2 else unclear(f"{seen}: too quick to tell")
    if first > LATE * last and first - short > LATE * making:
        return broken(f"held back to the end: {seen}, and {short:.2f} s for one piece alone")
    return honoured(seen) if first <= LATE * last else unclear(seen)


CHECKS = (
    Check("content-type", "stream", content_type),
    Check("framing", "stream", framing),
    Check("role", "stream", role),
    Check("finish", "stream", finish),
    Check("done", "stream", done),
    Check("identity", "stream", identity),
    Check("text", "stream", text),
    Check("include_usage", "stream", include_usage),
    Check("pace", "stream", pace),
)
