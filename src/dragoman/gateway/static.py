"""The pages for people, at /docs and /admin: their files, and the headers that hold them to those.

Whoever asks is given the files, since they hold nothing: what a page shows of the gateway it asks as any client does.
Reads our own package once; no other I/O.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from dragoman import asgi
from dragoman.gateway import refusal
from dragoman.gateway.refusal import TurnedAwayError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

    from dragoman.asgi import Header
    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.visit import Visit

# Nothing is loaded from elsewhere, nothing may frame a page, its own scripts are files of ours, no form is sent but by
# them, and no text becomes markup (Trusted Types), whoever wrote it.
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    b"trusted-types 'none'"
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


async def docs(visit: Visit, _: Identity) -> None:
    """`GET /docs`: the reference and the playground."""
    await _send(visit, "docs/index.html")


async def admin(visit: Visit, _: Identity) -> None:
    """`GET /admin`: the operator's page."""
    await _send(visit, "admin/index.html")


async def file(visit: Visit, _: Identity) -> None:
    """`GET /pages/{+file}`: what a page loads."""
    await _send(visit, visit.named)


async def without_slash(visit: Visit, _: Identity) -> None:
    """`GET /docs/`, `GET /admin/`: the page, at the address from which it finds what it loads."""
    # Relative, since it may be published under a prefix.
    location = b"../" + visit.place.strip("/").encode()
    await asgi.respond(visit.send, 308, b"", [*visit.headers, (b"location", location)])


@cache
def pages() -> Mapping[str, tuple[bytes, bytes]]:
    """The content and the content type of each file, by its path: what is not here is not served."""
    return {
        name: (page.read_bytes(), kind + b"; charset=utf-8")
        for name, page in _below(files("dragoman.gateway") / "pages")
        for ending, kind in TYPES.items()
        if name.endswith(ending)
    }


def _below(folder: Traversable, path: str = "") -> Iterator[tuple[str, Traversable]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _below(each, f"{path}{each.name}/")
        else:
            yield path + each.name, each


async def _send(visit: Visit, name: str) -> None:
    page = pages().get(name)
    if page is None:
        raise TurnedAwayError(refusal.of_status(404, f"there is no page {visit.path[:200]!r}", "not_found"))
    body, kind = page
    await asgi.respond(visit.send, 200, body, [*visit.headers, *HEADERS], kind)
