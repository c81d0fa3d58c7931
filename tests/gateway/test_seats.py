"""Seats, a queue for them, and callers who do not want to wait any longer."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman import errors
from dragoman.gateway.seats import Seats


def run(work):
    return asyncio.run(work)


def test_as_many_as_may_are_seated_at_once_and_the_next_is_refused_where_nobody_may_wait():
    async def main():
        seats = Seats(requests=2, streams=2, queue=0)
        held = [await seats.take(stream=False) for _ in range(2)]
        with pytest.raises(errors.OverloadedError, match="2 requests are under way here, and 0 wait") as caught:
            await seats.take(stream=False)
        held[0].leave()
        held[0].leave()
        await seats.take(stream=True)
        return caught.value, seats

    error, seats = run(main())
    assert error.retry_after == 1
    assert (seats.taken, seats.streams) == (2, 1)


def test_those_who_wait_are_served_in_their_order():
    async def main():
        seats, served = Seats(requests=1, streams=1, queue=5), []
        first = await seats.take(stream=False)

        async def ask(name):
            seat = await seats.take(stream=False)
            served.append(name)
            seat.leave()

        waiting = [asyncio.ensure_future(ask(name)) for name in "abc"]
        await asyncio.sleep(0)
        assert seats.waiting == 3
        first.leave()
        await asyncio.gather(*waiting)
        return served, seats.taken

    assert run(main()) == (["a", "b", "c"], 0)


def test_nobody_waits_behind_a_stream_for_a_seat_of_another_kind():
    async def main():
        seats = Seats(requests=3, streams=1, queue=5)
        await seats.take(stream=True)
        stream = asyncio.ensure_future(seats.take(stream=True))
        await asyncio.sleep(0)
        await asyncio.wait_for(seats.take(stream=False), 1)
        assert not stream.done()
        stream.cancel()

    run(main())


def test_who_leaves_the_queue_leaves_no_seat_behind():
    async def main():
        seats = Seats(requests=1, streams=1, queue=5)
        first = await seats.take(stream=False)
        leaving = asyncio.ensure_future(seats.take(stream=False))
        staying = asyncio.ensure_future(seats.take(stream=False))
        await asyncio.sleep(0)
        leaving.cancel()
        first.leave()
        (await staying).leave()
        return seats.taken, seats.waiting

    assert run(main()) == (0, 0)


def test_who_leaves_in_the_moment_of_being_called_gives_the_seat_on():
    async def main():
        seats = Seats(requests=1, streams=1, queue=5)
        first = await seats.take(stream=False)
        leaving = asyncio.ensure_future(seats.take(stream=False))
        await asyncio.sleep(0)
        first.leave()
        leaving.cancel()
        await asyncio.wait([leaving])
        return seats.taken

    assert run(main()) == 0


@given(st.lists(st.tuples(st.sampled_from(["ask", "stream", "leave", "cancel"]), st.integers(0, 9)), max_size=60))
def test_whatever_happens_no_more_are_seated_than_may_and_none_is_lost(happenings):
    async def main():
        seats, asked = Seats(requests=3, streams=2, queue=4), []
        for happening, number in happenings:
            if happening in {"ask", "stream"}:
                asked.append(asyncio.ensure_future(seats.take(stream=happening == "stream")))
            elif asked and happening == "cancel":
                asked[number % len(asked)].cancel()
            elif asked:
                task = asked[number % len(asked)]
                if task.done() and not task.cancelled() and task.exception() is None:
                    task.result().leave()
            await asyncio.sleep(0)
            assert 0 <= seats.taken <= 3
            assert 0 <= seats.streams <= 2
            assert seats.waiting <= 4
        for task in asked:
            task.cancel()
        for task in asked:
            await asyncio.wait([task])
            if not task.cancelled() and task.exception() is None:
                task.result().leave()
        assert (seats.taken, seats.streams, seats.waiting) == (0, 0, 0)

    run(main())
