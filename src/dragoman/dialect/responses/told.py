"""The items of one answer as events: each begun, filled and ended, in the API's own order. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from dragoman.dialect.responses.items import CALLS
from dragoman.dialect.responses.output import annotation, logprob, stamped, text_part
from dragoman.wire.growth import Pieces, is_whole, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = dict[str, Any]
Event = tuple[str, bytes]
"""An event's type and its data."""

_encode = msgspec.json.Encoder(enc_hook=joined).encode


class _Part(NamedTuple):
    """How a kind of part is told.

    Attributes:
        item: the type of the item it is of.
        text: how the events of its text begin.
        part: how those of the part itself do.
        parts: the item's field it stands in.
        place: what its place there is called.
        field: where in it the text stands.
    """

    item: str
    text: str
    part: str
    parts: str
    place: str
    field: str = "text"


_CONTENT = ("response.content_part", "content", "content_index")
_PARTS = {
    "output_text": _Part("message", "response.output_text", *_CONTENT),
    "refusal": _Part("message", "response.refusal", *_CONTENT, field="refusal"),
    "reasoning_text": _Part("reasoning", "response.reasoning_text", *_CONTENT),
    "summary_text": _Part(
        "reasoning", "response.reasoning_summary_text", "response.reasoning_summary_part", "summary", "summary_index"
    ),
}
_SPOKEN = frozenset(part.item for part in _PARTS.values())
_INPUTS = {
    "function_call": "response.function_call_arguments",
    "custom_tool_call": "response.custom_tool_call_input",
}


class Item:
    """An item of the answer.

    Attributes:
        place: which of the items it is.
        said: what is known of it; its texts still in pieces.
        open: whether more of it may come.
    """

    __slots__ = ("open", "place", "said")

    def __init__(self, place: int, said: Json) -> None:
        self.place = place
        self.said = said
        self.open = True

    @property
    def kind(self) -> str:
        """Its type."""
        return str(self.said["type"])

    @property
    def is_whole(self) -> bool:
        """Whether it is a call that nothing is missing of; of free text only its end tells."""
        return self.kind == "function_call" and is_whole(self.said["arguments"])


