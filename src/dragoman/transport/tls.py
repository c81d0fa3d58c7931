"""TLS contexts, one for each way to verify, made when first needed. Reads certificate files; opens no connection."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from dragoman.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

Verify = "bool | str | os.PathLike[str] | ssl.SSLContext"
"""How a server is verified. True: by the system's authorities, or those of SSL_CERT_FILE and SSL_CERT_DIR. A path: by
the authorities of that file or folder. A context: it is used as it is. False: not at all."""

Certificate = "str | os.PathLike[str] | tuple[str | os.PathLike[str], str | os.PathLike[str]]"
"""A client's own certificate: a PEM file with its key in it, or the certificate's file and the key's."""
