"""A Messages stream as chunks: a small state machine, an event in, its chunks out. No I/O.

`message_start` is the role, and the usage so far; each delta of text, thought or a call's JSON is a chunk as it comes;
`message_delta` is why it finished; `message_stop` is the usage and `[DONE]`. A `ping` is nothing, and so is an event
that nobody here knows, as the API's versioning rules ask. What a delta holds beyond chat travels in
`anthropic_content`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.dialect.anthropic.answer import beyond, ending, refusal_of, usage
from dragoman.dialect.anthropic.outline import Outline
from dragoman.dialect.private import CONTENT
from dragoman.wire.tolerant import is_object, read_object, read_value

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

DONE = b"[DONE]"
"""What stands for the end of the stream."""

_OF_DELTAS = frozenset({"choices", "created", "delta", "id", "model", "object", "type", "usage"})
"""What a `message_delta` says elsewhere, and what a chunk has of its own."""

_encode = msgspec.json.Encoder().encode


class _Block:
    """A block under way.

    Attributes:
        kind: its type; `answer` for the call of the answering tool.
        call: which of the message's calls it is.
        characters: how long its text is so far.
        given: the input it began with, where it takes one.
        pieces: its input's JSON as far as it was sent, of blocks that are no calls of the caller's own tools.
        sent: whether any of its JSON was.
    """

    __slots__ = ("call", "characters", "given", "kind", "pieces", "sent")

    def __init__(self, kind: str, call: int, given: object) -> None:
        self.kind = kind
        self.call = call
        self.characters = 0
        self.given = given
        self.pieces: list[str] = []
        self.sent = False


class Reader:
    """Reads one stream.

    Args:
        created: when it began, in seconds since 1970: the API does not say.
        answer: the tool whose input is the answer, where one was asked for.
    """

    def __init__(self, created: int, answer: str = "") -> None:
        self._answer = answer
        self._answered = False
        self._shared: Json = {"id": "", "object": "chat.completion.chunk", "created": created, "model": ""}
        self._usage: Json = {}
        self._outline = Outline()
        self._blocks: dict[object, _Block] = {}
        self._calls = 0
        self._steps: dict[str, Callable[[Json], list[bytes]]] = {
            "message_start": self._start,
            "content_block_start": self._begin,
            "content_block_delta": self._more,
            "content_block_stop": self._end,
            "message_delta": self._finish,
            "message_stop": self._stop,
        }

    def feed(self, data: bytes) -> list[bytes]:
        """Take an event's data and return the chunks it is, as JSON; `DONE` stands for the end.

        An error object is returned as it is, to be judged.

        Raises:
            msgspec.DecodeError: it is not a JSON object, or lacks what its type has.
        """
        event = read_object(data)
        step = self._steps.get(str(event.get("type")))
        if step is None:
            return [data] if "error" in event else []
        try:
            return step(event)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise msgspec.DecodeError(f"a {event['type']} event lacks what it has: {error!r}") from None

    def _start(self, event: Json) -> list[bytes]:
        message: Json = event["message"]
        self._shared |= {"id": message.get("id", ""), "model": message.get("model", "")}
        self._count(message)
        # What it takes in is known now, and would not be where the stream is cut or left.
        return [self._chunk({"role": "assistant"}, beyond(message)), *self._counted()]

    def _begin(self, event: Json) -> list[bytes]:
        index: int = event["index"]
        received: Json = event["content_block"]
        kind: str = received["type"]
        if kind == "tool_use" and received["name"] == self._answer:
            self._answered = True
            self._blocks[index] = _Block("answer", 0, received.get("input"))
            return self._items(self._outline.begin(index, {"type": "text"}))
        block = self._blocks[index] = _Block(kind, self._calls, received.get("input"))
        # The input comes in pieces, and is kept once it is whole.
        shown = received if received.get("input") else {n: v for n, v in received.items() if n != "input"}
        chunks = self._items(self._outline.begin(index, shown))
        if kind == "tool_use":
            self._calls += 1
            function = {"name": received["name"], "arguments": ""}
            call = {"index": block.call, "id": received["id"], "type": "function", "function": function}
            return [*chunks, self._chunk({"tool_calls": [call]})]
        if kind in {"text", "thinking"} and received.get(kind):
            chunks += self._said(block, received[kind])
        return chunks

    def _more(self, event: Json) -> list[bytes]:
        delta: Json = event["delta"]
        kind = delta["type"]
        block = self._blocks[event["index"]]
        if kind == "text_delta":
            return self._said(block, delta["text"])
        if kind == "thinking_delta":
            return self._said(block, delta["thinking"])
        if kind == "input_json_delta":
            return self._input(block, delta["partial_json"])
        if kind == "citations_delta":
            return self._items(self._outline.add(event["index"], {"citations": [delta["citation"]]}))
        return self._items(
            self._outline.add(event["index"], {name: value for name, value in delta.items() if name != "type"})
        )

    def _said(self, block: _Block, text: str) -> list[bytes]:
        block.characters += len(text)
        return [self._chunk({"content" if block.kind != "thinking" else "reasoning_content": text})] if text else []

    def _input(self, block: _Block, piece: str) -> list[bytes]:
        if not piece:
            return []
        block.sent = True
        if block.kind == "answer":
            return self._said(block, piece)
        if block.kind == "tool_use":
            return [self._chunk({"tool_calls": [{"index": block.call, "function": {"arguments": piece}}]})]
        block.pieces.append(piece)
        return []

    def _end(self, event: Json) -> list[bytes]:
        index: int = event["index"]
        block = self._blocks[index]
        chunks: list[bytes] = []
        if block.kind in {"tool_use", "answer"} and not block.sent:
            # A call without arguments, or one that was given whole.
            chunks += self._input(block, _encode(block.given or {}).decode())
        if block.pieces:
            given = read_value("".join(block.pieces).encode())
            chunks += self._items(self._outline.add(index, {"input": given}))
        if block.kind in {"text", "thinking", "answer"}:
            chunks += self._items(self._outline.end(index, block.characters))
        return chunks

    def _finish(self, event: Json) -> list[bytes]:
        received: Json = event["delta"]
        self._count(event)
        refused = refusal_of(received)
        # Beside what it stands in, so that whoever tells this API's events says it once.
        delta: Json = {"refusal": refused} if refused else {}
        beside = {name: value for name, value in event.items() if name not in _OF_DELTAS and value is not None}
        return [self._chunk(delta, beyond(received) | beside, ending(received, answered=self._answered))]

    def _stop(self, _: Json) -> list[bytes]:
        return [*self._counted(), DONE]

    def _count(self, said: Json) -> None:
        """Take the counts so far, which are totals; those that are left out stand."""
        counted: object = said.get("usage")
        if is_object(counted):
            self._usage |= {name: value for name, value in counted.items() if value is not None}

    def _counted(self) -> list[bytes]:
        counted = usage(self._usage) if self._usage else None
        return [_encode(self._shared | {"choices": [], "usage": counted})] if counted else []

    def _items(self, items: list[Json]) -> list[bytes]:
        return [self._chunk({CONTENT: items})] if items else []

    def _chunk(self, delta: Json, more: Json | None = None, end: Json | None = None) -> bytes:
        choice: Json = {"index": 0, "delta": delta, "finish_reason": None}
        if end:
            choice |= end
        made = self._shared | {"choices": [choice]}
        return _encode(made | more if more else made)
