"""Where a URL points: scheme, host, port, request target, Host header, or a Unix socket's path. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import quote, unquote

from dragoman.errors import InvalidRequestError

_PORTS = {"http": 80, "https": 443, "http+unix": 0}
_URL = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\ud800-\udfff]")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?")
_LABEL = 63

_KEPT_IN_TARGET = "%/:?#[]@!$&'()*+,;=-._~|^`{}\"\\<>"
"""ASCII that is sent as written: a target is somebody's own spelling, and only what is not ASCII must be encoded."""

_AMBIGUOUS_IN_IDNA = "ßς\u200c\u200d"
"""Letters that name one host by IDNA 2003 and another by IDNA 2008 (UTS #46 §7, the deviation characters)."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a URL points.

    Attributes:
        scheme: "http", "https" or "http+unix".
        host: the host in lower case and in ASCII, an IPv6 literal without brackets; "localhost" for a Unix socket.
        port: the port; 0 for a Unix socket.
        target: path and query as they stand in the request line.
        socket: the path of the Unix socket; "" when there is none.
    """

    scheme: str
    host: str
    port: int
    target: str
    socket: str = ""

    @property
    def secure(self) -> bool:
        """Whether TLS is spoken."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """Host and port, as a CONNECT request names them."""
        return f"{self._bracketed()}:{self.port}"

    @property
    def host_header(self) -> str:
        """What the Host header says: the port only where it is not the scheme's own (RFC 9110 §7.2)."""
        return self._bracketed() if self.port == _PORTS[self.scheme] else self.authority

    @property
    def absolute(self) -> str:
        """The whole URL, as a proxy is asked for it (RFC 9112 §3.2.2)."""
        return f"{self.scheme}://{self.host_header}{self.target}"

    def _bracketed(self) -> str:
        # A zone names an interface of this machine and is nobody else's business (RFC 6874 §1).
        return f"[{self.host.partition('%')[0]}]" if ":" in self.host else self.host


def parse(url: str) -> Address:
    """Read an absolute URL.

    Raises:
        InvalidRequestError: it is not one, or it carries a user name or a password: a credential in a URL ends in
            logs and error reports. The message never quotes more than the host.
    """
    if _FORBIDDEN.search(url):
        raise InvalidRequestError(
            "the URL holds a space, a control character or no text; percent-encode it", param="url"
        )
    match = _URL.fullmatch(url)
    scheme = match[1].lower() if match else ""
    if match is None or scheme not in _PORTS:
        raise InvalidRequestError("the URL must begin with http://, https:// or http+unix://", param="url")
    authority, path, query = match[2], match[3] or "/", match[4] or ""
    if "@" in authority:
        raise InvalidRequestError(
            "the URL holds a user name or password; send credentials as a header instead", param="url"
        )
    target = quote(path + query, safe=_KEPT_IN_TARGET)
    if scheme == "http+unix":
        return Address(scheme, "localhost", 0, target, _socket_path(authority))
    host, port = _host_and_port(authority)
    return Address(scheme, _host(host), _PORTS[scheme] if port is None else port, target)


def _socket_path(authority: str) -> str:
    # A path is bytes, text or not (PEP 383).
    path = unquote(authority, errors="surrogateescape")
    if not path or "\0" in path:
        raise InvalidRequestError(
            "an http+unix:// URL needs the socket's path, percent-encoded, as its host: http+unix://%2Frun%2Fx.sock/v1",
            param="url",
        )
    return path


def _host_and_port(authority: str) -> tuple[str, int | None]:
    host, colon, digits = authority.rpartition(":")
    if not colon or authority.endswith("]"):
        return authority, None
    if not digits:
        return host, None
    port = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 5 else 0  # noqa: PLR2004 - 65535
    if not 0 < port < 1 << 16:
        raise InvalidRequestError(f"the URL's port {digits[:20]!r} is not a number from 1 to 65535", param="url")
    return host, port


def _host(written: str) -> str:
    if written.startswith("[") and written.endswith("]"):
        return _literal(written[1:-1])
    host = written.lower()
    if not host.isascii():
        host = _idna(host)
    # RFC 1035 §2.3.4 has the length.
    if not _HOST.fullmatch(host) or ".." in host or max(map(len, host.split("."))) > _LABEL:
        raise InvalidRequestError(f"the URL's host {written[:80]!r} is not a host name", param="url")
    return host


def _literal(written: str) -> str:
    address, _, zone = written.partition("%25")
    try:
        return str(IPv6Address(address)) + (f"%{zone}" if zone else "")
    except ValueError:
        raise InvalidRequestError(f"the URL's host [{written[:80]}] is not an IPv6 address", param="url") from None


def _idna(host: str) -> str:
    if any(letter in host for letter in _AMBIGUOUS_IN_IDNA):
        raise InvalidRequestError(
            f"the URL's host {host[:80]!r} names two different hosts, by IDNA 2003 and 2008; write it as xn--…",
            param="url",
        )
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise InvalidRequestError(f"the URL's host {host[:80]!r} is no internationalised name", param="url") from None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: localhost, its subdomains (RFC 6761 §6.3) or a loopback address."""
    name = host.rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
