"""Which answers are kept, and that they come back as they were."""

import json

import pytest

from answers import CALLED, COMPLETION
from dragoman.gateway.cache.kept import Kept, decode, encode, is_kept
from dragoman.gateway.counted import read_counted
from dragoman.wire.completion import read_completion
from dragoman.wire.embedding import read_embeddings

VECTORS = b'{"object": "list", "data": [{"embedding": [0.5]}], "model": "real"}'


def read(document):
    return read_completion(json.dumps(document).encode())


def ended(*reasons, **fields):
    choices = [
        {"index": place, "message": {"role": "assistant", "content": "x"}, "finish_reason": reason}
        for place, reason in enumerate(reasons)
    ]
    return read(COMPLETION | {"choices": choices} | fields)


@pytest.mark.parametrize("reasons", [["stop"], ["length"], ["tool_calls"], ["function_call"], ["stop", "length"]])
def test_what_came_to_its_end_is_kept(reasons):
    assert is_kept(ended(*reasons), len(reasons))


@pytest.mark.parametrize("reason", ["content_filter", "error", "pause_turn", "", None])
def test_what_was_stopped_or_has_no_end_is_not(reason):
    assert not is_kept(ended(reason), 1)
    assert not is_kept(ended("stop", reason), 2)


def test_fewer_answers_than_were_asked_for_are_not():
    assert not is_kept(ended("stop"), 2)
    assert not is_kept(ended(), 1)


def test_what_two_upstreams_wrote_is_not():
    assert not is_kept(ended("stop", dragoman={"continued": {"upstream": "b", "model": "m"}}), 1)


def test_vectors_are_kept_and_counts_are_not():
    assert is_kept(read_embeddings(VECTORS), 1)
    assert not is_kept(read_counted(b'{"input_tokens": 3}'), 1)


def test_an_answer_is_read_as_it_was_written():
    kept = decode(encode(Kept(7.5, json.dumps(CALLED).encode(), ("top_k: dropped",))))

    assert (kept.at, kept.changed) == (7.5, ("top_k: dropped",))
    assert kept.read("completion").to_dict() == CALLED
    assert decode(encode(Kept(1.0, VECTORS))).read("embeddings").to_json() == VECTORS
