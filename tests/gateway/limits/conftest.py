"""Accounts of each kind."""

import uuid

import pytest

from dragoman.gateway.limits.own import OwnAccounts
from dragoman.gateway.limits.sqlite import SqliteAccounts
from dragoman.gateway.limits.valkey import ValkeyAccounts


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
