"""What deltas add up to: texts and lists that grow, labels that do not, and which call a delta is more of. No I/O.

The rules are told in `dragoman.answer.fold`, which folds whole chunks by them.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from dragoman.wire.tolerant import is_object, objects_in

Json = dict[str, Any]

_LABELS = frozenset({"format", "id", "model", "name", "object", "phase", "role", "status", "type"})
_CALLED = ("function", "custom")
_INPUTS = ("arguments", "input")
_DEEPEST = 100
"""How deep in a choice objects and lists are looked for more of what an earlier chunk had; no vendor nests as deep."""


class Pieces:
    """A text that grows. Its pieces are joined once, when it is encoded: the cost of folding stays linear.

    Attributes:
        pieces: what it is made of, in order.
    """

    __slots__ = ("pieces",)

    def __init__(self, piece: str) -> None:
        self.pieces = [piece]

    def __str__(self) -> str:
        """The whole of it."""
        return "".join(self.pieces)


def joined(text: object) -> str:
    """A text that grows, as it is now; its pieces are one from here on, so that the next look joins what is new."""
    said = str(text)
    if isinstance(text, Pieces):
        text.pieces = [said]
    return said


def add_call(calls: list[Json], delta: Json) -> Json:
    """Take more of one of a message's tool calls; the call it belongs to, texts in it still in pieces."""
    call = _find_call(calls, delta)
    if call is None:
        call = Json()
        calls.append(call)
    grow(call, {name: spelt(value) if name in _CALLED else value for name, value in delta.items()})
    return call


def _find_call(calls: list[Json], delta: Json) -> Json | None:
    """The call that a delta is more of; None where it begins one.

    OpenAI's index alone does not tell: some vendors leave it out, some send 0 for all. So a new id is a new call; an
    index or an id that was seen is that call again; without either it is more of the last. But in each case only
    where the two fit together.
    """
    identity, index = delta.get("id"), delta.get("index")
    near = [call for call in calls if index is None or call.get("index") in (None, index)]
    if identity:
        near = [call for call in near if call.get("id") == identity] or [call for call in near if not call.get("id")]
    return next((call for call in reversed(near) if _fits(call, delta)), None)


def spelt(called: object) -> object:
    """A call with its arguments as the text they are documented to be; some vendors send the object itself."""
    if not isinstance(called, dict):
        return called
    fields = cast("Json", called)
    return {
        name: msgspec.json.encode(value).decode() if name in _INPUTS and isinstance(value, dict | list) else value
        for name, value in fields.items()
    }


def _fits(call: Json, delta: Json) -> bool:
    """Whether a delta can be more of a call: not under another name, nor when its JSON was complete."""
    for kind in _CALLED:
        for known, more in zip(objects_in([call.get(kind)]), objects_in([delta.get(kind)]), strict=False):
            names = known.get("name"), more.get("name")
            if all(names) and names[0] != names[1]:
                return False
            if is_whole(more.get("arguments")) and is_whole(known.get("arguments")):
                return False
    return True


def is_whole(arguments: object) -> bool:
    """Whether a call's arguments are a JSON object from its beginning to its end."""
    if isinstance(arguments, Pieces):
        # Most pieces end in the middle: they are not worth joining to find out.
        arguments = str(arguments) if arguments.pieces[-1].endswith("}") else ""
    if not isinstance(arguments, str):
        return isinstance(arguments, dict)
    if not (arguments.startswith("{") and arguments.endswith("}")):
        return False
    try:
        msgspec.json.decode(arguments)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def replace(known: Json, name: str, value: object) -> None:
    """Let a value take the place of an earlier one, unless it says nothing; of an object field by field."""
    if isinstance(value, dict) and isinstance(known.get(name), dict):
        known[name] |= value
    elif value or value is False or (value is not None and name not in known):
        known[name] = value


def grow(known: Json, more: Json, depth: int = 0) -> None:
    """Take more of an object: texts and lists grow, so do objects, and of anything else the last value wins."""
    for name, value in more.items():
        before = known.get(name)
        if value is None:
            known.setdefault(name, None)
        elif name in _LABELS:
            replace(known, name, value)
        elif isinstance(value, str):
            if isinstance(before, Pieces):
                before.pieces.append(value)
            else:
                known[name] = Pieces(value)
        elif isinstance(value, dict) and depth < _DEEPEST:
            if not isinstance(before, dict):
                known[name] = {}
            grow(known[name], cast("Json", value), depth + 1)
        elif isinstance(value, list) and depth < _DEEPEST:
            if not isinstance(before, list):
                known[name] = []
            _extend(known[name], cast("list[object]", value), depth + 1)
        else:
            known[name] = value


def _extend(known: list[object], more: list[object], depth: int) -> None:
    for item in more:
        index = item.get("index") if is_object(item) else None
        if index is None:
            known.append(item)
        else:
            grow(_item_at(known, index), cast("Json", item), depth)


def _item_at(items: list[object], index: object) -> Json:
    """The item that has this index, added where there is none yet."""
    for item in objects_in(items):
        if item.get("index") == index:
            return item
    added: Json = {}
    items.append(added)
    return added
