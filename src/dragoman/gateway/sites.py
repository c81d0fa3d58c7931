"""Whose pages may ask through their readers' browsers, and what tells the browser so. No I/O.

A browser sends what a page of another site asks, unless it would have to ask for leave first, and keeps the answer from
the page where that does not say who may read it: CORS, in the Fetch standard §3.3. Nothing here decides what a program
may ask, which is free to send whatever a browser does: that is a matter of its key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dragoman.gateway import refusal
from dragoman.gateway.config.shape import EVERY_SITE
from dragoman.transport.address import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.asgi import Header
    from dragoman.gateway.config.shape import ServerConfig
    from dragoman.gateway.endpoints import Who

CROSS_SITE = refusal.of_status(
    403,
    "a page of another site may not ask through its reader's browser: `origins` names the sites that may",
    "cross_site",
)
"""What a page that may not ask is told."""

_OPEN: frozenset[Who] = frozenset({"anyone", "caller"})
_ASKED_METHOD = b"access-control-request-method"
_ASKED_HEADERS = b"access-control-request-headers"
_SECONDS = b"7200"  # the longest that Chromium keeps a leave


class Sites:
    """The sites of one configuration.

    Args:
        server: names them.

    Attributes:
        any: whether there are any.
    """

    __slots__ = ("_every", "_named", "_without_keys", "any")

    def __init__(self, server: ServerConfig) -> None:
        self.any = bool(server.origins)
        self._every = EVERY_SITE in server.origins
        self._named = frozenset(origin.encode() for origin in server.origins)
        self._without_keys = server.keys != "required"

    def has(self, origin: bytes | None, who: Who) -> bool:
        """Whether the pages of an origin may ask.

        Args:
            origin: theirs, as the browser says; None for what no page asks.
            who: whom what is asked is for: what is an operator's is for no page.
        """
        return origin is not None and who in _OPEN and (self._every or origin in self._named)

    def keep_out(self, sent: Mapping[bytes, bytes], who: Who) -> bool:
        """Whether a page that may not ask sent a request with these headers.

        As the browser says (Fetch Metadata §2.4), or keeps to itself: it says nothing of sites to an address that it
        does not trust (§2), such as a name that its owner lets lead to this machine. So where nobody is asked for a
        key, only pages of this machine ask, and of the sites that are named.
        """
        site, origin = sent.get(b"sec-fetch-site"), sent.get(b"origin")
        if site is not None:
            return site in {b"cross-site", b"same-site"} and not self.has(origin, who)
        if origin is None or not self._without_keys or self.has(origin, who):
            return False
        try:
            return not is_loopback(urlsplit(origin.decode("latin-1")).hostname or "")
        except ValueError:
            return True

    def told(self, origin: bytes | None, who: Who) -> list[Header]:
        """What an answer says of who may read it. The arguments are those of `has`."""
        varies = [] if self._every else [(b"vary", b"origin")]
        if origin is None or not self.has(origin, who):
            return varies
        may = b"*" if self._every else origin
        # `*` is every header, where no cookie goes along: and none does, since nothing here allows it (Fetch §3.3.5).
        return [(b"access-control-allow-origin", may), (b"access-control-expose-headers", b"*"), *varies]


def asks_leave(sent: Mapping[bytes, bytes]) -> bool:
    """Whether a request with the method OPTIONS and these headers is a browser's question whether a page may ask."""
    return _ASKED_METHOD in sent and b"origin" in sent


def leave(sent: Mapping[bytes, bytes]) -> list[Header]:
    """What lets the page ask.

    It may send what it wants to: what is wrong with that it is told in an answer that it can read.
    """
    headers = sent.get(_ASKED_HEADERS)
    # `*` would not stand for the one that matters, `authorization` (Fetch §3.3.5).
    named = [] if headers is None else [(b"access-control-allow-headers", headers)]
    return [(b"access-control-allow-methods", sent[_ASKED_METHOD]), *named, (b"access-control-max-age", _SECONDS)]
