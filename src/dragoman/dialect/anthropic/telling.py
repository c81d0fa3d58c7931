"""Chunks as the events of a Messages stream: a small state machine, a chunk in, its events out. No I/O.

The API's order is kept: `message_start` and a `ping`; each block begun, filled and ended before the next, by index;
then `message_delta` with the reason and the usage, and `message_stop`. Chat's calls may come in pieces that take
turns: the first that is not over is told as it comes, the others wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.dialect.anthropic.answer import refusal_of
from dragoman.dialect.anthropic.outline import FREE, identified
from dragoman.dialect.anthropic.reply import ending, identity, usage
from dragoman.dialect.private import CONTENT
from dragoman.wire.chunk import usage_in
from dragoman.wire.growth import add_call, is_whole
from dragoman.wire.tolerant import objects_in

if TYPE_CHECKING:
    from dragoman.wire.chunk import Chunk, Delta, ToolCallDelta

Json = dict[str, Any]
Event = tuple[str, bytes]
"""An event's type and its data."""

_encode = msgspec.json.Encoder().encode
_MARK = CONTENT.encode()
_EMPTY: dict[str, Json] = {
    "text": {"type": "text", "text": ""},
    "thinking": {"type": "thinking", "thinking": "", "signature": ""},
    # Calls of the vendor's own tools: their input comes in pieces, and may come to nothing.
    "server_tool_use": {"input": {}},
    "mcp_tool_use": {"input": {}},
}
_BESIDE = ("container", "context_management")
"""What this API says of a whole message at its end, and chat in no word of its own."""
_DELTAS = {"text": ("text_delta", "text"), "thinking": ("thinking_delta", "thinking")}


class _Call:
    """A call under way, and what of it is still to be told.

    Attributes:
        free: whether it is a custom tool's, whose text goes into an object that is still open.
    """

    __slots__ = ("free", "id", "name", "said", "waiting")

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.said = ""
        self.waiting = ""
        self.free = False

    def take(self, delta: ToolCallDelta) -> None:
        """Take what a delta adds."""
        self.id = self.id or delta.id or ""
        called = delta.function or delta.custom
        if called is not None:
            self.name = self.name or called.name or ""
        if delta.function is not None:
            self.waiting += delta.function.arguments or ""
        elif delta.custom is not None:
            if not self.free:
                self.free = True
                self.waiting += f'{{"{FREE}":"'
            self.waiting += _encode(delta.custom.input or "").decode()[1:-1]

    def end(self) -> None:
        """Take that no more of it comes."""
        if self.free:
            self.free = False
            self.waiting += '"}'


