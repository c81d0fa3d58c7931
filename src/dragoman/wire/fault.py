"""The error body on the wire: what vendors send when they say no, read into one form. No I/O.

OpenAI documents `{"error": {"message", "type", "param", "code"}}`. Seen in the wild beside it: `{"error": "text"}`,
`{"detail": "text"}` and `{"detail": [{"loc", "msg"}]}` (FastAPI), `{"object": "error", "message"}` (vLLM, Mistral),
`{"message"}`, `{"errors": [...]}`, a list with one of these in it (Google), `application/problem+json` (RFC 9457),
HTML pages, plain text, nothing at all.
"""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec

SENTENCE_BOUND = 1000
"""The most characters of a body that are shown where no message was found in it."""


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


class FaultFields(msgspec.Struct, frozen=True):
    """The four fields of OpenAI's error object, each present, null where there is nothing to say."""

    message: str
    """One sentence."""
    type: str
    """The class of error: `invalid_request_error`, `server_error`, …"""
    param: str | None = None
    """The request parameter at fault, as a path."""
    code: str | None = None
    """The code programs test for."""


def encode_fault(fault: Fault, kind: str = "invalid_request_error") -> bytes:
    """Spell a fault as OpenAI does; `kind` is its type where the fault has none."""
    fields = FaultFields(fault.message, fault.type or kind, fault.param, fault.code)
    return msgspec.json.encode(FaultBody(fields))


def read_fault(body: bytes) -> Fault:
    """Find the message, and what else there is, in an error body of any shape; never fails."""
    try:
        value: object = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return Fault(message=_plain(body))
    return find_fault(value) or Fault(message=_plain(body))


def find_fault(value: object) -> Fault | None:
    """The fault in a decoded JSON value; None when the value is not an error of any known shape."""
    if isinstance(value, list):
        items = cast("list[object]", value)
        return find_fault(items[0]) if items else None
    if not isinstance(value, dict):
        return None
    fields = cast("dict[str, Any]", value)
    error = fields.get("error")
    if isinstance(error, dict):
        return _from_fields(fields | cast("dict[str, Any]", error))
    if isinstance(error, str) and error:
        return _from_fields({"message": error} | fields)
    if error:
        return Fault(message=msgspec.json.encode(error).decode()[:SENTENCE_BOUND])
    if fields.get("errors"):
        return find_fault(fields["errors"]) or Fault(message=_text(fields["errors"]))
    if any(name in fields for name in ("message", "detail", "title", "error_message")):
        return _from_fields(fields)
    return None


def _from_fields(fields: dict[str, Any]) -> Fault:
    message = next(
        (_text(fields[name]) for name in ("message", "detail", "error_message", "title", "msg") if fields.get(name)), ""
    )
    code = fields.get("code")
    claimed = next((fields[name] for name in ("status", "status_code", "code") if _is_status(fields.get(name))), None)
    return Fault(
        message=message,
        type=_word(fields.get("type")),
        param=_word(fields.get("param")) or _place(fields.get("detail")),
        code=_word(code),
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
        fields = cast("dict[str, object]", value)
        for name in ("msg", "message", "detail"):
            if fields.get(name):
                place = _place([fields])
                return f"{place}: {_text(fields[name])}" if place else _text(fields[name])
    return msgspec.json.encode(value).decode()[:SENTENCE_BOUND]


def _place(detail: object) -> str | None:
    """FastAPI's `loc` as a path: ["body", "messages", 0, "role"] is `messages[0].role`."""
    if not isinstance(detail, list) or not detail or not isinstance(detail[0], dict):
        return None
    loc = cast("dict[str, object]", detail[0]).get("loc")
    if not isinstance(loc, list):
        return None
    path = ""
    for step in cast("list[object]", loc):
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
