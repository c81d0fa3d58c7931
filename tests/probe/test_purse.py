"""The budget: nothing is asked that may cost more than is left."""

import threading

import pytest

from dragoman.probe.finding import Settled
from dragoman.probe.purse import Purse


def test_what_was_reported_counts():
    purse = Purse(100)
    purse.take(60)
    purse.settle(60, 10, 60)

    assert purse.left == 90
    assert (purse.tokens.used, purse.tokens.estimated, purse.tokens.budget) == (10, 0, 100)


def test_what_was_not_reported_is_estimated_and_said_to_be():
    purse = Purse(100)
    purse.take(60)
    purse.settle(60, None, 40)

    assert (purse.tokens.used, purse.tokens.estimated) == (40, 40)


def test_what_is_more_than_is_left_is_not_asked():
    purse = Purse(100)
    purse.take(60)

    with pytest.raises(Settled, match="it may take 41 tokens, and 40 of --budget are left"):
        purse.take(41)

    purse.take(40)
    assert purse.left == 0


def test_several_threads_never_take_more_than_there_is():
    purse, taken = Purse(10), []

    def take():
        try:
            purse.take(1)
            taken.append(1)
        except Settled:
            pass

    threads = [threading.Thread(target=take) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == 10
