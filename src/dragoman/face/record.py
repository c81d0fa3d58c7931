"""An answer as a face's errors and streams show it: what users of the originals read off an httpx.Response. No I/O."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

E = TypeVar("E", bound=Exception)


def remade(cls: type[E], args: tuple[Any, ...]) -> E:
    """An error as pickle and copy begin it: what it holds follows, so that nothing is made up for its constructor."""
    return cls.__new__(cls, *args)


def media_type(headers: Mapping[str, str]) -> str:
    """A content type without its parameters, in lower case; "application/octet-stream" where there is none."""
    return _bare(headers.get("content-type", "application/octet-stream"))


@lru_cache(64)
def _bare(kind: str) -> str:
    # Servers have few content types, and each answer says one of them.
    return kind.partition(";")[0].strip().lower()


class RawResponse:
    """A received answer.

    Attributes:
        status_code: the HTTP status.
        headers: its headers, names in any case.
        content: its body, as far as it was kept.
    """

    __slots__ = ("_media_type", "content", "headers", "status_code")

    def __init__(self, status_code: int, headers: Mapping[str, str], content: bytes = b"") -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self._media_type = ""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case; "application/octet-stream" where there is none."""
        if not self._media_type:
            self._media_type = media_type(self.headers)
        return self._media_type

    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """The body as JSON.

        Raises:
            ValueError: it is none.
        """
        try:
            return msgspec.json.decode(self.content)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"the body is not JSON: {error}") from None

    def __repr__(self) -> str:
        """The status; headers and body may hold what is nobody's business."""
        return f"<Response [{self.status_code}]>"
