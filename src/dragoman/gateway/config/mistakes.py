"""What is wrong with a configuration, where, and what would be right. No I/O."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from dragoman.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = tuple[str | int, ...]
"""Where in the file a value stands: keys, and places in arrays from 0."""


class Mistake(NamedTuple):
    """One mistake."""

    path: Path
    """Where it stands."""
    sentence: str
    """What is wrong there and what would be right; never with a value that may be a secret."""


class MistakesError(ConfigurationError):
    """A configuration cannot be used.

    Attributes:
        lines: one sentence for each mistake, in the file's order: `dragoman.toml:12: …`.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(map(_one_line, lines))
        super().__init__("\n".join(self.lines))

    def __reduce__(self) -> tuple[type[MistakesError], tuple[tuple[str, ...]]]:
        """Pickle by the lines: the text is made of them."""
        return type(self), (self.lines,)


def _one_line(text: str) -> str:
    """The same on one line whatever its names hold: what no screen shows is written as TOML has it."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def dotted(path: Path) -> str:
    """A place as people write it: `routes[0].candidates`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def suggestion(name: str, known: Iterable[str]) -> str:
    """What somebody may have meant: `; did you mean "x"?`, or what there is."""
    there = list(known)
    nearest = get_close_matches(name, there, n=1)
    if nearest:
        return f'; did you mean "{nearest[0]}"?'
    return f"; there are {', '.join(there)}" if there else "; there is none"
