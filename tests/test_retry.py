import time

import pytest

from dragoman.errors import ConnectionFailedError, QuotaError, RateLimitError, TruncatedError
from dragoman.retry import NEVER, Retry, asked_pause

BROKEN = ConnectionFailedError("reset", retryable=True)


def test_pauses_double_up_to_the_longest_and_end_after_the_last_time():
    policy = Retry(times=4, first=0.5, longest=3.0)

    assert [policy.pause(BROKEN, attempt, 0.0) for attempt in (1, 2, 3, 4, 5)] == [0.5, 1.0, 2.0, 3.0, None]


def test_jitter_only_shortens():
    policy = Retry(first=1.0, jitter=0.25)

    assert [policy.pause(BROKEN, 1, chance) for chance in (0.0, 0.5, 1.0)] == [1.0, 0.875, 0.75]


def test_what_the_server_asks_for_is_waited_for_exactly():
    assert Retry().pause(RateLimitError("slow", retryable=True, retry_after=7.5), 1, 0.9) == 7.5


def test_a_wait_beyond_patience_fails_at_once():
    assert Retry(patience=60).pause(RateLimitError("slow", retryable=True, retry_after=3600), 1, 0.0) is None


@pytest.mark.parametrize("error", [QuotaError("broke"), TruncatedError("cut"), RateLimitError("no")])
def test_what_is_not_retryable_is_not_retried(error):
    assert Retry().pause(error, 1, 0.0) is None


def test_however_many_attempts_there_were_the_longest_pause_is_the_longest():
    assert Retry(times=5000, jitter=0).pause(BROKEN, 1500, 0.5) == 8.0


def test_never_is_one_attempt():
    assert NEVER.pause(BROKEN, 1, 0.0) is None


NOON = 1_445_412_480.0  # Wed, 21 Oct 2015 07:28:00 GMT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after-ms": "9" * 400}, None),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:10 GMT"}, 10.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:00:00 GMT"}, 0.0),
        ({"retry-after": "Wednesday, 21-Oct-15 07:28:10 GMT"}, 10.0),
        ({"retry-after": "Wed Oct 21 07:28:10 2015"}, 10.0),
        ({"retry-after": "Fri, 31 Dec 99999999999999999999 09:59:59 GMT"}, None),
        ({"retry-after": "Fri, 31 Dec 2000 09:59:59 +99999999999999"}, None),
        ({"retry-after": "9" * 5000}, None),
        ({"retry-after": "\xb2"}, None),
        ({"retry-after-ms": "\xb2", "retry-after": "2"}, 2.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_each_of_its_forms(headers, seconds, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert asked_pause(headers, NOON) == seconds
    finally:
        monkeypatch.undo()
        time.tzset()
