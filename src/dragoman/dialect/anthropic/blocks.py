"""Content, piece by piece: chat's parts as the Messages API's blocks, and back. No I/O.

Text, images and files have a form on both sides. A block that chat has none for stays as it is, and so does a part
of a kind unknown here: the server behind judges it.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, cast

from dragoman.errors import InvalidRequestError

Json = dict[str, Any]

_DATA = re.compile(r"data:([^;,]+)(?:;[^;,]+)*;base64,(.*)", re.DOTALL | re.IGNORECASE)
_OWN = {"text": {"type", "text"}, "image_url": {"type", "image_url"}, "file": {"type", "file"}}
EPHEMERAL: Json = {"type": "ephemeral"}
"""The mark that a reusable beginning ends here."""


def block(part: Json, path: str, changes: list[str]) -> Json:
    """A part as a block.

    Args:
        part: the part.
        path: where it stands, for the error and the changes.
        changes: what is left out is added here.

    Raises:
        InvalidRequestError: it is sound, or a picture or file that this API has no source for.
    """
    kind = part.get("type")
    if kind == "text":
        made: Json = {"type": "text", "text": part["text"]}
    elif kind == "refusal":
        made = {"type": "text", "text": part["refusal"]}
    elif kind == "image_url":
        made = _image(part["image_url"], path, changes)
    elif kind == "file":
        made = _document(part["file"], path)
    elif kind == "input_audio":
        raise InvalidRequestError(f"{path}: Anthropic's models take text, images and files, no sound", param=path)
    else:
        return part
    more = {name: value for name, value in part.items() if name not in {*_OWN.get(kind, ()), "refusal"}}
    if more.pop("prompt_cache_breakpoint", None) is not None:
        more.setdefault("cache_control", EPHEMERAL)
    return made | {name: value for name, value in more.items() if value is not None and name != "type"}


def part(received: Json) -> Json:
    """A block of a user's turn as a part."""
    kind = received.get("type")
    source: Json = received.get("source") or {}
    more = {name: value for name, value in received.items() if name not in {"type", "source", "title", "text"}}
    if kind == "text":
        return more | {"type": "text", "text": received["text"]}
    if kind == "image" and source.get("type") in {"base64", "url"}:
        return more | {"type": "image_url", "image_url": {"url": _url(source)}}
    if kind == "document" and source.get("type") in {"base64", "text", "file"}:
        return more | {"type": "file", "file": _file(source, received.get("title"))}
    return received


def content(blocks: list[Json]) -> str | list[Json]:
    """The content that blocks are: one plain text as a string, as most servers like it, anything else in parts."""
    parts = [part(each) for each in blocks]
    if len(parts) == 1 and parts[0].keys() == {"type", "text"}:
        return cast("str", parts[0]["text"])
    return parts


def plain(blocks: list[Json]) -> str | list[Json]:
    """Blocks as the API takes them in short: one plain text as a string, anything else as it is; empty texts go."""
    said = [each for each in blocks if each.get("type") != "text" or each["text"].strip()] or blocks
    if len(said) == 1 and said[0].keys() == {"type", "text"}:
        return cast("str", said[0]["text"])
    return said


def _image(image: Any, path: str, changes: list[str]) -> Json:  # noqa: ANN401 - an object, or with some vendors the address
    fields: Json = {"url": image} if isinstance(image, str) else image
    if fields.get("detail") not in {None, "auto"}:
        changes.append(f"{path}.image_url.detail: dropped")
    url: str = fields["url"]
    data = _DATA.fullmatch(url)
    if data is not None:
        return {"type": "image", "source": {"type": "base64", "media_type": data[1], "data": data[2]}}
    if not url.startswith(("https://", "http://")):
        where = f"{path}.image_url.url"
        raise InvalidRequestError(f"{where} must be an http(s) address or a data: URL in base64", param=where)
    return {"type": "image", "source": {"type": "url", "url": url}}


def _document(file: Json, path: str) -> Json:
    titled = {"title": file["filename"]} if file.get("filename") else {}
    if file.get("file_id"):
        return {"type": "document", "source": {"type": "file", "file_id": file["file_id"]}} | titled
    data: str = file.get("file_data") or ""
    found = _DATA.fullmatch(data)
    media, encoded = (found[1], found[2]) if found else ("application/pdf", data)
    if media == "text/plain":
        source: Json = {"type": "text", "media_type": media, "data": _decoded(encoded, path)}
    elif media == "application/pdf" and encoded:
        source = {"type": "base64", "media_type": media, "data": encoded}
    else:
        where = f"{path}.file"
        raise InvalidRequestError(f"{where} must be a PDF or plain text in base64, or have a file_id", param=where)
    return {"type": "document", "source": source} | titled


def _decoded(encoded: str, path: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        where = f"{path}.file.file_data"
        raise InvalidRequestError(f"{where} must be UTF-8 text in base64", param=where) from None


def _url(source: Json) -> str:
    return source["url"] if source["type"] == "url" else f"data:{source['media_type']};base64,{source['data']}"


def _file(source: Json, title: str | None) -> Json:
    named = {"filename": title} if title else {}
    if source["type"] == "file":
        return {"file_id": source["file_id"]} | named
    data = source["data"] if source["type"] == "base64" else base64.b64encode(source["data"].encode()).decode()
    return {"file_data": f"data:{source['media_type']};base64,{data}"} | named
