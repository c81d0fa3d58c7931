"""How fast a server may be asked, by a clock that only these tests turn."""

import math

import pytest

from dragoman.limiter.pace import Pace, Place
from dragoman.rates import RateLimit, RateLimits

ONE = {"requests": 1, "tokens": 100, "input tokens": 60, "output tokens": 40}


class World:
    """A pace and its time."""

    def __init__(self, start=4, most=8):
        self.pace = Pace(start, most)
        self.now = 0.0
        self._number = 0

    def place(self, costs=None):
        self._number += 1
        return Place(self._number, costs or ONE)

    def ask(self, place):
        return self.pace.ask(place, self.now)

    def sent(self, count=1):
        """So many that are let go."""
        places = [self.place() for _ in range(count)]
        for place in places:
            assert self.ask(place) is None
        return places if count > 1 else places[0]

    def answered(self, place, *, of="requests", **said):
        self.pace.answered(place, RateLimits((RateLimit(of=of, **said),)), self.now)

    def done(self, *places):
        for place in places:
            self.pace.succeeded(place)
            self.pace.over(place)


def test_at_first_a_few_may_go_and_more_with_each_that_succeeds():
    world = World(start=2, most=4)
    first, second = world.sent(2)
    third = world.place()
    assert world.ask(third) == math.inf

    world.done(first)
    assert world.ask(third) is None
    world.done(second, third)
    world.sent(4)
    assert world.ask(world.place()) == math.inf


def test_a_server_that_is_not_busy_is_not_thought_to_take_more():
    world = World(start=4, most=8)
    world.done(world.sent())

    assert world.pace.most_now == 4


def test_a_refusal_halves_how_many_may_go_once_for_all_that_were_sent_before_it():
    world = World(start=4)
    places = world.sent(4)
    for place in places:
        world.pace.refused(place, None, world.now)
        world.pace.over(place)

    assert world.pace.most_now == 2
    later = world.sent()
    world.pace.refused(later, None, world.now)
    assert world.pace.most_now == 1
    world.pace.refused(later, None, world.now)
    assert world.pace.most_now == 1


def test_after_a_refusal_the_way_up_is_slow():
    world = World(start=4)
    world.pace.refused(world.sent(), None, world.now)
    world.done(world.sent())

    assert world.pace.most_now == pytest.approx(2.5)


def test_nobody_asks_before_the_server_wants_to_be_asked():
    world = World()
    place = world.sent()
    world.pace.refused(place, 7.5, world.now)
    world.pace.over(place)

    again = world.place()
    assert world.ask(again) == 7.5
    world.now = 7.5
    assert world.ask(again) is None


def test_what_is_left_is_sent_and_the_rest_when_it_is_there_again():
    world = World()
    world.answered(first := world.sent(), limit=3, remaining=2, resets_in=1.0)
    world.done(first)
    world.sent(2)
    waiting = world.place()

    assert world.ask(waiting) == 1.0
    world.now = 1.0
    assert world.ask(waiting) is None


def test_what_the_server_may_not_have_counted_yet_is_counted_here():
    world = World()
    first, _ = world.sent(2)
    world.answered(first, limit=10, remaining=2, resets_in=1.0)

    world.sent()
    assert world.ask(world.place()) == 1.0


def test_an_answer_that_was_overtaken_raises_nothing():
    world = World()
    first, second = world.sent(2)
    world.answered(second, limit=10, remaining=0, resets_in=1.0)
    world.answered(first, limit=10, remaining=9, resets_in=5.0)

    assert world.ask(world.place()) == 1.0


@pytest.mark.parametrize(("of", "costs"), [("tokens", 100), ("input tokens", 60), ("output tokens", 40)])
def test_tokens_are_counted_as_the_server_counts_them(of, costs):
    world = World()
    world.answered(first := world.sent(), of=of, limit=1000, remaining=2 * costs - 1, resets_in=3.0)
    world.done(first)

    world.sent()
    assert world.ask(world.place()) == 3.0


def test_what_no_window_has_room_for_is_sent_when_all_of_one_is_there():
    world = World()
    world.answered(first := world.sent(), of="tokens", limit=500, remaining=400, resets_in=3.0)
    world.done(first)
    large = world.place({"requests": 1, "tokens": 9000})

    assert world.ask(large) == 3.0
    world.now = 3.0
    assert world.ask(large) is None


def test_a_limit_whose_end_nobody_says_holds_nobody():
    world = World()
    world.answered(first := world.sent(), remaining=0)
    world.done(first)

    assert world.ask(world.place()) is None


def test_the_first_to_come_is_the_first_to_go_also_when_it_tries_again():
    world = World(start=1)
    first = world.sent()
    second, third = world.place(), world.place()
    assert [world.ask(third), world.ask(second)] == [math.inf, math.inf]

    world.pace.over(first)
    assert world.ask(third) == math.inf
    assert world.ask(first) is None
    world.pace.over(first)
    assert world.ask(second) is None


def test_whoever_is_next_is_told_once():
    world = World(start=1)
    first, woken = world.sent(), []
    second = world.place()
    second.wake = lambda: woken.append("second")
    world.ask(second)

    assert first.held
    world.pace.over(first)
    world.pace.next()()
    assert (woken, world.pace.next()) == (["second"], None)
    world.pace.leave(second)
    world.pace.leave(second)
    assert (world.pace.waiting, world.pace.next()) == ([], None)
