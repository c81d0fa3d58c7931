"""Content, piece by piece: the Responses API's parts as chat's, and back. No I/O.

Text, images, files and sound have a form on both sides. What a part says beyond that travels in its field `responses`,
and a part of a kind unknown here stays as it is: the server behind judges it.
"""

from __future__ import annotations

from typing import Any, cast

from dragoman.dialect import RESPONSES
from dragoman.wire.tolerant import is_object

Json = dict[str, Any]

_TEXTS = frozenset({"input_text", "output_text"})
_FILE = ("file_data", "file_id", "filename")
_KEPT = frozenset({"type", "prompt_cache_breakpoint"})


def part_of(part: Json) -> Json:
    """A part as chat spells it."""
    kind = part.get("type")
    if kind in _TEXTS:
        return _made({"type": "text", "text": part["text"]}, part, {"text"})
    if kind == "input_image" and part.get("image_url"):
        image = {"url": part["image_url"]} | ({"detail": part["detail"]} if part.get("detail") else {})
        return _made({"type": "image_url", "image_url": image}, part, {"image_url", "detail"})
    if kind == "input_image" and part.get("file_id"):
        # Chat has one part for whatever was uploaded.
        made = _made({"type": "file", "file": {"file_id": part["file_id"]}}, part, {"file_id"})
        return made | {RESPONSES: {"type": kind} | made.get(RESPONSES, {})}
    if kind == "input_file":
        file = {name: part[name] for name in _FILE if part.get(name) is not None}
        return _made({"type": "file", "file": file}, part, set(_FILE))
    return part


def part(said: Json) -> Json:
    """A part of chat's as the Responses API spells it, in what is said to a model."""
    kind = said.get("type")
    mark: object = said.get(RESPONSES)
    kept = {name: value for name, value in said.items() if name not in {"type", str(kind), RESPONSES}}
    if kind == "text":
        made: Json = {"type": "input_text", "text": said["text"]}
    elif kind == "image_url":
        image: Any = said["image_url"]
        fields: Json = {"url": image} if isinstance(image, str) else image
        made = {"type": "input_image", "image_url": fields["url"], "detail": fields.get("detail") or "auto"}
    elif kind == "file":
        made = {"type": "input_file"} | said["file"]
    else:
        return said
    return made | kept | (mark if is_object(mark) else {})


def content_of(given: str | list[Json]) -> str | list[Json]:
    """Content as chat spells it: one plain text as a string, as most servers like it, anything else in parts."""
    if isinstance(given, str):
        return given
    parts = [part_of(each) for each in given]
    if len(parts) == 1 and parts[0].keys() == {"type", "text"}:
        return cast("str", parts[0]["text"])
    return parts


def content(said: str | list[Json]) -> str | list[Json]:
    """Content as the Responses API spells it, in what is said to a model."""
    return said if isinstance(said, str) else [part(each) for each in said]


def _made(made: Json, part: Json, said: set[str]) -> Json:
    if part.get("prompt_cache_breakpoint") is not None:
        # The same word on both sides.
        made["prompt_cache_breakpoint"] = part["prompt_cache_breakpoint"]
    more = {name: value for name, value in part.items() if name not in _KEPT | said and value is not None}
    return made | ({RESPONSES: more} if more else {})
