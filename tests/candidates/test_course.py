"""A request's course over its candidates, as a script: what fails, what is tried next."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman import errors
from dragoman.candidates.breaker import FAILURES, FIRST, REFUSED, Circuit
from dragoman.candidates.course import ROUNDS, Course, Pause, Stop, Try
from dragoman.retry import Retry

BROKEN = errors.ConnectionFailedError("no connection", retryable=True)
BUSY = errors.RateLimitError("slow down", status=429, retryable=True)
LATER = errors.RateLimitError("slow down", status=429, retryable=True, retry_after=8.0)
WRONG = errors.BadRequestError("no", status=400)
LONG = errors.ContextLengthError("too long", status=400)
UNKNOWN = errors.NotFoundError("no such model", status=404)
KEY = errors.AuthenticationError("who are you", status=401)
QUOTA = errors.QuotaError("pay", status=429)
LATE = errors.TimeLimitError("too late", limit="total", seconds=1.0)
SLOW = errors.TimeLimitError("no token", limit="first token", seconds=1.0, retryable=True)
GARBLED = errors.ProtocolError("no JSON", status=200)


class Lane:
    def __init__(self, name):
        self.name = name
        self.circuit = Circuit()

    def __repr__(self):
        return self.name


def stop(upstream, *lanes, model="m"):
    return Stop(upstream, model, [Lane(name) for name in lanes or [upstream]])


def walk(course, *failures, now=0.0):
    """The names of what is tried, pauses as seconds, each attempt failing as told, the last one not."""
    seen, left = [], list(failures)
    while (step := course.next(now)) is not None:
        if isinstance(step, Pause):
            seen.append(step.seconds)
            now += step.seconds
            continue
        seen.append(step.lane.name)
        if not left:
            break
        course.failed(step, left.pop(0), now)
    return seen


def course(*stops, retries=5):
    return Course(stops, retries, lambda: 0.0)


@pytest.mark.parametrize("error", [BROKEN, BUSY, SLOW, GARBLED])
def test_what_is_the_upstreams_fault_goes_to_the_next_at_once(error):
    assert walk(course(stop("a"), stop("b")), error) == ["a", "b"]


@pytest.mark.parametrize("error", [BROKEN, BUSY, SLOW, GARBLED])
def test_another_model_of_the_same_upstream_is_another_candidate(error):
    large = stop("a", model="large")
    small, last = large._replace(model="small"), large._replace(model="last")
    way = Course([large, small], 1, lambda: 0.0, [last])
    asked = []
    while isinstance(step := way.next(0.0), Try):
        asked.append(step.stop.model)
        way.failed(step, error, 0.0)

    assert asked == ["large", "small", "last"]


@pytest.mark.parametrize("error", [KEY, QUOTA])
def test_a_refused_credential_goes_to_the_upstreams_next_and_is_left_alone(error):
    first = stop("a", "key 1", "key 2")

    assert walk(course(first, stop("b")), error) == ["key 1", "key 2"]
    assert first.lanes[0].circuit.free_at() == REFUSED


@pytest.mark.parametrize("error", [LONG, UNKNOWN])
def test_what_this_model_cannot_do_another_may(error):
    first = stop("a", "key 1", "key 2")

    assert walk(course(first, stop("a", "key 3", model="large")), error) == ["key 1", "key 3"]
    assert not first.lanes[0].circuit.is_open


@pytest.mark.parametrize("error", [WRONG, LATE, errors.InvalidRequestError("no")])
def test_nobody_else_is_asked_what_is_wrong_itself_or_too_late(error):
    assert walk(course(stop("a"), stop("b")), error) == ["a"]


def test_when_all_have_failed_there_is_a_pause_before_the_next_round():
    assert walk(course(stop("a"), stop("b")), BROKEN, BROKEN, BROKEN) == ["a", "b", ROUNDS.first, "a", "b"]


def test_who_answers_garbled_is_not_asked_again():
    assert walk(course(stop("a")), GARBLED) == ["a"]
    assert walk(course(stop("a"), stop("b")), GARBLED, BROKEN) == ["a", "b", ROUNDS.first, "b"]


def test_the_attempts_are_counted_over_all_candidates():
    assert walk(course(stop("a"), stop("b"), retries=2), *[BROKEN] * 9) == ["a", "b", ROUNDS.first, "a"]


def test_without_retries_there_is_one_attempt():
    assert walk(course(stop("a"), stop("b"), retries=0), *[BROKEN] * 9) == ["a"]


def test_the_pause_an_upstream_asks_for_is_kept_where_nobody_else_is_left():
    assert walk(course(stop("a")), LATER) == ["a", 8.0, "a"]
    assert walk(course(stop("a"), stop("b")), LATER) == ["a", "b"]


def test_another_model_is_asked_with_a_credential_that_is_limited_in_one():
    large = stop("a", model="large")

    assert walk(course(large, stop("b")), LATER) == ["a", "b"]
    assert walk(course(large, stop("b"))) == ["b"]
    assert walk(course(large._replace(model="small"), stop("b"))) == ["a"]


def test_a_pause_beyond_patience_ends_the_course():
    lazy = errors.RateLimitError("slow down", status=429, retryable=True, retry_after=ROUNDS.patience + 1)

    assert walk(course(stop("a")), lazy) == ["a"]


def test_an_open_circuit_is_passed_over():
    resting = stop("a")
    for _ in range(FAILURES):
        resting.lanes[0].circuit.failed(0.0)

    assert walk(course(resting, stop("b"))) == ["b"]
    assert walk(course(resting)) == [FIRST, "a"]


def test_where_nobody_is_left_there_is_nothing_to_wait_for():
    only = course(stop("a"))

    assert walk(only, UNKNOWN) == ["a"]
    assert only.free_at() == inf


def test_the_last_resort_is_asked_once_when_nobody_else_can_answer():
    def walked(retries, *failures):
        return walk(Course([stop("a"), stop("b")], retries, lambda: 0.0, [stop("here")]), *failures)

    assert walked(0, BROKEN) == ["a", "here"]
    assert walked(1, BROKEN, UNKNOWN) == ["a", "b", "here"]
    assert walked(5, BROKEN, BROKEN, BROKEN) == ["a", "b", "here", ROUNDS.first, "a"]
    assert walked(0, WRONG) == ["a"]
    assert walked(0, BROKEN, BROKEN) == ["a", "here"]


ERRORS = [BROKEN, BUSY, LATER, WRONG, LONG, UNKNOWN, KEY, QUOTA, LATE, SLOW, GARBLED]


@given(st.lists(st.sampled_from(ERRORS), max_size=30), st.integers(0, 6), st.integers(1, 4))
def test_it_ends_whatever_fails_and_never_asks_more_often_than_it_may(failures, retries, count):
    walked = Course([stop(str(number), f"{number} a", f"{number} b") for number in range(count)], retries, lambda: 0.5)
    now, tried = 0.0, 0
    for error in [*failures, *[BROKEN] * 40]:
        step = walked.next(now)
        if isinstance(step, Pause):
            assert 0 < step.seconds <= ROUNDS.patience
            now += step.seconds
            step = walked.next(now)
        if not isinstance(step, Try):
            break
        tried += 1
        walked.failed(step, error, now)

    assert walked.next(now) is None
    assert tried <= retries + 1


def test_one_that_has_no_way_to_say_it_is_not_tried_again():
    first, second = stop("a"), stop("b")
    going = course(first, second)

    going.unable(going.next(0.0))

    assert walk(going, BROKEN, BROKEN) == ["b", 0.5, "b", 1.0, "b"]
    assert first.lanes[0].circuit.begin(0.0)


def test_what_could_not_be_made_is_none_of_the_attempts():
    going = course(stop("a"), stop("b"), stop("c"), retries=0)

    going.unable(going.next(0.0))
    going.unable(going.next(0.0))

    assert walk(going) == ["c"]


def test_a_resort_that_has_no_way_to_say_it_gives_nobody_another_attempt():
    going = Course([stop("a")], 0, lambda: 0.0, [stop("z")])
    going.failed(going.next(0.0), BROKEN, 0.0)

    going.unable(going.next(0.0))

    assert going.next(0.0) is None


def test_the_pauses_between_rounds_may_be_the_callers_own():
    rounds = Retry(first=3.0, longest=4.0, jitter=0.0)

    assert walk(Course([stop("a")], 3, lambda: 1.0, rounds=rounds), BUSY, BUSY) == ["a", 3.0, "a", 4.0, "a"]
