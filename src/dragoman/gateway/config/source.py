"""A credential's whereabouts, and the credential itself as it is rotated. Reads the environment and files.

A configuration says where a credential is, never what it is: `env:NAME` or `file:/path`. What is read is a `Secret`.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Literal

from dragoman.errors import ConfigurationError
from dragoman.gateway.store.address import shown
from dragoman.secret import Secret

LOOK = 1.0
"""Seconds for which a file is taken to be as it was."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Kind = Literal["env", "file", "text"]
"""A variable of the environment, a file, or the text itself."""


class Source:
    """Where a credential is.

    Args:
        text: `env:NAME` or `file:/path`.

    Attributes:
        kind: which of these.
        name: the variable or the path; empty where the text is the value itself.

    Raises:
        ValueError: it is neither; the sentence says what would be right, and nothing of the text.
    """

    __slots__ = ("_text", "kind", "name")

    LITERAL = False
    """Whether the value itself may stand in the file."""

    def __init__(self, text: str) -> None:
        scheme, colon, rest = text.partition(":")
        self._text = ""
        self.kind: Kind
        self.name = rest
        if colon and scheme == "env":
            self.kind = "env"
            if not _VARIABLE.fullmatch(rest):
                raise ValueError('"env:" is followed by the name of a variable, such as "env:OPENAI_API_KEY"')
        elif colon and scheme == "file":
            self.kind = "file"
            if not rest.startswith("/") or "\0" in rest:
                raise ValueError('"file:" is followed by a whole path, such as "file:/run/secrets/openai"')
        elif self.LITERAL:
            self.kind, self.name, self._text = "text", "", text
        else:
            raise ValueError('a credential does not stand in this file: write "env:NAME" or "file:/path"')

    def read(self) -> Secret:
        """What is there now.

        Raises:
            ConfigurationError: nothing is there, or nothing that can be sent.
        """
        if self.kind == "text":
            return Secret(self._text)
        what = f"the variable {self.name}" if self.kind == "env" else f"the file {self.name}"
        value = (os.environ.get(self.name, "") if self.kind == "env" else self._contents()).strip()
        if not value:
            raise ConfigurationError(f"{what} is {'not set' if self.kind == 'env' else 'empty'}")
        if not (value.isascii() and value.isprintable()):
            raise ConfigurationError(f"{what} holds more than one line, or letters that no header carries")
        return Secret(value)

    def _contents(self) -> str:
        try:
            return Path(self.name).read_text(encoding="utf-8")
        except OSError as error:
            why = os.strerror(error.errno).lower() if error.errno else "unreadable"
            raise ConfigurationError(f"the file {self.name} cannot be read: {why}") from None
        except UnicodeDecodeError:
            raise ConfigurationError(f"the file {self.name} holds no text") from None

    def __str__(self) -> str:
        """Where it is, as it is written; of a value itself, what may be shown."""
        if self.kind != "text":
            return f"{self.kind}:{self.name}"
        return shown(self._text)

    def __repr__(self) -> str:
        """The same: a repr ends in logs."""
        return f"{type(self).__name__}({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        """Whether both are the same place, or the same value."""
        if not isinstance(other, Source):
            return NotImplemented
        return (self.kind, self.name, self._text) == (other.kind, other.name, other._text)

    def __hash__(self) -> int:
        """By the same."""
        return hash((self.kind, self.name, self._text))


class Address(Source):
    """Where an address is that may hold a password: it may also stand in the file itself."""

    __slots__ = ()

    LITERAL = True


class Value(Address):
    """Where a text is that may be a credential: what stands in the file itself is none, and is shown."""

    __slots__ = ()

    def __str__(self) -> str:
        """Where it is, as it is written, or what it is."""
        return self._text if self.kind == "text" else super().__str__()


class Rotating:
    """A credential that is asked for anew at each call: a file that changed is read again, at most once a second.

    While a file is being replaced, or cannot be read, the last value stands.

    Args:
        source: where it is.

    Raises:
        ConfigurationError: nothing is there.
    """

    __slots__ = ("_looked_at", "_seen", "_value", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        self._seen = self._state()
        self._value = source.read().reveal()
        self._looked_at = time.monotonic()

    def __call__(self) -> str:
        """The credential, as `dragoman.Dragoman` asks for it."""
        if self.source.kind == "file":
            now = time.monotonic()
            if now - self._looked_at >= LOOK:
                self._looked_at = now
                self._look()
        return self._value

    def _look(self) -> None:
        state = self._state()
        if state is None or state == self._seen:
            return
        try:
            self._value = self.source.read().reveal()
        except ConfigurationError:
            return
        self._seen = state

    def _state(self) -> tuple[int, int, int] | None:
        """What tells one version of the file from another; None where there is none."""
        if self.source.kind != "file":
            return None
        try:
            found = os.stat(self.source.name)  # noqa: PTH116 - called for requests: a Path would cost as much again
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def __repr__(self) -> str:
        """Where it is, not what."""
        return f"Rotating({self.source!r})"
