"""Content codings undone piece by piece: gzip and deflate, and br and zstd where a library is there. No I/O.

No piece that comes out is larger than a bound, whatever was put in: a few kilobytes can decode to gigabytes.
"""

from __future__ import annotations

import zlib
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

PIECE = 1 << 18
"""The largest piece that comes out at once, in bytes (brotli rounds it up to twice as much)."""


class Coding(Protocol):
    """One content coding of one body."""

    def put(self, data: bytes) -> None:
        """Take more of the coded body."""
        ...

    def take(self) -> bytes:
        """The next decoded piece; b"" when more of the coded body is needed. Raises NoAnswer "protocol"."""
        ...

    def whole(self) -> bool:
        """Whether what was put so far may end here."""
        ...


class Deflated:
    """gzip (RFC 1952, any number of members) and deflate (zlib, or raw as some servers send it)."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._left = b""
        self._inflate: zlib._Decompress | None = None  # pyright: ignore[reportPrivateUsage] - typeshed has no other name
        self._begun = False

    def put(self, data: bytes) -> None:
        """Take more of the coded body."""
        self._left += data

    def take(self) -> bytes:
        """The next decoded piece; b"" when more of the coded body is needed."""
        try:
            while self._left or self._inflate is not None:
                inflate = self._inflate or self._begin()
                if inflate is None:
                    return b""
                piece = inflate.decompress(self._left, PIECE)
                self._left = inflate.unconsumed_tail
                if inflate.eof:
                    self._left = inflate.unused_data
                    self._inflate = None
                if piece or not self._left:
                    return piece
        except zlib.error:
            raise _broken("gzip" if self._gzip else "deflate") from None
        return b""

    def whole(self) -> bool:
        """Whether what was put so far may end here."""
        return self._inflate is None and not self._left

    def _begin(self) -> zlib._Decompress | None:  # pyright: ignore[reportPrivateUsage] - typeshed has no other name
        if self._gzip:
            # Between members and after the last, zero padding is allowed (gzip(1), "trailing zero bytes").
            self._left = self._left.lstrip(b"\0") if self._begun else self._left
            if not self._left:
                return None
            bits = 16 + zlib.MAX_WBITS
        elif self._begun:
            raise NoAnswer("protocol", "the deflate body goes on after its end", sent=True)
        elif len(self._left) < 2:  # noqa: PLR2004 - the zlib header's size
            return None
        else:
            # RFC 9110 §8.4.1.2 says zlib's format; some servers send the bare stream, which begins otherwise.
            is_zlib = self._left[0] & 0x0F == zlib.DEFLATED and int.from_bytes(self._left[:2], "big") % 31 == 0
            bits = zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
        self._inflate = zlib.decompressobj(bits)
        self._begun = True
        return self._inflate


class Brotli:
    """br (RFC 7932), by the `brotli` package from 1.2 on: the first that can be told how much to put out."""

    def __init__(self) -> None:
        self._undo = import_module("brotli").Decompressor()
        self._left = b""
        self._any = False

    def put(self, data: bytes) -> None:
        """Take more of the coded body."""
        self._left += data

    def take(self) -> bytes:
        """The next decoded piece; b"" when more of the coded body is needed."""
        self._any = self._any or bool(self._left)
        try:
            while not self._undo.is_finished():
                data = b""
                if self._undo.can_accept_more_data():
                    data, self._left = self._left, b""
                piece: bytes = self._undo.process(data, output_buffer_limit=PIECE)
                if piece or not self._left:
                    return piece
            if self._left:
                raise NoAnswer("protocol", "the br body goes on after its end", sent=True)
        except import_module("brotli").error:
            raise _broken("br") from None
        return b""

    def whole(self) -> bool:
        """Whether what was put so far may end here."""
        return not self._any or bool(self._undo.is_finished())


class Zstandard:
    """zstd (RFC 8878, any number of frames), by Python 3.14's `compression.zstd` or its `backports.zstd`."""

    def __init__(self, library: Any) -> None:  # noqa: ANN401 - a module that not every Python has
        self._library = library
        self._undo: Any = None
        self._left = b""

    def put(self, data: bytes) -> None:
        """Take more of the coded body."""
        self._left += data

    def take(self) -> bytes:
        """The next decoded piece; b"" when more of the coded body is needed."""
        try:
            while self._left or (self._undo is not None and not self._undo.needs_input):
                if self._undo is None:
                    self._undo = self._library.ZstdDecompressor()
                data, self._left = self._left, b""
                piece: bytes = self._undo.decompress(data, PIECE)
                if self._undo.eof:
                    self._left = self._undo.unused_data
                    self._undo = None
                if piece:
                    return piece
        except self._library.ZstdError:
            raise _broken("zstd") from None
        return b""

    def whole(self) -> bool:
        """Whether what was put so far may end here."""
        return self._undo is None and not self._left


def _broken(name: str) -> NoAnswer:
    return NoAnswer("protocol", f"the body is not the {name} its Content-Encoding says", sent=True)


@cache
def known() -> dict[str, Callable[[], Coding]]:
    """The codings that can be undone here, by the name they have in Content-Encoding."""
    codings: dict[str, Callable[[], Coding]] = {
        "gzip": lambda: Deflated(gzip=True),
        "x-gzip": lambda: Deflated(gzip=True),
        "deflate": lambda: Deflated(gzip=False),
    }
    if hasattr(_library("brotli"), "error") and hasattr(_library("brotli").Decompressor, "can_accept_more_data"):
        codings["br"] = Brotli
    zstd = _library("compression.zstd") or _library("backports.zstd")
    if zstd is not None:
        codings["zstd"] = lambda: Zstandard(zstd)
    return codings


def _library(name: str) -> Any:  # noqa: ANN401 - a module that may be missing
    try:
        return import_module(name)
    except ImportError:
        return None


@cache
def accepted() -> str:
    """What Accept-Encoding says: exactly what `known` can undo."""
    return ", ".join(name for name in known() if not name.startswith("x-"))
