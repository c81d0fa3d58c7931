"""Rows of the ledger as CSV, or as lines of JSON. No I/O."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


_END = "\r\n"

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with; the last four are the wide forms of the first, for spreadsheets of the far east."""


def csv_lines(rows: Iterable[dict[str, Any]], names: Sequence[str]) -> Iterator[str]:
    """A table with a line of names before it (RFC 4180, but for the lines' ends), as the rows come."""
    line = io.StringIO()
    # Before Python 3.13 a text with a CR is quoted only where that is part of a line's end.
    table = csv.writer(line, lineterminator=_END)
    table.writerow(names)
    for row in rows:
        yield _taken(line)
        table.writerow([_cell(row[name]) for name in names])
    yield _taken(line)


def json_lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """An object a line, as the rows come."""
    for row in rows:
        yield msgspec.json.encode(row).decode() + "\n"


def _taken(line: io.StringIO) -> str:
    text = line.getvalue().removesuffix(_END)
    line.seek(0)
    line.truncate()
    return text + "\n"


def _cell(value: object) -> object:
    """A value for CSV: spreadsheets reckon texts that begin like a formula (OWASP, CSV injection)."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return msgspec.json.encode(value).decode()
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
