"""Where the gateway listens: a port or a Unix socket, and why not. Touches sockets and one file."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from dragoman.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator

BACKLOG = 2048
"""How many connections the kernel keeps waiting."""


@contextlib.contextmanager
def bound(host: str, port: int, uds: str | None) -> Generator[tuple[socket.socket, str]]:
    """A listening socket and the base URL clients reach it by; closed, and its file removed, at the end of the block.

    Args:
        host: an IP address of this machine, or `localhost`.
        port: the port; 0 chooses a free one.
        uds: the path of a Unix socket to listen on instead.

    Raises:
        ConfigurationError: that place is taken, or may not be used.
    """
    if uds:
        with _unix(Path(uds)) as listener:
            yield listener, f"http+unix://{quote(str(Path(uds).absolute()), safe='')}/v1"
        return
    with _tcp(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        yield listener, f"http://{shown}:{listener.getsockname()[1]}/v1"


def _tcp(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ConfigurationError(f"cannot listen on {host}:{port}: {_why(error)}; choose another --port") from None


@contextlib.contextmanager
def _unix(path: Path) -> Generator[socket.socket]:
    listener = socket.socket(socket.AF_UNIX)
    try:
        if _is_left_over(path):
            path.unlink()
        # Whoever may write to the file may ask here: under a usual umask that is its owner.
        listener.bind(str(path))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigurationError(f"cannot listen on {path}: {_why(error)}; choose another --uds") from None
    with listener:
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)


def _is_left_over(path: Path) -> bool:
    """Whether a socket's file is there that nobody listens on any more: of a process that was killed."""
    if not path.exists() or not stat.S_ISSOCK(path.stat().st_mode):
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return True
    return False


def _why(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else str(error)
