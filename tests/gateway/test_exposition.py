"""Numbers as Prometheus reads them: what its own client's parser makes of them."""

import math

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dragoman.gateway.exposition import Family, Numbers, written

ASKED = Family("asked_total", "counter", "Questions", ("who", "how"))
BUSY = Family("busy", "gauge", "Under way")
LAG = Family("lag_seconds", "gauge", "Behind", most=True)
TOOK = Family("took_seconds", "histogram", "Seconds", ("who",), (0.1, 1.0, 10.0))
ALL = (ASKED, BUSY, LAG, TOOK)


def read(numbers, families=ALL):
    """Every sample that the parser finds."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(written(families, numbers))
        for sample in family.samples
    }


def test_counters_and_gauges_are_read_back():
    numbers = Numbers()
    numbers.add(ASKED, ("ana", "nicely"))
    numbers.add(ASKED, ("ana", "nicely"), 2)
    numbers.add(ASKED, ("ana", ""))
    numbers.add(BUSY, (), 2.5)

    assert read(numbers) == {
        ("asked_total", ("how", "nicely"), ("who", "ana")): 3,
        ("asked_total", ("who", "ana")): 1,
        ("busy",): 2.5,
    }


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb", "é", "a\\nb", "a,b}"])
def test_whatever_a_label_holds_is_read_back(name):
    numbers = Numbers()
    numbers.add(ASKED, (name, "x"))

    assert read(numbers) == {("asked_total", ("how", "x"), ("who", name)): 1}


def test_a_histogram_counts_what_is_no_larger_than_a_bound():
    numbers = Numbers()
    for value in (0.05, 0.1, 0.5, 100):
        numbers.saw(TOOK, ("a",), value)

    found = read(numbers)
    assert {key[1][1]: value for key, value in found.items() if key[0] == "took_seconds_bucket"} == {
        "0.1": 2, "1": 3, "10": 3, "+Inf": 4,
    }  # fmt: skip
    assert found["took_seconds_count", ("who", "a")] == 4
    assert math.isclose(found["took_seconds_sum", ("who", "a")], 100.65)


def test_each_family_says_what_it_is_once_and_one_without_numbers_says_nothing():
    numbers = Numbers()
    numbers.add(ASKED, ("a", "b"))
    numbers.add(ASKED, ("a", "c"))

    text = written(ALL, numbers)
    assert text.count("# TYPE") == 1
    assert "# HELP asked_total Questions\n# TYPE asked_total counter\n" in text
    assert text.endswith("\n")


def test_the_numbers_of_processes_add_up_but_for_those_of_which_the_largest_counts():
    one, two, both = Numbers(), Numbers(), Numbers()
    for numbers, times in ((one, 1), (two, 2)):
        numbers.add(ASKED, ("a", "b"), times)
        numbers.add(BUSY, (), times)
        numbers.add(LAG, (), times)
        numbers.saw(TOOK, ("a",), times)
    both.take(ALL, one)
    both.take(ALL, two)

    found = read(both)
    assert found["asked_total", ("how", "b"), ("who", "a")] == 3
    assert (found["busy",], found["lag_seconds",]) == (3, 2)
    assert (found["took_seconds_count", ("who", "a")], found["took_seconds_sum", ("who", "a")]) == (2, 3)
    assert read(one)["took_seconds_count", ("who", "a")] == 1


def test_of_families_that_are_not_asked_for_nothing_is_taken():
    one, both = Numbers(), Numbers()
    one.add(BUSY, ())
    one.add(ASKED, ("a", "b"))
    both.take((ASKED,), one)

    assert ("busy",) not in read(both)
