"""A call whose effects are guarded, driven by hand: what is wrapped, what a cancellation means to it, who is told."""

import math

import pytest

from dragoman import CallCancelledError, Cancellation, Retry, Timeouts
from dragoman.exchange import Call, complete
from dragoman.exchange.attempt import Carrier, Guarded, Send, Whole
from dragoman.exchange.guard import cancellable, guarded
from dragoman.hooks import Ended
from dragoman.secret import Secret
from dragoman.transport import Outgoing
from vendors import Said

BODY = b'{"choices":[{"index":0,"message":{"content":"Monet"},"finish_reason":"stop"}]}'


class Clock:
    def monotonic(self):
        return 10.0

    def time(self):
        return 1000.0


def call(**known):
    request = Outgoing("POST", "http://a.test/v1", (), b"{}")
    return Call(request=request, timeouts=Timeouts(), retry=Retry(), secret=Secret(""), **known)


def test_each_effect_is_guarded_and_the_result_is_the_calls():
    cancel = Cancellation()
    flow = complete(cancellable(call(), cancel), Clock())

    send = flow.send(None)
    assert (type(send), type(send.effect), send.cancel) == (Guarded, Send, cancel)
    whole = flow.send(Said(BODY))
    assert type(whole.effect) is Whole
    with pytest.raises(StopIteration) as end:
        flow.send(BODY)
    assert end.value.value.text == "Monet"


def test_a_cancelled_call_is_not_tried_again_and_counts_as_left():
    told = []
    flow = complete(cancellable(call(hooks=(told.append,)), Cancellation()), Clock())
    flow.send(None)

    with pytest.raises(CallCancelledError) as caught:
        flow.throw(CallCancelledError("cancelled"))

    assert caught.value.attempts == 1
    (ended,) = [moment for moment in told if isinstance(moment, Ended)]
    assert (ended.outcome, ended.error) == ("left", caught.value)


def test_the_limits_in_time_may_still_be_changed():
    made = cancellable(call(), Cancellation())
    flow = complete(type(made)(**{name: getattr(made, name) for name in made.__struct_fields__} | {"timeouts": Timeouts(total=1, first_token=math.inf)}), Clock())  # fmt: skip

    assert flow.send(None).effect.until == 11.0


def test_what_carries_the_call_is_nothing_to_wait_for():
    def asking():
        return (yield Carrier())

    flow = guarded(asking(), Cancellation())

    assert type(flow.send(None)) is Carrier


def test_closing_it_closes_what_it_guards():
    closed = []

    def asking():
        try:
            yield Send(call().request, 0.0, 1.0)
        finally:
            closed.append(True)

    flow = guarded(asking(), Cancellation())
    flow.send(None)
    flow.close()

    assert closed == [True]
