"""The ledger's lines on stderr: whole, in order, and never in a request's way."""

import io
import json
import logging
import sys
import threading

import pytest

from dragoman.gateway import log
from dragoman.gateway.log import written_log


class Blocked(io.StringIO):
    """A stderr that nobody reads until `read` is set."""

    def __init__(self):
        super().__init__()
        self.read = threading.Event()

    def write(self, text):
        assert self.read.wait(10)
        return super().write(text)


@pytest.fixture
def ledger():
    return logging.getLogger("dragoman.ledger")


def test_lines_come_out_as_they_are_and_in_order(monkeypatch, ledger):
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)

    with written_log():
        for number in range(100):
            ledger.info(json.dumps({"request": number, "model": "100%s"}))

    assert [json.loads(line)["request"] for line in stderr.getvalue().splitlines()] == list(range(100))


def test_a_stderr_that_nobody_reads_holds_nobody_up(monkeypatch, ledger):
    stderr = Blocked()
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setattr(log, "LINES", 10)

    with written_log():
        for number in range(50):
            ledger.info(json.dumps({"request": number}))
        stderr.read.set()

    *lines, last = map(json.loads, stderr.getvalue().splitlines())
    assert last["dropped_lines"] == 50 - len(lines)
    assert 10 <= len(lines) <= 11


def test_after_the_block_nothing_is_left_of_it(monkeypatch, ledger):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    before = threading.active_count()

    with written_log():
        pass

    assert threading.active_count() == before
    assert ledger.handlers == []
