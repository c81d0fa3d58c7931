"""A reply shows itself as it was written."""

import copy
import operator
import pickle

import pytest

from dragoman.testing import (
    Asked,
    Break,
    Pause,
    Played,
    Reply,
    calls,
    chunks,
    cut,
    dribble,
    empty,
    end_early,
    fails,
    finish_twice,
    garble,
    interrupt,
    mislabel,
    models,
    raw,
    refused,
    reset,
    says,
    slow,
    stall,
    without_done,
)

MONET = says("Claude Monet was a painter.", usage=None)
STREAMED = Asked("POST", "http://m.test/v1/chat/completions", {}, b'{"model":"m","stream":true}')


def test_a_reply_of_ones_own_plays_what_it_decides():
    played = Played(status=200, body=(b"a", Pause(1), Break("cut", "gone")))
    reply = Reply("mine", lambda _: played)

    assert repr(reply) == "mine"
    assert reply.play(None) is played


def test_an_answer_is_a_document_that_arrives_at_once_unless_said_otherwise():
    assert Played() == Played(status=200, headers=(), before=(), body=(), streamed=False)


@pytest.mark.parametrize(
    "reply",
    [
        MONET,
        calls(("weather", {"city": "Paris"})),
        chunks({"choices": []}, done=False),
        fails(429, "slow down", retry_after=0),
        raw(b"<html>", status=502),
        models("a", "b"),
        refused(),
        *(fault(MONET) for fault in (reset, cut, end_early, empty, stall, interrupt, garble)),
        *(fault(MONET) for fault in (mislabel, without_done, finish_twice, dribble)),
        slow(cut(MONET, after=2), seconds=3),
        Reply("of one's own", operator.attrgetter("method")),
    ],
    ids=repr,
)
def test_a_reply_goes_to_another_process_and_is_copied(reply):
    once = pickle.loads(pickle.dumps(reply))
    twice = copy.deepcopy(pickle.loads(pickle.dumps(once)))

    assert repr(twice) == repr(reply)
    assert twice.play(STREAMED) == once.play(STREAMED) == reply.play(STREAMED)