class Output:
    """Tells the items of one answer.

    Args:
        name: what the completion is called.

    Attributes:
        items: all of them so far.
    """

    def __init__(self, name: str) -> None:
        self.items: list[Item] = []
        self._name = name
        self._number = 0

    def event(self, kind: str, /, **fields: object) -> Event:
        """The next event."""
        number, self._number = self._number, self._number + 1
        return kind, _encode({"type": kind, "sequence_number": number, **fields})

    def document(self) -> list[Json]:
        """The items as they are now."""
        return [item.said for item in self.items]

    def spoken(self) -> Item | None:
        """The text, or the thought, that is being told."""
        last = self.items[-1] if self.items else None
        return last if last is not None and last.open and last.kind not in CALLS else None

    def text(self, kind: str, piece: str, logprobs: Sequence[Json] = ()) -> list[Event]:
        """Tell more of a text; `kind` is its part's."""
        part = _PARTS[kind]
        events = self.part(kind)
        item = self.items[-1]
        said: Json = item.said[part.parts][-1]
        said[part.field].pieces.append(piece)
        fields: Json = {"delta": piece}
        if kind == "output_text":
            known = [logprob(each) for each in logprobs]
            said["logprobs"] += known
            fields["logprobs"] = known
        return [*events, self._of_part(f"{part.text}.delta", item, part, **fields)]

    def part(self, kind: str) -> list[Event]:
        """Begin a part, and its item, unless it is the one that is being told."""
        part = _PARTS[kind]
        events: list[Event] = []
        item = self.spoken()
        if item is None or item.kind != part.item:
            message = part.item == "message"
            said: Json = {"role": "assistant", "content": []} if message else {"summary": []}
            events, item = self.begin({"type": part.item} | said)
        parts: list[Json] = item.said.setdefault(part.parts, [])
        if parts and parts[-1]["type"] == kind:
            return events
        events += self._end_part(item)
        made: Json = text_part("") if kind == "output_text" else {"type": kind, part.field: ""}
        parts.append(made)
        events.append(self._of_part(f"{part.part}.added", item, part, part=made))
        made[part.field] = Pieces("")
        return events

    def annotated(self, remarks: Sequence[Json]) -> list[Event]:
        """Tell remarks on the text."""
        events = self.part("output_text")
        item = self.items[-1]
        known: list[Json] = item.said["content"][-1]["annotations"]
        for remark in map(annotation, remarks):
            known.append(remark)
            fields: Json = {"annotation": remark, "annotation_index": len(known) - 1}
            kind = "response.output_text.annotation.added"
            events.append(self._of_part(kind, item, _PARTS["output_text"], **fields))
        return events

    def call(self, kind: str, identity: str, name: str, head: Json | None = None) -> tuple[list[Event], Item]:
        """Begin a call; `head` is what else is known of it."""
        events, item = self.begin({"type": kind, "call_id": identity, "name": name, CALLS[kind][1]: ""} | (head or {}))
        item.said[CALLS[kind][1]] = Pieces("")
        return events, item

    def called(self, item: Item, piece: str) -> list[Event]:
        """Tell more of what a call is called with."""
        known = item.said[CALLS[item.kind][1]]
        if isinstance(known, Pieces):
            known.pieces.append(piece)
        if not item.open:
            # It was taken for whole: the response at the end has it all. Or its server has said what all of it is.
            return []
        return [self._of_item(f"{_INPUTS[item.kind]}.delta", item, delta=piece)]

    def begin(self, said: Json) -> tuple[list[Event], Item]:
        """Begin an item; what is whole ends before it."""
        events = self._leave()
        place = len(self.items)
        item = Item(place, stamped(said, self._name, place, "in_progress"))
        self.items.append(item)
        return [*events, self.event("response.output_item.added", output_index=place, item=item.said)], item

    def _leave(self) -> list[Event]:
        spoken = self.spoken()
        return [
            event
            for item in self.items
            if item.open and (item is spoken or item.is_whole)
            for event in self._end(item, "completed")
        ]

    def ended(self, item: Item, said: Json) -> list[Event]:
        """End an item as the server said it that it comes from."""
        was_open = item.open
        events = self._closed(item) if was_open else []
        item.said = said
        if was_open:
            events.append(self.event("response.output_item.done", output_index=item.place, item=said))
        return events

    def end(self, status: str) -> list[Event]:
        """End what is still open; the last item is as complete as the answer."""
        last = len(self.items) - 1
        return [
            event
            for item in self.items
            if item.open
            for event in self._end(item, status if item.place == last else "completed")
        ]

    def break_off(self) -> None:
        """Leave what is open as it is: none of it was ended."""
        for item in self.items:
            if item.open and "status" in item.said:
                item.said["status"] = "incomplete"

    def _end(self, item: Item, status: str) -> list[Event]:
        events = self._closed(item)
        if "status" in item.said:
            item.said["status"] = status
        return [*events, self.event("response.output_item.done", output_index=item.place, item=item.said)]

    def _closed(self, item: Item) -> list[Event]:
        """Say that what an item holds is whole."""
        item.open = False
        if item.kind in CALLS:
            given = CALLS[item.kind][1]
            fields = {given: str(item.said[given])} | ({"name": item.said["name"]} if given == "arguments" else {})
            return [self._of_item(f"{_INPUTS[item.kind]}.done", item, **fields)]
        return self._end_part(item) if item.kind in _SPOKEN else []

    def _end_part(self, item: Item) -> list[Event]:
        """End the part that is being told, where there is one."""
        parts: list[Json] = item.said.get("content") or item.said.get("summary") or []
        if not parts:
            return []
        said = parts[-1]
        part = _PARTS[said["type"]]
        fields: Json = {part.field: said[part.field]}
        if part.text == "response.output_text":
            fields["logprobs"] = said["logprobs"]
        return [
            self._of_part(f"{part.text}.done", item, part, **fields),
            self._of_part(f"{part.part}.done", item, part, part=said),
        ]

    def _of_item(self, kind: str, item: Item, /, **fields: object) -> Event:
        return self.event(kind, item_id=item.said["id"], output_index=item.place, **fields)

    def _of_part(self, kind: str, item: Item, how: _Part, /, **fields: object) -> Event:
        return self._of_item(kind, item, **{how.place: len(item.said[how.parts]) - 1}, **fields)
