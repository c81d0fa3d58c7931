"""An entry for each request: closed once, with what is known of its tokens and nothing of its words."""

import asyncio
import json
import logging

import msgspec
import pytest

from dragoman import errors
from dragoman.asgi import Disconnected
from dragoman.gateway.journal import JournalError
from dragoman.gateway.ledger import Book, Entry, Totals, end_of
from dragoman.gateway.record import Closed, decode, encode
from dragoman.wire.chunk import read_chunk
from dragoman.wire.completion import read_completion
from processes import python

USAGE = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}


def chunk(content=None, **fields):
    choices = [] if content is None else [{"index": 0, "delta": {"content": content}}]
    return read_chunk(json.dumps({"model": "real", "choices": choices, **fields}).encode())


@pytest.fixture
def totals():
    return Totals()


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, "dragoman.ledger")
    logging.getLogger("dragoman.ledger").propagate = True
    return lambda: [json.loads(record.getMessage()) for record in caplog.records]


def test_a_completion_closes_with_the_upstreams_own_count(totals, lines):
    with Entry(totals, "req_1", "asked", stream=False) as entry:
        assert totals.to_dict()["open"] == 1
        attempt = entry.attempt(None, "asked")
        attempt.answered(read_completion(json.dumps({"model": "real", "choices": [], "usage": USAGE}).encode()))
        entry.completed()

    (line,) = lines()
    assert line["end"] == "completed"
    assert (line["request"], line["model"], line["served"], line["status"]) == ("req_1", "asked", "real", 200)
    assert (line["prompt_tokens"], line["completion_tokens"], line["tokens_from"]) == (5, 7, "upstream")
    assert totals.to_dict() == {
        "open": 0,
        "completed": 1,
        "failed": 0,
        "refused_upstream": 0,
        "disconnected": 0,
        "timed_out": 0,
        "prompt_tokens": 5,
        "completion_tokens": 7,
    }


def test_a_caller_who_left_is_closed_with_what_was_counted(totals, lines):
    entry = Entry(totals, "r", "m", stream=True)
    with pytest.raises(Disconnected), entry:
        attempt = entry.attempt(None, "m")
        attempt.saw(chunk("Claude"))
        attempt.saw(chunk(" Monet"))
        raise Disconnected

    (line,) = lines()
    assert (line["end"], line["status"]) == ("disconnected", None)
    assert (line["prompt_tokens"], line["completion_tokens"], line["tokens_from"]) == (None, 2, "counted")
    assert line["first_s"] is not None


def test_the_upstreams_count_beats_ours_and_a_zero_is_a_count(totals, lines):
    with Entry(totals, "r", "m", stream=True) as entry:
        attempt = entry.attempt(None, "m")
        attempt.saw(chunk("one"))
        attempt.saw(chunk(usage={"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}))
        entry.completed()

    (line,) = lines()
    assert (line["prompt_tokens"], line["completion_tokens"], line["tokens_from"]) == (0, 0, "upstream")


def test_chunks_that_say_nothing_are_not_counted(totals, lines):
    with Entry(totals, "r", "m", stream=True) as entry:
        attempt = entry.attempt(None, "m")
        attempt.saw(chunk(""))
        attempt.saw(chunk())

    assert lines()[0]["tokens_from"] == "none"


def test_a_failure_says_what_the_caller_was_told(totals, lines):
    with Entry(totals, "r", "m", stream=False) as entry:
        entry.failed(502)

    assert (lines()[0]["end"], lines()[0]["status"]) == ("failed", 502)
    assert totals.closed["failed"] == 1


@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.CancelledError, KeyboardInterrupt])
def test_an_entry_closes_whatever_happens_and_blames_no_caller_for_it(totals, lines, error):
    with pytest.raises(error), Entry(totals, "r", "m", stream=False):
        raise error

    assert [line["end"] for line in lines()] == ["failed"]
    assert totals.open == 0


def test_a_line_holds_no_words_and_no_more_of_a_name_than_a_name_is(totals, lines):
    with Entry(totals, "r", "m" * 100_000, stream=True) as entry:
        attempt = entry.attempt(None, "m")
        attempt.saw(chunk("a secret of the caller's"))

    (line,) = lines()
    assert "secret" not in json.dumps(line)
    assert len(json.dumps(line)) < 1000


class Kept:
    """A journal that keeps what it is given in memory."""

    def __init__(self, refuses=False):
        self.opened = []
        self.closed = []
        self.texts = []
        self._refuses = refuses

    def open(self, opened):
        if self._refuses:
            raise JournalError("the disk is full")
        self.opened.append(opened)

    def close(self, closed, texts):
        self.closed.append(decode(closed))
        self.texts.append(texts)


@pytest.fixture
def journal():
    return Kept()


def test_an_entry_is_in_the_journal_before_its_work_and_once_after_it(totals, journal):
    with Entry(totals, "req_1", "m", stream=True, key="k1", owner="ana", prompt=9, book=Book(journal)) as entry:
        (opened,) = journal.opened
        assert journal.closed == []
        entry.completed()

    assert (opened.id, opened.asked, opened.key, opened.owner, opened.prompt_tokens) == ("req_1", "m", "k1", "ana", 9)
    (closed,) = journal.closed
    assert (closed.entry, closed.at, closed.key, closed.end_reason) == (opened.open, opened.at, "k1", "completed")


def test_what_cannot_be_written_down_is_not_begun(totals, lines):
    with pytest.raises(JournalError), Entry(totals, "r", "m", stream=True, book=Book(Kept(refuses=True))):
        pytest.fail("nothing may go upstream")

    assert totals.open == 0
    assert lines() == []


def test_two_requests_of_one_name_are_two_entries(totals, journal):
    for _ in range(2):
        with Entry(totals, "same", "m", stream=True, book=Book(journal)):
            pass

    assert len({opened.open for opened in journal.opened}) == 2
    assert [opened.id for opened in journal.opened] == ["same", "same"]


def test_every_attempt_is_there_with_its_own_tokens_and_the_request_has_their_sum(totals, journal):
    with Entry(totals, "r", "gpt-x", stream=True, prompt=9, book=Book(journal)) as entry:
        refused = entry.attempt("a", "gpt-x", credential="fp1")
        refused.ended("refused_upstream", 429)
        loser, winner = entry.attempt("b", "qwen"), entry.attempt("c", "qwen")
        loser.saw(chunk("one"))
        loser.ended("cancelled")
        winner.saw(chunk("one"))
        winner.saw(chunk(usage=USAGE))
        winner.ended("completed", 200)
        entry.answers(winner)
        entry.completed()

    (closed,) = journal.closed
    first, second, third = closed.attempts
    assert (first.upstream, first.end_reason, first.status, first.tokens_from, first.credential) == (
        "a",
        "refused_upstream",
        429,
        "none",
        "fp1",
    )
    assert (second.end_reason, second.prompt_tokens, second.completion_tokens, second.tokens_from) == (
        "cancelled",
        9,
        1,
        "counted",
    )
    assert (third.end_reason, third.prompt_tokens, third.completion_tokens, third.tokens_from) == (
        "completed",
        5,
        7,
        "upstream",
    )
    assert (closed.prompt_tokens, closed.completion_tokens, closed.tokens_from) == (14, 8, "counted")
    assert (closed.upstream, closed.served) == ("c", "real")
    assert closed.first_token_s >= third.first_token_s >= 0


def test_only_the_first_end_of_an_attempt_counts(totals, journal):
    with Entry(totals, "r", "m", stream=True, book=Book(journal)) as entry:
        attempt = entry.attempt("a", "m")
        attempt.ended("timed_out")
        attempt.ended("completed", 200)

    assert journal.closed[0].attempts[0].end_reason == "timed_out"


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ({"a": 3, "b": 4}, 7),
        ({"a": 3, "b": None}, None),
        ({"a": 0, "b": 0}, 0),
        ({"a": None, "b": None}, None),
        ({"a": 10**30, "b": 1}, 2**53),
    ],
)
def test_a_cost_is_the_sum_of_all_or_unknown(totals, journal, costs, expected):
    def price(upstream, asked, served, tokens, _):
        assert (asked, served, tokens.prompt) == ("m", "real", 5)
        return costs[upstream]

    with Entry(totals, "r", "m", stream=True, book=Book(journal, price)) as entry:
        entry.attempt("refused", "m").ended("refused_upstream", 401)
        for upstream in costs:
            attempt = entry.attempt(upstream, "m")
            attempt.saw(chunk(usage=USAGE))
            attempt.ended("completed", 200)

    assert journal.closed[0].cost == expected
    assert isinstance(decode(encode(journal.closed[0])), Closed)


