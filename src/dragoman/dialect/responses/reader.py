"""A Responses stream as chunks: a small state machine, an event in, its chunks out. No I/O.

Each delta of text, thought or a call's input is a chunk as it comes; the end of an item is what it holds beyond that,
an entry of the outline in `responses`; the last event is why it finished, the usage and `[DONE]`. What an item's events
left out its end makes up for, and what the items' ends left out the response at the end. Events that nobody here knows
are nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.dialect import RESPONSES
from dragoman.dialect.responses.answer import begun, beyond, failure, finish, logprobs_of, remarks_of, usage
from dragoman.dialect.responses.items import BETWEEN, CALLS, items_of, outlined
from dragoman.wire.tolerant import is_object, objects_in, read_object

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

DONE = b"[DONE]"
"""What stands for the end of the stream."""

MOST_EMPTY = 64
"""The most thoughts of an item that may be empty before one that is not: the next one's place is only a number."""

_FIELDS = ("content", "refusal", "reasoning_content")
_encode = msgspec.json.Encoder().encode


class _Item:
    """An item under way.

    Attributes:
        entry: how the outline's entry for it begins.
        call: which of the message's calls it is; None where it is none.
        open: whether its end is still to come.
        sent: what was given out of it, by the field of the message; its input under `input`.
        start: how many characters of the message's text come before its own; None while it has none.
        thought: which of its lists the thoughts are read from, `content` or `summary`.
        part: which of these is being told.
        likely: whether it was told how likely its tokens are.
        told: whether anything of it was given out.
    """

    __slots__ = ("call", "entry", "likely", "open", "part", "sent", "start", "thought", "told")

    def __init__(self, entry: Json, call: int | None) -> None:
        self.entry = entry
        self.call = call
        self.open = True
        self.sent: dict[str, list[str]] = {}
        self.start: int | None = None
        self.thought = ""
        self.part = -1
        self.likely = False
        self.told = False

    def missing(self, field: str, whole: str) -> str:
        """What of a text was not given out; nothing where another text was."""
        sent = "".join(self.sent.get(field, ()))
        return whole[len(sent) :] if whole.startswith(sent) else ""


