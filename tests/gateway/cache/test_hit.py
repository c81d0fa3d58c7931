"""An answer that is given again: as a document, as a stream, and in its entry."""

import asyncio
import json

import pytest

from answers import COMPLETION
from dragoman.answer.fold import fold
from dragoman.gateway.cache.hit import Hit
from dragoman.gateway.ledger import Entry, Totals
from dragoman.wire.completion import read_completion
from dragoman.wire.embedding import read_embeddings

DOCUMENT = read_completion(json.dumps(COMPLETION).encode())


async def streamed(hit):
    got = []
    await hit.follow(got.extend)
    return got


def test_it_is_its_document_and_the_stream_of_it():
    hit = Hit(DOCUMENT, 3.0, ())

    assert hit.document is DOCUMENT
    assert fold(asyncio.run(streamed(hit))).to_dict() == COMPLETION
    assert hit.begun_with == COMPLETION["usage"]
    assert hit.by is None


def test_vectors_are_no_stream():
    hit = Hit(read_embeddings(b'{"data": [{}]}'), 0.0, ())

    with pytest.raises(TypeError, match="one piece"):
        asyncio.run(streamed(hit))


def test_its_entry_says_what_was_used_once_and_what_was_changed_then():
    totals = Totals()
    with Entry(totals, "r", "m", stream=False, prompt=9) as entry:
        entry.changed = ("user: dropped",)
        hit = Hit(DOCUMENT, 3.0, ("user: dropped", "top_k: dropped"))
        assert asyncio.run(hit.opened(entry)) is hit
        entry.completed()
        assert entry.cost == 0

    closed = entry.closed
    assert (closed.upstream, closed.served, closed.attempts) == (None, "real", ())
    assert (closed.prompt_tokens, closed.completion_tokens, closed.tokens_from, closed.cost) == (3, 1, "cache", 0)
    assert closed.changed == ("user: dropped", "top_k: dropped")
    assert (totals.closed["completed"], totals.prompt_tokens, totals.completion_tokens) == (1, 0, 0)
