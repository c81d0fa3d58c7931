"""What is read of an answer is what is kept of it."""

import asyncio
import math

import pytest

from dragoman.testing.play import Break, Played
from dragoman.testing.playing import AsyncPlayedAnswer, PlayedAnswer
from dragoman.testing.recording import AsyncRecordedAnswer, RecordedAnswer, Take
from dragoman.testing.tape import Exchange, Lost, told
from dragoman.transport import NoAnswer


class Blocking:
    """A recorded answer, its methods called in either colour."""

    def __init__(self, *body, headers=()):
        self.exchange = Exchange(told("POST", "/", b""))
        self.answer = self.made(Played(body=body, headers=headers), Take(self.exchange))

    def made(self, played, take):
        return RecordedAnswer(PlayedAnswer(played), take)

    def read(self):
        return self.answer.read(math.inf)

    def whole(self):
        return self.answer.whole(math.inf, 1000)

    @property
    def kept(self):
        return [data for _, data in self.exchange.pieces], self.exchange.end


class Asynchronous(Blocking):
    """The same, asynchronous."""

    def made(self, played, take):
        return AsyncRecordedAnswer(AsyncPlayedAnswer(played), take)

    def read(self):
        return asyncio.run(self.answer.read(math.inf))

    def whole(self):
        return asyncio.run(self.answer.whole(math.inf, 1000))


BOTH = pytest.mark.parametrize("recorded", [Blocking, Asynchronous])


@BOTH
def test_pieces_are_kept_as_they_come_and_the_end_with_them(recorded):
    one = recorded(b"a", b"b")

    assert [one.read() for _ in range(3)] == [b"a", b"b", b""]
    assert one.kept == ([b"a", b"b"], "whole")
    times = [at for at, _ in one.exchange.pieces]
    assert times == sorted(times)


@BOTH
def test_a_document_is_one_piece(recorded):
    one = recorded(b"a", b"b")

    assert one.whole() == b"ab"
    assert one.kept == ([b"ab"], "whole")


@BOTH
def test_an_answer_that_was_left_is_kept_as_far_as_it_was_read(recorded):
    one = recorded(b"a", b"b")
    one.read()
    one.answer.close()

    assert one.kept == ([b"a"], "left")
    with pytest.raises(NoAnswer, match="closed"):
        one.read()
    assert one.kept == ([b"a"], "left")


@BOTH
def test_one_that_was_finished_is_whole(recorded):
    one = recorded(b"a", b"b")
    one.read()
    one.answer.finish()
    one.answer.close()

    assert one.kept == ([b"a"], "whole")


@BOTH
@pytest.mark.parametrize("way", ["read", "whole"])
def test_a_break_is_kept(recorded, way):
    one = recorded(Break("cut", "gone"))

    with pytest.raises(NoAnswer, match="gone"):
        getattr(one, way)()
    assert one.kept == ([], Lost("cut", "gone"))


@BOTH
def test_of_the_head_no_cookie_is_kept_and_no_framing(recorded):
    headers = [("set-cookie", "a=b"), ("date", "today"), ("content-length", "3"), ("x-request-id", "r1")]
    one = recorded(b"a", headers=headers)

    assert one.exchange.head.headers == {"x-request-id": "r1"}
    assert one.answer.headers["set-cookie"] == "a=b"
    assert one.answer.status == one.exchange.head.status == 200
