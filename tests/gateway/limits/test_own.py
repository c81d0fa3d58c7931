"""Accounts of a process that serves alone: decided in memory, written down soon, never lost."""

import asyncio

import pytest

from dragoman.gateway.limits import own
from dragoman.gateway.limits.account import Claim, Entry
from dragoman.gateway.limits.accounts import LimitsUnavailableError
from dragoman.gateway.limits.own import FRESH, OwnAccounts
from dragoman.gateway.limits.sqlite import SqliteAccounts


class Time:
    """A clock that is set."""

    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


class Away(SqliteAccounts):
    """A file that cannot be written for a while."""

    away = False
    steps = 0

    def step(self, key, change):
        if self.away:
            raise LimitsUnavailableError("planted")
        self.steps += 1
        super().step(key, change)


@pytest.fixture
def clock():
    return Time()


@pytest.fixture
def file(tmp_path, clock):
    return Away(tmp_path / "limits.db", clock)


@pytest.fixture
def other(tmp_path, clock):
    """The same file as another process has it."""
    return SqliteAccounts(tmp_path / "limits.db", clock)


def claim(amount=1, limit=10, name="s"):
    return Claim(Entry("m", name, amount, 1_000_050.0), limit)


def written(accounts, clock):
    return accounts.reserve("k", []).account.used("m", clock())


def test_what_a_turn_of_the_loop_brings_is_written_down_in_one_step(file, other, clock):
    async def main():
        accounts = OwnAccounts(file)
        accounts.reserve("k", [])
        before = file.steps
        assert not any(accounts.reserve("k", [claim()]).short for _ in range(10))
        assert accounts.reserve("k", [claim()]).short
        accounts.settle("k", [Entry("m", "s", -4, 1_000_050.0)])
        assert written(other, clock) == 0
        await asyncio.sleep(0)
        assert written(other, clock) == 6
        assert file.steps == before + 1
        await accounts.close()

    asyncio.run(main())


def test_what_another_process_takes_counts_here_too_and_nothing_of_either_is_lost(file, other, clock):
    async def main():
        accounts = OwnAccounts(file)
        accounts.reserve("k", [claim(2)])
        await asyncio.sleep(0)
        other.reserve("k", [claim(5, name="theirs")])
        accounts.reserve("k", [claim(1)])
        await asyncio.sleep(0)
        assert written(other, clock) == written(accounts, clock) == 8
        other.reserve("k", [claim(2, name="theirs")])
        clock.now += FRESH
        assert accounts.reserve("k", [claim(1)]).short
        await accounts.close()

    asyncio.run(main())


def test_while_the_file_cannot_be_written_nobody_is_admitted_and_what_was_taken_is_kept(file, other, clock):
    async def main():
        accounts = OwnAccounts(file)
        accounts.reserve("k", [claim(2)])
        file.away = True
        await asyncio.sleep(0)
        with pytest.raises(LimitsUnavailableError):
            accounts.reserve("k", [claim()])
        accounts.settle("k", [Entry("m", "s", 3, 1_000_050.0)])
        await asyncio.sleep(0)
        file.away = False
        assert not accounts.reserve("k", [claim(1)]).short
        await asyncio.sleep(0)
        assert written(other, clock) == 6
        await accounts.close()

    asyncio.run(main())


def test_what_is_late_is_written_down_at_the_end(file, other, clock):
    async def main():
        accounts = OwnAccounts(file)
        accounts.reserve("k", [claim(3)])
        await accounts.close()

    asyncio.run(main())
    assert written(other, clock) == 3


def test_accounts_that_nobody_uses_are_read_again(file, monkeypatch):
    monkeypatch.setattr(own, "COPIES", 2)

    async def main():
        accounts = OwnAccounts(file)
        for name in "abcabc":
            assert not accounts.reserve(name, [claim(5)]).short
            await asyncio.sleep(0)
        assert all(accounts.reserve(name, [claim()]).short for name in "abc")
        await accounts.close()

    asyncio.run(main())
