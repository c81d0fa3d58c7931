"""Bookkeeping of connections: no socket, no clock, only what was said."""

import os
import sys
import threading

import pytest

from dragoman.transport.pool import IDLE_BOUND, Place, Pool


class Thing:
    """A connection as the pool knows it."""

    def __init__(self, origin="a", since=0.0):
        self.origin = origin
        self.since = since
        self.dropped = 0
        self.forsaken = 0

    def drop(self):
        self.dropped += 1

    def forsake(self):
        self.forsaken += 1


def pool(keep_alive=30.0, max_connections=None):
    return Pool(keep_alive, max_connections)


def idle(pool, *things):
    for thing in things:
        assert pool.take(thing.origin, thing.since) is Place.OPEN
        assert pool.lend(thing)
    for thing in things:
        assert pool.give(thing)


def test_the_connection_that_became_idle_last_is_taken_first():
    kept = pool()
    first, second = Thing(since=1.0), Thing(since=2.0)
    idle(kept, first, second)

    assert kept.take("a", 3.0) is second
    assert kept.take("a", 3.0) is first
    assert kept.take("a", 3.0) is Place.OPEN


def test_origins_do_not_mix():
    kept = pool()
    idle(kept, Thing("a"))

    assert kept.take("b", 1.0) is Place.OPEN


def test_a_connection_idle_for_too_long_is_dropped():
    kept = pool(keep_alive=10.0)
    old, older = Thing(since=5.0), Thing(since=4.0)
    idle(kept, older, old)

    assert kept.take("a", 15.5) is Place.OPEN
    assert (old.dropped, older.dropped) == (1, 1)


def test_connections_of_origins_nobody_asks_for_expire_too():
    kept = pool(keep_alive=10.0)
    forgotten, fresh = Thing("forgotten", since=0.0), Thing("used", since=20.0)
    idle(kept, forgotten)
    idle(kept, fresh)

    assert (forgotten.dropped, fresh.dropped) == (1, 0)


def test_so_many_idle_connections_are_kept_and_no_more():
    kept = pool()
    things = [Thing() for _ in range(IDLE_BOUND + 1)]
    for thing in things:
        kept.take("a", 0.0)
        kept.lend(thing)

    assert [kept.give(thing) for thing in things] == [True] * IDLE_BOUND + [False]


def test_discarding_drops_and_a_discarded_connection_is_not_taken_back():
    kept = pool()
    thing = Thing()
    kept.take("a", 0.0)
    kept.lend(thing)
    kept.discard(thing)

    assert thing.dropped == 1
    assert not kept.give(thing)
    assert kept.take("a", 0.0) is Place.OPEN


def test_closing_drops_the_idle_and_if_asked_the_busy_ones():
    for busy, dropped in ((True, 1), (False, 0)):
        kept = pool()
        resting, working = Thing(), Thing()
        idle(kept, resting)
        kept.take("b", 0.0)
        kept.lend(working)
        kept.close(busy=busy)

        assert (resting.dropped, working.dropped) == (1, dropped)
        assert not kept.give(working)
        assert not kept.lend(Thing())


def test_a_full_origin_makes_others_wait_and_wakes_one_for_each_place():
    kept = pool(max_connections=1)
    thing, woken = Thing(), []
    kept.take("a", 0.0)
    kept.lend(thing)
    assert kept.take("a", 0.0) is Place.WAIT
    assert kept.take("b", 0.0) is Place.OPEN

    kept.queue("a", lambda: woken.append("first"))
    kept.queue("a", lambda: woken.append("second"))
    kept.give(thing)
    assert woken == ["first"]
    assert kept.take("a", 0.0) is thing

    kept.discard(thing)
    assert woken == ["first", "second"]
    assert kept.take("a", 0.0) is Place.OPEN


def test_a_place_that_came_free_before_the_queue_was_joined_is_not_missed():
    kept = pool(max_connections=1)
    assert kept.take("a", 0.0) is Place.OPEN
    assert kept.take("a", 0.0) is Place.WAIT
    kept.release("a")
    woken = []
    kept.queue("a", lambda: woken.append(True))

    assert woken == [True]


def test_whoever_leaves_the_queue_passes_a_turn_that_had_come_on():
    kept = pool(max_connections=1)
    kept.take("a", 0.0)
    woken = []

    def first():
        woken.append("first")

    def second():
        woken.append("second")

    kept.queue("a", first)
    kept.queue("a", second)
    kept.release("a")
    assert woken == ["first"]
    kept.leave("a", first)
    assert woken == ["first", "second"]


def test_whoever_leaves_the_queue_before_its_turn_is_not_called():
    kept = pool(max_connections=1)
    kept.take("a", 0.0)
    woken = []

    def impatient():
        woken.append(True)

    kept.queue("a", impatient)
    kept.leave("a", impatient)
    kept.release("a")
    assert woken == []


def test_expired_connections_free_their_places():
    kept = pool(keep_alive=1.0, max_connections=1)
    idle(kept, Thing(since=0.0))

    assert kept.take("a", 5.0) is Place.OPEN


def test_closing_wakes_whoever_waits():
    kept = pool(max_connections=1)
    kept.take("a", 0.0)
    woken = []
    kept.queue("a", lambda: woken.append(True))
    kept.close(busy=True)

    assert woken == [True]