class Telling:
    """Tells one stream.

    Args:
        known: chat's usage, as far as it is known before the stream begins; None where it is not.
    """

    def __init__(self, known: object = None) -> None:
        self._known = known
        self._begun = False
        self._next = 0
        self._open = ""
        self._name = ""
        self._grown: list[Json] = []
        self._calls: list[_Call] = []
        self._told: _Call | None = None
        self._extra: dict[str, Json] = {}
        self._late: list[tuple[str, str]] = []
        self._choice: Json = {}
        self._beside: Json = {}
        self._usage: object = None

    def feed(self, chunk: Chunk) -> list[Event]:
        """Take a chunk and return the events it is; of several choices the first is told."""
        events = [] if self._begun else self._start(chunk.id, chunk.model)
        if chunk.usage is not None:
            self._usage = usage_in(chunk.to_dict()) or self._usage
        for choice in chunk.choices:
            if choice.index != 0:
                continue
            if _MARK in chunk.to_json():
                events += self._items(chunk)
            if choice.finish_reason:
                said = chunk.to_dict()
                self._choice = objects_in(said["choices"])[0]
                self._beside = {name: said[name] for name in _BESIDE if name in said}
            events += self._delta(choice.delta)
        return events

    def end(self) -> list[Event]:
        """The events that end the stream, once its last chunk was fed."""
        events = [] if self._begun else self._start("", "")
        events += self._flush(last=True) + self._catch_up() + self._close()
        delta, beside = ending(self._choice, calls=bool(self._calls)), self._beside
        if "container" in beside:
            delta["container"] = beside.pop("container")
        events.append(_event({"type": "message_delta", "delta": delta, "usage": usage(self._usage)} | beside))
        return [*events, _event({"type": "message_stop"})]

    def _start(self, name: str, model: str) -> list[Event]:
        self._begun = True
        self._name = name
        message: Json = {
            "id": identity(name),
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            # Most of chat's servers say what a stream used at its end; `message_delta` then does.
            "usage": usage(self._known),
        }
        return [_event({"type": "message_start", "message": message}), _event({"type": "ping"})]

    def _delta(self, delta: Delta) -> list[Event]:
        events: list[Event] = []
        thought = delta.reasoning_content or delta.reasoning
        # The details of a refusal hold its words already.
        text = delta.content or (None if refusal_of(self._choice) else delta.refusal)
        for kind, piece in (("thinking", thought), ("text", text)):
            if piece and self._calls and not all(is_whole(call.said) for call in self._calls):
                # Between the pieces of a call: a block that is left cannot be gone on with, so this comes after it.
                self._late.append((kind, piece))
            elif piece:
                events += self._catch_up() + self._say(kind, piece)
        for more in delta.tool_calls or ():
            self._call(more).take(more)
        return events + self._flush() if delta.tool_calls else events

    def _catch_up(self) -> list[Event]:
        late, self._late = self._late, []
        return [event for kind, piece in late for event in self._say(kind, piece)]

    def _say(self, kind: str, text: str) -> list[Event]:
        events: list[Event] = []
        if self._open != kind:
            events += self._flush(last=True) + self._begin(kind, _EMPTY[kind])
        name, field = _DELTAS[kind]
        return [*events, self._more({"type": name, field: text})]

    def _call(self, delta: ToolCallDelta) -> _Call:
        """The call that a delta is more of."""
        grown = add_call(self._grown, msgspec.to_builtins(delta))
        if len(self._calls) < len(self._grown):
            self._calls.append(_Call())
        return next(call for call, known in zip(self._calls, self._grown, strict=True) if known is grown)

    def _flush(self, *, last: bool = False) -> list[Event]:
        """Tell what can be told of the calls, in their order; `last` says that no more of them comes."""
        events: list[Event] = []
        start = 0 if self._told is None else self._calls.index(self._told)
        for place, call in enumerate(self._calls[start:], start):
            if last:
                call.end()
            elif not call.name:
                break
            if call is not self._told:
                self._told = call
                known = {"id": identified(call.id, self._name, place)}
                block: Json = {"type": "tool_use", "id": "", "name": call.name, "input": {}}
                events += self._begin("tool_use", block | self._extra.pop(call.id, {}) | known)
            if call.waiting and self._open == "tool_use":
                call.said += call.waiting
                events.append(self._more({"type": "input_json_delta", "partial_json": call.waiting}))
                call.waiting = ""
            following = place + 1 < len(self._calls)
            if following and not last and not is_whole(call.said):
                break
        return events

    def _begin(self, kind: str, block: Json) -> list[Event]:
        events = self._close()
        self._open = kind
        index, self._next = self._next, self._next + 1
        return [*events, _event({"type": "content_block_start", "index": index, "content_block": block})]

    def _more(self, delta: Json) -> Event:
        return _event({"type": "content_block_delta", "index": self._next - 1, "delta": delta})

    def _close(self) -> list[Event]:
        if not self._open:
            return []
        self._open = ""
        return [_event({"type": "content_block_stop", "index": self._next - 1})]

    def _items(self, chunk: Chunk) -> list[Event]:
        """What a chunk says of the blocks that its text and calls came in."""
        delta: Json = objects_in(chunk.to_dict()["choices"])[0].get("delta") or {}
        events: list[Event] = []
        for item in objects_in(delta.get(CONTENT)):
            more = {name: value for name, value in item.items() if name not in {"index", "characters"}}
            kind, index = more.get("type"), item.get("index")
            if kind == "tool_use":
                self._extra[str(more.get("id"))] = more
            elif isinstance(kind, str) and isinstance(index, int) and index >= self._next:
                events += self._flush(last=True) + self._begin(kind, _EMPTY.get(kind, {}) | more)
            elif index == self._next - 1:
                # More of the block that is open; its type is said again where it had nothing to add before.
                events += self._add({name: value for name, value in more.items() if name != "type"})
        return events

    def _add(self, more: Json) -> list[Event]:
        """More of the block that is open, beside its text: what no delta is named for comes in its kind's own."""
        left = dict(more)
        deltas: list[Json] = [
            {"type": "citations_delta", "citation": each} for each in objects_in(left.pop("citations", None))
        ]
        if "input" in left:
            deltas.append({"type": "input_json_delta", "partial_json": _encode(left.pop("input")).decode()})
        if "signature" in left:
            deltas.append({"type": "signature_delta", "signature": left.pop("signature")})
        if left:
            deltas.append({"type": f"{self._open}_delta"} | left)
        return [self._more(delta) for delta in deltas]


def _event(data: Json) -> Event:
    return data["type"], _encode(data)
