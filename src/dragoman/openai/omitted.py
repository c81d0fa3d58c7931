"""Saying that an argument is left out, where None says null. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

K = TypeVar("K")


class NotGiven:
    """The type of `not_given`: what an argument is that nobody gave."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        """Nothing reads as false."""
        return False

    def __repr__(self) -> str:
        """As it is written."""
        return "NOT_GIVEN"


class Omit:
    """The type of `omit`: leaves a field, or a header that would be sent, out."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        """Nothing reads as false."""
        return False

    def __repr__(self) -> str:
        """As it is written."""
        return "omit"


# Any, so that every parameter takes them: one set of wire types says what else a parameter may be.
not_given: Any = NotGiven()
"""The argument's default."""

NOT_GIVEN: Any = not_given
"""The same in its older spelling."""

omit: Any = Omit()
"""Leave it out."""


# By name: a program that moves here module by module has the original's own beside these.
_SILENT = frozenset({"NotGiven", "Omit"})


def is_given(value: object) -> bool:
    """Whether an argument says something; None does, it says null."""
    return type(value).__name__ not in _SILENT


def is_omitted(value: object) -> bool:
    """Whether a header's value takes the header out."""
    return type(value).__name__ == "Omit"


def given(values: Mapping[K, Any]) -> dict[K, Any]:
    """Those that say something."""
    return {name: value for name, value in values.items() if is_given(value)}
