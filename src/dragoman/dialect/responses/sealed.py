"""What another API's model has to be given back with its thoughts, sealed in a reasoning item. No I/O.

Claude refuses a tool's answer where its signed thoughts are missing before the call. Callers of the Responses API send
`encrypted_content` back as it came, whatever it is: so that is where the blocks that hold the signatures travel.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from dragoman.wire.check import decode_text
from dragoman.wire.tolerant import objects_in

Json = dict[str, Any]

_BEGINNING = "anthropic."
"""OpenAI's own encrypted reasoning has no point in it."""

_THOUGHTS = frozenset({"thinking", "redacted_thinking"})


def sealed(blocks: object) -> str | None:
    """The thoughts among blocks as a text nobody needs to read; None where there are none."""
    thoughts = [block for block in objects_in(blocks) if str(block.get("type")) in _THOUGHTS]
    if not thoughts:
        return None
    return _BEGINNING + base64.urlsafe_b64encode(msgspec.json.encode(thoughts)).decode()


def unsealed(text: object) -> list[Json] | None:
    """The blocks in such a text; None where it is another's."""
    if not isinstance(text, str) or not text.startswith(_BEGINNING):
        return None
    try:
        return objects_in(decode_text(base64.urlsafe_b64decode(text.removeprefix(_BEGINNING))))
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None
