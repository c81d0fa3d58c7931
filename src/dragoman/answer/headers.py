"""Headers that are kept after their answer has gone: a plain dict, in which a name is found in any case. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T")


class KeptHeaders(dict[str, str]):
    """Names in lower case, each looked up in any (RFC 9110 §5.1), as in the headers of an answer that is there still.

    Args:
        values: names and values.
    """

    __slots__ = ()

    def __init__(self, values: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        super().__init__({name.lower(): value for name, value in dict(values).items()})

    def __missing__(self, name: str) -> str:
        """The value of a name that is not in lower case."""
        lowered = name.lower()
        if lowered == name:
            raise KeyError(name)
        return self[lowered]

    def __contains__(self, name: object) -> bool:
        """Whether a header is there."""
        return isinstance(name, str) and super().__contains__(name.lower())

    @overload
    def get(self, name: str, default: None = None, /) -> str | None: ...
    @overload
    def get(self, name: str, default: str, /) -> str: ...
    @overload
    def get(self, name: str, default: T, /) -> str | T: ...
    def get(self, name: str, default: object = None, /) -> object:
        """The value of a header, or what stands for it where there is none."""
        return super().get(name.lower(), default)

    def copy(self) -> KeptHeaders:
        """One more of the same."""
        return KeptHeaders(self)