class Reader:
    """Reads one stream.

    Args:
        created: when it began, in seconds since 1970, where it does not say.
    """

    def __init__(self, created: int) -> None:
        self._shared: Json = begun({}, created) | {"object": "chat.completion.chunk"}
        self._created = created
        self._role = False
        self._items: dict[int, _Item] = {}
        self._calls = 0
        self._characters = 0
        self._thought = False
        self._steps: dict[str, Callable[[Json], list[bytes]]] = {
            "error": self._error,
            "response.completed": self._finish,
            "response.created": self._begin,
            "response.custom_tool_call_input.delta": self._input,
            "response.failed": self._fail,
            "response.function_call_arguments.delta": self._input,
            "response.in_progress": self._begin,
            "response.incomplete": self._finish,
            "response.output_item.added": self._added,
            "response.output_item.done": self._done,
            "response.output_text.delta": self._text,
            "response.queued": self._begin,
            "response.reasoning_summary_text.delta": self._summary,
            "response.reasoning_text.delta": self._reasoning,
            "response.refusal.delta": self._refusal,
        }

    def feed(self, data: bytes) -> list[bytes]:
        """Take an event's data and return the chunks it is, as JSON; `DONE` stands for the end.

        The error of a response that failed is returned in chat's form, to be judged.

        Raises:
            msgspec.DecodeError: it is not a JSON object, or lacks what its type has.
        """
        event = read_object(data)
        step = self._steps.get(str(event.get("type")))
        if step is None:
            return [data] if is_object(event.get("error")) else []
        try:
            return step(event)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise msgspec.DecodeError(f"a {event['type']} event lacks what it has: {error!r}") from None

    def _begin(self, event: Json) -> list[bytes]:
        self._shared |= begun(event["response"], self._created)
        if self._role:
            return []
        self._role = True
        return [self._chunk({"role": "assistant"})]

    def _added(self, event: Json) -> list[bytes]:
        item = self._item(event["output_index"], event["item"])
        return [] if item.call is None else self._called(item, "")

    def _item(self, place: int, said: Json) -> _Item:
        known = self._items.get(place)
        if known is not None:
            return known
        kept = {name: said[name] for name in ("type", "id", "role", "phase") if said.get(name) is not None}
        call: int | None = None
        if said["type"] in CALLS:
            call, self._calls = self._calls, self._calls + 1
            kept |= {name: said[name] for name in ("call_id", "name")}
        item = _Item({"index": place} | kept, call)
        self._items[place] = item
        return item

    def _text(self, event: Json) -> list[bytes]:
        item = self._items[event["output_index"]]
        likely = objects_in(event.get("logprobs"))
        item.likely = item.likely or bool(likely)
        return self._said(item, "content", event["delta"], likely)

    def _refusal(self, event: Json) -> list[bytes]:
        return self._said(self._items[event["output_index"]], "refusal", event["delta"])

    def _summary(self, event: Json) -> list[bytes]:
        return self._thinking(event, "summary", event["summary_index"])

    def _reasoning(self, event: Json) -> list[bytes]:
        return self._thinking(event, "content", event["content_index"])

    def _thinking(self, event: Json, kind: str, part: int) -> list[bytes]:
        item = self._items[event["output_index"]]
        item.thought = item.thought or kind
        if item.thought != kind or not event["delta"]:
            # One of the two is told, as an answer in one piece has one.
            return []
        between = BETWEEN * min(part - max(item.part, 0), MOST_EMPTY)
        item.part = part
        return self._said(item, "reasoning_content", between + event["delta"])

    def _input(self, event: Json) -> list[bytes]:
        item = self._items[event["output_index"]]
        return self._called(item, event["delta"]) if item.open else []

    def _said(self, item: _Item, field: str, piece: str, likely: list[Json] | None = None) -> list[bytes]:
        if not piece:
            return []
        item.sent.setdefault(field, []).append(piece)
        if field == "content":
            item.start = self._characters if item.start is None else item.start
            self._characters += len(piece)
        elif field == "reasoning_content":
            # Between the thoughts of one item and those of another as between its own.
            first = len(item.sent[field]) == 1
            piece = (BETWEEN if first and self._thought else "") + piece
            self._thought = True
        return [self._chunk(self._opened(item) | {field: piece}, likely)]

    def _called(self, item: _Item, piece: str) -> list[bytes]:
        """More of what a call is called with; first of all its name."""
        kind, field = CALLS[item.entry["type"]]
        call: Json = {"index": item.call}
        called: Json = {field: piece}
        if not item.told:
            call |= {"id": item.entry["call_id"], "type": kind}
            called = {"name": item.entry["name"]} | called
        elif not piece:
            return []
        item.sent.setdefault("input", []).append(piece)
        return [self._chunk(self._opened(item) | {"tool_calls": [call | {kind: called}]})]

    def _opened(self, item: _Item) -> Json:
        """The entry of an item of which something is told, the first time."""
        if item.told:
            return {}
        item.told = True
        entry = {name: value for name, value in item.entry.items() if name != "name"}
        return {RESPONSES: [entry | {"open": True}]}

    def _done(self, event: Json) -> list[bytes]:
        return self._end(event["output_index"], event["item"])

    def _end(self, place: int, said: Json) -> list[bytes]:
        """What an item holds that was not told of it yet."""
        item = self._item(place, said)
        if not item.open:
            return []
        item.open = False
        beside = said.get("content") if item.thought == "summary" else None
        message, (entry, *_) = outlined([said | {"content": []} if beside else said])
        if beside:
            entry |= {"content": beside}
        chunks: list[bytes] = []
        for field in _FIELDS:
            chunks += self._said(item, field, item.missing(field, message.get(field) or ""))
        if item.call is not None:
            chunks += self._called(item, item.missing("input", said[CALLS[said["type"]][1]]))
        likely = [] if item.likely else logprobs_of(said)
        remarks = remarks_of(said, item.start or 0)
        delta = {"annotations": remarks} if remarks else {}
        return [*chunks, self._chunk(delta | {RESPONSES: [{"index": place} | entry]}, likely)]

    def _finish(self, event: Json) -> list[bytes]:
        response: Json = event["response"]
        chunks = self._begin(event)
        for place, said in enumerate(objects_in(response.get("output"))):
            chunks += self._end(place, said)
        reason = finish(response, calls=bool(self._calls))
        chunks.append(self._chunk({}, None, {"finish_reason": reason}, beyond(response)))
        counted = usage(response.get("usage"))
        if counted is not None:
            chunks.append(_encode(self._shared | {"choices": [], "usage": counted}))
        return [*chunks, DONE]

    def _fail(self, event: Json) -> list[bytes]:
        return [_encode(failure({"status": "failed"} | event["response"]))]

    def _error(self, event: Json) -> list[bytes]:
        error = event.get("error")
        flat = {name: event.get(name) for name in ("message", "code", "param")}
        return [_encode({"error": error if is_object(error) else flat})]

    def _chunk(
        self, delta: Json, likely: list[Json] | None = None, end: Json | None = None, more: Json | None = None
    ) -> bytes:
        choice: Json = {"index": 0, "delta": delta, "finish_reason": None} | (end or {})
        if likely:
            choice["logprobs"] = {"content": likely}
        return _encode(self._shared | {"choices": [choice]} | (more or {}))


def deltas_of(message: Json) -> list[Json]:
    """The deltas as which a message that holds an outline is streamed: item by item, each as its end tells it."""
    reader = Reader(0)
    ended = {"type": "response.output_item.done"}
    ends = [ended | {"output_index": place, "item": item} for place, item in enumerate(items_of(message))]
    steps = [read_object(chunk) for end in ends for chunk in reader.feed(_encode(end))]
    return [choice["delta"] for step in steps for choice in step["choices"]]
