"""What an assistant said, as chat's message and as the Responses API's items, with nothing lost between. No I/O.

A message has one text, one line of thought and a list of calls; items come in any number, kind and order, each with an
id, and some of them have to go back as they came (reasoning that is encrypted, a search the server made). What the
message has no place for stands beside it, in its field `responses`: an outline, an entry for each item in order, that
holds everything of the item except what stands in `content`, `refusal`, `reasoning_content` and `tool_calls`. Of a
text the entry says how many `characters` of it are the item's. A message that says all of it needs none, and has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.dialect import RESPONSES
from dragoman.wire.tolerant import is_object, objects_in, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]

BETWEEN = "\n\n"
"""What stands between two thoughts in `reasoning_content`: summaries come in parts, which are paragraphs."""

CALLS = {"function_call": ("function", "arguments"), "custom_tool_call": ("custom", "input")}
"""The kinds of items that are calls: chat's name of each, and the field that holds what it is called with."""

_ITEMS = {kind: item for item, (kind, _) in CALLS.items()}
_TEXTS = frozenset({"output_text", "input_text", "text"})


def kind_of(item: Json) -> str:
    """An item's type; a message need not say that it is one."""
    return str(item.get("type") or "message")


def message_of(items: Iterable[Json]) -> Json:
    """The message that an assistant's items are, with their outline where the message alone cannot give them back."""
    items = [_normal(item) for item in items]
    message, outline = outlined(items)
    return message if items_of(message) == items else message | {RESPONSES: outline}


def outlined(items: Iterable[Json]) -> tuple[Json, list[Json]]:
    """The message that an assistant's items are, and what it has no place for."""
    said: dict[str, list[str]] = {"content": [], "refusal": [], "reasoning_content": []}
    calls: list[Json] = []
    outline: list[Json] = []
    for item in map(_normal, items):
        kind = item["type"]
        if kind == "message":
            outline.append(item | {"content": _taken(item["content"], said)})
        elif kind == "reasoning":
            outline.append(_thought(item, said["reasoning_content"]))
        elif kind in CALLS:
            calls.append(_call_of(item))
            outline.append({name: value for name, value in item.items() if name not in {"name", CALLS[kind][1]}})
        else:
            outline.append(item)
    message: Json = {"role": "assistant", "content": "".join(said["content"]) or None}
    if any(said["refusal"]):
        message["refusal"] = "".join(said["refusal"])
    if said["reasoning_content"]:
        message["reasoning_content"] = BETWEEN.join(said["reasoning_content"])
    return message | ({"tool_calls": calls} if calls else {}), outline


def items_of(message: Json) -> list[Json]:
    """The items that an assistant's message is: as they came, where it holds their outline and was not changed since.

    Without one they are its thoughts, its text and refusal, and its calls.
    """
    calls = objects_in(message.get("tool_calls"))
    said = texts_in(message)
    outline = outline_in(message)
    if not outline:
        return [*_thinking(said["reasoning_content"]), *_message(said), *map(_call, calls)]
    return _restored(outline, said, calls)


def outline_in(said: Json) -> list[Json]:
    """The outline in a message, or the entries in a delta. What has no type there is another server's own field."""
    return [entry for entry in objects_in(said.get(RESPONSES)) if isinstance(entry.get("type"), str)]


def restored(entry: Json, item: Json) -> Json:
    """An item whose outline's entry is known, with the texts that were told of it; those may still be in pieces.

    Args:
        entry: the entry.
        item: the item as far as it was told.
    """
    kind = kind_of(item)
    if kind in CALLS:
        given = CALLS[kind][1]
        return {"type": kind, "name": item["name"], given: str(item[given])} | entry
    parts = [*objects_in(item.get("content")), *objects_in(item.get("summary"))]
    said = {"content": "", "refusal": "", "reasoning_content": ""}
    for part in parts:
        place = (
            "reasoning_content" if kind == "reasoning" else "refusal" if part.get("type") == "refusal" else "content"
        )
        said[place] += str(part.get("refusal" if place == "refusal" else "text", ""))
    return next((made for made in _restored([entry], said, []) if kind_of(made) == kind), entry)


def texts_in(message: Json) -> dict[str, str]:
    """What an assistant's message says, refuses to say and thought, whether in texts or in parts."""
    given = message.get("content")
    found = {"content": given} if isinstance(given, str) else texts_of(given)
    thought = message.get("reasoning_content") or message.get("reasoning")
    return {
        "content": found.get("content", ""),
        "refusal": message.get("refusal") or found.get("refusal", ""),
        "reasoning_content": thought if isinstance(thought, str) else found.get("reasoning_content", ""),
    }


def _normal(item: Json) -> Json:
    """An item in the longer of the forms that the API has for it."""
    kind = kind_of(item)
    content = item.get("content")
    if kind == "message" and isinstance(content, str):
        content = [{"type": "output_text", "text": content}] if content else []
        return {"type": kind} | item | {"content": content}
    return {"type": kind} | item


def _taken(parts: object, said: dict[str, list[str]]) -> list[Json]:
    """The parts of a message without their texts, which are taken down."""
    left: list[Json] = []
    for part in objects_in(parts):
        kind = part.get("type")
        field, place = ("refusal", "refusal") if kind == "refusal" else ("text", "content")
        text = part.get(field)
        if isinstance(text, str) and (kind == "refusal" or kind in _TEXTS):
            said[place].append(text)
            left.append(_measured(part, field))
        else:
            left.append(part)
    return left


