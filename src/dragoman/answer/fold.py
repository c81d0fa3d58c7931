"""Chunks to the completion they add up to. No I/O.

What is folded is the JSON that was received, so that fields nobody told us about survive into `to_dict()`:

- within a choice's delta texts and lists grow, objects grow field by field, items of a list that have an `index` grow
  with their namesakes, and of anything else the last value wins. Labels (`id`, `name`, `type`, …) never grow: some
  vendors repeat them in every delta;
- within a choice lists and `logprobs` grow, the rest is replaced: `finish_reason`, content filters;
- within a chunk the last value wins, lists included: vendors repeat their citations whole;
- of the outline in `responses` (`dragoman.dialect.responses.items`) the last entry of an index wins, whole: what it
  holds has an `index` of its own meaning; an entry that is still open stands for nothing;
- null says nothing, and an empty value does not replace one that says something.

Two things are left behind: `obfuscation`, which is padding, and a whole `message` beside a delta, which says again
what the deltas said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman.dialect import RESPONSES
from dragoman.wire.chunk import usage_in
from dragoman.wire.completion import read_completion
from dragoman.wire.growth import add_call, grow, joined, replace, spelt
from dragoman.wire.tolerant import objects_in, read_object, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion

Json = dict[str, Any]

_encode = msgspec.json.Encoder(enc_hook=joined).encode


class Folding:
    """What chunks add up to, told at any time: what a look costs does not grow with the number of chunks."""

    __slots__ = ("_choices", "_followed", "_whole")

    def __init__(self) -> None:
        self._whole: Json = {"object": "chat.completion"}
        self._choices: dict[int, Json] = {}
        self._followed = 0

    def follow(self, sources: list[bytes]) -> None:
        """Take those of a list of chunks, as they were received, that have come since it was followed last."""
        fresh = sources[self._followed :]
        self._add(map(read_object, fresh))
        self._followed += len(fresh)

    def take(self, chunks: Iterable[Chunk]) -> None:
        """Take more of them."""
        self._add(chunk.to_dict() for chunk in chunks)

    def _add(self, chunks: Iterable[Json]) -> None:
        whole, choices = self._whole, self._choices
        for received in chunks:
            parts = objects_in(received.pop("choices", None))
            for part in parts:
                index = part.get("index")
                place = index if isinstance(index, int) else 0
                _add_choice(choices.setdefault(place, {"index": place, "message": _message()}), part)
            usage = usage_in(received | {"choices": parts})
            for name, value in received.items():
                if name not in {"object", "usage", "obfuscation"}:
                    replace(whole, name, value)
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


class _Outline(dict[int, Json]):
    """The entries of an outline so far, by their index."""

    def take(self, entries: list[Json]) -> None:
        for entry in entries:
            index = entry.get("index")
            self[index if isinstance(index, int) else len(self)] = entry

    def entries(self) -> list[Json]:
        ended = [self[index] for index in sorted(self) if not self[index].get("open")]
        return [{name: value for name, value in entry.items() if name != "index"} for entry in ended]


def _message() -> Json:
    return {"role": "assistant", "content": None}


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
            grow(choice, {name: value} if value is not None else {})
        else:
            replace(choice, name, value)


def _add_delta(message: Json, delta: Json) -> None:
    for name, value in delta.items():
        if value is None or name == "role":
            continue
        if name == "tool_calls":
            # An empty list is no call: it would be refused where the message is sent back.
            for call in objects_in(value):
                add_call(message.setdefault("tool_calls", []), call)
        elif name == RESPONSES and (isinstance(value, list) or isinstance(message.get(name), _Outline)):
            known = message.get(name)
            outline = message[name] = known if isinstance(known, _Outline) else _Outline()
            outline.take(objects_in(cast("object", value)))
        elif name == "content" and isinstance(value, list):
            grow(message, texts_of(delta["content"]))
        else:
            grow(message, {name: spelt(value) if name == "function_call" else value})


def _finished(choice: Json) -> Json:
    """The choice as a completion has it; what is folded on stays as it is."""
    message: Json = choice["message"]
    outline = message.get(RESPONSES)
    if isinstance(outline, _Outline):
        message = {**message, RESPONSES: outline.entries()}
    elif "tool_calls" not in message:
        return choice
    if "tool_calls" in message:
        message = {**message, "tool_calls": [{**call} for call in message["tool_calls"]]}
        _finish_calls(message)
    return {**choice, "message": message}


def _finish_calls(message: Json) -> None:
    for call in message.get("tool_calls", []):
        call.pop("index", None)
        call.setdefault("type", "custom" if "custom" in call and "function" not in call else "function")
