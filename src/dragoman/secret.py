"""A credential that cannot be printed, logged, pickled or compared by accident; where others hide. No I/O."""

from __future__ import annotations

import re
from typing import NoReturn
from urllib.parse import urlsplit

MASK = "[credential]"
"""What stands where a credential stood."""

SHORTEST = 8
"""How many characters something has at least that is masked in texts wherever it stands, be it within a word."""

_WORDS = frozenset(
    {
        "apikey",
        "auth",
        "authorization",
        "cookie",
        "credential",
        "key",
        "password",
        "secret",
        "sig",
        "signature",
        "token",
    }
)
_HARMLESS = frozenset({"idempotency-key"})


class Secret:
    """A credential. `reveal` is the only way to read it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The credential itself, for the header that carries it."""
        return self._value

    def mask(self, text: str) -> str:
        """The text without the credential: servers echo it in their error messages.

        What is shorter than `SHORTEST`, for the most part a placeholder such as `x` or `none`, is in other words too:
        it is masked where it stands by itself.
        """
        value = self._value
        if len(value) >= SHORTEST:
            return text.replace(value, MASK)
        return re.sub(rf"(?<![\w-]){re.escape(value)}(?![\w-])", MASK, text) if value else text

    def __bool__(self) -> bool:
        """Whether there is anything to send."""
        return bool(self._value)

    def __repr__(self) -> str:
        """The mask: a repr ends in logs and in error reports."""
        return MASK

    def __reduce__(self) -> NoReturn:
        """Refuse: a pickle ends on disks and in queues."""
        raise TypeError("a credential cannot be pickled or copied: read it again where it is needed")


def names_credential(name: str) -> bool:
    """Whether a header or a query parameter of this name holds a credential."""
    lowered = name.lower()
    return lowered not in _HARMLESS and not _WORDS.isdisjoint(re.split(r"[-_]", lowered))


def masked_target(url: str) -> str:
    """The path and the query of an address, credentials in the query masked."""
    parts = urlsplit(url)
    path = parts.path or "/"
    if not parts.query:
        return path
    fields = [field.partition("=") for field in parts.query.split("&")]
    shown = [f"{name}={MASK}" if names_credential(name) else f"{name}{sign}{value}" for name, sign, value in fields]
    return f"{path}?{'&'.join(shown)}"


def masked_url(url: str) -> str:
    """An address without credentials, neither before its host nor in its query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{masked_target(url)}"
