"""The error body on the wire: what vendors send when they say no, read into one form. No I/O.

OpenAI documents `{"error": {"message", "type", "param", "code"}}`. Seen in the wild beside it: `{"error": "text"}`,
with a `message` or an `error_type` beside it (Spring, TGI), `{"error": true, "message"}`, `{"detail": "text"}` and
`{"detail": [{"loc", "msg"}]}` (FastAPI), the latter also as a `message` (Mistral), `{"object": "error", "message"}`
(vLLM), `{"message"}`, `{"msg", "code"}`, `{"errors": [...]}`, a list with one of these in it (Google),
`application/problem+json` (RFC 9457), a JSON string, HTML pages, plain text, nothing at all.
"""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec

from dragoman.wire.tolerant import read_value

SENTENCE_BOUND = 1000
"""The most characters of a body that are shown where no message was found in it."""

SENTENCES = ("message", "detail", "error_message", "msg", "title")
"""The fields that a sentence may stand in, the most telling first."""

STATUSES = ("status", "status_code", "statusCode", "code")
"""The fields that an HTTP status may stand in."""

Json = dict[str, Any]


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an error body says."""

    message: str = ""
    """One sentence; empty when the body had none."""
    type: str | None = None
    """The vendor's class of error."""
    param: str | None = None
    """The request parameter it blames."""
    code: str | None = None
    """The vendor's code, as text."""
    status: int | None = None
    """The HTTP status that the body itself claims, as error objects inside a stream do."""


class FaultBody(msgspec.Struct, frozen=True):
    """A fault in OpenAI's form: the body that the gateway answers with."""

    error: FaultFields
    """What went wrong."""


class FaultFields(msgspec.Struct, frozen=True):
    """The four fields of OpenAI's error object, each present, null where there is nothing to say."""

    message: str
    """One sentence."""
    type: str
    """The class of error: `invalid_request_error`, `server_error`, …"""
    param: str | None
    """The request parameter at fault, as a path."""
    code: str | None
    """The code programs test for."""


def encode_fault(fault: Fault, kind: str = "invalid_request_error") -> bytes:
    """Spell a fault as OpenAI does; `kind` is its type where the fault has none."""
    fields = FaultFields(fault.message, fault.type or kind, fault.param, fault.code)
    return msgspec.json.encode(FaultBody(fields))


def read_fault(body: bytes) -> Fault:
    """Find the message, and what else there is, in an error body of any shape; never fails."""
    try:
        value = read_value(body)
    except msgspec.DecodeError:
        return Fault(message=_plain(body))
    return find_fault(value) or Fault(message=_plain(value.encode() if isinstance(value, str) else body))


def find_fault(value: object) -> Fault | None:
    """The fault in a decoded JSON value; None when the value is not an error of any known shape."""
    first = _first(value)
    if not isinstance(first, dict):
        return None
    try:
        fields = _flat(cast("Json", first))
        return None if fields is None else _from_fields(fields)
    except RecursionError:  # decoded at just the depth that cannot be walked: no error looks like that
        return None


def _flat(fields: Json) -> Json | None:
    """What an error says, wherever in it, as the fields of one object; None when it is no error."""
    error, several = fields.get("error"), fields.get("errors")
    if isinstance(error, dict):
        return fields | cast("Json", error)
    if error and isinstance(error, str | list):
        return cast("Json", {"message": error}) | fields
    if several and isinstance(several, dict | list):
        first = _first(cast("object", several))
        return fields | (cast("Json", first) if isinstance(first, dict) else {}) | {"message": several}
    if any(fields.get(name) for name in SENTENCES):
        return fields
    return {"message": fields} if error else None


def _first(value: object) -> object:
    return next(iter(cast("list[object]", value)), None) if isinstance(value, list) else value


def _from_fields(fields: Json) -> Fault:
    claimed = next((fields[name] for name in STATUSES if _is_status(fields.get(name))), None)
    return Fault(
        message=next((_text(fields[name]) for name in SENTENCES if fields.get(name)), ""),
        type=_word(fields.get("type")) or _word(fields.get("error_type")),
        param=_word(fields.get("param")) or _place(fields),
        code=_word(fields.get("code")),
        status=int(claimed) if claimed is not None else None,
    )


def _is_status(value: object) -> bool:
    return isinstance(value, int | str) and bool(re.fullmatch("[45][0-9][0-9]", str(value)))


def _word(value: object) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value) or None


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(_text(item) for item in cast("list[object]", value))
    if isinstance(value, dict):
        fields = cast("Json", value)
        said = next((fields[name] for name in SENTENCES if fields.get(name)), None)
        if said is not None:
            place = _path(fields.get("loc"))
            return f"{place}: {_text(said)}" if place else _text(said)
    return msgspec.json.encode(value).decode()[:SENTENCE_BOUND]


def _place(value: object) -> str | None:
    """Where FastAPI found a mistake: the first `loc` in an error, as a path."""
    first = _first(value)
    if not isinstance(first, dict):
        return None
    fields = cast("Json", first)
    return _path(fields.get("loc")) or _place(fields.get("detail")) or _place(fields.get("message"))


def _path(loc: object) -> str | None:
    """["body", "messages", 0, "role"] as `messages[0].role`."""
    path = ""
    for step in cast("list[object]", loc) if isinstance(loc, list) else []:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step != "body":
            path += f".{step}" if path else str(step)
    return path or None


def _plain(body: bytes) -> str:
    """The words of a body that is not JSON: a page's title, or the text itself, shortened."""
    text = body[: 4 * SENTENCE_BOUND].decode("utf-8", "replace").strip()
    title = re.search(r"<title[^>]*>([^<]+)</title>", text, re.IGNORECASE)
    words = title.group(1) if title else re.sub(r"<[^>]*>", " ", text) if text.startswith("<") else text
    return " ".join(words.split())[:SENTENCE_BOUND]
