"""The ledger's lines on stderr: whole, in order, and never in a request's way."""

import json
import logging
import os
import threading
import time

import msgspec
import pytest

from dragoman.gateway import log
from dragoman.gateway.log import document_line, spoken, spoken_log, written_log
from serving import until

LINE = json.dumps({"request": 7, "filler": "x" * 20_000})


@pytest.fixture
def ledger():
    return logging.getLogger("dragoman.ledger")


@pytest.fixture
def pipe():
    """Both ends of a pipe: a write to the second waits while nobody reads from the first."""
    reading, writing = os.pipe()
    with open(reading, "rb") as reads, open(writing, "wb") as writes:  # noqa: PTH123 - descriptors, not paths
        yield reads, writes


def test_lines_come_out_as_they_are_and_in_order(tmp_path, ledger):
    path = tmp_path / "stderr"
    with path.open("w") as file, written_log(file.fileno()):
        for number in range(100):
            ledger.info(json.dumps({"request": number, "model": "100%s é"}))

    assert [json.loads(line)["request"] for line in path.read_text().splitlines()] == list(range(100))


def test_a_stderr_that_nobody_reads_for_a_while_holds_nobody_up(monkeypatch, pipe, ledger):
    monkeypatch.setattr(log, "LINES", 10)
    reads, writes = pipe
    found = []
    reading = threading.Thread(target=lambda: found.extend(reads))

    with written_log(writes.fileno()):
        for _ in range(500):
            ledger.info(LINE)
        reading.start()
    writes.close()
    reading.join()

    *lines, last = map(json.loads, found)
    assert {line["request"] for line in lines} == {7}
    assert last["dropped_lines"] == 500 - len(lines)


def test_a_stderr_that_nobody_ever_reads_does_not_hold_the_end_up(monkeypatch, pipe, ledger):
    monkeypatch.setattr(log, "PATIENCE", 0.1)
    monkeypatch.setattr(log, "LINES", 10)
    reads, writes = pipe
    before = threading.active_count()

    with written_log(writes.fileno()):
        for _ in range(500):
            ledger.info(LINE)

    assert threading.active_count() == before + 1
    reads.close()
    assert until(lambda: threading.active_count() == before)


def test_a_stderr_that_is_closed_stops_nothing(pipe, ledger):
    reads, writes = pipe
    reads.close()

    with written_log(writes.fileno()):
        for _ in range(10):
            ledger.info(LINE)


def test_after_the_block_nothing_is_left_of_it(pipe, ledger):
    reads, writes = pipe
    before = threading.active_count()

    with written_log(writes.fileno()):
        ledger.info(LINE)

    assert threading.active_count() == before
    assert ledger.handlers == []
    assert json.loads(reads.readline()) == json.loads(LINE)


def test_a_spoken_line_is_a_record_like_those_that_a_log_makes():
    before = time.time()
    line = spoken("dragoman.ledger", '{"percent":"100%"}')
    after = time.time()

    made = logging.getLogger("dragoman.ledger").makeRecord("dragoman.ledger", logging.INFO, "x", 0, "", (), None)
    assert vars(line).keys() == vars(made).keys()
    assert line.getMessage() == '{"percent":"100%"}'
    assert (line.levelname, line.name, line.process, line.thread) == (
        "INFO",
        "dragoman.ledger",
        made.process,
        made.thread,
    )
    assert before <= line.created <= after
    assert abs(line.relativeCreated - made.relativeCreated) < 1000


OTHERS = "boom\r\n\x1b[2J\u2028ERROR: forged\x85\x9b31m\u202egnp\U000e0041 é \N{SNOWMAN}"


def test_what_others_say_is_one_line_that_moves_no_cursor(capsys):
    with spoken_log("info"):
        logging.getLogger("dragoman.gateway").warning("an upstream says: %s", OTHERS)

    assert capsys.readouterr().err == "WARNING: an upstream says: boom   [2J ERROR: forged  31m gnp  é \N{SNOWMAN}\n"


def test_what_others_say_in_an_error_moves_none_either(capsys):
    with spoken_log("info"):
        try:
            raise ValueError(OTHERS)  # noqa: TRY301 - it is to be caught here
        except ValueError:
            logging.getLogger("dragoman.gateway").exception("failed")

    assert [each for each in capsys.readouterr().err if not each.isprintable() and each != "\n"] == []


@pytest.mark.parametrize("name", [OTHERS, "gpt-5", "modèle", "\x7f"])
def test_a_document_is_one_line_that_says_the_same(name):
    document = msgspec.json.encode({"model": name})
    line = document_line(document)

    assert len(line.splitlines()) == 1
    assert line.isascii() or line.isprintable()
    assert json.loads(line) == {"model": name}
    assert line == document.decode() or name == OTHERS
