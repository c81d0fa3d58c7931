"""Keys as a process knows them: what it remembers, for how long, and what it does while the store is away."""

import asyncio
import threading
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from dragoman.gateway.keys import directory as module
from dragoman.gateway.keys.desk import Desk
from dragoman.gateway.keys.directory import AGING, LAST_KNOWN, OLD, PAUSE, Directory, KeysUnavailableError
from dragoman.gateway.keys.secret import hash_of
from dragoman.gateway.store.database import Store, StoreError


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Watched:
    """A desk that counts who asks, can be taken away, and made to wait."""

    def __init__(self, desk):
        self.desk = desk
        self.asked = 0
        self.away = False
        self.gate = threading.Event()
        self.gate.set()
        self.began = threading.Event()

    def find(self, hashed):
        self.asked += 1
        self.began.set()
        self.gate.wait(20)
        if self.away:
            raise StoreError("the store does not answer")
        return self.desk.find(hashed)


@pytest.fixture
def desk(tmp_path):
    with Store(f"sqlite:{tmp_path}/dragoman.db") as store:
        store.migrate()
        yield Desk(store, lambda: datetime.now(UTC))


@pytest.fixture
def watched(desk):
    return Watched(desk)


def on(watched, course):
    """Run a course on a directory of its own, with a clock that stands still."""

    async def run():
        clock = Clock()
        directory = Directory(watched, clock)
        try:
            return await course(directory, clock)
        finally:
            await beside(directory)
            directory.close()

    return asyncio.run(run())


async def beside(directory):
    """What is read beside requests, waited for."""
    while directory._reading:
        await asyncio.wait(directory._reading.values())


def made(desk, owner="ana"):
    key, secret = desk.create(owner)
    return key, hash_of(secret.reveal())


def test_a_key_is_read_once_and_remembered(desk, watched):
    key, hashed = made(desk)

    async def course(directory, _):
        return [await directory.identity(hashed) for _ in range(3)]

    assert {one.id for one in on(watched, course)} == {key.id}
    assert watched.asked == 1


def test_nobody_is_nobody(watched):
    async def course(directory, _):
        return await directory.identity("0" * 64), directory._known

    assert on(watched, course) == (None, {})


def test_of_many_who_ask_for_the_same_at_once_one_reads(desk, watched):
    key, hashed = made(desk)
    watched.gate.clear()

    async def course(directory, _):
        asking = [asyncio.ensure_future(directory.identity(hashed)) for _ in range(20)]
        await asyncio.sleep(0)
        asking[0].cancel()
        watched.gate.set()
        return await asyncio.gather(*asking[1:])

    assert {one.id for one in on(watched, course)} == {key.id}
    assert watched.asked == 1


def test_one_that_ages_is_read_again_beside_the_request(desk, watched):
    key, hashed = made(desk)

    async def course(directory, clock):
        await directory.identity(hashed)
        desk.revoke(key.id)
        clock.now = AGING
        first = await directory.identity(hashed)
        await beside(directory)
        return first, await directory.identity(hashed)

    first, second = on(watched, course)

    assert first.id == key.id
    assert second is None


def test_a_revoked_key_is_refused_within_five_seconds(desk, watched):
    key, hashed = made(desk)

    async def course(directory, clock):
        await directory.identity(hashed)
        desk.revoke(key.id)
        clock.now = OLD
        return await directory.identity(hashed)

    assert OLD < 5
    assert on(watched, course) is None


def test_what_is_known_is_as_old_as_the_question(desk, watched):
    _, hashed = made(desk)

    async def course(directory, clock):
        watched.gate.clear()
        asking = asyncio.ensure_future(directory.identity(hashed))
        await asyncio.to_thread(watched.began.wait, 20)
        clock.now = OLD
        watched.gate.set()
        await asking
        await directory.identity(hashed)
        return watched.asked

    assert on(watched, course) == 2


def test_who_is_not_known_does_not_wait_for_ever_for_a_store_that_says_nothing(desk, watched, monkeypatch, caplog):
    monkeypatch.setattr(module, "LONGEST", 0.01)
    key, hashed = made(desk)
    watched.gate.clear()

    async def course(directory, clock):
        try:
            with pytest.raises(KeysUnavailableError):
                await directory.identity(hashed)
        finally:
            watched.gate.set()
        await beside(directory)
        clock.now = PAUSE
        return await directory.identity(hashed)

    assert on(watched, course).id == key.id
    assert "it has said nothing for" in caplog.text


def test_keys_that_are_known_work_while_the_store_is_away_and_the_log_says_so_once(desk, watched, caplog):
    key, hashed = made(desk)

    async def course(directory, clock):
        await directory.identity(hashed)
        watched.away = True
        found = []
        for later in (OLD, OLD + PAUSE, LAST_KNOWN - 1):
            clock.now = later
            found.append(await directory.identity(hashed))
        watched.away = False
        clock.now = LAST_KNOWN - 1 + PAUSE
        found.append(await directory.identity(hashed))
        return found

    assert [one.id for one in on(watched, course)] == [key.id] * 4
    assert caplog.text.count("is away") == 1
    assert caplog.text.count("is back after") == 1


def test_they_do_not_for_ever(desk, watched):
    _, hashed = made(desk)

    async def course(directory, clock):
        await directory.identity(hashed)
        watched.away = True
        clock.now = LAST_KNOWN
        with pytest.raises(KeysUnavailableError):
            await directory.identity(hashed)

    on(watched, course)


def test_a_key_that_is_not_known_cannot_be_checked_then(desk, watched):
    _, hashed = made(desk)
    watched.away = True

    async def course(directory, _):
        with pytest.raises(KeysUnavailableError, match="try again soon"):
            await directory.identity(hashed)

    on(watched, course)


def test_a_store_that_has_failed_is_left_alone_for_a_while(desk, watched):
    _, hashed = made(desk)
    watched.away = True

    async def course(directory, clock):
        for later in (0, PAUSE / 2, PAUSE):
            clock.now = later
            with pytest.raises(KeysUnavailableError):
                await directory.identity(hashed)
        return watched.asked

    assert on(watched, course) == 2


def test_a_store_that_hangs_holds_up_nobody_who_is_known(desk, watched, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    key, hashed = made(desk)

    async def course(directory, clock):
        await directory.identity(hashed)
        watched.gate.clear()
        clock.now = OLD
        found = await directory.identity(hashed)
        watched.gate.set()
        return found

    assert on(watched, course).id == key.id


def test_no_more_than_so_many_are_remembered(desk, watched, monkeypatch):
    monkeypatch.setattr(module, "SIZE", 3)
    hashes = [made(desk, f"owner {n}")[1] for n in range(5)]

    async def course(directory, _):
        for hashed in (*hashes[:3], hashes[0], *hashes[3:]):
            await directory.identity(hashed)
        return list(directory._known)

    assert on(watched, course) == [hashes[0], hashes[3], hashes[4]]


def test_a_guess_drives_out_nobody(desk, watched, monkeypatch):
    monkeypatch.setattr(module, "SIZE", 1)
    _, hashed = made(desk)

    async def course(directory, _):
        await directory.identity(hashed)
        for n in range(5):
            await directory.identity(f"{n:064}")
        return list(directory._known)

    assert on(watched, course) == [hashed]


def test_a_mistake_of_ours_is_no_outage(watched):
    watched.desk = SimpleNamespace(find=lambda _: 1 / 0)

    async def course(directory, _):
        with pytest.raises(ZeroDivisionError):
            await directory.identity("0" * 64)

    on(watched, course)
