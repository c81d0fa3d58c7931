"""A wait in a thread of its own can be left, and what comes of it late is closed."""

import threading
from time import monotonic

import pytest

from dragoman import Cancellation
from dragoman.transport import NoAnswer
from dragoman.transport.apart import apart
from dragoman.transport.patience import patience


class Closing:
    def __init__(self):
        self.closed = threading.Event()

    def close(self):
        self.closed.set()


def test_what_comes_in_time_is_returned_or_raised():
    made = Closing()
    assert apart(lambda: made, monotonic() + 10) is made
    assert not made.closed.is_set()
    with pytest.raises(ZeroDivisionError):
        apart(lambda: 1 / 0, monotonic() + 10)


@pytest.mark.parametrize("how", ["cancelled", "late"])
def test_what_comes_when_nobody_waits_any_more_is_closed(how):
    made, go_on, cancel = Closing(), threading.Event(), Cancellation()

    def work():
        if how == "cancelled":
            cancel.cancel()
        go_on.wait(10)
        return made

    with pytest.raises(NoAnswer) as left, patience.within(cancel):
        apart(work, monotonic() + (10 if how == "cancelled" else 0.01))
    assert left.value.kind == ("closed" if how == "cancelled" else "timeout")
    assert not made.closed.is_set()
    go_on.set()
    assert made.closed.wait(10)


def test_what_it_raises_late_is_nobodys():
    go_on, over = threading.Event(), threading.Event()

    def work():
        try:
            go_on.wait(10)
            raise ValueError
        finally:
            over.set()

    with pytest.raises(NoAnswer):
        apart(work, monotonic() + 0.01)
    go_on.set()
    assert over.wait(10)
