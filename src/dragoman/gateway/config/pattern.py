"""Names with `*` in them: what they match, and which of two says more. No I/O."""

from __future__ import annotations

# It stands for whatever a star matches; no name written in a file holds it.
_ANYTHING = "\0"


def matched(pattern: str, name: str) -> str | None:
    """What a pattern's first `*` stands for in a name: "" where it has none, None where the name does not match."""
    before, *parts = pattern.split("*")
    if not parts:
        return "" if pattern == name else None
    *between, after = parts
    start, end = len(before), len(name) - len(after)
    if start > end or not name.startswith(before) or not name.endswith(after):
        return None
    # From the end, so that the first star stands for as much as it can; once along the name, however many stars there
    # are: what a caller may send is long.
    for part in reversed(between):
        end = name.rfind(part, start, end)
        if end < 0:
            return None
    return name[start:end]


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
