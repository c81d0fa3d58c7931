"""TLS contexts, one for each way to verify, made when first needed. Reads certificate files, never waits."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from dragoman.errors import ConfigurationError
from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    import socket
    import ssl

Verify: TypeAlias = "bool | str | os.PathLike[str] | ssl.SSLContext"
"""How a server is verified. True: by the system's authorities, or those of SSL_CERT_FILE and SSL_CERT_DIR. A path: by
the authorities of that file or folder. A context: it is used as it is. False: not at all."""

Certificate: TypeAlias = "str | os.PathLike[str] | tuple[str | os.PathLike[str], str | os.PathLike[str]]"
"""A client's own certificate: a PEM file with its key in it, or the certificate's file and the key's."""


def context_for(verify: Verify, cert: Certificate | None) -> ssl.SSLContext:
    """The context for a way to verify and a client certificate; the same one for the same files.

    Building one reads the whole bundle of authorities, which costs more than a hundred requests do.

    Raises:
        ConfigurationError: a file is missing or holds no usable certificate, or a context comes with a certificate.
    """
    if isinstance(verify, bool | str | os.PathLike):
        authorities = verify if isinstance(verify, bool) else os.fspath(verify)
        own = cert if cert is None or isinstance(cert, tuple) else (cert,)
        ambient = (os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))
        return _built(
            authorities, tuple(os.fspath(path) for path in own or ()), ambient if verify is True else ("", "")
        )
    if cert is not None:
        raise ConfigurationError("give either a TLS context as verify or a client certificate as cert, not both")
    return verify


@lru_cache(maxsize=32)
def _built(authorities: bool | str, own: tuple[str, ...], ambient: tuple[str, str]) -> ssl.SSLContext:  # noqa: FBT001 - one of two kinds of value
    import ssl  # noqa: PLC0415 - costs milliseconds that plain HTTP need not pay

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if authorities is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif authorities is True:
        _trust_system(context, *ambient)
    else:
        _trust(context, authorities, "verify")
    if own:
        _identify(context, own)
    return context


def _trust_system(context: ssl.SSLContext, file: str, folder: str) -> None:
    # OpenSSL ignores a path that is not there, and every handshake fails later for no visible reason.
    for name, path, exists in (("SSL_CERT_FILE", file, os.path.isfile), ("SSL_CERT_DIR", folder, os.path.isdir)):
        if path and not any(map(exists, path.split(os.pathsep))):
            raise ConfigurationError(f"{name} names {path!r}, which is not there")
    context.load_default_certs()


def _trust(context: ssl.SSLContext, path: str, source: str) -> None:
    try:
        if os.path.isdir(path):  # noqa: PTH112 - a path as given, not one to work with
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except OSError as error:
        raise ConfigurationError(f"{source} names {path!r}, which holds no usable authority: {_why(error)}") from error


def _identify(context: ssl.SSLContext, own: tuple[str, ...]) -> None:
    try:
        # Without a password of ours, OpenSSL would stop and ask the terminal for one.
        context.load_cert_chain(own[0], own[1] if own[1:] else None, password="")
    except OSError as error:
        raise ConfigurationError(
            f"cert names {own[0]!r}, which holds no usable certificate with its unencrypted key: {_why(error)}"
        ) from error


def _why(error: OSError) -> str:
    # An SSLError that OpenSSL had no part in has no reason.
    return getattr(error, "reason", None) or error.strerror or type(error).__name__


def begin(sock: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    """Put TLS on a connected socket, which it takes over; nothing is sent before `step`."""
    return context.wrap_socket(
        sock,
        # A zone names an interface of this machine; no certificate has one.
        server_hostname=host.partition("%")[0],
        do_handshake_on_connect=False,
        # A connection that ends without the peer's goodbye may have been cut by anyone on the way.
        suppress_ragged_eofs=False,
    )


def step(sock: ssl.SSLSocket, name: str) -> Literal["done", "read", "write"]:
    """Do what can be done of the handshake now: what to wait for until the next step, or that it is done.

    Raises:
        NoAnswer: "tls" when the peer cannot be verified or speaks no TLS, "connect" when the connection broke.
    """
    import ssl  # noqa: PLC0415 - loaded by whoever made the context

    try:
        sock.do_handshake()
    except ssl.SSLWantReadError:
        return "read"
    except ssl.SSLWantWriteError:
        return "write"
    except ssl.SSLCertVerificationError as error:
        raise NoAnswer("tls", f"{name} cannot be verified: {error.verify_message or error.reason}") from None
    except OSError as error:
        how, is_tls = broken(error)
        if is_tls:
            raise NoAnswer("tls", f"no TLS with {name}: {how}") from None
        raise NoAnswer("connect", f"{name}: {how} during the TLS handshake") from None
    return "done"


def again() -> tuple[type[OSError], ...]:
    """What a TLS socket raises when it would block."""
    import ssl  # noqa: PLC0415 - loaded by whoever made the context

    return (ssl.SSLWantReadError, ssl.SSLWantWriteError)


def broken(error: OSError) -> tuple[str, bool]:
    """How a connection broke, as the beginning of a sentence, and whether TLS itself was the matter."""
    if "ssl" in sys.modules:
        # Whoever never loaded it cannot have one of its errors.
        import ssl  # noqa: PLC0415 - is there already

        if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return "the connection broke (without the goodbye of TLS)", False
        if isinstance(error, ssl.SSLError):
            return f"TLS failed ({_why(error).lower().replace('_', ' ')})", True
    return f"the connection broke ({(error.strerror or type(error).__name__).lower()})", False
