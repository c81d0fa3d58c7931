"""Which line of a TOML document a key stands in: what the standard library's parser does not say. No I/O.

The document has been parsed already, so that what is read here is known to be TOML (v1.0.0).
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from dragoman.gateway.config.mistakes import Path

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}#\r\n]+")


class Lines:
    """The lines that the keys and the array's items of a document stand in.

    Args:
        text: the document, which has to be TOML.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._found: dict[Path, int] = {(): 1}
        self._last: dict[Path, int] = {}
        self._read()

    def of(self, path: Path) -> int:
        """The line of a value, from 1; of the nearest one around it where it does not stand there."""
        while path not in self._found:
            path = path[:-1]
        return self._found[path]

    def _read(self) -> None:
        table: Path = ()
        while self._skip(_BLANK) < len(self._text):
            line = self._line()
            if self._text.startswith("[[", self._at):
                self._at += 2
                *outer, name = self._keys()
                path = (*self._resolved((), outer), name)
                self._last[path] = self._last.get(path, -1) + 1
                table = (*path, self._last[path])
                self._at += 2
            elif self._text[self._at] == "[":
                self._at += 1
                table = self._resolved((), self._keys())
                self._at += 1
            else:
                self._pair(table)
                continue
            self._note(table, line)

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = self._resolved(table, self._keys())
        self._note(path, line)
        self._at += 1
        self._skip(_SPACE)
        self._value(path)

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            keys.append(_unquoted(self._take(_KEY)))
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        match self._text[self._at]:
            case "[":
                self._array(path)
            case "{":
                self._inline(path)
            case '"' | "'":
                self._take(_STRING)
            case _:
                self._take(_BARE)

    def _array(self, path: Path) -> None:
        self._at += 1
        place = 0
        while self._text[self._skip(_BLANK)] != "]":
            if self._text[self._at] == ",":
                self._at += 1
                continue
            self._found[*path, place] = self._line()
            self._value((*path, place))
            place += 1
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        while self._text[self._skip(_BLANK)] != "}":
            if self._text[self._at] == ",":
                self._at += 1
            else:
                self._pair(path)
        self._at += 1

    def _resolved(self, table: Path, keys: list[str]) -> Path:
        """A place by its keys: within an array of tables they are about its last."""
        path = table
        for key in keys:
            path = (*path, key)
            if path in self._last:
                path = (*path, self._last[path])
        return path

    def _note(self, path: Path, line: int) -> None:
        self._found[path] = line
        for length in range(1, len(path)):
            self._found.setdefault(path[:length], line)

    def _line(self) -> int:
        return bisect_right(self._breaks, self._at - 1) + 1

    def _skip(self, what: re.Pattern[str]) -> int:
        self._take(what)
        return self._at

    def _take(self, what: re.Pattern[str]) -> str:
        found = cast("re.Match[str]", what.match(self._text, self._at))
        self._at = found.end()
        return found[0]


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    return cast("str", tomllib.loads(f"key = {key}")["key"])
