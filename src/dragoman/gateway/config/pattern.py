"""Names with `*` in them: what they match, and which of two says more. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache

# It stands for whatever a star matches; no name written in a file holds it.
_ANYTHING = "\0"


def matched(pattern: str, name: str) -> str | None:
    """What a pattern's first `*` stands for in a name: "" where it has none, None where the name does not match."""
    if "*" not in pattern:
        return "" if pattern == name else None
    found = _compiled(pattern).fullmatch(name)
    return found[1] if found else None


def spelled(model: str | None, asked: str, star: str) -> str:
    """The model to ask a candidate for: its own, with what the route's `*` matched in it, or the one asked for."""
    return asked if model is None else model.replace("*", star)


def exactness(pattern: str) -> tuple[bool, int, int]:
    """How much a pattern says: the greater, the more exact. A name beats stars, then more letters, then fewer stars."""
    stars = pattern.count("*")
    return not stars, len(pattern) - stars, -stars


def covers(pattern: str, other: str) -> bool:
    """Whether a pattern matches every name that another one does."""
    # A letter that stands in no pattern can only be matched by a star: where it is, anything may be.
    return matched(pattern, other.replace("*", _ANYTHING)) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(map(re.escape, pattern.split("*"))), re.DOTALL)
