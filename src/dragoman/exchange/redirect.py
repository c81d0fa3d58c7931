"""What a redirect asks for, and what is never sent along. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from msgspec.structs import replace

from dragoman.errors import ProtocolError
from dragoman.secret import names_credential

if TYPE_CHECKING:
    from dragoman.transport import Answer, AsyncAnswer, Outgoing


def redirected(request: Outgoing, answer: Answer | AsyncAnswer, known: dict[str, Any]) -> Outgoing:
    """The request that a redirect asks for (RFC 9110 §15.4).

    A body is sent again only where the status says so (307, 308); no credential goes to another origin, and nothing
    goes from https to http.

    Raises:
        ProtocolError: the redirect cannot be followed.
    """
    target = _target(request.url, answer.headers.get("location"))
    if target is None:
        raise ProtocolError(f"status {answer.status} without an address to go to", **known)
    if request.url.startswith("https:") and target.startswith("http:"):
        raise ProtocolError(f"refused to follow a redirect from https to http ({_origin(target)})", **known)
    if request.method != "GET" and answer.status not in {307, 308}:
        raise ProtocolError(
            f"the server moved: status {answer.status} sends this {request.method} elsewhere without its body; "
            f"use the address it names ({_origin(target)})",
            **known,
        )
    if _origin(target) != _origin(request.url):
        kept = tuple(pair for pair in request.headers if not names_credential(pair[0]))
        return replace(request, url=target, headers=kept)
    return replace(request, url=target)


def _target(url: str, location: str | None) -> str | None:
    """Where a redirect leads; None where that is no address."""
    if location is None:
        return None
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        # A port that is none is found out when it is looked at.
        sound = parts.scheme in {"http", "https"} and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return None
    return target if sound and not _FORBIDDEN.search(target) else None


_FORBIDDEN = re.compile(r"[\x00-\x20\x7f]")
_PORTS = {"http": 80, "https": 443}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _PORTS.get(parts.scheme, 0)}"