def test_what_was_under_way_when_the_gateway_stopped_may_want_to_be_paid(totals, journal):
    with (
        pytest.raises(asyncio.CancelledError),
        Entry(totals, "r", "m", stream=True, prompt=9, book=Book(journal)) as entry,
    ):
        entry.attempt("a", "m")
        raise asyncio.CancelledError

    (closed,) = journal.closed
    assert (closed.end_reason, closed.attempts[0].end_reason) == ("failed", "cancelled")
    assert (closed.prompt_tokens, closed.completion_tokens, closed.tokens_from) == (9, None, "estimated")


def test_words_are_kept_where_that_is_switched_on_without_credentials(totals, journal):
    prompt = msgspec.json.encode([{"role": "user", "content": "my password=correct-horse"}])
    for texts in (False, True):
        with Entry(totals, "r", "m", stream=True, book=Book(journal, texts=texts)) as entry:
            entry.said(prompt, "a battery\0")

    none, kept = journal.texts
    assert none is None
    assert kept.texts == journal.closed[1].entry
    assert "password=" in kept.prompt
    assert "horse" not in kept.prompt
    assert kept.answer == "a battery\N{REPLACEMENT CHARACTER}"


def test_a_name_that_no_store_takes_is_kept_as_one_it_takes(totals, journal):
    with Entry(totals, "r", "a\0\ud800", stream=True, book=Book(journal)):
        pass

    assert journal.closed[0].asked == "a\N{REPLACEMENT CHARACTER}?"


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (errors.TimeLimitError("slow", limit="idle", seconds=1), "timed_out"),
        (errors.RateLimitError("no", status=429), "refused_upstream"),
        (errors.AuthenticationError("no", status=401), "refused_upstream"),
        (errors.OverloadedError("busy", status=503), "failed"),
        (errors.ConnectionFailedError("gone"), "failed"),
        (errors.ConfigurationError("none"), "failed"),
    ],
)
def test_how_a_request_ended_follows_from_its_error(error, end):
    assert end_of(error) == end


def test_of_what_was_changed_no_more_is_kept_than_is_worth_it(totals, journal):
    with Entry(totals, "r", "m", stream=False, book=Book(journal)) as entry:
        entry.changed = (
            "metadata." + "k" * 10_000 + "\0",
            *(f"messages[{place}].name: dropped" for place in range(999)),
        )

    assert len(entry.closed.changed) == 100
    assert entry.closed.changed[0] == "metadata." + "k" * 191


def test_a_gateway_without_a_store_needs_no_database():
    probe = "import sys, dragoman.gateway.listen; print({'sqlalchemy', 'alembic', 'psycopg'} & set(sys.modules))"

    assert python(probe) == "set()\n"
