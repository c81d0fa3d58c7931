"""How a URL is reached: where to connect, what to say on the way, and what the request line says there. No I/O."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from dragoman.errors import ConfigurationError
from dragoman.transport.address import parse
from dragoman.transport.http1 import write_head
from dragoman.transport.proxies import Proxies, proxies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.transport.address import Address
    from dragoman.transport.proxies import Proxy

_BOUND = 256
"""How many routes are remembered: URLs are few, but a caller may put data into them."""


class Route:
    """How one URL is reached.

    Attributes:
        address: where the URL points.
        proxy: what stands before it; None when nothing does.
        origin: what the connection leads to; requests of equal origins may share connections.
        tunnel: the bytes that ask the proxy for a way through; b"" when there is none to ask for.
    """

    __slots__ = ("_written", "address", "origin", "proxy", "tunnel")

    def __init__(self, address: Address, proxy: Proxy | None) -> None:
        self.address = address
        self.proxy = proxy
        self.tunnel = b""
        self._written: tuple[str, tuple[tuple[str, str], ...], bytes] = ("", (), b"")
        if proxy is None:
            self.origin: tuple[object, ...] = (address.scheme, address.host, address.port, address.socket)
        elif not address.secure:
            # A proxy sees whole requests and may be sent those of many hosts over one connection.
            self.origin = ("proxy", proxy.address)
        elif proxy.address.secure:
            raise ConfigurationError(
                f"the proxy {proxy.address.authority} is spoken to by TLS and cannot carry an https:// request inside "
                "it; name it with http://"
            )
        else:
            self.origin = ("proxy", proxy.address, address.host, address.port)
            self.tunnel = write_head("CONNECT", address.authority, address.authority, _credentials(proxy)) + b"\r\n\r\n"

    @property
    def first(self) -> Address:
        """Where to connect: to the proxy, if there is one."""
        return self.address if self.proxy is None else self.proxy.address

    @property
    def name(self) -> str:
        """What errors call the place to connect to."""
        first = self.first
        place = first.socket or first.authority
        return place if self.proxy is None else f"the proxy {place}"

    def head(self, method: str, headers: tuple[tuple[str, str], ...]) -> bytes:
        """A request's head, as `http1.write_head` gives it: the last one again, when nothing has changed."""
        # One assignment, so that threads see either the old one or the new one.
        last_method, last_headers, written = self._written
        if headers == last_headers and method == last_method:
            return written
        target = self.address.target
        extra: tuple[tuple[str, str], ...] = ()
        if self.proxy is not None and not self.address.secure:
            target, extra = self.address.absolute, _credentials(self.proxy)
        written = write_head(method, target, self.address.host_header, headers + extra)
        self._written = (method, headers, written)
        return written


def _credentials(proxy: Proxy) -> tuple[tuple[str, str], ...]:
    return (("proxy-authorization", proxy.authorization),) if proxy.authorization else ()


class Routes(dict[str, Route]):
    """The routes of one transport, by URL; a URL that is asked for the first time gets its route then.

    Args:
        proxy: a proxy for every request; "" for none; None for what the environment says.
        trust_env: whether the environment is asked; it is read here, once.
        unix: the path of a Unix socket that leads to every host; None for none.
    """

    def __init__(self, proxy: str | None, *, trust_env: bool, unix: str | os.PathLike[str] | None = None) -> None:
        ambient: Mapping[str, str] = os.environ if trust_env else {}
        self._proxies: Proxies = proxies(proxy, ambient)
        self._unix = os.fspath(unix) if unix is not None else ""

    def __missing__(self, url: str) -> Route:
        """The route to a URL.

        Raises:
            InvalidRequestError: it is no URL that can be reached.
            ConfigurationError: the proxy in force cannot carry it.
        """
        address = parse(url)
        if self._unix and not address.socket:
            address = replace(address, socket=self._unix)
        route = Route(address, self._proxies.choose(address))
        if len(self) >= _BOUND:
            self.clear()
        self[url] = route
        return route
