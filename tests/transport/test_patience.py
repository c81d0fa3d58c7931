"""The waits of a thread: a stretch at a time, ended by whoever cancels the call that waits."""

import threading
from time import monotonic

import pytest

from dragoman import Cancellation
from dragoman.transport import NoAnswer
from dragoman.transport.line_blocking import Turn
from dragoman.transport.patience import BEAT, patience


def test_what_came_is_what_is_returned():
    assert patience.wait(lambda _: "come", monotonic() + 10) == "come"


def test_a_wait_in_vain_is_as_long_as_it_may_be_and_a_stretch_at_a_time():
    waited = []
    assert patience.wait(waited.append, monotonic()) is None
    assert waited == [0.0]
    with patience.within(Cancellation()):
        assert patience.wait(lambda seconds: waited.append(seconds) or len(waited) > 3, float("inf"))
    assert waited[1:] == [BEAT] * 3


def test_a_cancelled_call_waits_for_nothing():
    cancel = Cancellation()
    cancel.cancel()
    with patience.within(cancel):
        with pytest.raises(NoAnswer, match="cancelled") as caught:
            Turn().wait(monotonic() + 60)
    assert caught.value.kind == "closed"
    assert not patience.lost()


def test_calls_within_calls_have_the_patience_of_all():
    outer, inner = Cancellation(), Cancellation()
    with patience.within(outer), patience.within(inner):
        outer.cancel()
        assert patience.lost()
        with pytest.raises(NoAnswer):
            patience.check()


def test_each_thread_has_its_own():
    cancel, found = Cancellation(), []
    cancel.cancel()
    with patience.within(cancel):
        other = threading.Thread(target=lambda: found.append((patience.lost(), patience.stretch)))
        other.start()
        other.join()

    assert found == [(False, 1.0)]
