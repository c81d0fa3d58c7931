"""How many tokens a text has, where nobody counts them: a guess by its bytes. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.wire.completion import Completion

BYTES_A_TOKEN = 4
"""What vendors tell people to reckon with for English; texts in other scripts have more bytes, and more tokens."""

TOKENS_A_MESSAGE = 4
"""What a chat template puts around a message."""

TOKENS_A_MEDIUM = 1000
"""What an image, a sound or a file is taken for: nobody can tell from its bytes."""

_MEDIA = frozenset({
    "document", "file", "image", "image_generation_call", "image_url", "input_audio", "input_file", "input_image",
})  # fmt: skip
_APIS = ("anthropic", "responses")
"""Fields of a request that hold what is for one API alone."""

_BESIDE = frozenset({"reasoning_content", "anthropic_content", "responses"})
"""What a message says beside its content and its calls."""


def prompt_tokens(body: Mapping[str, Any]) -> int:
    """About how many tokens a request's prompt has; an error of a third either way is usual.

    Args:
        body: the request as JSON types, in the words of chat completions or in Anthropic's.
    """
    messages: list[dict[str, Any]] = body.get("messages") or []
    size = _said(body.get("system"))
    tokens = TOKENS_A_MESSAGE * (len(messages) + bool(body.get("system")))
    for message in messages:
        content = message.get("content")
        size += size_of(content) if isinstance(content, str) else _said(content)
        if not _BESIDE.isdisjoint(message):
            size += sum(_said(message.get(name)) for name in _BESIDE)
        if message.get("tool_calls"):
            size += len(msgspec.json.encode(message["tool_calls"]))
    for name in ("tools", "response_format"):
        if body.get(name):
            size += len(msgspec.json.encode(body[name]))
    for name in _APIS:
        if body.get(name):
            size += _said(_once(body[name], messages))
    return tokens + tokens_of(size)


def _once(private: Any, messages: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - a field as its caller wrote it
    """What is for one API alone, without instructions that are the first message as well."""
    if not isinstance(private, dict):
        return private
    fields = cast("dict[str, Any]", private)
    first = messages[0].get("content") if messages else None
    return {name: value for name, value in fields.items() if name != "instructions" or value != first}


def _said(value: Any) -> int:  # noqa: ANN401 - any JSON
    """How many bytes are said somewhere in a value; an image, a sound or a file as many as it is taken for."""
    if isinstance(value, str):
        return size_of(value)
    if isinstance(value, list):
        return sum(_said(item) for item in cast("list[object]", value))
    if not isinstance(value, dict):
        return 0
    fields = cast("dict[str, Any]", value)
    kind = fields.get("type")
    if isinstance(kind, str) and kind in _MEDIA:
        return TOKENS_A_MEDIUM * BYTES_A_TOKEN
    return sum(_said(inner) for name, inner in fields.items() if name != "type")


def answer_tokens(completion: Completion) -> int:
    """About how many tokens an answer has."""
    size = 0
    for choice in completion.choices:
        called = choice.message.tool_calls
        size += size_of(choice.message.content or "") + (len(msgspec.json.encode(called)) if called else 0)
    return tokens_of(size)


def size_of(text: str) -> int:
    """How many bytes a text has in UTF-8."""
    # A lone surrogate, which JSON can spell, has no UTF-8 of its own.
    return len(text) if text.isascii() else len(text.encode(errors="replace"))


def tokens_of(size: int) -> int:
    """About how many tokens a text of so many bytes has."""
    return -(-size // BYTES_A_TOKEN)
