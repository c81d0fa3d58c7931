"""Texts become vectors: the endpoint of the real model, and what it refuses by name."""

import array
import base64
import json
import math
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlsplit

import pytest

from dragoman.engine.embed import KNOWN, embedding
from dragoman.errors import InvalidRequestError
from dragoman.wire.embedding import EmbeddingRequest
from serving import until


def vectors(endpoint, given, **more):
    """The vectors of inputs, and the whole answer."""
    reply = endpoint.embed(input=given, **more)
    assert reply.status == 200, reply.json
    return [each["embedding"] for each in reply.json["data"]], reply.json


def likeness(one, other):
    """Their cosine: both have length 1."""
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_an_answer_is_as_the_api_has_it(model):
    (vector,), answer = vectors(model, "Hello world")

    assert answer["object"] == "list"
    assert answer["model"] == "smollm2-135m-instruct"
    assert answer["data"][0].keys() == {"object", "index", "embedding"}
    assert answer["data"][0]["object"] == "embedding"
    assert answer["usage"] == {"prompt_tokens": 2, "total_tokens": 2}
    assert len(vector) == 576
    assert math.isclose(likeness(vector, vector), 1, abs_tol=1e-4)


def test_kindred_texts_have_kindred_vectors(model):
    texts = [
        "A cat sat on the mat.",
        "A kitten rested on the rug.",
        "The stock market fell sharply today.",
    ]
    (cat, kitten, market), _ = vectors(model, texts)

    assert likeness(cat, kitten) > likeness(cat, market) + 0.1


def test_each_input_has_its_vector_at_its_place(model):
    texts = [f"word {number}" for number in range(9)]
    together, answer = vectors(model, texts)
    alone, other = vectors(model, texts[7])

    assert [each["index"] for each in answer["data"]] == list(range(9))
    assert likeness(together[7], alone[0]) > 0.9999
    assert answer["usage"]["prompt_tokens"] == 9 * other["usage"]["prompt_tokens"]


def test_a_text_beside_a_shorter_one_has_its_own_vector(model):
    (alone,), _ = vectors(model, "Hello world")
    with ThreadPoolExecutor(4) as pool:
        together = pool.map(lambda _: vectors(model, ["Hello world", "Hello"])[0][0], range(24))
        assert all(likeness(each, alone) > 0.9999 for each in together)


def test_the_same_text_has_the_same_vector_however_often_and_whatever_was_asked_before(model):
    first, _ = vectors(model, "The same beginning, and this end.")
    vectors(model, "The same beginning, and another end.")
    model.create(messages="The same beginning, and this end.")

    assert vectors(model, "The same beginning, and this end.")[0] == first


def test_tokens_are_embedded_as_the_text_that_they_are(model):
    # "Hello" and " world", as this model's vocabulary has them.
    both, answer = vectors(model, [[19556, 905], [19556]])
    one, _ = vectors(model, [19556, 905])

    assert likeness(both[0], vectors(model, "Hello world")[0][0]) > 0.9999
    assert both[0] == one[0]
    assert answer["usage"]["prompt_tokens"] == 3


def test_base64_holds_the_same_numbers(model):
    (numbers,), _ = vectors(model, "Hello", encoding_format="float")
    (text,), _ = vectors(model, "Hello", encoding_format="base64")
    told = array.array("f", base64.b64decode(text))

    assert len(told) == len(numbers)
    assert all(math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-8) for a, b in zip(told, numbers, strict=True))


def test_a_text_as_long_as_may_be_is_embedded_and_a_longer_one_refused(model):
    _, answer = vectors(model, "word " * 511)
    refused = model.embed(input=["short", "word " * 600])

    assert answer["usage"]["prompt_tokens"] == 512
    assert refused.status == 400
    assert refused.error["code"] == "context_length_exceeded"
    assert refused.error["message"] == "input[1] is 601 tokens, and this model embeds 512 at most"


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"dimensions": 10}, "dimensions"),
        ({"input_type": "query"}, "input_type"),
        ({"input": [49152]}, "input"),
        ({"input": [[1, 2], [-1]]}, "input"),
        ({"input": [""]}, "input"),
        ({"input": "x", "encoding_format": "int8"}, "encoding_format"),
    ],
)
def test_what_this_model_cannot_do_is_refused_by_name(model, asked, param):
    refused = model.embed(**{"input": "x"} | asked)

    assert refused.status == 400
    assert refused.error["param"] == param


def test_every_field_is_known_and_nulls_say_nothing():
    assert EmbeddingRequest.__annotations__.keys() == KNOWN
    told = dict.fromkeys(("dimensions", "encoding_format", "user", "vendor"))

    assert embedding({"input": "x", "model": "m"} | told, 10).form == "float"
    with pytest.raises(InvalidRequestError, match="vendor"):
        embedding({"input": "x", "model": "m", "vendor": 1}, 10)


def test_answers_and_vectors_are_made_side_by_side(model):
    asked = {"messages": "Count from one to ten.", "seed": 3, "temperature": 1, "max_tokens": 12}
    alone = model.create(**asked)["choices"][0]["message"]["content"]
    with ThreadPoolExecutor(2) as pool:
        embedded = pool.submit(vectors, model, ["a text of several words"] * 12)
        beside = pool.submit(model.create, **asked)

        assert beside.result()["choices"][0]["message"]["content"] == alone
        assert len(embedded.result()[0]) == 12


def test_a_caller_who_leaves_stops_the_work(model):
    body = json.dumps({"model": "m", "input": ["word " * 500] * 64}).encode()
    head = f"POST /v1/embeddings HTTP/1.1\r\nHost: engine\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(unquote(urlsplit(model.engine.url).netloc))
        line.sendall(head + body)
        assert until(lambda: model.health()["taken"])

    assert until(lambda: not model.health()["taken"] and model.health()["busy"] == 0)
