"""TLS contexts, one for each way to verify, made when first needed. Reads certificate files; opens no connection."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias, cast

from dragoman.errors import ConfigurationError

if TYPE_CHECKING:
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
        return _built(authorities, tuple(map(os.fspath, own or ())), ambient if verify is True else ("", ""))
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
        _trust(context, cast("str", authorities), "verify")
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
        context.load_cert_chain(*own, password="")
    except OSError as error:
        raise ConfigurationError(
            f"cert names {own[0]!r}, which holds no usable certificate with its unencrypted key: {_why(error)}"
        ) from error


def _why(error: OSError) -> str:
    return getattr(error, "reason", None) or error.strerror or type(error).__name__
