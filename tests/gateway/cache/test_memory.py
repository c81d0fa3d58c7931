"""Answers in memory: no more than fit, and no longer than they may."""

import asyncio
import gc
import tracemalloc

import hypothesis.strategies as st
from hypothesis import given

from dragoman.gateway.cache.memory import EACH, MemoryAnswers


class Clock:
    """Time that passes when a test says so."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def within(course, size=10_000):
    """Run a course with an empty cache, and its clock."""

    async def run():
        clock = Clock()
        answers = MemoryAnswers(size, clock)
        try:
            return await course(answers, clock)
        finally:
            await answers.close()

    return asyncio.run(run())


def test_what_was_put_is_there_until_its_time_is_over():
    async def course(answers, clock):
        answers.put("a", b"1", 10)
        clock.now += 9.99
        before = await answers.get("a")
        clock.now += 0.01
        return before, await answers.get("a"), await answers.get("b")

    assert within(course) == (b"1", None, None)


def test_what_is_too_old_is_dropped_though_nobody_asks_for_it():
    async def course(answers, clock):
        answers.put("short", b"1", 10)
        answers.put("long", b"22", 20)
        clock.now += 10
        answers.sweep()
        return len(answers), answers.taken, await answers.get("long")

    assert within(course) == (1, EACH + 2, b"22")


def test_it_is_looked_for_by_itself(monkeypatch):
    monkeypatch.setattr("dragoman.gateway.cache.memory.SWEEP", 0)

    async def course(answers, clock):
        swept = asyncio.Event()
        sweep = answers.sweep
        monkeypatch.setattr(answers, "sweep", lambda: (sweep(), swept.set()))
        answers.put("a", b"1", 0.001)
        clock.now += 1
        async with asyncio.timeout(10):
            await swept.wait()
        return answers.taken

    assert within(course) == 0


def test_the_one_that_was_asked_for_longest_ago_makes_room():
    async def course(answers, _):
        for name in "abc":
            answers.put(name, b"x" * 100, 60)
        await answers.get("a")
        answers.put("d", b"x" * 100, 60)
        return [name for name in "abcd" if await answers.get(name)]

    assert within(course, size=3 * (EACH + 100)) == ["a", "c", "d"]


def test_a_newer_answer_takes_the_place_and_the_room_of_the_older():
    async def course(answers, clock):
        answers.put("a", b"x" * 500, 10)
        answers.put("a", b"new", 30)
        clock.now += 20
        return await answers.get("a"), answers.taken, len(answers)

    assert within(course) == (b"new", EACH + 3, 1)


def test_what_does_not_fit_at_all_is_not_kept():
    async def course(answers, _):
        answers.put("a", b"x" * 1000, 10)
        return await answers.get("a"), answers.taken

    assert within(course, size=1000) == (None, 0)


def test_a_smaller_size_drops_what_is_too_much():
    async def course(answers, _):
        for name in "abc":
            answers.put(name, b"x", 60)
        answers.resize(EACH + 1)
        return len(answers), await answers.get("c")

    assert within(course) == (1, b"x")


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "get", "wait", "sweep"]), st.sampled_from("abcdef"), st.integers(0, 900)),
    max_size=40,
)


@given(STEPS)
def test_bytes_are_counted_rightly_and_never_too_many_and_nothing_is_given_too_late(steps):
    async def course(answers, clock):
        ends = {}
        for step, name, amount in steps:
            if step == "put":
                answers.put(name, b"x" * amount, seconds := 1 + amount % 3)
                ends[name] = clock.now + seconds
            elif step == "wait":
                clock.now += amount / 500
            elif step == "sweep":
                answers.sweep()
            elif await answers.get(name) is not None:
                assert clock.now < ends[name]
            assert answers.taken <= answers.size
            assert answers.taken == sum(len(value) + EACH for value, _, _ in answers._answers.values())
            assert sorted(answers._answers) == sorted(name for ends in answers._ends.values() for name in ends)

    within(course, size=3000)


def test_it_takes_no_more_of_the_machine_than_it_says():
    async def course(answers, _):
        gc.collect()
        tracemalloc.start()
        try:
            for number in range(5000):
                answers.put(f"{number:064}", b"%0100d" % number, 60.0)
            gc.collect()
            return tracemalloc.get_traced_memory()[0], answers.taken
        finally:
            tracemalloc.stop()

    really, taken = within(course, size=1 << 30)
    assert really <= taken
