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


def prompt_tokens(body: Mapping[str, Any]) -> int:
    """About how many tokens a request's prompt has; an error of a third either way is usual.

    Args:
        body: the request as JSON types, in the words of chat completions or in Anthropic's.
    """
    size = 0
    tokens = 0
    messages: list[dict[str, Any]] = body.get("messages") or []
    for message in [*messages, {"content": body["system"]}] if body.get("system") else messages:
        tokens += TOKENS_A_MESSAGE
        content = message.get("content")
        if isinstance(content, str):
            size += size_of(content)
        elif isinstance(content, list):
            for part in cast("list[dict[str, Any]]", content):
                text = part.get("text")
                if isinstance(text, str):
                    size += size_of(text)
                else:
                    tokens += TOKENS_A_MEDIUM
        if message.get("tool_calls"):
            size += len(msgspec.json.encode(message["tool_calls"]))
    for name in ("tools", "response_format"):
        if body.get(name):
            size += len(msgspec.json.encode(body[name]))
    return tokens + tokens_of(size)


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
