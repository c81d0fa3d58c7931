"""Played answers wait only where they are told to, and end as their steps say."""

import asyncio
import math
import threading
from time import monotonic

import pytest

from dragoman import Cancellation
from dragoman.testing.play import Break, Pause, Played
from dragoman.testing.playing import Abrupt, Asynchronous, AsyncPlayedAnswer, PlayedAnswer
from dragoman.transport import NoAnswer
from dragoman.transport.patience import patience

LATER = math.inf


class Waiting:
    """A blocking answer and an asynchronous one, told alike."""

    def __init__(self, cls, played, timed):
        self.answer = cls(played, timed=timed)

    def __getattr__(self, name):
        method = getattr(self.answer, name)

        def told(*arguments):
            found = method(*arguments)
            return asyncio.run(found) if asyncio.iscoroutine(found) else found

        return told


@pytest.fixture(params=[PlayedAnswer, AsyncPlayedAnswer], ids=["blocking", "asynchronous"])
def answering(request):
    def make(*body, before=(), timed=False):
        return Waiting(request.param, Played(body=body, before=before), timed)

    return make


def test_pieces_come_in_order_and_empty_ones_not_at_all(answering):
    answer = answering(b"a", b"", b"b")

    assert [answer.read(LATER) for _ in range(4)] == [b"a", b"b", b"", b""]


def test_the_whole_is_all_pieces(answering):
    assert answering(b"a", b"b").whole(LATER, 2) == b"ab"


def test_a_body_over_the_bound_is_refused(answering):
    with pytest.raises(NoAnswer, match="longer than 1 bytes") as caught:
        answering(b"a", b"b").whole(LATER, 1)

    assert caught.value.kind == "protocol"


def test_a_break_says_why_each_time_it_is_asked(answering):
    answer = answering(b"a", Break("cut", "gone"))
    answer.read(LATER)

    for _ in range(2):
        with pytest.raises(NoAnswer, match="gone") as caught:
            answer.read(LATER)
        assert caught.value.kind == "cut"


def test_a_break_before_the_head_is_no_answer(answering):
    with pytest.raises(NoAnswer) as caught:
        answering(before=(Break("connect", "refused"),)).begin(LATER)

    assert caught.value.sent is False
    with pytest.raises(Abrupt):
        answering(before=(Break("reset", "reset", abrupt=True),)).begin(LATER)


def test_a_pause_that_the_client_has_time_for_is_passed_over(answering):
    answer = answering(Pause(3600), b"a", before=(Pause(3600),))

    answer.begin(LATER)
    assert answer.read(LATER) == b"a"


@pytest.mark.parametrize("seconds", [3600, math.inf])
def test_a_pause_that_is_longer_than_the_limit_ends_in_it_at_once(answering, seconds):
    with pytest.raises(NoAnswer) as caught:
        answering(Pause(seconds), b"a").read(monotonic() + 1800)

    assert caught.value.kind == "timeout"


def test_for_good_is_longer_than_no_limit(answering):
    with pytest.raises(NoAnswer, match="in time"):
        answering(Pause(math.inf), timed=True).read(LATER)


def test_a_timed_pause_is_waited_for(answering):
    began = monotonic()

    assert answering(Pause(0.02), b"a", timed=True).read(LATER) == b"a"
    assert monotonic() - began >= 0.02


def test_a_timed_pause_is_waited_for_up_to_the_limit(answering):
    until = monotonic() + 0.02

    with pytest.raises(NoAnswer, match="in time"):
        answering(Pause(60), timed=True).read(until)
    assert monotonic() >= until


def test_one_that_was_closed_has_no_more(answering):
    answer = answering(b"a")
    answer.close()
    answer.close()

    with pytest.raises(NoAnswer, match="closed"):
        answer.read(LATER)


def test_one_that_was_finished_or_read_to_its_end_has_ended(answering):
    finished, read = answering(b"a"), answering()
    finished.finish()
    read.read(LATER)
    read.close()

    assert finished.read(LATER) == b""
    assert read.read(LATER) == b""


def test_closing_wakes_a_thread_that_waits():
    answer = PlayedAnswer(Played(body=(Pause(60), b"a")), timed=True)
    threading.Timer(0.02, answer.close).start()

    with pytest.raises(NoAnswer, match="closed"):
        answer.read(LATER)


def test_closing_wakes_a_task_that_waits_from_any_thread():
    async def read():
        answer = AsyncPlayedAnswer(Played(body=(Pause(60), b"a")), timed=True)
        threading.Timer(0.02, answer.close).start()
        await answer.read(LATER)

    with pytest.raises(NoAnswer, match="closed"):
        asyncio.run(read())


def test_a_call_that_is_cancelled_waits_for_no_head():
    cancel = Cancellation()
    threading.Timer(0.02, cancel.cancel).start()

    with patience.within(cancel), pytest.raises(NoAnswer, match="cancelled"):
        PlayedAnswer(Played(before=(Pause(60),)), timed=True).begin(LATER)


def test_a_player_is_an_asynchronous_transport():
    class Player:
        closed = False

        async def asend(self, request, until):
            return request, until

        def close(self):
            self.closed = True

    player = Player()
    transport = Asynchronous(player)

    assert asyncio.run(transport.send("a", 1)) == ("a", 1)
    transport.close()
    assert player.closed
