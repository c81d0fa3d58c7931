"""Answers to script: a text, calls of tools, chunks as a vendor sends them, an error, raw bytes. No I/O.

Each is ready for a stream and for a document, of chat completions or of Anthropic's Messages API: the request decides.
A document is what the chunks add up to.
"""

from __future__ import annotations

import re
from http.client import responses
from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman.answer.fold import fold
from dragoman.sse import DONE, encode
from dragoman.testing import messages
from dragoman.testing.play import Played, Reply, again
from dragoman.wire.chunk import read_chunk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dragoman.testing.asked import Asked

Json = dict[str, Any]
Tokens = tuple[int, int]
"""How many tokens the prompt had, and the answer."""

DOCUMENT = "application/json"
STREAM = "text/event-stream"
CREATED = 1_735_689_600
"""When every scripted answer was made, in seconds since 1970: the first second of 2025."""

_USAGE: Tokens = (10, 5)
_encode = msgspec.json.Encoder(order="deterministic").encode


@again
def says(  # noqa: PLR0913 - each is one thing that an answer may say
    *text: str,
    reasoning: str = "",
    refusal: str = "",
    finish_reason: str = "stop",
    usage: Tokens | None = _USAGE,
    model: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """An answer in words.

    Args:
        text: what it says. Several texts are the pieces in which it is streamed; one is streamed word by word.
        reasoning: what the model thought first, in `reasoning_content`.
        refusal: why the model would not, in its own words.
        finish_reason: why it stopped: "stop", "length", "content_filter", ….
        usage: how many tokens the prompt had, and the answer; None for a vendor that says nothing of it. In a stream
            it is said where the request asks for it, as everywhere.
        model: the model that says it was asked; default the one that was.
        headers: more of the answer's headers.
    """
    deltas: list[Json] = [{"reasoning_content": piece} for piece in _words_of(reasoning)]
    deltas += [{"content": piece} for piece in (text if len(text) != 1 else _words_of(text[0]))]
    deltas += [{"refusal": refusal}] if refusal else []
    words = f"says({', '.join(map(repr, text))})"
    return _told(words, deltas, finish_reason, usage=usage, model=model, headers=headers)


def _words_of(text: str) -> list[str]:
    """A text word by word, the white space before each with it."""
    return re.findall(r"\s*\S+(?:\s+\Z)?|\s+\Z", text)


@again
def calls(
    *named: tuple[str, Mapping[str, Any] | str],
    text: str = "",
    usage: Tokens | None = _USAGE,
    model: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """An answer that calls tools: `calls(("weather", {"city": "Paris"}))`.

    Args:
        named: each call's function and its arguments; a text goes out as it is, also where it is no JSON.
        text: what is said before.
        usage: as for `says`.
        model: as for `says`.
        headers: as for `says`.
    """
    deltas: list[Json] = [{"content": text}] if text else []
    for index, (name, given) in enumerate(named):
        written = given if isinstance(given, str) else msgspec.json.encode(given).decode()
        half = len(written) // 2
        call = {"index": index, "id": f"call_{index + 1}", "type": "function"}
        deltas.append({"tool_calls": [call | {"function": {"name": name, "arguments": ""}}]})
        parts = ({"index": index, "function": {"arguments": part}} for part in (written[:half], written[half:]))
        deltas += [{"tool_calls": [part]} for part in parts]
    words = f"calls({', '.join(repr(name) for name, _ in named)})"
    return _told(words, deltas, "tool_calls", usage=usage, model=model, headers=headers)


def _told(  # noqa: PLR0913 - what a message is made of
    words: str,
    deltas: Sequence[Json],
    finish_reason: str,
    *,
    usage: Tokens | None,
    model: str | None,
    headers: Mapping[str, str] | None,
) -> Reply:
    first, *rest = [*deltas] or [{"content": ""}]
    steps: list[Json] = [{"choices": [{"index": 0, "delta": {"role": "assistant"} | first, "finish_reason": None}]}]
    steps += [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in rest]
    steps.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish_reason}]})
    last: list[Json] = [] if usage is None else [{"choices": [], "usage": _usage(usage)}]

    def play(asked: Asked) -> Played:
        options = asked.field("stream_options")
        wanted = isinstance(options, dict) and cast("Json", options).get("include_usage") is True
        always = not asked.stream or messages.asks_messages(asked)
        told = [*steps, *(last if wanted or always else [])]
        named = told if model is None else [{"model": model} | step for step in told]
        return _chunked(asked, named, done=True, headers=headers)

    return Reply(words, play)


