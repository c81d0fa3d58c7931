"""Chunks as the events of a Responses stream: a small state machine, a chunk in, its events out. No I/O.

Each item of the answer is begun, filled and ended, and the next begins after it. Chat's calls may come in pieces that
take turns: one whose arguments are not whole stays open until the end, beside those that follow, which this API allows
and its clients tell apart by `output_index`. The last event holds the whole response. Chunks that were read from a
Responses stream hold the outline of its items: they are told as those items, with their ids and all they held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.dialect.private import CONTENT
from dragoman.dialect.responses.items import BETWEEN, CALLS, kind_of, outline_in, restored
from dragoman.dialect.responses.reply import CHOICE, COMPLETION, beyond
from dragoman.dialect.responses.response import begun, ending, name_of, summarised, usage
from dragoman.dialect.responses.sealed import sealed
from dragoman.dialect.responses.told import Event, Item, Output
from dragoman.wire.chunk import usage_in
from dragoman.wire.growth import add_call, grow, joined
from dragoman.wire.tolerant import is_object, objects_in

if TYPE_CHECKING:
    from dragoman.wire.chunk import Chunk, Delta, ToolCallDelta
    from dragoman.wire.completion import Logprobs
    from dragoman.wire.fault import Fault

Json = dict[str, Any]

_encode = msgspec.json.Encoder(enc_hook=joined).encode
_LISTS = {"message": "content", "reasoning": "summary"}
"""What an item always has, and is empty when it begins."""

_BESIDE = (CONTENT.encode(), b'"annotations"', b'"responses"')
"""What of a delta is looked for in its bytes: few have any."""


class _Call:
    """A call under way: its item once its name is known, and until then what is to be told of it."""

    __slots__ = ("item", "waiting")

    def __init__(self) -> None:
        self.item: Item | None = None
        self.waiting = ""


class Telling:
    """Tells one stream.

    Args:
        asked: the chat request that the Responses request was heard as.
    """

    def __init__(self, asked: Json) -> None:
        self._asked = asked
        self._thought = "summary_text" if summarised(asked) else "reasoning_text"
        self._output = Output("")
        self._response: Json = {}
        self._calls: list[Json] = []
        self._told: list[_Call] = []
        self._blocks: Json = {}
        self._sealed = 0
        self._finish: str | None = None
        self._usage: object = None
        self._beyond: Json = {}
        self._items: dict[object, Item] = {}
        self._head: Json = {}
        self._thoughts = 0

    def feed(self, chunk: Chunk) -> list[Event]:
        """Take a chunk and return the events it is; of several choices the first is told."""
        events = [] if self._response else self._begin(name_of(chunk.id), chunk.model, chunk.created)
        if chunk.usage is not None or not chunk.choices:
            self._aside(chunk.to_dict())
        for choice in chunk.choices:
            if choice.index != 0:
                continue
            if any(mark in chunk.to_json() for mark in _BESIDE):
                events += self._remarks(objects_in(chunk.to_dict()["choices"])[0].get("delta"))
            events += self._delta(choice.delta, choice.logprobs)
            if choice.finish_reason:
                self._finish = choice.finish_reason
                said = chunk.to_dict()
                self._aside(said)
                self._beyond |= beyond(objects_in(said["choices"])[0], CHOICE)
        return events

    def end(self) -> list[Event]:
        """The events that end the stream, once its last chunk was fed."""
        events = [] if self._response else self._begin(name_of(""), "", 0)
        events += self._seal()
        for call, told in zip(self._calls, self._told, strict=True):
            events += self._call(call, told, last=True)
        how = ending(self._finish)
        events += self._output.end(how["status"])
        return [*events, self._output.event(f"response.{how['status']}", response=self._whole(how))]

    def failed(self, fault: Fault, name: str) -> list[Event]:
        """The events that say that it broke off: the response as far as it came, and the error, which clients raise.

        Args:
            fault: why.
            name: what the response is called where it had not begun.
        """
        events = [] if self._response else self._begin(name_of(name), str(self._asked.get("model") or ""), 0)
        self._output.break_off()
        code = fault.code or "server_error"
        how: Json = {"status": "failed", "error": {"code": code, "message": fault.message}}
        error: Json = {"type": fault.type, "code": code, "message": fault.message, "param": fault.param}
        said: Json = {name: error[name] for name in ("code", "message", "param")}
        return [
            *events,
            self._output.event("response.failed", response=self._whole(how)),
            self._output.event("error", error=error, **said),
        ]

    def _begin(self, name: str, model: str, created: int) -> list[Event]:
        self._output = Output(name)
        self._response = begun(self._asked, name, model, created)
        kinds = ("response.created", "response.in_progress")
        return [self._output.event(kind, response=self._response) for kind in kinds]

    def _whole(self, how: Json) -> Json:
        made = self._response | how
        return self._beyond | made | {"output": self._output.document(), "usage": usage(self._usage)}

    def _aside(self, said: Json) -> None:
        """Take what a chunk says of the whole answer."""
        self._usage = usage_in(said) or self._usage
        self._beyond |= beyond(said, COMPLETION)
        if said.get("service_tier"):
            self._response["service_tier"] = said["service_tier"]

    def _remarks(self, delta: object) -> list[Event]:
        """What a delta says beside its text."""
        said = delta if is_object(delta) else {}
        entries = outline_in(said)
        if entries:
            return [event for entry in entries for event in self._outlined(entry)]
        grow(self._blocks, {CONTENT: objects_in(said.get(CONTENT))})
        remarks = objects_in(said.get("annotations"))
        return self._output.annotated(remarks) if remarks else []

    def _outlined(self, entry: Json) -> list[Event]:
        """Begin, or end, an item as the server said it that it comes from."""
        said = {name: value for name, value in entry.items() if name not in {"index", "open"}}
        kind, place = kind_of(said), entry.get("index")
        if not isinstance(place, int):
            return []
        if kind in CALLS and place not in self._items:
            if entry.get("open"):
                # It begins with its name, which is the call's.
                self._head = entry
            return []
        events: list[Event] = []
        if place not in self._items:
            events, self._items[place] = self._output.begin(_bare(said, kind))
        item = self._items[place]
        if entry.get("open") or item.kind != kind:
            return events
        whole = restored(said, item.said)
        for part in objects_in(whole.get("content")) if kind == "message" else ():
            remarks = objects_in(part.get("annotations"))
            events += self._output.annotated(remarks) if remarks and item is self._output.spoken() else []
        return events + self._output.ended(item, whole)

    def _delta(self, delta: Delta, logprobs: Logprobs | None) -> list[Event]:
        events: list[Event] = []
        thought = delta.reasoning_content or delta.reasoning
        if thought:
            events += self._output.text(self._thought, self._apart(thought))
        if delta.content:
            known: list[Json] = msgspec.to_builtins(logprobs.content or ()) if logprobs is not None else []
            events += self._seal() + self._output.text("output_text", delta.content, known)
        if delta.refusal:
            events += self._seal() + self._output.text("refusal", delta.refusal)
        for call in delta.tool_calls or ():
            events += self._seal() + self._take(call)
        return events

    def _apart(self, thought: str) -> str:
        """More of a thought, without what chat puts between those of one item and of another."""
        spoken = self._output.spoken()
        if spoken is None or spoken not in self._items.values() or spoken.kind != "reasoning":
            return thought
        first = not (spoken.said.get("content") or spoken.said.get("summary"))
        self._thoughts += first
        return thought.removeprefix(BETWEEN) if first and self._thoughts > 1 else thought

    def _take(self, delta: ToolCallDelta) -> list[Event]:
        """Take more of a call, and tell it once its name is known."""
        call = add_call(self._calls, msgspec.to_builtins(delta))
        if len(self._told) < len(self._calls):
            self._told.append(_Call())
        told = next(told for told, known in zip(self._told, self._calls, strict=True) if known is call)
        for piece in (delta.function and delta.function.arguments, delta.custom and delta.custom.input):
            told.waiting += piece or ""
        return self._call(call, told)

    def _call(self, call: Json, told: _Call, *, last: bool = False) -> list[Event]:
        events: list[Event] = []
        kind = "custom" if "custom" in call and "function" not in call else "function"
        called: Json = call.get(kind) or {}
        if told.item is None and (called.get("name") or last):
            item = "custom_tool_call" if kind == "custom" else "function_call"
            head, self._head = self._head, {}
            known = {name: head[name] for name in ("id",) if name in head}
            events, told.item = self._output.call(item, call.get("id") or "", called.get("name") or "", known)
            if head:
                self._items[head.get("index")] = told.item
        if told.item is not None and told.waiting:
            events += self._output.called(told.item, told.waiting)
            told.waiting = ""
        return events

    def _seal(self) -> list[Event]:
        """Give the thoughts that end here what their model wants back with them."""
        blocks: list[Json] = self._blocks.get(CONTENT) or []
        signed = sealed(msgspec.json.decode(_encode(blocks[self._sealed :]))) if len(blocks) > self._sealed else None
        if signed is None:
            return []
        self._sealed = len(blocks)
        events: list[Event] = []
        spoken = self._output.spoken()
        if spoken is None or spoken.kind != "reasoning":
            events, spoken = self._output.begin({"type": "reasoning", "summary": []})
        spoken.said["encrypted_content"] = signed
        return events


def _bare(said: Json, kind: str) -> Json:
    """An item as it begins: with nothing in the lists that it holds."""
    if kind not in _LISTS:
        return said
    return {name: value for name, value in said.items() if name not in _LISTS.values()} | {_LISTS[kind]: []}
