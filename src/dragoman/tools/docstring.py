"""What a docstring says: what a function does, and what its arguments are. No I/O.

The sections of Google's style and NumPy's are read, and Sphinx's fields.
"""

from __future__ import annotations

import inspect
import re

_ARGUMENTS = {"args", "arguments", "parameters", "params", "other parameters", "keyword args", "keyword arguments"}
_SECTIONS = _ARGUMENTS | {
    "attributes",
    "example",
    "examples",
    "note",
    "notes",
    "raises",
    "references",
    "return",
    "returns",
    "see also",
    "todo",
    "warning",
    "warnings",
    "warns",
    "yield",
    "yields",
}
_FIELD = re.compile(r":(?:param|parameter|arg|argument|key|keyword)\s+(?:[^:]*\s)?\*{0,2}(\w+)\s*:\s*(.*)")
_ANY_FIELD = re.compile(r":\w[^:]*:")
_ENTRY = re.compile(r"\*{0,2}(\w+)\s*(?:\([^)]*\)|\[[^\]]*\])?\s*:\s*(.*)")
_NUMPY_ENTRY = re.compile(r"\*{0,2}(\w+)(?:\s*:.*)?$")


def read_docstring(text: str | None) -> tuple[str, dict[str, str]]:
    """What a docstring says the function does, and of each argument it describes."""
    reader = _Reader()
    lines = inspect.cleandoc(text or "").splitlines()
    for line, after in zip(lines, [*lines[1:], ""], strict=False):
        reader.take(line, after)
    return "\n".join(reader.said).strip(), {name: " ".join(filter(None, words)) for name, words in reader.found.items()}


class _Reader:
    """A docstring being read line by line.

    Attributes:
        said: the lines before the first section.
        found: for each argument, the lines about it.
    """

    def __init__(self) -> None:
        self.said: list[str] = []
        self.found: dict[str, list[str]] = {}
        self._section = ""
        self._numpy = False
        self._entry = ""
        self._depth: int | None = None

    def take(self, line: str, after: str) -> None:
        """Take a line, knowing the next."""
        section = _section(line, after)
        field = _FIELD.match(line)
        if section is not None:
            self._begin(section, numpy=after.startswith("-"))
        elif field is not None:
            self._begin("args", numpy=False)
            self._depth = 0
            self._describe(field[1], field[2])
        elif _ANY_FIELD.match(line):
            self._begin("returns", numpy=False)
        elif not self._section:
            self.said.append(line)
        elif self._section in _ARGUMENTS and line.strip("- "):
            self._argument(line)

    def _begin(self, section: str, *, numpy: bool) -> None:
        self._section, self._numpy, self._entry, self._depth = section, numpy, "", None

    def _argument(self, line: str) -> None:
        words = line.strip()
        depth = len(line) - len(line.lstrip())
        self._depth = depth if self._depth is None else self._depth
        # What is further in than the names goes on about the last of them.
        if depth > self._depth:
            if self._entry:
                self.found[self._entry].append(words)
            return
        self._entry = ""
        match = (_NUMPY_ENTRY if self._numpy else _ENTRY).match(words)
        if match is not None:
            self._describe(match[1], "" if self._numpy else match[2])

    def _describe(self, name: str, words: str) -> None:
        self._entry = name
        self.found[name] = [words]


def _section(line: str, after: str) -> str | None:
    """The section that a line begins, in lower case."""
    title = line.strip()
    underlined = bool(title) and set(after.strip()) == {"-"}
    if line[:1].isspace() or not (title.endswith(":") or underlined):
        return None
    name = title.rstrip(":").lower()
    return name if name in _SECTIONS else None
