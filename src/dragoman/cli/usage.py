"""`dragoman usage`: who used what, from the ledger."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.cli import screen
from dragoman.cli.grammar import as_text
from dragoman.errors import ConfigurationError, InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dragoman.cli.grammar import Commands

DESCRIPTION = """\
Add up what the ledger holds, or write its entries out one by one. Times are UTC.

--by takes one or more of key, owner, model, asked, upstream, day, end_reason, tokens_from, with commas between them.

Columns: `inexact` counts the requests whose tokens were counted or estimated by the gateway, or are unknown;
`unpriced` those that used tokens of an unknown price, which the cost does not hold; `cache_hits` those that were given
an earlier answer again, and `saved_tokens` their tokens, which the other sums do not hold; `first_token_p50` and `_p95`
are seconds to the first token of a stream.

examples:
  dragoman usage --config dragoman.toml --by key,model --since 2026-11-01
  dragoman usage --config dragoman.toml --requests --format csv > requests.csv
"""

MICRO = 1_000_000

BY = "model"
"""What is added up by where nobody says."""


def add(commands: Commands) -> None:
    """Add the command to the grammar."""
    parser = commands.add_parser(
        "usage",
        help="say who used what",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--config", metavar="PATH", default="dragoman.toml", help="the gateway's configuration (default %(default)s)"
    )
    source.add_argument("--store", metavar="URL", help="the store itself, such as sqlite:dragoman.db")
    parser.add_argument("--by", metavar="NAMES", type=as_text, help=f"what to add up by (default {BY})")
    parser.add_argument("--requests", action="store_true", help="each request, as csv or jsonl, instead of sums")
    parser.add_argument("--since", metavar="TIME", type=moment, help="from this day or moment on: 2026-11-01")
    parser.add_argument("--until", metavar="TIME", type=moment, help="before this day or moment")
    parser.add_argument("--key", metavar="ID", type=as_text, help="of this key only")
    parser.add_argument("--owner", metavar="NAME", type=as_text, help="of this owner's keys only")
    parser.add_argument("--model", metavar="NAME", type=as_text, help="of this model only")
    parser.add_argument(
        "--format", choices=("table", "json", "csv", "jsonl"), help="default: table; csv for --requests"
    )
    parser.set_defaults(run=run)


def moment(text: str) -> datetime:
    """A moment as ISO 8601 writes it, a day among them; UTC where it does not say.

    Raises:
        ArgumentTypeError: it is none.
    """
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"a time is 2026-11-01 or 2026-11-01T12:00:00Z, not {text!r}") from None


def run(arguments: argparse.Namespace) -> int:
    """Print it.

    Raises:
        InvalidRequestError: an option cannot be used.
        ConfigurationError: there is no store, or it does not answer.
    """
    form: str = arguments.format or ("csv" if arguments.requests else "table")
    if arguments.requests and form in {"table", "json"}:
        raise InvalidRequestError("--requests writes --format csv or jsonl: there may be millions of them")
    if arguments.requests and arguments.by is not None:
        raise InvalidRequestError("--requests writes each request, and --by adds them up: choose")
    try:
        from dragoman.gateway import usage  # noqa: PLC0415 - SQLAlchemy is an extra
        from dragoman.gateway.store.database import Store  # noqa: PLC0415
    except ImportError as error:
        raise ConfigurationError(f"the ledger needs {error.name}: pip install 'dragoman[gateway]'") from None
    which = usage.Which(arguments.since, arguments.until, arguments.key, arguments.owner, arguments.model)
    with Store(arguments.store or store_url(Path(arguments.config))) as store:
        store.check()
        if arguments.requests:
            write(usage.rows(store, which), list(usage.COLUMNS), form)
        else:
            names: str = BY if arguments.by is None else arguments.by
            by = [name for name in map(str.strip, names.split(",")) if name]
            write(usage.sums(store, by, which), [*by, *usage.SUMS], form)
    return 0


def store_url(config: Path) -> str:
    """The store's address in a configuration, whose credentials need not be at hand.

    Raises:
        ConfigurationError: there is none, or the configuration cannot be used.
    """
    from dragoman.gateway.config.load import load  # noqa: PLC0415 - of the gateway, which most commands do without

    found = load(config, secrets=False).store
    if found is None:
        raise ConfigurationError(f'{config} names no store, so there is no ledger: [store] url = "sqlite:dragoman.db"')
    try:
        return found.url.read().reveal()
    except ConfigurationError as error:
        raise ConfigurationError(f"{config}: the store's url is missing: {error}") from None


def write(rows: Iterable[dict[str, Any]], names: list[str], form: str) -> None:
    """Write rows to stdout: as they come, but for a table, whose columns must be as wide as their widest."""
    from dragoman.gateway.export import csv_lines, json_lines  # noqa: PLC0415 - with the rest of the gateway

    if form in {"csv", "jsonl"}:
        for line in csv_lines(rows, names) if form == "csv" else json_lines(rows):
            sys.stdout.write(screen.harmless(line, sys.stdout))
    elif form == "json":
        sys.stdout.write(
            screen.harmless(msgspec.json.format(msgspec.json.encode(list(rows))).decode(), sys.stdout) + "\n"
        )
    else:
        for line in aligned(rows, names):
            screen.write(line + "\n")


def aligned(rows: Iterable[dict[str, Any]], names: list[str]) -> Iterator[str]:
    """The lines of a table: numbers to the right, texts to the left, `-` for what is not known."""
    heads = ["cost_usd" if name == "cost_microusd" else name for name in names]
    table = [[_shown(name, row[name]) for name in names] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(heads, *table, strict=True)]
    for line in (heads, *table):
        cells = (
            cell.rjust(width) if _is_number(name) else cell.ljust(width)
            for name, cell, width in zip(names, line, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()


def _is_number(name: str) -> bool:
    from dragoman.gateway.usage import SUMS  # noqa: PLC0415 - SQLAlchemy is an extra

    return name in SUMS


def _shown(name: str, value: object) -> str:
    if value is None:
        return "-"
    if name == "cost_microusd" and isinstance(value, int):
        return f"{value / MICRO:.6f}"
    if isinstance(value, float):
        return f"{value:.3f}"
    # A caller may name any model, lines and a terminal's commands among them: no name is to look like another row.
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in str(value))
