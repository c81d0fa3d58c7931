"""What a key's secret looks like, and its hash. No I/O but the system's chance."""

from __future__ import annotations

import hashlib
import secrets
import string

from dragoman.secret import Secret

PREFIX = "dg_"
"""What every secret begins with: people, and the scanners that look for leaked credentials, recognise it by that."""

SHOWN = 10
"""Characters of a secret by which its owner recognises it in a list; 44 others stay secret."""

_ALPHABET = string.digits + string.ascii_letters
_LENGTH = 51
_ID_LENGTH = 12


def new_secret() -> Secret:
    """A secret: `dg_` and 51 letters and digits from the system's chance: 303 bits, 262 of them never shown again."""
    return Secret(PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)))


def new_id() -> str:
    """A key's id."""
    return "key_" + "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


def hash_of(secret: str) -> str:
    """SHA-256 in hexadecimal. Nobody tries out 2²⁶² secrets: a slow hash, which passwords need, would gain nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def shown(secret: str) -> str:
    """The beginning of a secret."""
    return secret[:SHOWN]


def key_of(row: str) -> str:
    """The key that a secret's row belongs to."""
    return row.partition(".")[0]
