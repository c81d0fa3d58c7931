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


def settle(accounts, *entries, key="k"):
    async def main():
        await accounts.settle(key, entries)

    asyncio.run(main())


def used(accounts, key="k"):
    return accounts.reserve(key, []).account.used("m", NOW)


def test_what_was_taken_is_there_after_the_file_was_closed(file):
    for expected in (0, 5):
        accounts = SqliteAccounts(file, lambda: NOW)
        assert used(accounts) == expected
        settle(accounts, Entry("m", "s", 5, NOW + 9))
        asyncio.run(accounts.close())


def test_a_refusal_writes_nothing(accounts):
    settle(accounts, Entry("m", "s", 5, NOW + 9))

    assert accounts.reserve("k", [Claim(Entry("m", "s", 6, NOW + 9), 10)]).short
    assert used(accounts) == 5


def test_what_requests_took_is_there_for_the_one_that_follows_at_once(accounts, file):
    other = SqliteAccounts(file, lambda: NOW)

    async def main():
        pending = {accounts.settle("k", [Entry("m", "s", amount, NOW + 9)]) for amount in (2, 3)}
        assert used(other) == 0
        assert used(accounts) == used(other) == 5
        await asyncio.gather(*pending)
        assert used(other) == 5
        await other.close()

    asyncio.run(main())


def test_nothing_that_was_settled_is_lost_at_the_end(accounts, file):
    async def main():
        made = SqliteAccounts(file, lambda: NOW)
        pending = made.settle("k", [Entry("m", "s", 5, NOW + 9)])
        await made.close()
        await pending

    asyncio.run(main())
    assert used(accounts) == 5


def test_whoever_settles_learns_of_it_where_a_reservation_takes_it_along_in_vain(accounts):
    used(accounts)
    accounts._connection.execute("UPDATE accounts SET packed = x'c1'")

    async def main():
        pending = accounts.settle("k", [Entry("m", "s", 5, NOW + 9)])
        with pytest.raises(LimitsUnavailableError, match="cannot be used"):
            used(accounts)
        with pytest.raises(LimitsUnavailableError, match="cannot be used"):
            await pending

    asyncio.run(main())


def test_another_process_in_the_middle_of_its_step_is_waited_for(accounts, file):
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    accounts._connection.execute("PRAGMA busy_timeout = 10")

    with pytest.raises(LimitsUnavailableError, match="database is locked"):
        settle(accounts, Entry("m", "s", 5, NOW + 9))

    other.execute("ROLLBACK")
    settle(accounts, Entry("m", "s", 5, NOW + 9))
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
    settle(accounts, Entry("m", "s", 5, NOW + 9))
    (packed,) = accounts._connection.execute("SELECT packed FROM accounts WHERE key = 'k'").fetchone()

    assert Account.read(packed).used("m", NOW) == 5
