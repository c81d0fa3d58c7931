"""Which proxy a URL goes through: an argument, or the environment by curl's rules. No I/O but reading a mapping."""

from __future__ import annotations

import os
from base64 import b64encode
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import unquote

from dragoman.errors import ConfigurationError, InvalidRequestError
from dragoman.transport.address import Address, is_loopback, parse

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy.

    Attributes:
        address: where it listens; its scheme says whether TLS is spoken to it.
        authorization: the value of the Proxy-Authorization header; "" when the proxy's URL held no credential. It is
            no part of the repr.
    """

    address: Address
    authorization: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies in force.

    Attributes:
        forced: the proxy of every request, loopback included: the one given as an argument.
        http: the proxy of http:// URLs.
        https: the proxy of https:// URLs.
        spared: the hosts that are reached directly; see `spares`.

    Where the environment names a proxy that cannot be used, there is why not: many a request does not go through it.
    """

    forced: Proxy | None = None
    http: Proxy | ConfigurationError | None = None
    https: Proxy | ConfigurationError | None = None
    spared: tuple[str, ...] = ()

    def choose(self, address: Address) -> Proxy | None:
        """The proxy for an address; None to go straight there, as to every Unix socket and (unless forced) loopback.

        Raises:
            ConfigurationError: the environment's cannot be used.
        """
        if address.socket:
            return None
        if self.forced is not None:
            return self.forced
        proxy = self.https if address.secure else self.http
        if proxy is None or is_loopback(address.host) or spares(self.spared, address.host, address.port):
            return None
        if isinstance(proxy, ConfigurationError):
            raise ConfigurationError(str(proxy))
        return proxy


def proxies(argument: str | None, environ: Mapping[str, str]) -> Proxies:
    """The proxies that an argument, or else the environment, asks for.

    Args:
        argument: a proxy's URL; "" for none at all; None to look into the environment.
        environ: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY are read, each in lower case first. HTTP_PROXY in
            capitals is not, where REQUEST_METHOD is set: a CGI program's caller could have written it.

    Raises:
        ConfigurationError: the argument cannot be used.
    """
    if argument is not None:
        return Proxies(forced=_proxy(argument, "the proxy argument") if argument else None)

    def named(name: str) -> str:
        if name == "HTTP_PROXY" and "REQUEST_METHOD" in environ:
            return environ.get("http_proxy", "")
        return environ.get(name.lower()) or environ.get(name, "")

    def proxy(name: str) -> Proxy | ConfigurationError | None:
        source = name if named(name) else "ALL_PROXY"
        try:
            return _proxy(named(source), source) if named(source) else None
        except ConfigurationError as refusal:
            return refusal

    return Proxies(None, proxy("HTTP_PROXY"), proxy("HTTPS_PROXY"), _entries(named("NO_PROXY")))


def _proxy(url: str, source: str) -> Proxy:
    """Read a proxy's URL; `source` names it in errors, because the URL itself may hold a credential."""
    if "://" not in url:
        url = f"http://{url}"
    scheme, _, rest = url.partition("://")
    # The last @ that can end a user name: one in the path is not it.
    authority, slash, path = rest.partition("/")
    credential, at, place = authority.rpartition("@")
    if scheme.lower() not in {"http", "https"}:
        raise ConfigurationError(f"{source} must be an http:// or https:// URL; {scheme[:10]}:// is not spoken here")
    try:
        address = parse(f"{scheme}://{place}{slash}{path}")
    except InvalidRequestError as refusal:
        raise ConfigurationError(f"{source} cannot be used: {refusal}") from None
    if not at:
        return Proxy(address)
    user, _, password = credential.partition(":")
    try:
        # Bytes, text or not (PEP 383).
        pair = b":".join(os.fsencode(unquote(part, errors="surrogateescape")) for part in (user, password))
    except UnicodeEncodeError:
        raise ConfigurationError(f"{source} cannot be used: its user name or password is no text") from None
    return Proxy(address, f"Basic {b64encode(pair).decode('ascii')}")


def _entries(text: str) -> tuple[str, ...]:
    return tuple(text.lower().replace(",", " ").split())


def spares(entries: tuple[str, ...], host: str, port: int) -> bool:
    """Whether a NO_PROXY list names a host.

    An entry is `*` (all), a name (it and everything under it, with or without a leading dot), an address, or a
    network as 10.0.0.0/8; a name or an address may end in a port, which then has to agree.
    """
    return any(_names(entry, host.rstrip("."), port) for entry in entries)


def _names(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    place, colon, digits = entry.rpartition(":")
    if colon and digits.isdecimal() and (":" not in place or place.endswith("]")):
        if int(digits) != port:
            return False
        entry = place
    entry = entry.removeprefix("*").strip(".").strip("[]")
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return bool(entry) and (host == entry or host.endswith(f".{entry}"))
    try:
        return address in ip_network(entry, strict=False)
    except ValueError:
        return False
