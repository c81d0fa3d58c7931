"""An entry for each request: closed once, with what is known of its tokens and nothing of its words."""

import asyncio
import json
import logging

import pytest

from dragoman.asgi import Disconnected
from dragoman.gateway.ledger import Entry, Totals
from dragoman.wire.chunk import read_chunk
from dragoman.wire.completion import read_completion

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
        entry.answered(read_completion(json.dumps({"model": "real", "choices": [], "usage": USAGE}).encode()))
        entry.completed()

    (line,) = lines()
    assert line["end"] == "completed"
    assert (line["request"], line["model"], line["served"], line["status"]) == ("req_1", "asked", "real", 200)
    assert (line["prompt_tokens"], line["completion_tokens"], line["tokens_from"]) == (5, 7, "upstream")
    assert totals.to_dict() == {
        "open": 0,
        "completed": 1,
        "failed": 0,
        "disconnected": 0,
        "prompt_tokens": 5,
        "completion_tokens": 7,
    }


def test_a_caller_who_left_is_closed_with_what_was_counted(totals, lines):
    entry = Entry(totals, "r", "m", stream=True)
    with pytest.raises(Disconnected), entry:
        entry.saw(chunk("Claude"))
        entry.saw(chunk(" Monet"))
        raise Disconnected

    (line,) = lines()
    assert (line["end"], line["status"]) == ("disconnected", None)
    assert (line["prompt_tokens"], line["completion_tokens"], line["tokens_from"]) == (None, 2, "counted")
    assert line["first_s"] is not None


def test_the_upstreams_count_beats_ours_and_a_zero_is_a_count(totals, lines):
    with Entry(totals, "r", "m", stream=True) as entry:
        entry.saw(chunk("one"))
        entry.saw(chunk(usage={"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}))
        entry.completed()

    (line,) = lines()
    assert (line["prompt_tokens"], line["completion_tokens"], line["tokens_from"]) == (0, 0, "upstream")


def test_chunks_that_say_nothing_are_not_counted(totals, lines):
    with Entry(totals, "r", "m", stream=True) as entry:
        entry.saw(chunk(""))
        entry.saw(chunk())

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
        entry.saw(chunk("a secret of the caller's"))

    (line,) = lines()
    assert "secret" not in json.dumps(line)
    assert len(json.dumps(line)) < 1000
