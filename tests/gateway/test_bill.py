"""What callers are told that their answers cost, where they are to be told."""

import json

import pytest

from answers import COMPLETION, DONE, USAGE, document, step
from dragoman.gateway.bill import Bill
from dragoman.gateway.ledger import Book, Entry, Totals
from dragoman.wire.chunk import read_chunk
from dragoman.wire.completion import read_completion
from entries import stored
from operated import ASKED, operated
from scripted import READ, chunked
from serving import until

STREAM = chunked(step("Mo"), step("net"), step(finish="stop"), USAGE, DONE)
USED = COMPLETION["usage"]


def told(price, document=COMPLETION):
    """The usage of an answer from an upstream with such a price."""
    with Entry(Totals(), "r", "m", stream=False, book=Book(price=price)) as entry:
        completion = read_completion(json.dumps(document).encode())
        entry.attempt("only", "m").answered(completion)
        entry.completed()
        return Bill(entry).told(completion)


@pytest.mark.parametrize(
    ("microusd", "written"),
    [(0, "0.000000"), (7, "0.000007"), (1_250_000, "1.250000"), (None, "null")],
    ids=["free", "little", "much", "unknown"],
)
def test_the_cost_is_in_dollars_in_full_and_null_where_a_price_is_unknown(microusd, written):
    answer = told(lambda *_: microusd)

    assert f'"cost":{written}}}'.encode() in answer.to_json()
    assert answer.usage.cost == (None if microusd is None else microusd / 1e6)
    assert answer.to_dict() == COMPLETION | {"usage": USED | {"cost": answer.usage.cost}}


def test_an_answer_without_a_usage_stays_as_it_is():
    without = {name: value for name, value in COMPLETION.items() if name != "usage"}

    assert told(lambda *_: 7, without).to_dict() == without


def test_a_chunk_that_says_the_usage_elsewhere_tells_the_cost_there():
    said = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": {"completion_tokens": 1}}]}
    with Entry(Totals(), "r", "m", stream=True, prompt=10, book=Book(price=lambda *_: 7)) as entry:
        chunk = read_chunk(json.dumps(said).encode())
        entry.attempt("only", "m").saw(chunk)

        assert Bill(entry).told(chunk).usage.cost == 7e-6
        entry.completed()


def test_a_chunk_with_the_usage_tells_what_all_attempts_have_cost():
    with Entry(Totals(), "r", "m", stream=True, prompt=10, book=Book(price=lambda *said: said[3].prompt)) as entry:
        # One that may have worked, and one that answers.
        entry.attempt("first", "m").ended("timed_out")
        second = entry.attempt("second", "m")
        chunk = read_chunk(b'{"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}')
        second.saw(chunk)

        assert Bill(entry).told(chunk).usage.cost == 13e-6
        entry.completed()


def test_callers_are_told_what_the_ledger_says_in_every_api(tmp_path):
    counted = ASKED | {"stream": True, "stream_options": {"include_usage": True}}
    answers = (document(), STREAM, STREAM, document(), document())
    script = [each for answer in answers for each in (READ, answer)]
    with operated(tmp_path, script, server="tell_cost = true") as gateway:
        _, secret = gateway.desk.create("ana")

        def ask(body, path="/v1/chat/completions"):
            return gateway.ask(path, "POST", secret, body)[2].decode()

        whole, stream, bare, message, text = (
            ask(ASKED),
            ask(counted),
            ask(ASKED | {"stream": True}),
            ask(ASKED, "/v1/messages"),
            ask({"model": "m", "prompt": "Hello"}, "/v1/completions"),
        )
        assert until(lambda: len(stored(gateway.store)) == 5)
        costs = sorted(row["cost"] for row in stored(gateway.store))

    assert costs == [4, 4, 4, 5, 5]
    assert json.loads(whole)["usage"] == USED | {"cost": 4e-6}
    assert '"completion_tokens":2,"total_tokens":5,"cost":0.000005}' in stream
    assert "cost" not in bare
    assert json.loads(message)["usage"]["cost"] == 4e-6
    assert json.loads(text)["usage"]["cost"] == 4e-6


def test_nobody_is_told_by_default(tmp_path):
    with operated(tmp_path) as gateway:
        _, secret = gateway.desk.create("ana")

        assert json.loads(gateway.ask("/v1/chat/completions", "POST", secret, ASKED)[2]) == COMPLETION
