"""A request for embeddings: what passes, what is refused and where; and what is read of an answer."""

import json

import msgspec
import pytest

from dragoman.errors import InvalidRequestError
from dragoman.wire.embedding import check_embedding, inputs_of, read_embeddings

ASKED = {"model": "m", "input": "x"}


@pytest.mark.parametrize(
    ("given", "inputs"),
    [
        ("a text", ["a text"]),
        (["a", "b"], ["a", "b"]),
        ([1, 2], [[1, 2]]),
        ([[1, 2], [3]], [[1, 2], [3]]),
        (["x"] * 2048, ["x"] * 2048),
    ],
)
def test_inputs_are_texts_or_the_tokens_of_texts(given, inputs):
    assert inputs_of(given) == inputs
    check_embedding(ASKED | {"input": given})


@pytest.mark.parametrize(
    ("wrong", "param", "says"),
    [
        ({"input": None}, "input", "missing"),
        ({"model": None}, "model", "missing"),
        ({"model": 3}, "model", "must be a string"),
        ({"user": 3}, "user", "must be a string"),
        ({"input": ""}, "input", "input[0] is empty"),
        ({"input": ["a", ""]}, "input", "input[1] is empty"),
        ({"input": [[1], []]}, "input", "input[1] is empty"),
        ({"input": []}, "input", "must be"),
        ({"input": {}}, "input", "must be"),
        ({"input": 3.5}, "input", "must be"),
        ({"input": 3}, "input", "must be"),
        ({"input": ["a", 1]}, "input", "must be"),
        ({"input": [[1], "a"]}, "input", "must be"),
        ({"input": [True]}, "input", "must be"),
        ({"input": [[[1]]]}, "input", "must be"),
        ({"input": ["x"] * 2049}, "input", "2049 parts"),
        ({"encoding_format": "int8"}, "encoding_format", "'float' or 'base64'"),
        ({"encoding_format": []}, "encoding_format", "'float' or 'base64'"),
        ({"dimensions": 0}, "dimensions", "whole number from 1"),
        ({"dimensions": True}, "dimensions", "whole number from 1"),
        ({"dimensions": 1.5}, "dimensions", "whole number from 1"),
    ],
)
def test_what_is_wrong_is_refused_where_it_stands(wrong, param, says):
    with pytest.raises(InvalidRequestError) as caught:
        check_embedding(ASKED | wrong)

    assert caught.value.param == param
    assert says in str(caught.value)


def test_nulls_and_fields_nobody_knows_pass():
    check_embedding(ASKED | {"dimensions": None, "encoding_format": None, "user": None, "input_type": "query"})


def test_an_answer_keeps_the_bytes_it_was_read_from():
    data = [{"object": "embedding", "index": 0, "embedding": [0.25, -1.0]}]
    raw = json.dumps({"object": "list", "data": data, "model": "e", "usage": {"prompt_tokens": 7}, "vendor": 1})
    read = read_embeddings(raw.encode())

    assert (read.model, read.usage.prompt_tokens) == ("e", 7)
    assert read.to_json() == raw.encode()
    assert read.extra == {"data": data, "vendor": 1}


def test_an_answer_whose_fields_are_odd_is_read_all_the_same():
    read = read_embeddings(b'{"object":"list","data":[{"embedding":"AAAA"}],"model":null,"usage":null}')

    assert (read.model, read.usage) == ("", None)


@pytest.mark.parametrize("raw", [b"[]", b"{}", b'{"data":[]}', b'{"data":"x"}', b'{"error":{"message":"no"}}', b"x"])
def test_an_answer_without_vectors_is_none(raw):
    with pytest.raises(msgspec.DecodeError):
        read_embeddings(raw)
