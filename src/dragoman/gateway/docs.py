"""The page at /docs: its files, and the headers that hold it to them. Reads our own package once; no other I/O."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.asgi import Header

INDEX = "index.html"
"""The page itself; the other files are what it loads."""

# Nothing is loaded from elsewhere, nothing may frame the page, and its own scripts are files of ours.
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: tuple[Header, ...] = (
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    # A gateway of another version may stand here the next time: its files belong together.
    (b"cache-control", b"no-cache"),
)
"""What goes with each file."""

TYPES = {".html": b"text/html", ".css": b"text/css", ".js": b"text/javascript"}


@cache
def pages() -> Mapping[str, tuple[bytes, bytes]]:
    """The content and the content type of each file, by its name: what is not here is not served."""
    folder = files("dragoman.gateway") / "pages"
    return {
        page.name: (page.read_bytes(), kind + b"; charset=utf-8")
        for page in folder.iterdir()
        for ending, kind in TYPES.items()
        if page.name.endswith(ending)
    }
