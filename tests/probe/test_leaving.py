"""Who leaves a stream frees the server: seen where it has one seat, and not where it has many."""

from dragoman.probe.leaving import CHECKS
from faulty_vendor import finding, verdict

SOON = {"moment": 0.1}


def test_there_is_one_check():
    assert [check.name for check in CHECKS] == ["leaving"]


def test_a_server_that_stops_when_nobody_listens_is_free_for_the_next():
    # One stream alone lasts longer than the moment: on a busy machine the others may come after the request that waits.
    found = finding("leaving", seats=1, pause=0.03, options={"moment": 1.0})

    assert found.verdict == "honoured", found.evidence
    assert "8 streams kept a request waiting for more than 1.00 s" in found.evidence


def test_a_server_that_goes_on_for_nobody_is_not():
    found = finding("leaving", "goes-on", seats=1, pause=0.006, options=SOON)

    assert found.verdict == "broken", found.evidence
    assert "when they were left, the next waited for" in found.evidence


def test_a_server_with_room_for_all_shows_nothing():
    assert verdict("leaving", pause=0.01) == "unclear"


def test_a_server_without_streams_shows_nothing():
    found = finding("leaving", "no-streams")

    assert (found.verdict, found.evidence) == ("unclear", "no stream began")
