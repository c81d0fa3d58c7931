"""Findings: their form, and the words in them."""

import msgspec

from dragoman.probe import finding
from dragoman.probe.finding import VERDICTS, Finding, Settled, quoted


def test_there_is_a_word_for_each_verdict():
    assert [getattr(finding, verdict)("seen") for verdict in VERDICTS] == [(verdict, "seen") for verdict in VERDICTS]


def test_a_finding_is_an_object_with_five_fields():
    made = Finding(name="n", subject="s", verdict="honoured", evidence="seen", request_id=None)

    assert msgspec.json.encode(made) == (
        b'{"name":"n","subject":"s","verdict":"honoured","evidence":"seen","request_id":null}'
    )


def test_words_are_quoted_in_one_short_line():
    assert quoted("a\n  b") == '"a b"'
    assert quoted("x" * 61) == '"' + "x" * 60 + '…"'


def test_a_check_that_was_settled_early_says_what_came_of_it():
    assert str(Settled(finding.unclear("too little"))) == "too little"
