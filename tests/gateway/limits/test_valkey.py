"""Accounts on a Valkey server."""

import asyncio

import pytest
import redis

from dragoman.gateway.limits.account import Claim, Entry
from dragoman.gateway.limits.accounts import LimitsUnavailableError
from dragoman.gateway.limits.valkey import PREFIX, ValkeyAccounts


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


def test_scripts_that_the_server_has_forgotten_are_sent_again(valkey_url, server, key):
    async def course(accounts):
        claim = Claim(Entry("m", "s", 1, accounts.clock() + 100), 2)
        first = await accounts.reserve(key, [claim])
        server.script_flush()
        second = await accounts.reserve(key, [claim])
        return first.short, second.short

    assert on(valkey_url, course) == ([], [])


def test_the_servers_clock_counts(valkey_url, key):
    async def course(accounts):
        accounts._ahead = 5000.0
        reply = await accounts.reserve(key, [])
        return reply.now, accounts.clock()

    now, clock = on(valkey_url, course)

    assert clock == pytest.approx(now, abs=5)


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
