"""Garbage is still found while a gateway serves, only seldom; afterwards everything is as it was."""

import gc
import weakref

from dragoman.gateway.garbage import YOUNG, seldom_looked_for


class Ring:
    """An object that holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_was_there_is_left_alone_and_looked_at_again_afterwards() -> None:
    before = gc.get_threshold()
    with seldom_looked_for():
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[0] == YOUNG
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_rings_that_are_dropped_meanwhile_are_found() -> None:
    with seldom_looked_for():
        first = weakref.ref(Ring())
        dropped = 0
        while first() is not None and dropped < 10 * YOUNG:
            Ring()
            dropped += 1
    assert first() is None
