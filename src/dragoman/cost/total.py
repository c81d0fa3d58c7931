"""What several answers used together. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from dragoman.cost.estimate import answer_tokens, tokens_of

if TYPE_CHECKING:
    from dragoman.wire.completion import Completion, Usage

S = TypeVar("S", bound=msgspec.Struct)


def added(usage: Usage | None, more: Usage | None) -> Usage | None:
    """Two answers' usage, field by field; a field that neither says stays None."""
    return more if usage is None else usage if more is None else _sum(usage, more)


def estimated(completion: Completion, sent: bytes) -> int:
    """How many tokens an answer used: what the server says, else a guess by the bytes sent and received."""
    usage = completion.usage
    if usage is not None and usage.total_tokens:
        return usage.total_tokens
    return tokens_of(len(sent)) + answer_tokens(completion)


def _sum(one: S, other: S) -> S:
    found: dict[str, object] = {}
    for name in one.__struct_fields__:
        left: object = getattr(one, name)
        right: object = getattr(other, name)
        if left is None or right is None:
            found[name] = right if left is None else left
        elif isinstance(left, msgspec.Struct):
            found[name] = _sum(left, cast("msgspec.Struct", right))
        else:
            found[name] = cast("int", left) + cast("int", right)
    return msgspec.structs.replace(one, **found)