def _thought(item: Json, thoughts: list[str]) -> Json:
    """A reasoning item without its texts, or without its summary's where it shows no more."""
    for name in ("content", "summary"):
        parts = objects_in(item.get(name))
        texts = [part["text"] for part in parts if isinstance(part.get("text"), str)]
        if any(texts) and len(texts) == len(parts):
            thoughts += texts
            return item | {name: [_measured(part, "text") for part in parts]}
    return item


def _measured(part: Json, field: str) -> Json:
    kept = {name: value for name, value in part.items() if name != field}
    return kept | {"characters": len(part[field])}


def _call_of(item: Json) -> Json:
    kind, given = CALLS[item["type"]]
    return {"id": item.get("call_id") or "", "type": kind, kind: {"name": item["name"], given: item[given]}}


def _call(call: Json) -> Json:
    kind = "custom" if is_object(call.get("custom")) else "function"
    called: Json = call.get(kind) or {}
    item = _ITEMS[kind]
    given = CALLS[item][1]
    return {
        "type": item,
        "call_id": call.get("id") or "",
        "name": called.get("name") or "",
        given: called.get(given) or "",
    }


def _thinking(thought: str) -> list[Json]:
    content = [{"type": "reasoning_text", "text": thought}]
    return [{"type": "reasoning", "summary": [], "content": content}] if thought else []


def _message(said: dict[str, str]) -> list[Json]:
    parts: list[Json] = [{"type": "output_text", "text": said["content"]}] if said["content"] else []
    parts += [{"type": "refusal", "refusal": said["refusal"]}] if said["refusal"] else []
    return [{"type": "message", "role": "assistant", "content": parts}] if parts else []


class _Cut:
    """A text, given out again in the pieces it was put together from; none where it is another text by now."""

    def __init__(self, text: str, between: str, parts: list[Json]) -> None:
        sizes: list[int] = [part["characters"] for part in parts if _is_open(part)]
        whole = sum(sizes) + len(between) * (len(sizes) - 1)
        self.fits = bool(sizes) and whole == len(text) and min(sizes) >= 0
        self._text = text
        self._between = len(between)
        self._at = 0

    def piece(self, part: Json, field: str) -> Json:
        """A part with its text."""
        end = self._at + part["characters"]
        text, self._at = self._text[self._at : end], end + self._between
        return {name: value for name, value in part.items() if name != "characters"} | {field: text}


def _restored(outline: list[Json], said: dict[str, str], calls: list[Json]) -> list[Json]:
    left = {str(call.get("id")): call for call in calls}
    parts = [part for entry in outline if kind_of(entry) == "message" for part in objects_in(entry.get("content"))]
    thoughts = [part for entry in outline for name in ("content", "summary") for part in _open(entry, name)]
    texts = _Cut(said["content"], "", [part for part in parts if part.get("type") != "refusal"])
    refused = _Cut(said["refusal"], "", [part for part in parts if part.get("type") == "refusal"])
    thought = _Cut(said["reasoning_content"], BETWEEN, thoughts)
    items: list[Json] = []
    for entry in outline:
        kind = kind_of(entry)
        if kind == "message":
            content = _refilled(objects_in(entry.get("content")), texts, refused)
            items += [entry | {"content": content}] if content or not entry.get("content") else []
        elif kind == "reasoning":
            items += _rethought(entry, thought)
        elif kind in CALLS:
            call = left.pop(str(entry.get("call_id")), None)
            items += [_call(call) | entry] if call is not None else []
        else:
            items.append(entry)
    return _with_the_rest(items, said, texts, refused) + [_call(call) for call in left.values()]


def _with_the_rest(items: list[Json], said: dict[str, str], texts: _Cut, refused: _Cut) -> list[Json]:
    """The items, with what was said otherwise since they were outlined before the first call."""
    left = {
        "content": "" if texts.fits else said["content"],
        "refusal": "" if refused.fits else said["refusal"],
    }
    at = next((place for place, item in enumerate(items) if kind_of(item) in CALLS), len(items))
    return [*items[:at], *_message(left), *items[at:]]


def _open(entry: Json, name: str) -> list[Json]:
    parts = objects_in(entry.get(name)) if kind_of(entry) == "reasoning" else []
    return [part for part in parts if _is_open(part)]


def _is_open(part: Json) -> bool:
    return isinstance(part.get("characters"), int)


def _refilled(parts: list[Json], texts: _Cut, refused: _Cut) -> list[Json]:
    filled: list[Json] = []
    for part in parts:
        cut, field = (refused, "refusal") if part.get("type") == "refusal" else (texts, "text")
        if not _is_open(part):
            filled.append(part)
        elif cut.fits:
            filled.append(cut.piece(part, field))
    return filled


def _rethought(entry: Json, thought: _Cut) -> list[Json]:
    """A reasoning item with its texts; where they changed, only what is encrypted is left of it."""
    made = dict(entry)
    for name in ("content", "summary"):
        if _open(entry, name):
            made[name] = [thought.piece(part, "text") for part in _open(entry, name)] if thought.fits else []
    lost = not thought.fits and made != entry
    return [] if lost and not made.get("encrypted_content") else [made]
