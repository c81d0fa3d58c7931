"""What the client of every face does beside its calls: it closes what it opened, and says where it points. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from types import TracebackType

    from dragoman.face.caller import Caller


class SDK:
    """A face's client; what it was made with is for each face to say."""

    ELSEWHERE: ClassVar[frozenset[str]] = frozenset()
    """What the vendor's own client has, and no face covers."""

    _caller: Caller

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what was opened here."""
        self._caller.close()

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what was opened here."""
        await self._caller.aclose()

    def __repr__(self) -> str:
        """Where it points; never the key."""
        return f"{type(self).__name__}({self._caller.address()[0]!r})"

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take it to say that there are attributes of any name.
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - it never returns
            """Say what a face covers, where the original has more."""
            own = type(self).__name__
            if name in self.ELSEWHERE:
                raise AttributeError(f"this face of {own} covers chat; {name!r} is not served here")
            raise AttributeError(f"{own!r} object has no attribute {name!r}")
