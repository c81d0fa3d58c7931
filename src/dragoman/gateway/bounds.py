"""What a request may have at most, beside its bytes: messages, objects in one another, a model's name. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from dragoman.errors import InvalidRequestError
from dragoman.wire.check import is_deep

if TYPE_CHECKING:
    from dragoman.gateway.config.shape import BoundsConfig


NAME = 1024
"""The most characters of a model's name. Nobody's is longer, and names are kept: of prices, of spans, of routes."""


def within(bounds: BoundsConfig, raw: bytes, body: dict[str, Any]) -> None:
    """See that a request that was heard is within the bounds.

    Args:
        bounds: the configuration's.
        raw: its bytes: of those without many brackets all is known that there is to know.
        body: what they say.

    Raises:
        InvalidRequestError: it is not.
    """
    model: object = body.get("model")
    if isinstance(model, str) and len(model) > NAME:
        raise InvalidRequestError(f"model has {len(model)} characters, and may have {NAME}", param="model")
    messages: object = body.get("messages")
    size = len(cast("list[object]", messages)) if isinstance(messages, list) else 0
    if size > bounds.messages:
        sentence = f"messages has {size} entries, and may have {bounds.messages} here"
        raise InvalidRequestError(sentence, param="messages")
    if raw.count(b"{") + raw.count(b"[") > bounds.depth and is_deep(body, bounds.depth):
        raise InvalidRequestError(
            f"the body is nested too deeply: {bounds.depth} objects and arrays in one another at most"
        )
