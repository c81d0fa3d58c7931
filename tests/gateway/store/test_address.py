"""A store's address: what may be written, and what is said of what may not."""

from pathlib import Path

import pytest

from dragoman.errors import ConfigurationError
from dragoman.gateway.store.address import dialect_url, shown, sqlite_path
from processes import python


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:dragoman.db", "dragoman.db"),
        ("sqlite:/var/lib/dragoman.db", "/var/lib/dragoman.db"),
        ("sqlite:///dragoman.db", "dragoman.db"),
        ("sqlite:////var/lib/dragoman.db", "/var/lib/dragoman.db"),
    ],
)
def test_an_sqlite_store_is_a_file(url, path):
    assert sqlite_path(url) == Path(path)
    assert dialect_url(url) == f"sqlite:///{path}"


@pytest.mark.parametrize(
    "url", ["postgresql://ana@host:5432/ledger?sslmode=require", "postgres://ana@host:5432/ledger?sslmode=require"]
)
def test_a_postgresql_store_is_reached_by_psycopg(url):
    assert dialect_url(url) == "postgresql+psycopg://ana@host:5432/ledger?sslmode=require"


@pytest.mark.parametrize("place", ["", "[::1]:5432", "host", "ana:a/b?c:d@host:5432", "ana:p@host"])
def test_a_password_holds_whatever_it_likes(place):
    assert dialect_url(f"postgresql://{place}/db?options=-c%20a@b:c") == (
        f"postgresql+psycopg://{place}/db?options=-c%20a@b:c"
    )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "dragoman.db",
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite::memory:",
        "sqlite:///:memory:",
        "mysql://host/db",
        "postgresql:db",
        "postgresql://ana@host:port/db",
        "postgresql://ana@[::1/db",
        "sqlite",
    ],
)
def test_other_addresses_are_refused_with_what_would_be_right(url):
    with pytest.raises(ConfigurationError, match="sqlite:PATH"):
        dialect_url(url)


def test_a_password_is_not_said():
    with pytest.raises(ConfigurationError) as caught:
        dialect_url("mysql://ana:hunter2@host/db")

    assert "hunter2" not in str(caught.value)
    assert shown("postgresql://ana:hunter@2@host/db") == "postgresql://…@host/db"
    assert shown("postgresql://host/db?user=ana&password=hunter2") == "postgresql://host/db?…"
    assert shown("postgresql//ana:hunter2@host/db") == "…@host/db"
    assert shown("postgresql://ana:hunter?2@host/db") == "postgresql://…@host/db"
    assert shown("sqlite:dragoman.db") == "sqlite:dragoman.db"


def test_an_address_is_checked_without_sqlalchemy():
    probe = "import sys, dragoman.gateway.store.address; print('sqlalchemy' in sys.modules)"

    assert python(probe) == "False\n"
