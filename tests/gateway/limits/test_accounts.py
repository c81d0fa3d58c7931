"""What is asked of every place for accounts, held against the rule itself: the file and the server count alike."""

import asyncio
import contextlib
import math
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.gateway.limits.account import Account, Claim, Entry
from dragoman.gateway.limits.accounts import LimitsUnavailableError
from dragoman.gateway.limits.own import OwnAccounts
from dragoman.gateway.limits.sqlite import SqliteAccounts
from dragoman.gateway.limits.valkey import ValkeyAccounts


async def finished(reply):
    return await reply if isinstance(reply, asyncio.Future) else reply


def test_a_reservation_fits_or_does_not(opened, key):
    async def course():
        accounts = opened()
        ends = accounts.clock() + 50
        claim = Claim(Entry("m", "s", 6, ends), 10)
        first = await finished(accounts.reserve(key, [claim]))
        second = await finished(accounts.reserve(key, [claim]))
        await accounts.close()
        return first, second, claim

    first, second, claim = asyncio.run(course())

    assert (first.short, second.short) == ([], [claim])
    assert first.account.used("m", first.now) == second.account.used("m", second.now) == 6


def test_accounts_are_shared_by_all_who_open_them(opened, key):
    async def course():
        one, other = opened(), opened()
        await finished(one.settle(key, [Entry("m", "s", 6, one.clock() + 50)]))
        # In memory for a turn of the loop, with some of them.
        await asyncio.sleep(0)
        reply = await finished(other.reserve(key, []))
        await one.close()
        await other.close()
        return reply

    reply = asyncio.run(course())

    assert reply.account.used("m", reply.now) == 6


def test_keys_have_accounts_of_their_own(opened, key):
    async def course():
        accounts = opened()
        await finished(accounts.settle(key, [Entry("m", "s", 6, accounts.clock() + 50)]))
        reply = await finished(accounts.reserve(f"{key}'; --", []))
        await accounts.close()
        return reply

    reply = asyncio.run(course())

    assert reply.account.used("m", reply.now) == 0


def test_their_clock_is_the_time(opened):
    async def course():
        accounts = opened()
        told = (await finished(accounts.reserve("nobody", []))).now, accounts.clock()
        await accounts.close()
        return told

    told, clock = asyncio.run(course())

    assert told == pytest.approx(clock, abs=5)


slices = st.sampled_from(["1", "2", "@here", "@there"])
meters = st.sampled_from(["a", "b"])
# Amounts count for ages, or never did: what ends in between would end at another moment here than there.
entries = st.builds(Entry, meters, slices, st.integers(-5, 9), st.sampled_from([-100.0, 1000.5, 5000.0]))
claims = st.builds(Claim, entries, st.integers(0, 30), st.sampled_from([math.inf, 2000.0]))
steps = st.one_of(
    st.tuples(st.just("reserve"), st.lists(claims, max_size=3)),
    st.tuples(st.just("settle"), st.lists(entries, max_size=3)),
    st.tuples(st.just("keep"), st.lists(entries, max_size=3), st.booleans()),
)


async def taken(accounts, name, what, moved, exact):
    """Take a step at one of the places."""
    if what == "reserve":
        return (await finished(accounts.reserve(name, moved))).short
    if what == "settle":
        await finished(accounts.settle(name, moved))
        return None
    return await accounts.keep(name, moved, exact=exact)


def by_rule(account, now, what, moved, exact):
    """The same step as the rule has it."""
    if what == "reserve":
        return account.reserve(moved, now)
    for one in moved:
        if what == "settle":
            account.add(one, now)
        else:
            account.keep(one, now, exact=exact)
    return None


def standing(account, now):
    return [(account.used(meter, now), account.held(meter, now), account.empty_at(meter, now)) for meter in "ab"]


@settings(max_examples=40)
@given(course=st.lists(steps, max_size=25))
def test_every_place_counts_as_the_rule_does(valkey_url, tmp_path_factory, course):
    name = uuid.uuid4().hex
    file = tmp_path_factory.getbasetemp() / "rule.db"

    async def run():
        own = OwnAccounts(SqliteAccounts(file.with_name("own.db")))
        places = [SqliteAccounts(file), ValkeyAccounts(valkey_url), own]
        try:
            now = (await places[1].reserve(name, [])).now
            account = Account()
            for what, given_, *exact in course:
                moved = [moved_by(one, now) for one in given_]
                expected = by_rule(account, now, what, moved, *(exact or [False]))
                for place in places:
                    assert await taken(place, name, what, moved, *(exact or [False])) == expected
                    assert standing((await finished(place.reserve(name, []))).account, now) == standing(account, now)
        finally:
            for place in places:
                await place.close()

    asyncio.run(run())


def moved_by(one, start):
    if isinstance(one, Claim):
        return Claim(moved_by(one.entry, start), one.limit, start + one.latest)
    return Entry(one.meter, one.slice, one.amount, start + one.ends)


def test_what_cannot_be_reached_says_so_in_words_for_the_log(tmp_path):
    async def course():
        accounts = ValkeyAccounts("redis://:hunter2@127.0.0.1:1/0")
        with contextlib.suppress(NotImplementedError), pytest.raises(LimitsUnavailableError) as raised:
            await accounts.reserve("key", [])
        await accounts.close()
        return str(raised.value)

    assert "hunter2" not in asyncio.run(course())
    with pytest.raises(LimitsUnavailableError, match="cannot be kept in"):
        SqliteAccounts(tmp_path / "nowhere" / "limits.db")
