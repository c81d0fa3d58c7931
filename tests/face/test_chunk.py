"""A chunk that is read as JSON: what a reading asks of it is what a chunk of the client says."""

import json

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from dragoman.face.chunk import read_unopened
from dragoman.wire.chunk import read_chunk

CHUNK = {
    "id": "c",
    "choices": [{"index": 0, "delta": {"content": "Mo"}, "finish_reason": None}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
    "x_new": [1],
}


def of(value):
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    "data",
    [
        of(CHUNK),
        of({}),
        of({"error": {"message": "busy"}}),
        of({"choices": None, "usage": 7, "error": None}),
        b'{"choices": [{"delta": {"content": "\xff"}}]}',
        b'{"logprob": -Infinity, "huge": 1e999}',
    ],
    ids=["a chunk", "nothing", "an error", "of wrong types", "no UTF-8", "no number"],
)
def test_it_says_what_a_chunk_says(data):
    chunk, found = read_chunk(data), read_unopened(data)

    assert (found.choices, found.usage, found.error, found.text) == (
        chunk.choices, chunk.usage, chunk.error, chunk.text,
    )  # fmt: skip
    assert found.to_dict() == chunk.to_dict()
    assert found.to_json() == chunk.to_json()


def test_its_json_is_for_one_who_takes_it():
    found = read_unopened(of(CHUNK))
    value, found.value = found.value, None
    value["choices"].clear()

    assert found.text == "Mo"
    assert found.to_dict() == CHUNK


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_what_is_no_object_is_refused_as_by_the_client(value):
    for read in (read_chunk, read_unopened):
        with pytest.raises(msgspec.DecodeError):
            read(of(value))


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b"[DONE]", b'{"a":' * 3000])
def test_what_is_no_json_is_refused_as_by_the_client(data):
    for read in (read_chunk, read_unopened):
        with pytest.raises(msgspec.DecodeError):
            read(data)
