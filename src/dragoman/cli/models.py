"""`dragoman models`: what an endpoint offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.cli import screen
from dragoman.client import Dragoman

if TYPE_CHECKING:
    import argparse

    from dragoman.cli.grammar import Commands


def add(commands: Commands) -> None:
    """Add the command to the grammar."""
    parser = commands.add_parser(
        "models",
        help="list the models of an endpoint",
        description="List the models an endpoint offers, one a line; without an endpoint, the one on this machine.",
    )
    parser.add_argument("--base-url", metavar="URL", help="the endpoint to ask; its key comes from its own variable")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the names.

    Raises:
        DragomanError: the call failed, or could not be made.
    """
    with Dragoman(arguments.base_url) as client:
        for card in client.models.list().data:
            screen.write(card.id + "\n")
    return 0
