"""What commands share of argparse: where they are added, and what an argument is. No I/O."""

from __future__ import annotations

import argparse
from typing import Any, Protocol


class Commands(Protocol):
    """Where commands are added: what `ArgumentParser.add_subparsers` returns, whose own type has no public name."""

    def add_parser(self, name: str, **options: Any) -> argparse.ArgumentParser:  # noqa: ANN401 - argparse's own
        """A parser for one more command."""
        ...


def as_text(given: str) -> str:
    """An argument that is kept, or looked for, as text: stores take no other bytes.

    Raises:
        ArgumentTypeError: it is none.
    """
    try:
        given.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError("its bytes are no text in this terminal's encoding") from None
    return given
