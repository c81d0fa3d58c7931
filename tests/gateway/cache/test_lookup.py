"""What listens to an answer to keep it."""

import asyncio
import contextlib
import json

import pytest

from answers import COMPLETION
from dragoman.answer.unfold import unfold
from dragoman.errors import TruncatedError
from dragoman.gateway.cache.hit import Hit
from dragoman.gateway.cache.lookup import Lookup
from dragoman.gateway.ledger import Entry, Totals
from dragoman.wire.completion import read_completion

DOCUMENT = read_completion(json.dumps(COMPLETION).encode())


def entry():
    made = Entry(Totals(), "r", "m", stream=True)
    made.changed = ("messages[0]: said otherwise", "top_k: dropped")
    return made


class Shelf:
    """Remembers what it was to keep."""

    def __init__(self):
        self.kept = []

    def __call__(self, document, changed):
        self.kept.append((document.to_dict(), changed))


def stream(lookup, *, ending=None, leave=False):
    """Read a stream that a lookup listens to; the chunks that came through."""

    async def following(_, give):
        for chunk in unfold(DOCUMENT):
            give([chunk])
            if leave:
                raise asyncio.CancelledError
        if ending is not None:
            raise ending

    async def main():
        got = []
        with contextlib.suppress(asyncio.CancelledError):
            await lookup.heard(following, entry(), ("messages[0]: said otherwise",))(None, got.extend)
        return got

    return asyncio.run(main())


def test_a_stream_goes_by_as_it_is_and_is_kept_at_its_end():
    shelf = Shelf()

    assert stream(Lookup("miss", keep=shelf)) == unfold(DOCUMENT)
    assert shelf.kept == [(COMPLETION, ("top_k: dropped",))]


def test_one_that_breaks_off_or_is_left_is_not():
    shelf = Shelf()
    lookup = Lookup("miss", keep=shelf)

    with pytest.raises(TruncatedError):
        stream(lookup, ending=TruncatedError("cut"))
    assert len(stream(lookup, leave=True)) == 1
    assert shelf.kept == []


def test_an_answer_in_one_piece_is_kept_when_it_has_come():
    shelf, hit = Shelf(), Hit(DOCUMENT, 0.0, ())

    async def work():
        return hit

    lookup = Lookup("miss", keep=shelf)
    assert asyncio.run(lookup.listened(work(), entry(), ())) is hit
    assert shelf.kept == [(COMPLETION, ("messages[0]: said otherwise", "top_k: dropped"))]


def test_who_is_not_to_keep_anything_does_not_listen():
    async def following(_, give):
        give([])

    for lookup in (Lookup("bypass"), Lookup("hit", Hit(DOCUMENT, 0.0, ()))):
        assert lookup.heard(following, entry(), ()) is following


def test_the_answer_says_what_came_of_it():
    assert Lookup("miss").headers == [(b"x-dragoman-cache", b"miss")]
    assert Lookup("hit", Hit(DOCUMENT, 61.9, ())).headers == [(b"x-dragoman-cache", b"hit"), (b"age", b"61")]