def test_a_finalizer_may_discard_amid_anything():
    """The garbage collector picks its moment, and it may be while this very thread holds the lock."""
    kept = pool(keep_alive=1.0)
    unread = Thing("unread")
    kept.take("unread", 0.0)
    kept.lend(unread)

    class Finalizing(Thing):
        def drop(self):
            super().drop()
            kept.discard(unread)

    expired = Finalizing(since=0.0)
    idle(kept, expired)
    done = threading.Thread(target=kept.take, args=("a", 9.0), daemon=True)
    done.start()
    done.join(5)

    assert not done.is_alive()
    assert (expired.dropped, unread.dropped) == (1, 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")
def test_a_forked_child_forsakes_what_is_its_parents():
    kept = pool()
    resting, working = Thing(), Thing()
    idle(kept, resting)
    kept.take("b", 0.0)
    kept.lend(working)
    child = os.fork()
    if not child:
        ours = (resting.forsaken, working.forsaken, resting.dropped + working.dropped, kept.take("a", 0.0))
        os._exit(0 if ours == (1, 1, 0, Place.OPEN) else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (resting.forsaken, working.forsaken) == (0, 0)
    assert kept.take("a", 0.0) is resting


class Moment:
    """A value that calls back when it is looked up for the nth time from now: what others do may come just there."""

    left = 0
    act = None

    def at(self, number, act):
        self.left, self.act = number, act

    def __hash__(self):
        self.left -= 1
        if self.left == 0:
            self.act()
        return 1

    def do(self):
        """What has not been done by now."""
        if self.left > 0:
            self.left = 0
            self.act()


class Watched(Moment, Thing):
    """A connection of that kind."""


MOMENTS = range(1, 8)


@pytest.mark.parametrize("number", MOMENTS)
def test_one_that_is_given_back_while_its_origin_is_forgotten_is_not_lost(number):
    kept, origin = pool(keep_alive=10.0), Moment()
    thing, other = Thing(origin, since=21.0), Thing("another", since=20.0)
    idle(kept, thing)
    assert kept.take(origin, 21.0) is thing
    kept.take("another", 20.0)
    kept.lend(other)

    # Whichever of the two sweeps, the other is in the middle of its return.
    origin.at(number, lambda: kept.give(other))
    kept.give(thing)
    origin.do()
    assert kept.take(origin, 21.0) is thing

    kept.lend(other)
    kept.take("another", 40.0)
    thing.since = other.since = 50.0
    origin.at(number, lambda: kept.give(thing))
    kept.give(other)
    origin.do()
    assert kept.take(origin, 50.0) is thing


def test_one_whose_origin_is_forgotten_while_it_is_given_back_is_not_lost():
    kept = pool(keep_alive=10.0)
    thing, other = Watched("a", since=21.0), Thing("another", since=40.0)
    idle(kept, thing)
    assert kept.take("a", 21.0) is thing
    kept.take("another", 40.0)
    kept.lend(other)

    thing.at(1, lambda: kept.give(other))
    kept.give(thing)
    thing.do()
    assert kept.take("a", 21.0) is thing


@pytest.mark.parametrize("number", MOMENTS)
def test_whoever_begins_to_wait_while_one_is_given_back_is_called(number):
    kept, origin, woken = pool(max_connections=1), Moment(), []
    thing = Thing(origin)
    kept.take(origin, 0.0)
    kept.lend(thing)

    origin.at(number, lambda: kept.give(thing))
    kept.queue(origin, lambda: woken.append("first"))
    origin.do()
    assert woken
    assert kept.take(origin, 0.0) is thing

    origin.at(number, lambda: kept.queue(origin, lambda: woken.append("second")))
    kept.give(thing)
    origin.do()
    assert woken[-1] == "second"


@pytest.mark.parametrize("number", MOMENTS)
@pytest.mark.parametrize("where", ["origin", "connection"])
@pytest.mark.parametrize("given", [True, False])
def test_nothing_outlives_a_pool_that_is_closed_meanwhile(number, where, given):
    kept, origin = pool(), Moment()
    thing = Watched(origin)
    idle(kept, thing)
    if given:
        kept.take(origin, 0.0)
    moment = origin if where == "origin" else thing
    moment.at(number, lambda: kept.close(busy=True))
    found = kept.give(thing) if given else kept.take(origin, 0.0)
    if found is False:
        kept.discard(thing)
    moment.do()

    assert thing.dropped
    assert kept.take(origin, 0.0) is Place.OPEN
    assert not kept.lend(Thing(origin))


def test_threads_never_share_a_connection_and_none_is_lost():
    """No lock is held where one is taken or given back, so that threads come between any two steps of it."""
    # Of this one each return is a time to sweep, which forgets an origin without idle connections.
    kept = pool(keep_alive=0.0, max_connections=3)
    shared, opened = [], []

    class Counting(Thing):
        def __init__(self):
            super().__init__()
            self.users = 0

    def work():
        for _ in range(400):
            thing = kept.take("a", 0.0)
            while not isinstance(thing, Thing):
                if thing is Place.OPEN:
                    thing = Counting()
                    opened.append(thing)
                    assert kept.lend(thing)
                    break
                come = threading.Event()
                kept.queue("a", come.set)
                assert come.wait(10), "nobody called whoever waited"
                thing = kept.take("a", 0.0)
            thing.users += 1
            shared.append(thing.users)
            thing.users -= 1
            assert kept.give(thing)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, daemon=True) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    finally:
        sys.setswitchinterval(before)

    assert not any(thread.is_alive() for thread in threads)
    assert set(shared) == {1}
    assert len(opened) <= 3
    kept.close(busy=False)
    assert [thing.dropped for thing in opened] == [1] * len(opened)
