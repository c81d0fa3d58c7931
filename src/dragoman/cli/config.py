"""`dragoman config`: look at the gateway's configuration before it counts."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from dragoman.cli import screen

if TYPE_CHECKING:
    from dragoman.cli.grammar import Commands
    from dragoman.gateway.config.shape import Config

DESCRIPTION = """\
Look at the gateway's configuration: the file that `dragoman serve --config FILE` reads.

  check [FILE]  say whether it can be used, or every mistake in it with its line (exit code 2)
  show [FILE]   print it whole, defaults and vendors' rows filled in; credentials as <set> or <missing>
  schema        print its JSON Schema, for editors

Every option is described in docs/gateway/config.md.
"""

WRONG = 2
"""The exit code for a file that cannot be used."""


def add(commands: Commands) -> None:
    """Add the commands to the grammar."""
    parser = commands.add_parser(
        "config",
        help="check the gateway's configuration",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions: Commands = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="say whether a file can be used", description="Check a configuration.")
    _takes_file(check)
    check.add_argument(
        "--without-secrets",
        action="store_true",
        help="look at the file alone: credentials, and files of weights, need not be on this machine",
    )
    check.set_defaults(run=run_check)
    show = actions.add_parser("show", help="print a file whole", description="Print a configuration whole.")
    _takes_file(show)
    show.set_defaults(run=run_show)
    schema = actions.add_parser("schema", help="print the JSON Schema", description="Print the JSON Schema.")
    schema.set_defaults(run=run_schema)


def _takes_file(parser: argparse.ArgumentParser) -> None:
    told = "the configuration, a TOML file (default %(default)s)"
    parser.add_argument("file", metavar="FILE", nargs="?", default="dragoman.toml", help=told)


def run_check(arguments: argparse.Namespace) -> int:
    """Say whether a file can be used.

    Raises:
        ConfigurationError: it cannot be read.
    """
    config = _loaded(arguments.file, secrets=not arguments.without_secrets)
    if config is None:
        return WRONG
    screen.write(f"{arguments.file}: ok\n{summary(config)}\n")
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Print a file whole.

    Raises:
        ConfigurationError: it cannot be read.
    """
    from dragoman.gateway.config.show import show  # noqa: PLC0415 - the other commands need none of it

    config = _loaded(arguments.file, secrets=False)
    if config is None:
        return WRONG
    screen.write(show(config))
    return 0


def run_schema(_: argparse.Namespace) -> int:
    """Print the JSON Schema."""
    from dragoman.gateway.config.schema import document  # noqa: PLC0415 - the other commands need none of it

    screen.write(document().decode())
    return 0


def summary(config: Config) -> str:
    """What a configuration comes to, in a few lines."""
    server, store = config.server, config.store
    host = f"[{server.host}]" if ":" in server.host else server.host
    lines = [
        f"listens    {host}:{server.port}, keys {server.keys}, admin API {'on' if server.admin_key else 'off'}",
        f"store      {store.url if store else 'none'}{f', shared {store.shared}' if store and store.shared else ''}",
        f"upstreams  {', '.join(config.upstreams)}",
    ]
    for route in config.routes:
        last = f", at last {route.last_resort}" if route.last_resort else ""
        named = ", ".join(candidate.upstream for candidate in route.candidates)
        lines.append(f"route      {route.model} → {named} ({route.choose}){last}")
    return "\n".join(lines)


def _loaded(file: str, *, secrets: bool) -> Config | None:
    """The configuration; None where it cannot be used, and each mistake has been told."""
    from dragoman.gateway.config.load import load  # noqa: PLC0415 - the other commands need none of it
    from dragoman.gateway.config.mistakes import MistakesError  # noqa: PLC0415 - the same

    try:
        return load(file, secrets=secrets)
    except MistakesError as error:
        for line in error.lines:
            print(line, file=sys.stderr)  # noqa: T201 - this is a command line
        return None
