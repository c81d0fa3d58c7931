"""A stream down to its bytes: a right one, and one fault after the other."""

import pytest

from dragoman.probe.streams import CHECKS, paced
from faulty_vendor import finding, verdict


@pytest.mark.parametrize("check", [check.name for check in CHECKS if check.name != "pace"])
def test_what_is_right_is_honoured(check):
    assert verdict(check) == "honoured"


@pytest.mark.parametrize(
    ("check", "fault", "expected"),
    [
        ("content-type", "says-json", "broken"),
        ("framing", "cut-event", "broken"),
        ("framing", "odd-event", "broken"),
        ("framing", "breaks-off", "broken"),
        ("framing", "with-comments", "honoured"),
        ("role", "no-role", "broken"),
        ("finish", "two-finishes", "broken"),
        ("finish", "content-after-finish", "broken"),
        ("finish", "breaks-off", "broken"),
        ("done", "no-done", "broken"),
        ("done", "more-after-done", "broken"),
        ("identity", "ids-change", "broken"),
        ("text", "other-text", "broken"),
        ("text", "always-hot", "unclear"),
        ("include_usage", "no-stream-usage", "ignored"),
        ("include_usage", "usage-with-choices", "broken"),
        ("include_usage", "usage-unasked", "broken"),
    ],
)
def test_a_fault_is_found(check, fault, expected):
    assert verdict(check, fault) == expected


def test_comments_are_counted_not_read():
    assert finding("framing", "with-comments").evidence.endswith("1 comments between them")


def test_a_stream_that_breaks_off_says_how():
    assert finding("framing", "breaks-off").evidence.startswith("the body did not end as it should: ")


def test_all_checks_of_one_stream_share_one_request():
    assert finding("done").request_id == "chatcmpl-1"


@pytest.mark.parametrize(
    ("times", "short", "expected"),
    [
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 0.1, "honoured"),
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], None, "honoured"),
        ([0.95, 0.96, 0.97, 0.98, 0.99, 1.0], 0.1, "broken"),
        ([1.0] * 6, 0.1, "broken"),
        ([1.0] * 6, None, "unclear"),
        ([0.01, 0.02, 0.03, 0.04, 0.05, 0.06], 0.01, "honoured"),
        ([0.01] * 6, 0.01, "unclear"),
        ([0.1, 1.0], 0.1, "unclear"),
        ([], None, "unclear"),
    ],
)
def test_the_pace_of_a_stream(times, short, expected):
    assert paced(times, short).verdict == expected


def test_a_server_that_is_slow_to_begin_and_quick_to_write_holds_nothing_back():
    assert paced([0.95, 0.96, 0.97, 0.98, 0.99, 1.0], 0.94).verdict == "honoured"


def test_the_pace_of_a_real_stream_is_looked_at():
    assert finding("pace").evidence.startswith("50 pieces from 0.0")
