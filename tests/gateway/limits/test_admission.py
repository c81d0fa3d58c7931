"""Requests ask for their share and give back what they did not use: one caller, and many in several processes."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from dragoman.gateway.limits import claims
from dragoman.gateway.limits.account import Entry
from dragoman.gateway.limits.accounts import LimitsUnavailableError
from dragoman.gateway.limits.admission import Admission, Grant, admission
from dragoman.gateway.limits.claims import LEASE, Ask
from dragoman.gateway.limits.estimate import tokens
from dragoman.gateway.limits.refused import Refused
from dragoman.gateway.limits.sqlite import SqliteAccounts
from dragoman.gateway.limits.terms import Limits
from dragoman.gateway.limits.valkey import ValkeyAccounts

CALLERS = Path(__file__).parent / "callers.py"
ASK = Ask("m", tokens=10, cost=10)


def who(key, **limits):
    return SimpleNamespace(id=key, whose="key dg_3fK9aQx… of ana", limits=Limits(**limits))


def on(opened, course):
    """Run a course of requests on an admission of its own."""

    async def run():
        door = Admission(opened())
        try:
            return await course(door)
        finally:
            await door.close()

    return asyncio.run(run())


async def settled(door):
    """What nobody waits for, waited for."""
    while door._pending:
        await asyncio.wait(door._pending)


@pytest.mark.parametrize("longest", [2**53, 2**63, 2**64, 10**400], ids=["2^53", "2^63", "2^64", "10^400"])
def test_whoever_asks_for_any_number_of_tokens_is_refused_and_changes_nothing(opened, key, longest):
    async def course(door):
        limited = who(key, tokens_per_minute=1000, budget_day_tokens=1000)
        first = await door.reserve(limited, Ask("m", tokens=900))
        found = await door.reserve(limited, Ask("m", tokens=tokens(5, longest)))
        return first, found, await door.reserve(limited, Ask("m", tokens=101))

    first, found, after = on(opened, course)

    assert isinstance(first, Grant)
    assert (found.status, found.again) == (429, False)
    assert isinstance(after, Refused)


def test_a_key_without_limits_is_let_through_and_asks_nobody(tmp_path):
    async def course(door):
        await door._accounts.close()
        grant = await door.reserve(who("free"), Ask("m", tokens=10**9))
        grant.settle(5, None)
        return grant.headers

    accounts = SqliteAccounts(tmp_path / "limits.db")
    assert asyncio.run(course(Admission(accounts))) == []


def test_requests_are_admitted_up_to_their_limit_and_the_answer_says_how_the_key_stands(opened, key):
    async def course(door):
        return [await door.reserve(who(key, requests_per_minute=2), ASK) for _ in range(3)]

    first, second, third = on(opened, course)

    assert dict(first.headers)[b"x-ratelimit-limit-requests"] == b"2"
    assert dict(first.headers)[b"x-ratelimit-remaining-requests"] == b"1"
    assert dict(second.headers)[b"x-ratelimit-remaining-requests"] == b"0"
    assert dict(second.headers)[b"x-ratelimit-reset-requests"] in {b"1m1s", b"1m2s"}
    assert isinstance(third, Refused)
    assert third.limit == "requests_per_minute"
    assert 55 <= third.retry_after <= 62


def test_what_was_reserved_and_not_used_is_given_back(opened, key):
    async def course(door):
        limited = who(key, tokens_per_minute=100)
        grant = await door.reserve(limited, Ask("m", tokens=90))
        refused = await door.reserve(limited, Ask("m", tokens=20))
        grant.settle(5, None)
        await settled(door)
        return refused, await door.reserve(limited, Ask("m", tokens=95))

    refused, admitted = on(opened, course)

    assert isinstance(refused, Refused)
    assert refused.remaining == 10
    assert isinstance(admitted, Grant)
    assert dict(admitted.headers)[b"x-ratelimit-remaining-tokens"] == b"0"


def test_what_was_used_beyond_the_reservation_counts(opened, key):
    async def course(door):
        limited = who(key, tokens_per_minute=100, budget_day_tokens=200)
        (await door.reserve(limited, Ask("m", tokens=10))).settle(150, None)
        await settled(door)
        return await door.reserve(limited, Ask("m", tokens=1))

    refused = on(opened, course)

    assert refused.limit == "tokens_per_minute"
    assert refused.remaining == 0


def test_a_seat_is_free_when_its_request_ends_however_it_ends(opened, key):
    async def course(door):
        limited, seen = who(key, concurrent=1), []
        for end in (lambda grant: grant.settle(1, 1), lambda grant: grant.release()):
            grant = await door.reserve(limited, ASK)
            seen += [grant, await door.reserve(limited, ASK)]
            end(grant)
            await settled(door)
        return [*seen, await door.reserve(limited, ASK)]

    kinds = [type(one) for one in on(opened, course)]

    assert kinds == [Grant, Refused, Grant, Refused, Grant]


def test_a_request_that_failed_costs_nothing_but_its_place_among_the_requests(opened, key):
    async def course(door):
        limited = who(key, requests_per_minute=2, tokens_per_minute=10, budget_month_microusd=10)
        for _ in range(2):
            grant = await door.reserve(limited, ASK)
            grant.release()
            await settled(door)
        return await door.reserve(limited, ASK)

    assert on(opened, course).limit == "requests_per_minute"


def test_a_grant_is_closed_once(opened, key):
    async def course(door):
        limited = who(key, tokens_per_minute=100, concurrent=5)
        grant = await door.reserve(limited, Ask("m", tokens=50))
        grant.settle(40, None)
        grant.release()
        grant.settle(0, None)
        await settled(door)
        return await door.reserve(limited, Ask("m", tokens=60))

    assert isinstance(on(opened, course), Grant)


def test_a_budget_is_kept_by_the_day_and_survives_the_process(opened, key):
    async def spend(door):
        grant = await door.reserve(who(key, budget_day_microusd=100), Ask("m", tokens=1, cost=80))
        if isinstance(grant, Grant):
            grant.settle(1, 60)
        return grant

    first, second = on(opened, spend), on(opened, spend)

    assert isinstance(first, Grant)
    assert second.limit == "budget_day_microusd"
    assert second.remaining == 40
    assert second.code == "insufficient_quota"
    assert second.frees_at % 86_400 == 0


def test_a_budget_in_money_refuses_a_model_whose_price_is_unknown(opened, key):
    async def course(door):
        return await door.reserve(who(key, budget_day_microusd=100), Ask("mystery", tokens=1))

    refused = on(opened, course)

    assert (refused.status, refused.code) == (403, "price_unknown")
    assert "'mystery'" in refused.message


def test_nobody_is_let_in_while_the_accounts_are_away(key, caplog):
    async def course():
        door = Admission(ValkeyAccounts("redis://127.0.0.1:1"))
        try:
            with pytest.raises(LimitsUnavailableError) as raised:
                await door.reserve(who(key, concurrent=1), ASK)
        finally:
            await door.close()
        return str(raised.value)

    said = asyncio.run(course())

    assert "127.0.0.1" not in said
    assert "127.0.0.1" in caplog.text


class Away:
    """Accounts that can be taken away, in front of real ones."""

    def __init__(self, accounts):
        self.accounts = accounts
        self.away = False

    def __getattr__(self, name):
        if self.away and name in {"reserve", "settle", "keep"}:
            raise LimitsUnavailableError("gone")
        return getattr(self.accounts, name)


def test_what_a_request_took_is_written_down_when_the_accounts_are_back(tmp_path, key):
    async def course():
        accounts = Away(SqliteAccounts(tmp_path / "limits.db"))
        door = Admission(accounts)
        limited = who(key, budget_day_tokens=100, concurrent=1)
        grant = await door.reserve(limited, Ask("m", tokens=90))
        accounts.away = True
        grant.settle(70, None)
        await door.renew()
        accounts.away = False
        await door.renew()
        found = await door.reserve(limited, Ask("m", tokens=31)), await door.reserve(limited, Ask("m", tokens=30))
        await door.close()
        return found

    refused, admitted = asyncio.run(course())

    assert refused.remaining == 30
    assert isinstance(admitted, Grant)


def test_a_caller_who_leaves_while_the_answer_is_on_its_way_leaves_nothing_behind(valkey_url, key):
    async def course():
        door = Admission(ValkeyAccounts(valkey_url))
        limited = who(key, concurrent=1, tokens_per_minute=10)
        leaving = asyncio.ensure_future(door.reserve(limited, ASK))
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        await settled(door)
        found = await door.reserve(limited, ASK)
        await door.close()
        return found

    assert isinstance(asyncio.run(course()), Grant)


def test_what_is_held_is_renewed_for_as_long_as_its_request_runs(tmp_path, key):
    async def course():
        now = [time.time()]
        accounts = SqliteAccounts(tmp_path / "limits.db", lambda: now[0])
        door, other, limited = Admission(accounts), Admission(accounts), who(key, concurrent=1)
        grant = await door.reserve(limited, ASK)
        for _ in range(20):
            now[0] += LEASE / 3
            await door.renew()
        kept = await other.reserve(limited, ASK)
        grant.settle(1, 1)
        free = await other.reserve(limited, ASK)
        await door.close()
        return kept, free

    kept, free = asyncio.run(course())

    assert isinstance(kept, Refused)
    assert isinstance(free, Grant)


def test_a_seat_that_was_written_down_for_nobody_is_put_right(opened, key):
    async def course(door):
        limited = who(key, concurrent=2)
        grant = await door.reserve(limited, ASK)
        # As after a reservation whose answer was lost: written down, and nobody has it.
        wrong = Entry(claims.CONCURRENT, f"@{door._holder}", 1, door._accounts.clock() + LEASE)
        pending = door._accounts.settle(key, [wrong])
        if pending is not None:
            await pending
        full = await door.reserve(limited, ASK)
        await door.renew()
        return grant, full, await door.reserve(limited, ASK)

    _, full, free = on(opened, course)

    assert isinstance(full, Refused)
    assert isinstance(free, Grant)


def test_keep_renews_again_and_again_until_it_is_cancelled(tmp_path, key, monkeypatch):
    monkeypatch.setattr("dragoman.gateway.limits.admission.LEASE", 0.03)
    renewed = asyncio.Event()

    class Watched(SqliteAccounts):
        times = 0

        async def keep(self, key, entries, *, exact):
            self.times += 1
            if self.times == 3:
                renewed.set()
            await super().keep(key, entries, exact=exact)

    async def course():
        door = Admission(Watched(tmp_path / "limits.db"))
        grant = await door.reserve(who(key, concurrent=1), ASK)
        keeping = asyncio.ensure_future(door.keep())
        await asyncio.wait_for(renewed.wait(), 20)
        keeping.cancel()
        grant.release()
        await door.close()

    asyncio.run(course())


def run(place, key, limits, *, callers=16, tries=40, seed=0):
    """A process of callers."""
    command = [sys.executable, str(CALLERS), place, key, str(callers), str(tries), str(seed)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    process.stdin.write(msgspec.json.encode(limits).decode())
    process.stdin.close()
    return process


def admitted_by(processes):
    found = []
    for process in processes:
        with process:
            found += json.loads(process.stdout.read())
        assert process.returncode == 0
    return found


def test_four_processes_of_sixteen_callers_are_never_admitted_more_than_their_key_allows(place, key):
    limits = Limits(requests_per_minute=150, tokens_per_minute=9_000, concurrent=10, budget_day_microusd=10_000)

    admitted = admitted_by([run(place, key, limits, seed=seed) for seed in range(4)])

    # All of it is over within a minute, and they ask for much more than there is.
    assert max(one["ended"] for one in admitted) - min(one["begun"] for one in admitted) < 55
    assert 9_000 - 100 < sum(one["took"] for one in admitted) <= 9_000 or len(admitted) == 150
    assert len(admitted) <= 150
    events = sorted([(one["begun"], 1) for one in admitted] + [(one["ended"], -1) for one in admitted])
    under_way = 0
    for _, step in events:
        under_way += step
        assert under_way <= 10


def test_a_killed_process_leaves_no_seat_taken(tmp_path, key):
    """As with kill -9: what it held comes free when nobody renews it."""
    file = tmp_path / "limits.db"
    code = (
        "import asyncio, sys, pathlib, types\n"
        "from dragoman.gateway.limits.admission import admission\n"
        "from dragoman.gateway.limits.claims import Ask\n"
        "from dragoman.gateway.limits.terms import Limits\n"
        "async def main():\n"
        "    door = admission(pathlib.Path(sys.argv[1]))\n"
        "    who = types.SimpleNamespace(id=sys.argv[2], whose='', limits=Limits(concurrent=1, budget_day_tokens=10))\n"
        "    grant = await door.reserve(who, Ask('m', tokens=10))\n"
        "    print('held', flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(file), key], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        assert process.stdout.readline() == "held\n"
        process.send_signal(signal.SIGKILL)
    limited = who(key, concurrent=1, budget_day_tokens=10)

    async def ask(later):
        door = Admission(SqliteAccounts(file, lambda: time.time() + later))
        found = await door.reserve(limited, ASK)
        await door.close()
        return found

    assert isinstance(asyncio.run(ask(0)), Refused)
    assert isinstance(asyncio.run(ask(LEASE)), Grant)


def test_without_a_shared_server_the_file_is_used(tmp_path):
    async def course():
        door = admission(tmp_path / "limits.db")
        await door.close()

    asyncio.run(course())

    assert (tmp_path / "limits.db").exists()


def test_a_look_takes_nothing(opened, key):
    limited = who(key, requests_per_minute=2, budget_day_tokens=100)

    async def used(door):
        found = await door.look(limited)
        return [found.account.used(meter, found.now) for meter in ("requests_per_minute", "budget_day_tokens")]

    async def course(door):
        before = [await used(door), await used(door)]
        grant = await door.reserve(limited, ASK)
        during = await used(door)
        grant.settle(7, None)
        await settled(door)
        return [*before, during, await used(door)]

    assert on(opened, course) == [[0, 0], [0, 0], [1, 10], [1, 7]]


def test_what_cannot_be_looked_at_is_told_without_an_address():
    async def course(door):
        with pytest.raises(LimitsUnavailableError, match="cannot be checked just now; try again soon"):
            await door.look(who("key", requests_per_minute=1))

    on(lambda: ValkeyAccounts("redis://127.0.0.1:1"), course)
