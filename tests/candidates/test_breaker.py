"""A circuit, told what happens and what time it is."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from dragoman.candidates.breaker import DAY, FAILURES, FIRST, LONGEST, MODELS, Circuit


def failing(times, now=0.0):
    circuit = Circuit()
    for _ in range(times):
        assert circuit.begin(now)
        circuit.failed(now)
    return circuit


def test_it_lets_everything_pass_while_its_upstream_works():
    circuit = Circuit()
    for now in range(1000):
        assert circuit.begin(now)
        circuit.succeeded()

    assert circuit.free_at() == 0


def test_some_failures_in_a_row_open_it():
    assert failing(FAILURES - 1).begin(0.0)
    circuit = failing(FAILURES)

    assert circuit.is_open
    assert not circuit.begin(FIRST - 0.01)
    assert circuit.free_at() == FIRST


def test_a_success_in_between_begins_the_count_anew():
    circuit = failing(FAILURES - 1)
    circuit.succeeded()
    for _ in range(FAILURES - 1):
        circuit.failed(0.0)

    assert circuit.begin(0.0)


def test_after_the_pause_one_probe_passes_and_nobody_beside_it():
    circuit = failing(FAILURES)

    assert circuit.begin(FIRST)
    assert not circuit.begin(FIRST + 100)
    assert circuit.free_at() == inf


def test_a_probe_that_succeeds_closes_it():
    circuit = failing(FAILURES)
    circuit.begin(FIRST)
    circuit.succeeded()

    assert not circuit.is_open
    assert circuit.begin(FIRST)
    assert circuit.begin(FIRST)


def test_each_probe_that_fails_doubles_the_pause_up_to_a_bound():
    circuit = failing(FAILURES)
    now, pauses = FIRST, []
    for _ in range(40):
        assert circuit.begin(now)
        circuit.failed(now)
        pauses.append(circuit.free_at() - now)
        now = circuit.free_at()

    assert pauses[:3] == [FIRST * 2, FIRST * 4, FIRST * 8]
    assert pauses[-1] == LONGEST


def test_a_probe_whose_caller_left_gives_its_place_back():
    circuit = failing(FAILURES)
    circuit.begin(FIRST)
    circuit.cancelled()

    assert circuit.begin(FIRST)


def test_the_pause_an_upstream_asks_for_is_kept_to_the_second_from_the_first_failure_on():
    circuit = Circuit()
    circuit.begin(10.0)
    circuit.failed(10.0, pause=600)

    assert not circuit.begin(609.9)
    assert circuit.begin(610.0)


def test_nobody_is_left_alone_for_more_than_a_day_whatever_an_upstream_says():
    refused, limited = Circuit(), Circuit()
    refused.failed(0.0, pause=1_764_000_000.0)
    limited.limited("m", 0.0, 1_764_000_000.0)

    assert (refused.free_at(), limited.free_at("m")) == (DAY, DAY)


def test_a_shorter_pause_does_not_cut_a_longer_one():
    circuit = Circuit()
    circuit.failed(0.0, pause=60)
    circuit.failed(1.0, pause=1)

    assert circuit.free_at() == 60


def test_a_model_that_is_limited_is_left_alone_and_others_are_not():
    circuit = Circuit()
    circuit.limited("large", 10.0, 60.0)
    circuit.limited("large", 11.0, 1.0)

    assert not circuit.is_open
    assert not circuit.begin(69.9, "large")
    assert circuit.begin(10.0, "small")
    assert circuit.limits(20.0) == {"large": 70.0}
    assert circuit.free_at("large") == 70.0
    assert circuit.begin(70.0, "large")
    assert circuit.limits(70.0) == {}


def test_an_upstream_that_limits_a_model_works():
    circuit = failing(FAILURES)
    assert circuit.begin(FIRST, "large")
    circuit.limited("large", FIRST, 60.0)

    assert not circuit.is_open
    assert circuit.begin(FIRST, "small")


def test_who_limits_model_after_model_means_them_all():
    circuit = Circuit()
    for number in range(MODELS + 1):
        circuit.limited(f"model {number}", 0.0, 60.0)

    assert circuit.is_open
    assert not circuit.begin(59.0, "another")
    assert len(circuit.limits(0.0)) == MODELS


@given(
    st.lists(st.sampled_from(["begin", "succeeded", "failed", "asked", "cancelled", "limited", "wait"]), max_size=60)
)
def test_whatever_happens_it_is_free_again_one_day(happenings):
    circuit, now = Circuit(), 0.0
    for happening in happenings:
        match happening:
            case "begin":
                circuit.begin(now)
            case "failed":
                circuit.failed(now)
            case "asked":
                circuit.failed(now, pause=7)
            case "limited":
                circuit.limited("", now, 7)
            case "wait":
                now += 3.0
            case _:
                getattr(circuit, happening)()
    circuit.cancelled()

    assert circuit.begin(now + LONGEST)
