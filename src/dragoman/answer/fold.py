"""Chunks to the completion they add up to. No I/O.

What is folded is the JSON that was received, so that fields nobody told us about survive into `to_dict()`:

- within a choice's delta texts and lists grow, objects grow field by field, items of a list that have an `index` grow
  with their namesakes, and of anything else the last value wins. Labels (`id`, `name`, `type`, …) never grow: some
  vendors repeat them in every delta;
- within a choice lists and `logprobs` grow, the rest is replaced: `finish_reason`, content filters;
- within a chunk the last value wins, lists included: vendors repeat their citations whole;
- null says nothing, and an empty value does not replace one that says something.

Two things are left behind: `obfuscation`, which is padding, and a whole `message` beside a delta, which says again
what the deltas said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman.wire.completion import read_completion
from dragoman.wire.tolerant import is_object, objects_in, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion

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


def _joined(text: object) -> str:
    """A text that grows, as it is now; its pieces are one from here on, so that the next look joins what is new."""
    said = str(text)
    if isinstance(text, Pieces):
        text.pieces = [said]
    return said


_encode = msgspec.json.Encoder(enc_hook=_joined).encode


class Folding:
    """What chunks add up to, told at any time: what a look costs does not grow with the number of chunks."""

    __slots__ = ("_choices", "_followed", "_whole")

    def __init__(self) -> None:
        self._whole: Json = {"object": "chat.completion"}
        self._choices: dict[int, Json] = {}
        self._followed = 0

    def follow(self, chunks: list[Chunk]) -> None:
        """Take those of a list that have come since it was followed last."""
        self.take(chunks[self._followed :])
        self._followed = len(chunks)

    def take(self, chunks: Iterable[Chunk]) -> None:
        """Take more of them."""
        whole, choices = self._whole, self._choices
        for chunk in chunks:
            received = chunk.to_dict()
            parts = objects_in(received.pop("choices", None))
            for part in parts:
                index = part.get("index")
                place = index if isinstance(index, int) else 0
                _add_choice(choices.setdefault(place, {"index": place, "message": _message()}), part)
            usage = _usage(received, parts)
            for name, value in received.items():
                if name not in {"object", "usage", "obfuscation"}:
                    _replace(whole, name, value)
            if usage:
                whole["usage"] = usage

    def completion(self) -> Completion:
        """The completion so far; its choices are in the order of their index."""
        choices = [_finished(self._choices[place]) for place in sorted(self._choices)]
        return read_completion(_encode({**self._whole, "choices": choices}))


def fold(chunks: Iterable[Chunk]) -> Completion:
    """The completion that chunks add up to, as far as they go."""
    folding = Folding()
    folding.take(chunks)
    return folding.completion()


def _message() -> Json:
    return {"role": "assistant", "content": None}


def _usage(received: Json, choices: list[Json]) -> object:
    """The chunk's usage: in its own place, in Groq's `x_groq`, or in a choice as with Moonshot."""
    places = [received, *objects_in([received.get("x_groq")]), *choices]
    return next((place["usage"] for place in places if place.get("usage")), None)


def _replace(known: Json, name: str, value: object) -> None:
    if isinstance(value, dict) and isinstance(known.get(name), dict):
        known[name] |= value
    elif value or value is False or (value is not None and name not in known):
        known[name] = value


def _add_choice(choice: Json, received: Json) -> None:
    delta = received.get("delta")
    if not isinstance(delta, dict):
        # A server that answers with the whole message in one event.
        delta = received.get("message")
    if isinstance(delta, dict):
        _add_delta(choice["message"], cast("Json", delta))
    for name, value in received.items():
        if name in {"index", "delta", "message"}:
            continue
        if name == "logprobs" or isinstance(value, list):
            _grow(choice, {name: value} if value is not None else {})
        else:
            _replace(choice, name, value)


def _add_delta(message: Json, delta: Json) -> None:
    for name, value in delta.items():
        if value is None or name == "role":
            continue
        if name == "tool_calls":
            # An empty list is no call: it would be refused where the message is sent back.
            for call in objects_in(value):
                add_call(message.setdefault("tool_calls", []), call)
        elif name == "content" and isinstance(value, list):
            _grow(message, texts_of(delta["content"]))
        else:
            _grow(message, {name: _spelt(value) if name == "function_call" else value})


def add_call(calls: list[Json], delta: Json) -> Json:
    """Take more of one of a message's tool calls; the call it belongs to, texts in it still in pieces."""
    call = _find_call(calls, delta)
    if call is None:
        call = Json()
        calls.append(call)
    _grow(call, {name: _spelt(value) if name in _CALLED else value for name, value in delta.items()})
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


def _spelt(called: object) -> object:
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


def _grow(known: Json, more: Json, depth: int = 0) -> None:
    for name, value in more.items():
        before = known.get(name)
        if value is None:
            known.setdefault(name, None)
        elif name in _LABELS:
            _replace(known, name, value)
        elif isinstance(value, str):
            if isinstance(before, Pieces):
                before.pieces.append(value)
            else:
                known[name] = Pieces(value)
        elif isinstance(value, dict) and depth < _DEEPEST:
            if not isinstance(before, dict):
                known[name] = {}
            _grow(known[name], cast("Json", value), depth + 1)
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
            _grow(_item_at(known, index), cast("Json", item), depth)


def _item_at(items: list[object], index: object) -> Json:
    """The item that has this index, added where there is none yet."""
    for item in objects_in(items):
        if item.get("index") == index:
            return item
    added: Json = {}
    items.append(added)
    return added


def _finished(choice: Json) -> Json:
    """The choice as a completion has it; what is folded on stays as it is."""
    message: Json = choice["message"]
    if "tool_calls" not in message:
        return choice
    message = {**message, "tool_calls": [{**call} for call in message["tool_calls"]]}
    _finish_calls(message)
    return {**choice, "message": message}


def _finish_calls(message: Json) -> None:
    for call in message.get("tool_calls", []):
        call.pop("index", None)
        call.setdefault("type", "custom" if "custom" in call and "function" not in call else "function")
