"""A store's address: what may be written in the configuration, and what SQLAlchemy makes of it. No I/O.

Nothing here imports SQLAlchemy: a configuration is checked without it.
"""

from __future__ import annotations

import re
from pathlib import Path

from dragoman.errors import ConfigurationError

# As SQLAlchemy reads it, a password up to the first @; at a port that is no number it raises an error of Python's own.
_PLACE = re.compile(r"//(?:[^:/]*(?::[^@]*)?@)?(?:\[[^/?]+\]|[^/:?]*)(?::[0-9]{1,5})?(?=[/?]|$)")
_FORMS = 'a store\'s url is "sqlite:PATH" or "postgresql://USER@HOST/DATABASE"'


def sqlite_path(url: str) -> Path:
    """The file of an SQLite store: `sqlite:PATH`, or as SQLAlchemy writes it `sqlite:///PATH`.

    Raises:
        ConfigurationError: it names none.
    """
    rest = url.removeprefix("sqlite:")
    path = rest.removeprefix("///") if rest.startswith("//") else rest
    if rest == url or not path or path.startswith((":memory:", "//")) or rest in {"//", "///"}:
        raise ConfigurationError(f"{_FORMS}, and {shown(url)!r} names no file")
    return Path(path)


def dialect_url(url: str) -> str:
    """The address as SQLAlchemy takes it.

    Raises:
        ConfigurationError: no store has such an address.
    """
    scheme, colon, rest = url.partition(":")
    if scheme == "sqlite":
        return f"sqlite:///{sqlite_path(url)}"
    if colon and scheme in {"postgresql", "postgres"} and rest.startswith("//") and _PLACE.match(rest):
        return f"postgresql+psycopg:{rest}"
    raise ConfigurationError(f"{_FORMS}, not {shown(url)!r}")


def shown(url: str) -> str:
    """An address for a message: without what may be a password."""
    scheme, mark, rest = url.partition("://")
    _, at, place = (rest if mark else url).rpartition("@")
    # A database's options follow the question mark, and may name a password.
    place, query, _ = place.partition("?")
    return f"{scheme + mark if mark else ''}{'…@' if at else ''}{place[:200]}{'?…' if query else ''}"
