"""Accounts on a Valkey server."""

import asyncio
import time
from types import SimpleNamespace

import pytest
import redis

from dragoman.gateway.limits.account import Claim, Entry
from dragoman.gateway.limits.accounts import LimitsUnavailableError
from dragoman.gateway.limits.admission import Admission, Grant
from dragoman.gateway.limits.claims import Ask
from dragoman.gateway.limits.terms import Limits
from dragoman.gateway.limits.valkey import PREFIX, ValkeyAccounts
from valkeys import failing_over


@pytest.fixture
def server(valkey_url):
    with redis.Redis.from_url(valkey_url) as client:
        yield client


def on(valkey_url, course):
    async def run():
        accounts = ValkeyAccounts(valkey_url)
        try:
            return await course(accounts)
        finally:
            await accounts.close()

    return asyncio.run(run())


def test_the_server_forgets_an_account_when_nothing_of_it_counts(valkey_url, server, key):
    async def course(accounts):
        await accounts.settle(key, [Entry("m", "s", 5, accounts.clock() + 100)])

    on(valkey_url, course)

    assert 90 <= server.ttl(PREFIX + key) <= 101


def test_an_account_of_which_nothing_counts_is_not_there(valkey_url, server, key):
    async def course(accounts):
        entry = Entry("m", "s", 5, accounts.clock() + 100)
        await accounts.settle(key, [entry])
        await accounts.settle(key, [Entry("m", "s", -5, entry.ends)])

    on(valkey_url, course)

    assert not server.exists(PREFIX + key)


def test_a_connection_that_the_server_closed_while_it_was_idle_refuses_nobody(valkey_url, server, key):
    async def course(accounts):
        claim = Claim(Entry("m", "s", 1, accounts.clock() + 100), 2)
        await accounts.reserve(key, [claim])
        # As the server's `timeout` does, and its restart.
        server.client_kill_filter(_type="normal")
        while len(server.client_list()) > 1:
            pass
        for _ in range(3):
            # Its end has come, and the loop reads it.
            await asyncio.sleep(0)
        return await accounts.reserve(key, [claim])

    assert not on(valkey_url, course).short


def test_when_another_server_has_taken_its_place_one_request_is_refused_and_the_next_is_counted_there(tmp_path, key):
    async def course(accounts):
        claim = Claim(Entry("m", "s", 1, accounts.clock() + 100), 2)
        await asyncio.gather(*(accounts.reserve(key, []) for _ in range(3)))
        fail_over()
        with pytest.raises(LimitsUnavailableError, match="read only replica"):
            await accounts.reserve(key, [claim])
        return [(await accounts.reserve(key, [claim])).short for _ in range(3)], claim

    with failing_over(tmp_path) as (address, fail_over):
        shorts, claim = on(address, course)

    assert shorts == [[], [], [claim]]


def test_scripts_that_the_server_has_forgotten_are_sent_again(valkey_url, server, key):
    async def course(accounts):
        claim = Claim(Entry("m", "s", 1, accounts.clock() + 100), 2)
        first = await accounts.reserve(key, [claim])
        server.script_flush()
        second = await accounts.reserve(key, [claim])
        return first.short, second.short

    assert on(valkey_url, course) == ([], [])


@pytest.mark.parametrize("wrong", [-300.0, 300.0])
def test_the_servers_clock_counts_from_the_first_request_on_whatever_this_machine_takes_the_time_for(
    valkey_url, key, monkeypatch, wrong
):
    async def course(door):
        found = await asyncio.gather(*(door.reserve(limited, Ask("m", tokens=10)) for _ in range(4)))
        now = door._accounts.clock()
        await door.close()
        return found, now

    limited = SimpleNamespace(id=key, whose="key", limits=Limits(requests_per_minute=2, budget_day_tokens=30))
    away = SimpleNamespace(time=lambda: time.time() + wrong, monotonic=time.monotonic)
    monkeypatch.setattr("dragoman.gateway.limits.valkey.time", away)
    found, now = asyncio.run(course(Admission(ValkeyAccounts(valkey_url))))

    refused = [each for each in found if not isinstance(each, Grant)]
    assert len(refused) == 2
    assert all(55 < each.retry_after <= 62 for each in refused)
    assert now == pytest.approx(time.time(), abs=30)


def test_setting_this_machines_clock_right_changes_nothing(valkey_url, key, monkeypatch):
    async def course(accounts):
        await accounts.reserve(key, [])
        before = accounts.clock()
        monkeypatch.setattr("dragoman.gateway.limits.valkey.time.time", lambda: 0.0)
        return before, accounts.clock()

    before, after = on(valkey_url, course)

    assert after == pytest.approx(before, abs=30)


@pytest.mark.parametrize("scheme", ["valkey", "redis"])
def test_both_names_of_the_protocol_are_understood(valkey_url, key, scheme):
    async def course(accounts):
        return (await accounts.reserve(key, [])).short

    assert on(valkey_url.replace("redis", scheme, 1), course) == []


def test_an_address_that_is_none_is_refused_without_repeating_it():
    with pytest.raises(LimitsUnavailableError, match="must look like") as raised:
        ValkeyAccounts("http://user:hunter2@127.0.0.1")

    assert "hunter2" not in str(raised.value)


def test_something_else_under_an_accounts_name_is_no_account(valkey_url, server, key):
    server.set(PREFIX + key, b"\xc1")

    async def course(accounts):
        with pytest.raises(LimitsUnavailableError):
            await accounts.reserve(key, [])

    on(valkey_url, course)


def test_an_account_that_is_none_any_more_ends_no_other_keys_leases(valkey_url, server, key):
    async def course():
        door = Admission(ValkeyAccounts(valkey_url))
        limits = Limits(concurrent=1, budget_day_tokens=100)
        ill, well = (SimpleNamespace(id=f"{key}{each}", whose="key", limits=limits) for each in ("ill", "well"))
        grant, _ = await door.reserve(ill, Ask("m", tokens=10)), await door.reserve(well, Ask("m", tokens=10))
        server.set(PREFIX + ill.id, b"junk")
        server.pexpire(PREFIX + well.id, 10_000)
        grant.settle(10, None)
        await asyncio.wait(door._pending)
        await door.renew()
        left = server.pttl(PREFIX + well.id)
        server.delete(PREFIX + ill.id)
        await door.renew()
        used = (await door.look(ill)).account.used("budget_day_tokens", door._accounts.clock())
        await door.close()
        return left, used

    left, used = asyncio.run(course())

    assert left > 10_000
    assert used == 10
