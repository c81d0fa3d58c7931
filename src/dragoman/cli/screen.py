"""What the command line writes: plain in a pipe, coloured and harmless on a terminal."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from dragoman.wire.completion import Usage

DIM, RED, BOLD, PLAIN = "\x1b[2m", "\x1b[31m", "\x1b[1m", "\x1b[0m"

# A model's words are data: on a terminal they must not move the cursor, change the title or write to the clipboard.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_COLOURS = re.compile(r"(?:\x1b\[\d+m)+")


def coloured(file: TextIO) -> bool:
    """Whether to colour what is written there: on a terminal, unless NO_COLOR says no (no-color.org)."""
    return file.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str, file: TextIO) -> str:
    """The text in a colour, where the file takes colours."""
    return f"{colour}{text}{PLAIN}" if coloured(file) and text else text


def unspaced(text: str) -> str:
    """The text with its colours marked as taking no room (readline's RL_PROMPT_START_IGNORE and …_END_IGNORE)."""
    return _COLOURS.sub("\x01\\g<0>\x02", text)


def harmless(text: str, file: TextIO) -> str:
    """The text, without control characters where the file is a terminal: others' words are only to be read there."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text) if file.isatty() else text


def write(text: str) -> None:
    """Write a piece of an answer at once, harmless."""
    sys.stdout.write(harmless(text, sys.stdout))
    sys.stdout.flush()


def note(text: str) -> None:
    """Write a line about the answer, or of what a server said of it, beside it: to stderr, harmless.

    Where nobody can read it, what it stands beside goes on: a log on a full disk keeps no gateway from serving.
    """
    with contextlib.suppress(OSError):
        print(paint(harmless(text, sys.stderr), DIM, sys.stderr), file=sys.stderr)  # noqa: T201 - this is a command line


def usage_line(usage: Usage | None, first: float, total: float) -> str:
    """What an answer took: tokens, seconds to the first of them, and in all."""
    if usage is None:
        return f"the server did not say how many tokens it used; {total:.1f} s"
    rate = usage.completion_tokens / (total - first) if total > first else 0.0
    speed = f", {rate:.0f} tokens/s" if rate and usage.completion_tokens > 1 else ""
    return (
        f"{usage.prompt_tokens} prompt + {usage.completion_tokens} completion = {usage.total_tokens} tokens; "
        f"first after {first:.2f} s, {total:.2f} s in all{speed}"
    )
