"""Accounts in a file."""

import asyncio
import sqlite3

import pytest

from dragoman.gateway.limits.account import Account, Claim, Entry
from dragoman.gateway.limits.accounts import LimitsUnavailableError
from dragoman.gateway.limits.sqlite import SqliteAccounts

NOW = 1_000_000.0


@pytest.fixture
def file(tmp_path):
    return tmp_path / "limits.db"


@pytest.fixture
def accounts(file):
    made = SqliteAccounts(file, lambda: NOW)
    yield made
    asyncio.run(made.close())


def used(accounts, key="k"):
    return accounts.reserve(key, []).account.used("m", NOW)


def test_what_was_taken_is_there_after_the_file_was_closed(file):
    for expected in (0, 5):
        accounts = SqliteAccounts(file, lambda: NOW)
        assert used(accounts) == expected
        accounts.settle("k", [Entry("m", "s", 5, NOW + 9)])
        asyncio.run(accounts.close())


def test_a_refusal_writes_nothing(accounts):
    accounts.settle("k", [Entry("m", "s", 5, NOW + 9)])

    assert accounts.reserve("k", [Claim(Entry("m", "s", 6, NOW + 9), 10)]).short
    assert used(accounts) == 5


def test_another_process_in_the_middle_of_its_step_is_waited_for(accounts, file):
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    accounts._connection.execute("PRAGMA busy_timeout = 10")

    with pytest.raises(LimitsUnavailableError, match="database is locked"):
        accounts.settle("k", [Entry("m", "s", 5, NOW + 9)])

    other.execute("ROLLBACK")
    accounts.settle("k", [Entry("m", "s", 5, NOW + 9)])
    other.close()
    assert used(accounts) == 5


def test_a_file_that_is_no_database_is_refused_by_name(file):
    file.write_text("this is no database, and long enough to be sure of that\n" * 100)

    with pytest.raises(LimitsUnavailableError, match=r"limits\.db: file is not a database"):
        SqliteAccounts(file)


def test_an_account_that_cannot_be_read_stops_nobody_elses(accounts):
    used(accounts)
    accounts._connection.execute("UPDATE accounts SET packed = x'c1'")

    with pytest.raises(LimitsUnavailableError, match="cannot be used"):
        used(accounts)
    assert used(accounts, "other") == 0


def test_a_step_waits_for_no_disk(accounts):
    execute = accounts._connection.execute

    assert execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert execute("PRAGMA synchronous").fetchone() == (1,)
    assert execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)


def test_what_is_written_is_the_rules_own_form(accounts):
    accounts.settle("k", [Entry("m", "s", 5, NOW + 9)])
    (packed,) = accounts._connection.execute("SELECT packed FROM accounts WHERE key = 'k'").fetchone()

    assert Account.read(packed).used("m", NOW) == 5
