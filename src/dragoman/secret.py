"""A credential that cannot be printed, logged, pickled or compared by accident. No I/O."""

from __future__ import annotations

from typing import NoReturn

MASK = "[credential]"
"""What stands where a credential stood."""


class Secret:
    """A credential. `reveal` is the only way to read it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The credential itself, for the header that carries it."""
        return self._value

    def mask(self, text: str) -> str:
        """The text without the credential: servers echo it in their error messages."""
        return text.replace(self._value, MASK) if self._value else text

    def __bool__(self) -> bool:
        """Whether there is anything to send."""
        return bool(self._value)

    def __repr__(self) -> str:
        """The mask: a repr ends in logs and in error reports."""
        return MASK

    def __reduce__(self) -> NoReturn:
        """Refuse: a pickle ends on disks and in queues."""
        raise TypeError("a credential cannot be pickled or copied: read it again where it is needed")
