"""What an assistant said, as chat's message and as the Messages API's blocks, with nothing lost between. No I/O.

A message has one text, one line of thought and a list of calls; blocks come in any number, kind and order, and some
of them have to go back as they came (thinking, with its signature). What the message has no place for stands beside
it, in `anthropic_content`: an item for each block, by `index`, that holds everything of the block except what stands
in `content`, `reasoning_content` and `tool_calls`. Of a text the item says how many `characters` of it are the
block's. A message that is one text and then its calls needs no such list, and has none.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman.dialect.anthropic.blocks import block
from dragoman.dialect.private import CONTENT
from dragoman.wire.check import decode_text
from dragoman.wire.tolerant import is_object, objects_in, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]

UNREADABLE = "INVALID_JSON"
"""What a call's arguments are sent as where they are no JSON object: that text under this name."""

FREE = "input"
"""Under which name the free text of a custom tool's call stands in the object that this API wants."""

_ELSEWHERE = {"text": {"text"}, "thinking": {"thinking"}, "tool_use": {"name", "input"}}
_PLAIN = {"text": {"index", "type"}, "tool_use": {"index", "type", "id"}}
_DIRECT = {"type": "direct"}
_LATE = ("characters", "citations", "signature")
_SAID = ("content", "reasoning_content", "tool_calls")
_OF_ANSWER = 24
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_-]")


class Outline:
    """The items of one message as its blocks come in, and whether they are worth telling.

    Attributes:
        items: one for each block so far.
        told: whether a block came that the message alone cannot give back.
    """

    __slots__ = ("items", "told")

    def __init__(self) -> None:
        self.items: list[Json] = []
        self.told = False

    def begin(self, index: int, said: Json) -> list[Json]:
        """Take a block that begins; returns the items to tell now."""
        kind = said.get("type")
        left = _ELSEWHERE.get(str(kind), set[str]())
        item: Json = {"index": index}
        item |= {name: value for name, value in said.items() if name not in left and value is not None}
        if not item.get("citations", True):
            del item["citations"]
        self.items.append(item)
        if self.told:
            return [item]
        told = item.keys() - ({"caller"} if item.get("caller") == _DIRECT else set[str]())
        if told == _PLAIN.get(str(kind)) and (kind == "tool_use" or index == 0):
            return []
        return self._tell()

    def add(self, index: int, more: Json) -> list[Json]:
        """Take more of a block that the message has no place for; returns the items to tell now."""
        if self.told:
            return [{"index": index} | more]
        self._note(index, more)
        return self._tell()

    def end(self, index: int, characters: int) -> list[Json]:
        """Take that a block of text has ended; returns the items to tell now."""
        if self.told:
            return [{"index": index, "characters": characters}]
        self._note(index, {"characters": characters})
        return []

    def _note(self, index: int, more: Json) -> None:
        for item in self.items:
            if item["index"] == index:
                item.update(more)

    def _tell(self) -> list[Json]:
        self.told = True
        return [dict(item) for item in self.items]


def message_of(blocks: Iterable[Json]) -> Json:
    """The message that blocks are."""
    outline = Outline()
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[Json] = []
    for index, said in enumerate(blocks):
        outline.begin(index, said)
        kind = said.get("type")
        if kind == "text":
            texts.append(said["text"])
        elif kind == "thinking":
            thoughts.append(said["thinking"])
        elif kind == "tool_use":
            calls.append(call_of(said))
        if kind in {"text", "thinking"}:
            outline.items[-1]["characters"] = len(said[str(kind)])
    message: Json = {"role": "assistant", "content": "".join(texts) or None}
    if any(thoughts):
        message["reasoning_content"] = "".join(thoughts)
    if calls:
        message["tool_calls"] = calls
    if outline.told:
        message[CONTENT] = outline.items
    return message


def blocks_of(message: Json, path: str, changes: list[str]) -> list[Json]:
    """The blocks that an assistant's message is: as they came, where it holds their items.

    Thoughts without a signature cannot go back: nothing says that this vendor's model thought them.
    """
    text = _text(message)
    calls = objects_in(message.get("tool_calls"))
    thought = thought_of(message)
    items = objects_in(message.get(CONTENT))
    blocks, texts, thoughts = _restored(items, text, thought, {str(call.get("id")): call for call in calls})
    if thought and not thoughts:
        changes.append(f"{path}.reasoning_content: dropped")
    changes += [
        f"{path}.tool_calls[{place}].custom.input: said as JSON, under {FREE!r}"
        for place, call in enumerate(calls)
        if is_object(call.get("custom")) and not is_object(call.get("function"))
    ]
    if not texts:
        place = next((at for at, made in enumerate(blocks) if made["type"] == "tool_use"), len(blocks))
        blocks[place:place] = _said(message, text, path, changes)
    given = {made["id"] for made in blocks if made["type"] == "tool_use"}
    return blocks + [made for made in map(use_of, calls) if made["id"] not in given]


