"""The originals' retry settings, as an exchange asks them."""

import pytest

from dragoman.errors import (
    ConnectionFailedError,
    RateLimitError,
    ServerError,
    StatusError,
    TimeLimitError,
    TruncatedError,
)
from dragoman.face.field import UNSET
from dragoman.face.retries import STATUSES, Backoff, BackoffStrategy, RetryConfig, policy
from dragoman.retry import NEVER


class Clock:
    now = 100.0

    def monotonic(self):
        return self.now

    time = monotonic


def config(**changes):
    backoff = {"initial_interval": 500, "max_interval": 60_000, "exponent": 1.5, "max_elapsed_time": 10_000}
    connection = changes.pop("connection", True)
    return RetryConfig(changes.pop("strategy", "backoff"), BackoffStrategy(**backoff | changes), connection)


def test_nothing_is_tried_again_by_default():
    assert policy(UNSET, UNSET, Clock()) is NEVER
    assert policy(None, config(), Clock()) is NEVER
    assert policy(config(strategy="none"), UNSET, Clock()) is NEVER


def test_a_call_s_own_settings_beat_the_client_s():
    assert isinstance(policy(UNSET, config(), Clock()), Backoff)
    assert policy(config(strategy="none"), config(), Clock()) is NEVER


def test_pauses_grow_and_have_up_to_a_second_added_within_the_longest():
    backoff = Backoff(config(max_interval=2000), Clock())
    error = ServerError("x", status=503)

    assert [backoff.pause(error, attempt, 0.25) for attempt in (1, 2, 3, 9)] == [0.75, 1.0, 1.375, 2.0]


def test_the_server_s_own_pause_is_kept_however_long():
    error = RateLimitError("x", status=429, retry_after=90.0)

    assert Backoff(config(max_interval=1), Clock()).pause(error, 1, 0.5) == 90.0


@pytest.mark.parametrize("status", [400, 401, 408, 409, 425, 429, 500, 501, 502, 503, 504, 529])
def test_five_statuses_are_tried_again(status):
    pause = Backoff(config(), Clock()).pause(StatusError("x", status=status), 1, 0.0)

    assert (pause is not None) is (status in STATUSES)


@pytest.mark.parametrize("error", [ConnectionFailedError("x"), TimeLimitError("x", limit="connect", seconds=1)])
def test_connection_errors_only_where_asked_for(error):
    assert Backoff(config(connection=True), Clock()).pause(error, 1, 0.0) == 0.5
    assert Backoff(config(connection=False), Clock()).pause(error, 1, 0.0) is None


def test_a_cut_answer_is_not_tried_again():
    assert Backoff(config(), Clock()).pause(TruncatedError("x"), 1, 0.0) is None


def test_time_runs_out():
    clock = Clock()
    backoff = Backoff(config(max_elapsed_time=3000), clock)
    clock.now += 3.5

    assert backoff.pause(ServerError("x", status=500), 1, 0.0) is None


def test_a_pause_that_no_number_can_tell_is_the_longest():
    backoff = Backoff(config(initial_interval=1, max_interval=50, exponent=2.0), Clock())

    assert backoff.pause(ServerError("x", status=503), 5000, 0.5) == 0.05
