"""The part of argparse that a command adds itself to. Types; no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import argparse


class Commands(Protocol):
    """Where commands are added: what `ArgumentParser.add_subparsers` returns, whose own type has no public name."""

    def add_parser(self, name: str, **options: Any) -> argparse.ArgumentParser:  # noqa: ANN401 - argparse's own
        """A parser for one more command."""
        ...