def _usage(tokens: Tokens) -> Json:
    prompt, answer = tokens
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}


@again
def chunks(*sent: Mapping[str, Any], done: bool = True, headers: Mapping[str, str] | None = None) -> Reply:
    """Chunks as a vendor sends them, field by field; asked for a document, it is what they add up to.

    Args:
        sent: each chunk; `id`, `object`, `created` and `model` are filled in where one has them not.
        done: whether `[DONE]` follows.
        headers: more of the answer's headers.
    """
    return Reply(
        f"chunks(… {len(sent)} of them)",
        lambda asked: _chunked(asked, list(map(dict, sent)), done=done, headers=headers),
    )


def _chunked(asked: Asked, steps: Sequence[Json], *, done: bool, headers: Mapping[str, str] | None) -> Played:
    known = {"id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": CREATED, "model": asked.model}
    written = [msgspec.json.encode(known | step) for step in steps]
    sent = map(read_chunk, written)
    theirs = messages.asks_messages(asked)
    if asked.stream:
        body = messages.events(sent, done=done) if theirs else [*map(encode, written), *([DONE] if done else [])]
        return Played(headers=_headers(STREAM, headers), body=tuple(body), streamed=True)
    whole = messages.document(sent) if theirs else fold(sent).to_json()
    return Played(headers=_headers(DOCUMENT, headers), body=(whole,))


def _headers(content_type: str, more: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    named = {name.lower(): value for name, value in (more or {}).items()}
    return tuple(({"content-type": content_type} | named).items())


@again
def fails(  # noqa: PLR0913 - what vendors say of an error
    status: int,
    message: str = "",
    *,
    code: str | None = None,
    type: str | None = None,  # noqa: A002 - the wire's own word
    param: str | None = None,
    retry_after: float | None = None,
    body: object = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """An answer that says no.

    Args:
        status: the HTTP status.
        message: the sentence; default the status's own phrase.
        code: what programs test for: "context_length_exceeded", "insufficient_quota", ….
        type: the class of error.
        param: the parameter at fault.
        retry_after: seconds, as `Retry-After`. The client does wait for them, so let it be 0 or little.
        body: the body as this vendor writes it, instead of the API's own form: bytes as they are, else as JSON.
        headers: more of the answer's headers.
    """
    # Some vendors answer with statuses that no RFC names.
    told = message or responses.get(status, f"the status is {status}")
    ours = {"error": {"message": told, "type": type, "param": param, "code": code}}
    # In plain digits, whatever its size: `1e+07` is no number of HTTP's.
    waits = {} if retry_after is None else {"retry-after": f"{retry_after:.3f}".rstrip("0").rstrip(".")}
    more = dict(headers or {}) | waits

    def play(asked: Asked) -> Played:
        if body is None and messages.asks_messages(asked):
            written = messages.error(status, told, type)
        elif isinstance(body, bytes):
            written = body
        else:
            written = _encode(ours if body is None else body)
        return Played(status=status, headers=_headers(DOCUMENT, more), body=(written,))

    return Reply(f"fails({status})", play)


@again
def raw(
    *pieces: bytes, status: int = 200, content_type: str = DOCUMENT, headers: Mapping[str, str] | None = None
) -> Reply:
    """Bytes as they are, whatever is asked.

    Args:
        pieces: the body, in the pieces in which it arrives.
        status: the HTTP status.
        content_type: the header of that name.
        headers: more of the answer's headers.
    """
    streamed = content_type.startswith(STREAM)
    played = Played(status=status, headers=_headers(content_type, headers), body=pieces, streamed=streamed)
    return Reply(f"raw({', '.join(f'{len(piece)} bytes' for piece in pieces)})", lambda _: played)


@again
def models(*ids: str) -> Reply:
    """The answer to `GET …/models`: these."""
    cards = [{"id": name, "object": "model", "created": CREATED, "owned_by": "script"} for name in ids]
    played = Played(headers=_headers(DOCUMENT, None), body=(_encode({"object": "list", "data": cards}),))
    return Reply(f"models({', '.join(map(repr, ids))})", lambda _: played)
