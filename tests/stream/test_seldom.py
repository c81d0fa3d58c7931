"""What is done for seldom effects: the transport is named; a cancelled one closes what it held, in both colours."""

import asyncio
import threading

import pytest

from dragoman import CallCancelledError, Cancellation
from dragoman.exchange.attempt import Carrier, Guarded, Read, Send, Turn, Whole
from dragoman.stream import apause, pause
from dragoman.stream.seldom import aseldom, seldom
from dragoman.transport import NoAnswer, Outgoing
from vendors import AsyncVendors, Said, Vendors, Waited, says

REQUEST = Outgoing("POST", "http://a.test/v1/chat/completions")


def blocking(effect, transport=None):
    return seldom(effect, transport, pause)


def waiting(effect, transport=None):
    return asyncio.run(aseldom(effect, transport, apause))


COLOURS = pytest.mark.parametrize(
    ("done", "answer", "vendors"),
    [(blocking, Said, Vendors), (waiting, Waited, AsyncVendors)],
    ids=["blocking", "waiting"],
)


@pytest.mark.parametrize("done", [blocking, waiting])
def test_what_carries_the_call_is_named(done):
    transport = Vendors({})

    assert done(Carrier(), transport) is transport


@COLOURS
def test_an_effect_that_nobody_cancels_is_as_without_a_guard(done, answer, vendors):
    transport = vendors({"a.test": [says("Monet")]})
    cancel = Cancellation()

    sent = done(Guarded(Send(REQUEST, 0.0, 1.0), cancel), transport)
    assert b"Monet" in done(Guarded(Whole(sent, 1.0, 1000), cancel))
    assert done(Guarded(Read(answer(b"piece"), 1.0), cancel)) == b"piece"
    with pytest.raises(NoAnswer, match="closed"):
        done(Guarded(Read(answer(cut=True), 1.0), cancel))


@COLOURS
def test_a_cancelled_one_is_not_begun_and_its_answer_is_closed(done, answer, vendors):
    transport, held, cancel = vendors({"a.test": [says("Monet")]}), answer(b"piece"), Cancellation()
    cancel.cancel()

    for effect in (Read(held, 1.0), Send(REQUEST, 60.0, 1.0)):
        with pytest.raises(CallCancelledError):
            done(Guarded(effect, cancel), transport)

    assert held.closed
    assert transport.asked == []


@pytest.mark.parametrize(("done", "vendors"), [(blocking, Vendors), (waiting, AsyncVendors)])
def test_an_answer_that_comes_as_it_is_cancelled_is_closed(done, vendors):
    cancel = Cancellation()

    def comes(cls):
        cancel.cancel()
        return says("Monet")(cls)

    transport = vendors({"a.test": [comes]})
    with pytest.raises(CallCancelledError):
        done(Guarded(Send(REQUEST, 0.0, 1.0), cancel), transport)

    assert transport.given[0].closed


class Seat:
    """Whose turn comes when it has been asked so often."""

    def __init__(self, asks):
        self.asks = asks
        self.gone = False

    def ask(self, now, wake):
        self.asks -= 1
        threading.Thread(target=wake).start()
        return float("inf") if self.asks else None

    def leave(self):
        self.gone = True


@pytest.mark.parametrize("done", [blocking, waiting])
def test_a_turn_is_waited_for_until_it_comes(done):
    seat = Seat(3)

    assert done(Turn(seat, 0.01, float("inf")), Vendors({})) is True
    assert (seat.asks, seat.gone) == (0, False)


@pytest.mark.parametrize("done", [blocking, waiting])
def test_a_turn_that_does_not_come_is_given_up(done):
    late, closed = Seat(-1), Seat(-1)
    transport = Vendors({})
    transport.close()

    with pytest.raises(NoAnswer) as caught:
        done(Turn(late, 0.0, 0.0), Vendors({}))
    assert caught.value.kind == "timeout"
    with pytest.raises(NoAnswer) as caught:
        done(Turn(closed, 60.0, float("inf")), transport)
    assert caught.value.kind == "closed"
    assert late.gone
    assert closed.gone


def test_cancelling_when_the_loop_is_gone_is_no_mistake():
    cancel = Cancellation()
    places = []

    async def main():
        from dragoman.stream.seldom import _Summons  # noqa: PLC0415 - made where a loop runs

        places.append(cancel.listen(_Summons().call))

    asyncio.run(main())
    cancel.cancel()
