"""One attempt: its limits, and what becomes of it, as a script; no clock, no network."""

import pytest

from dragoman import errors
from dragoman.exchange import Call, Timeouts
from dragoman.exchange.attempt import Attempt
from dragoman.retry import Retry
from dragoman.secret import Secret
from dragoman.transport import NoAnswer, Outgoing

REQUEST = Outgoing("POST", "https://a.test/v1/chat/completions", (), b"{}")


class Clock:
    """Time that passes only when a script says so."""

    now = 1000.0

    def monotonic(self):
        return self.now

    def time(self):
        return 0.0


def attempt(deadline=1600.0, *, streamed=False, hooks=(), retry=None, **timeouts):
    retry = retry or Retry(jitter=0, first=1.0)
    call = Call(request=REQUEST, timeouts=Timeouts(**timeouts), retry=retry, secret=Secret(""), hooks=hooks)
    return Attempt(call, Clock(), deadline, streamed=streamed)


@pytest.mark.parametrize(
    ("streamed", "deadline", "until"), [(False, 1600.0, 1012.0), (True, 1600.0, 1009.0), (True, 1004.0, 1004.0)]
)
def test_it_has_to_be_over_within_the_nearest_of_its_limits(streamed, deadline, until):
    effect = attempt(deadline, streamed=streamed, attempt=10.0, first_token=7.0).send(REQUEST, 2.0)

    assert (effect.after, effect.until) == (2.0, until)


@pytest.mark.parametrize(("sent", "source"), [(False, "nothing"), (True, "unknown")])
def test_one_that_failed_says_when_the_next_begins_and_what_it_may_have_used(sent, source):
    tried = attempt()
    with pytest.raises(errors.ConnectionFailedError) as caught:
        tried.answered(NoAnswer("reset", "reset by peer", sent=sent))

    assert tried.failed(caught.value, 1) == 1.0
    assert (caught.value.attempts, caught.value.spent.source) == (1, source)
    assert [one.error for one in caught.value.history] == ["ConnectionFailedError"]


def test_there_is_no_next_one_after_the_deadline():
    error = errors.ServerError("sorry", status=500, retryable=True)

    assert attempt(1000.5).failed(error, 1) is None


def test_what_all_of_them_may_have_used_is_added_up():
    tried = attempt()
    for number in (1, 2):
        with pytest.raises(errors.ConnectionFailedError) as caught:
            tried.answered(NoAnswer("reset", "reset by peer", sent=True))
        tried.failed(caught.value, number)

    assert caught.value.spent.attempts == ("unknown", "unknown")


def test_hooks_hear_of_it_once_they_are_to():
    told = []
    watched = attempt(hooks=(told.append,))
    watched.send(REQUEST, 0.0)
    watched.watched()
    watched.send(REQUEST, 0.5)
    watched.left(GeneratorExit())

    assert [type(moment).__name__ for moment in told] == ["Began", "Ended"]
    assert told[0].pause == 0.5
