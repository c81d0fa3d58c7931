"""A reply shows itself as it was written."""

from dragoman.testing import Break, Pause, Played, Reply


def test_a_reply_of_ones_own_plays_what_it_decides():
    played = Played(status=200, body=(b"a", Pause(1), Break("cut", "gone")))
    reply = Reply("mine", lambda _: played)

    assert repr(reply) == "mine"
    assert reply.play(None) is played


def test_an_answer_is_a_document_that_arrives_at_once_unless_said_otherwise():
    assert Played() == Played(status=200, headers=(), before=(), body=(), streamed=False)
