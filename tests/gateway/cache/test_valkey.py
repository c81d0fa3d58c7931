"""Answers on a Valkey server, which may be slow, frozen, full or gone."""

import asyncio
import logging
import uuid

import pytest
import redis

from dragoman.errors import ConfigurationError
from dragoman.gateway.cache import valkey as module
from dragoman.gateway.cache.kept import CacheUnavailableError
from dragoman.gateway.cache.valkey import PREFIX, ValkeyAnswers
from valkeys import failing_over, frozen, killed, valkey


@pytest.fixture
def key():
    return uuid.uuid4().hex


@pytest.fixture
def own():
    """A server that a test may ill-treat."""
    with valkey() as server:
        yield server


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, "dragoman.cache")
    logging.getLogger("dragoman").propagate = True
    return lambda: [record.getMessage() for record in caplog.records if record.name == "dragoman.cache"]


def on(url, course, size=1000):
    async def run():
        answers = ValkeyAnswers(url, size)
        try:
            return await course(answers)
        finally:
            await answers.close()

    return asyncio.run(run())


async def written(answers):
    """Wait for what is on its way to the server."""
    await asyncio.gather(*answers._pending)


async def refused(answers, key):
    try:
        await answers.get(key)
    except CacheUnavailableError:
        return True
    return False


def test_what_was_put_is_there_for_all_who_share_the_server_and_for_so_long(valkey_url, key):
    async def put(answers):
        answers.put(key, b"\0answer\xff", 60.0)

    async def get(answers):
        return await answers.get(key), await answers.get(key + "x")

    on(valkey_url, put)
    assert on(valkey_url, get) == (b"\0answer\xff", None)
    with redis.Redis.from_url(valkey_url) as server:
        assert 50_000 < server.pttl(PREFIX + key) <= 60_000


def test_when_another_server_has_taken_its_place_answers_are_kept_there(tmp_path, key):
    async def course(answers):
        answers.put(key, b"1", 60.0)
        await written(answers)
        fail_over()
        answers.put(key, b"2", 60.0)
        await written(answers)
        answers.put(key, b"3", 60.0)
        await written(answers)
        return await answers.get(key)

    with failing_over(tmp_path) as (address, fail_over):
        assert on(address, course) == b"3"


def test_the_server_forgets_it_by_itself(valkey_url, key):
    async def course(answers):
        answers.put(key, b"1", 0.0001)
        await written(answers)
        async with asyncio.timeout(10):
            while await answers.get(key) is not None:
                pass
        return True

    assert on(valkey_url, course)


def test_a_frozen_server_keeps_one_request_waiting_for_a_moment_and_the_others_not_at_all(own, key, lines, monkeypatch):
    asked = []

    async def course(answers):
        await answers.get(key)
        with frozen(own):
            first = await refused(answers, key)
            monkeypatch.setattr(answers._server, "get", asked.append)
            others = [await refused(answers, key) for _ in range(20)]
            answers.put(key, b"1", 60.0)
        return first, others, len(answers._pending)

    assert on(own.connection_url, course) == (True, [True] * 20, 0)
    assert asked == []
    (line,) = lines()
    assert line.startswith("the shared cache does not answer, and is asked again every 5 s: ")


def test_when_it_is_back_it_is_asked_again(own, key, lines, monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 0.001)

    async def course(answers):
        with frozen(own):
            gone = [await refused(answers, key) for _ in range(2)]
        async with asyncio.timeout(10):
            while await refused(answers, key):
                pass
        answers.put(key, b"1", 60.0)
        await written(answers)
        return gone, await answers.get(key)

    assert on(own.connection_url, course) == ([True, True], b"1")
    assert [line.partition(",")[0] for line in lines()] == [
        "the shared cache does not answer",
        "the shared cache answers again",
    ]


def test_a_server_that_died_is_a_miss_at_once(own, key, lines):
    async def course(answers):
        await answers.get(key)
        killed(own)
        answers.put(key, b"1", 60.0)
        await written(answers)
        return await refused(answers, key)

    assert on(own.connection_url, course)
    assert len(lines()) == 1


def test_one_that_has_no_room_is_read_all_the_same(key, lines):
    with valkey(maxmemory="1mb", **{"maxmemory-policy": "noeviction"}) as full:

        async def course(answers):
            for _ in range(3):
                answers.put(key, b"x" * 2_000_000, 60.0)
                answers.put(key + "x", b"x", 60.0)
                await written(answers)
            return await refused(answers, key)

        assert not on(full.connection_url, course)
    assert len([line for line in lines() if line.startswith("the shared cache does not take answers: ")]) == 1


def test_who_leaves_while_the_server_is_asked_says_nothing_of_it(own, key):
    async def course(answers):
        await answers.get(key)
        with frozen(own):
            asking = asyncio.ensure_future(answers.get(key))
            await asyncio.sleep(0)
            asking.cancel()
            await asyncio.wait([asking])
        return asking.cancelled(), await answers.get(key)

    assert on(own.connection_url, course) == (True, None)


def test_no_more_is_on_its_way_than_may_be(valkey_url, key, monkeypatch):
    monkeypatch.setattr(module, "PENDING", 2)

    async def course(answers):
        for number in range(5):
            answers.put(f"{key}{number}", b"1", 60.0)
        await written(answers)
        return [await answers.get(f"{key}{number}") for number in range(5)]

    assert on(valkey_url, course) == [b"1", b"1", None, None, None]


def test_of_large_answers_no_more_bytes_are_on_their_way_than_may_be(valkey_url, key):
    async def course(answers):
        for number in range(4):
            answers.put(f"{key}{number}", b"x" * 400, 60.0)
        answers.resize(1200)
        answers.put(f"{key}5", b"x" * 400, 60.0)
        await written(answers)
        answers.put(f"{key}6", b"x" * 1200, 60.0)
        await written(answers)
        return [await answers.get(f"{key}{number}") is not None for number in range(7)]

    assert on(valkey_url, course) == [True, True, False, False, False, True, True]


def test_an_address_that_is_none_is_refused_without_repeating_it():
    with pytest.raises(ConfigurationError, match="must look like") as raised:
        ValkeyAnswers("http://user:hunter2@127.0.0.1", 1000)

    assert "hunter2" not in str(raised.value)
