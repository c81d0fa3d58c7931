"""Large bodies, long conversations, many at once: borne, refused cleanly, or not."""

import pytest

from dragoman.probe.limits import CHECKS
from faulty_vendor import finding, verdict


@pytest.mark.parametrize("check", [check.name for check in CHECKS if not check.asked])
def test_what_is_right_is_honoured(check):
    assert verdict(check) == "honoured"


def test_a_large_body_may_be_refused_in_so_many_words():
    assert verdict("large-body", "bounded-bodies") == "refused"


@pytest.mark.parametrize("faults", [["small-bodies"], ["bounded-bodies", "plain-errors"], ["bounded-bodies", "fails"]])
def test_a_large_body_must_not_be_met_with_silence(faults):
    assert verdict("large-body", *faults) == "broken"


def test_a_conversation_that_is_not_counted_proves_nothing():
    assert verdict("many-messages", "no-usage") == "unclear"


def test_a_conversation_must_not_be_cut():
    assert verdict("many-messages", "constant-usage") == "broken"


def test_some_of_eight_may_be_told_to_come_again():
    found = finding("concurrency", limited=3)

    assert (found.verdict, found.evidence) == ("refused", "3 of 8 at once are told 429")


def test_none_of_eight_may_be_dropped():
    assert verdict("concurrency", "silent", limited=3) == "broken"


def test_who_is_one_too_many_is_told_when_to_come_again():
    found = finding("rate-limit", limited=1)

    assert found.verdict == "honoured"
    assert found.evidence.endswith("retry-after 0")


def test_429_without_a_time_is_broken():
    assert verdict("rate-limit", "no-retry-after", limited=1) == "broken"


def test_429_that_cannot_be_read_is_broken():
    assert verdict("rate-limit", "plain-errors", limited=1) == "broken"


def test_a_server_with_room_for_all_proves_nothing():
    assert verdict("rate-limit") == "unclear"
