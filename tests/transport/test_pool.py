"""Bookkeeping of connections: no socket, no clock, only what was said."""

import os
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