def deltas_of(message: Json) -> tuple[Json, list[Json]]:
    """The deltas as which a message that holds items is streamed: its role, and each block's, one block after another.

    A block that says something is told as a stream has it: what is known when it begins, what it says, and what comes
    at its end.

    Args:
        message: an assistant's; its calls have their `index`.
    """
    items = objects_in(message.get(CONTENT))
    calls = {str(call.get("id")): call for call in objects_in(message.get("tool_calls"))}
    texts = _pieces(items, "text", _text(message))
    thoughts = _pieces(items, "thinking", thought_of(message))
    deltas: list[Json] = []
    for item in items:
        kind, late = item.get("type"), {name: item[name] for name in _LATE if name in item}
        deltas.append({CONTENT: [{name: value for name, value in item.items() if name not in late}]})
        if kind == "text":
            deltas += [{"content": piece} for piece in texts[:1] if piece]
            del texts[:1]
        elif kind == "thinking":
            deltas += [{"reasoning_content": piece} for piece in thoughts[:1] if piece]
            del thoughts[:1]
        elif kind == "tool_use" and str(item.get("id")) in calls:
            deltas.append({"tool_calls": [calls.pop(str(item["id"]))]})
        if late:
            deltas.append({CONTENT: [{"index": item.get("index")} | late]})
    said = {name for delta in deltas for name in delta}
    # What the items do not speak of, or no longer fit.
    others = [{name: message[name]} for name in ("reasoning_content", "content") if message.get(name)]
    deltas = [delta for delta in others if not delta.keys() & said] + deltas
    role = {name: value for name, value in message.items() if name not in {*said, CONTENT, *_SAID}}
    return role, deltas + ([{"tool_calls": [*calls.values()]}] if calls else [])


def call_of(use: Json) -> Json:
    """A `tool_use` block as a call."""
    arguments = msgspec.json.encode(use["input"]).decode()
    return {"id": use["id"], "type": "function", "function": {"name": use["name"], "arguments": arguments}}


def use_of(call: Json) -> Json:
    """A call as a `tool_use` block."""
    custom, function = call.get("custom"), call.get("function")
    called = function if is_object(function) else custom if is_object(custom) else {}
    given = {FREE: _string(called.get("input"))} if called is custom else arguments_of(called.get("arguments"))
    return {"type": "tool_use", "id": identity(call.get("id")), "name": _string(called.get("name")), "input": given}


def identity(given: object) -> str:
    """A call's id in the letters this API takes; other vendors use more (`functions.get_weather:0`)."""
    return _NOT_IN_IDS.sub("_", str(given or "")) or "_"


def identified(given: object, answer: str, place: int) -> str:
    """A call's id in an answer, in these letters; where nobody gave it one, one that no other call has.

    Args:
        given: its own.
        answer: what the answer is called.
        place: which of its calls it is.
    """
    # OpenAI takes ids of 40 letters, and may be asked next.
    return identity(given or f"toolu_{answer[-_OF_ANSWER:]}_{place}")


def arguments_of(text: object) -> Json:
    """A call's arguments as the object that this API wants; under `UNREADABLE` where they are none."""
    if is_object(text):
        return text
    try:
        value = decode_text(str(text or "{}"))
    except msgspec.DecodeError:
        value = None
    return value if is_object(value) else {UNREADABLE: str(text)}


def _said(message: Json, text: str, path: str, changes: list[str]) -> list[Json]:
    """The text of a message that holds no items for it, in the parts it was written in."""
    content = message.get("content")
    if isinstance(content, list) and not message.get("refusal"):
        # Other vendors' parts, such as Mistral's thinking, are no blocks of this one's.
        parts = [
            part for part in objects_in(cast("object", content)) if isinstance(part.get(str(part.get("type"))), str)
        ]
        return [block(part, f"{path}.content[{at}]", changes) for at, part in enumerate(parts)]
    return [{"type": "text", "text": text}] if text.strip() else []


def _text(message: Json) -> str:
    content = message.get("content")
    found = {"content": content} if isinstance(content, str) else texts_of(content)
    return found.get("content", "") + (_string(message.get("refusal")) or found.get("refusal", ""))


def thought_of(message: Json) -> str:
    """What a message says was thought, under any of its names."""
    named = _string(message.get("reasoning_content")) or _string(message.get("reasoning"))
    return named or texts_of(message.get("content")).get("reasoning_content", "")


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _restored(items: list[Json], text: str, thought: str, calls: dict[str, Json]) -> tuple[list[Json], bool, bool]:
    """Blocks from their items, and whether the text and the thoughts are among them: not where either was changed."""
    texts = _pieces(items, "text", text)
    thoughts = _pieces(items, "thinking", thought)
    blocks: list[Json] = []
    for item in items:
        kept = {name: value for name, value in item.items() if name not in {"index", "characters"}}
        kind = kept.get("type")
        if kind == "text":
            blocks += [kept | {"text": texts.pop(0)}] if texts else []
        elif kind == "thinking":
            piece = thoughts.pop(0) if thoughts else None
            blocks += [kept | {"thinking": piece}] if piece is not None and kept.get("signature") else []
        elif kind == "tool_use":
            call = calls.get(str(kept.get("id")))
            blocks += [use_of(call) | kept | {"id": identity(kept.get("id"))}] if call is not None else []
        elif isinstance(kind, str):
            blocks.append(kept)
    kinds = {made["type"] for made in blocks}
    # An empty text has nothing to say, and this API refuses it.
    said = [made for made in blocks if made["type"] != "text" or made["text"].strip()]
    return said, "text" in kinds, "thinking" in kinds


def _pieces(items: list[Json], kind: str, whole: str) -> list[str]:
    """A text, cut as its blocks were; nothing where it is not the text that was cut. The last block may be open."""
    lengths = [item.get("characters") for item in items if item.get("type") == kind]
    sizes = [size for size in lengths if isinstance(size, int)]
    if lengths and lengths[-1] is None and len(sizes) == len(lengths) - 1:
        sizes.append(len(whole) - sum(sizes))
    if len(sizes) != len(lengths) or sum(sizes) != len(whole) or min(sizes, default=0) < 0:
        return []
    return [whole[end - size : end] for end, size in zip(accumulate(sizes), sizes, strict=True)]
