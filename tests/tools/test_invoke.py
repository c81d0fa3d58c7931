"""Tools called at once: threads, tasks, limits in time."""

import asyncio
import contextvars
import math
import threading
import time
from queue import SimpleQueue

import pytest

from dragoman import Invocation, Tool
from dragoman.tools.invoke import ainvoke, asettled, invoke, settled
from dragoman.wire.completion import ToolCall

FOR_EVER = math.inf
WHO = contextvars.ContextVar("who", default="nobody")


def called(function, timeout=None, **arguments):
    return Invocation(function.__name__, arguments, ToolCall("c"), 1, Tool(function, timeout=timeout))


def blocking(invocations, until=FOR_EVER):
    return invoke(invocations, until, None)


def waiting(invocations, until=FOR_EVER):
    return asyncio.run(ainvoke(invocations, until))


@pytest.fixture(params=[blocking, waiting])
def call(request):
    return request.param


def double(number: int) -> int:
    return number * 2


async def triple(number: int) -> int:
    await asyncio.sleep(0)
    return number * 3


def test_functions_of_either_colour_are_called(call):
    outcomes = call([called(double, number=2), called(triple, number=2)])

    assert [outcome.value for outcome in outcomes] == [4, 6]
    assert [outcome.value for outcome in call([called(triple, number=1)])] == [3]
    assert [outcome.value for outcome in call([called(double, number=1)])] == [2]


def test_they_run_at_once(call):
    both = threading.Barrier(2, timeout=10)

    def meet() -> int:
        return both.wait()

    assert sorted(outcome.value for outcome in call([called(meet), called(meet)])) == [0, 1]


def test_what_one_raises_is_its_outcome_alone(call):
    def fail() -> None:
        raise LookupError("nobody")

    failed, fine = call([called(fail), called(double, number=1)])
    assert repr(failed.error) == "LookupError('nobody')"
    assert fine.value == 2


def test_a_cancellation_of_what_one_awaits_is_its_outcome_alone(call):
    async def lose() -> None:
        await asyncio.wait_for(asyncio.ensure_future(leave()), 10)

    async def leave() -> None:
        raise asyncio.CancelledError

    failed, fine = call([called(lose), called(double, number=1)])
    assert isinstance(failed.error, asyncio.CancelledError)
    assert fine.value == 2


@pytest.mark.parametrize("count", [1, 2])
def test_what_ends_a_program_ends_it_from_a_tool_too(call, count):
    def leave() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit, match="3"):
        call([called(leave) for _ in range(count)])


def test_however_many_they_are_none_waits_for_another(call):
    many = 40
    all_here = threading.Barrier(many, timeout=10)

    def meet() -> int:
        return all_here.wait()

    outcomes = call([called(meet, timeout=10) for _ in range(many)])
    assert sorted(outcome.value for outcome in outcomes) == list(range(many))


def test_an_event_loop_ends_though_a_function_does_not():
    release, begun = threading.Event(), threading.Event()

    def stay() -> None:
        begun.set()
        release.wait(30)

    async def main():
        return await ainvoke([called(stay, timeout=0.05)], FOR_EVER)

    assert asyncio.run(main()) == [None]
    assert begun.is_set()
    assert not release.is_set()
    release.set()


def test_one_that_takes_too_long_is_left_behind(call):
    release = threading.Event()

    def stay() -> str:
        release.wait(30)
        return "late"

    async def wait_for_ever() -> None:
        await asyncio.Event().wait()

    releasing = threading.Timer(1.0, release.set)
    releasing.start()
    begun = time.monotonic()
    outcomes = call([called(stay, timeout=0.05), called(wait_for_ever, timeout=0.05), called(double, number=1)])
    release.set()
    releasing.cancel()
    releasing.join()

    assert [outcome and outcome.value for outcome in outcomes] == [None, None, 2]
    assert time.monotonic() - begun < 10


def test_the_runs_own_time_counts_too(call):
    async def wait_for_ever() -> None:
        await asyncio.Event().wait()

    assert call([called(wait_for_ever)], time.monotonic() + 0.05) == [None]


def test_a_timeout_of_the_tools_own_is_an_error_like_any_other(call):
    async def impatient() -> None:
        raise TimeoutError("mine")

    assert str(call([called(impatient, timeout=60)])[0].error) == "mine"


def test_tools_see_the_callers_context(call):
    def who() -> str:
        return WHO.get()

    token = WHO.set("Camille")
    try:
        assert [outcome.value for outcome in call([called(who), called(who)])] == ["Camille"] * 2
    finally:
        WHO.reset(token)


def test_one_alone_runs_where_we_are():
    def where() -> str:
        return threading.current_thread().name

    assert invoke([called(where)], FOR_EVER, None)[0].value == threading.current_thread().name
    assert invoke([called(where)], FOR_EVER, SimpleQueue())[0].value == "dragoman tool where"


def test_a_bell_ends_the_wait():
    bell, begun, release = SimpleQueue(), threading.Event(), threading.Event()

    def stay() -> None:
        begun.set()
        bell.put(None)
        release.wait(10)

    assert invoke([called(stay)], FOR_EVER, bell) == [None]
    assert begun.is_set()
    release.set()


def test_one_of_an_earlier_round_that_comes_late_is_not_taken_for_another():
    bell, release = SimpleQueue(), threading.Event()

    def late() -> None:
        release.wait(10)

    def after() -> str:
        release.set()
        # The late one is over and has rung before this one has.
        while bell.empty() and [one for one in threading.enumerate() if one.name == "dragoman tool late"]:
            time.sleep(0.001)
        return "mine"

    assert invoke([called(late, timeout=0.01)], FOR_EVER, bell) == [None]
    assert invoke([called(after)], FOR_EVER, bell)[0].value == "mine"


def test_a_blocking_program_may_run_inside_an_event_loop():
    async def main():
        assert settled(triple(2)) == 6
        return invoke([called(triple, number=1)], FOR_EVER, None)[0].value

    assert asyncio.run(main()) == 3


def test_cancelling_cancels_the_tasks():
    ended = []

    async def stay() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("stay")

    async def main():
        task = asyncio.ensure_future(ainvoke([called(stay), called(stay)], FOR_EVER))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert ended == ["stay", "stay"]


def test_what_is_awaitable_is_awaited():
    assert settled(3) == settled(triple(1)) == asyncio.run(asettled(triple(1))) == asyncio.run(asettled(3)) == 3
