"""How a client connects: proxy, verification, certificates, a Unix socket. Options as data; no I/O until they are used.

    client = Dragoman("https://house.example/v1", transport=Connections(verify="/etc/house-ca.pem"))
    client = AsyncDragoman("http://engine/v1", transport=Connections(unix="/run/engine.sock"))

One spelling for both clients, and one value for as many as are made with it; each opens connections of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dragoman.amount import is_count, is_duration
from dragoman.errors import ConfigurationError

if TYPE_CHECKING:
    import os

    from dragoman.transport.aio import AsyncioTransport
    from dragoman.transport.blocking import BlockingTransport
    from dragoman.transport.tls import Certificate, Verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """How connections are made and kept.

    Attributes:
        proxy: the URL of a proxy for every request, `http://user:password@host:port`; "" for none; None for
            HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY. No part of the repr: it may hold a password.
        trust_env: whether the environment is asked for proxies.
        verify: how a server is verified. True: by the system's authorities, or those of SSL_CERT_FILE and
            SSL_CERT_DIR. A path: by the authorities of that file or folder. An `ssl.SSLContext`: it is used as it is.
            False: not at all, so that anybody on the way may read and answer.
        cert: a client's own certificate: a PEM file with its key in it, or the certificate's file and the key's.
        unix: the path of a Unix socket that every request goes through, whatever host the address names; no proxy
            is used then.
        most: how many connections one host may have at a time; None for no limit. Who finds none free waits for
            one, within the time of the call.
        keep_alive: how many seconds an idle connection is kept.

    Raises:
        ConfigurationError: both a proxy and a Unix socket are given, or a number is none. What a proxy's URL holds
            is looked at when a client is made, one of the environment with the first request that goes through it, a
            file with the first https:// request.
    """

    proxy: str | None = field(default=None, repr=False)
    trust_env: bool = True
    verify: Verify = True
    cert: Certificate | None = None
    unix: str | os.PathLike[str] | None = None
    most: int | None = None
    keep_alive: float = 30.0

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.proxy and self.unix is not None:
            raise ConfigurationError("a proxy is not reached through a Unix socket: give one of proxy and unix")
        if self.most is not None and not is_count(self.most, 1):
            raise ConfigurationError(f"most is a whole number from 1, or None for no limit, not {self.most!r}")
        if not is_duration(self.keep_alive, zero=True):
            raise ConfigurationError(f"keep_alive is a number of seconds from 0, not {self.keep_alive!r}")

    def blocking_transport(self) -> BlockingTransport:
        """A new transport for a blocking client; it is its maker's to close."""
        # Imported here, as below, because each colour imports its own.
        from dragoman.transport.blocking import BlockingTransport  # noqa: PLC0415

        return BlockingTransport(**self._options())

    def async_transport(self) -> AsyncioTransport:
        """A new transport for an asynchronous client; it is its maker's to close."""
        from dragoman.transport.aio import AsyncioTransport  # noqa: PLC0415

        return AsyncioTransport(**self._options())

    def _options(self) -> dict[str, Any]:
        return {
            "proxy": self.proxy,
            "trust_env": self.trust_env,
            "verify": self.verify,
            "cert": self.cert,
            "unix": self.unix,
            "max_connections": self.most,
            "keep_alive": self.keep_alive,
        }
