"""`embeddings`, in both colours."""

import array
import asyncio
import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.openai.embeddings import floats
from openai_asking import asking, awaiting
from scripted import READ, answer


def vectors(*embeddings):
    data = [{"object": "embedding", "index": place, "embedding": one} for place, one in enumerate(embeddings)]
    body = {"object": "list", "model": "e", "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    return answer(json.dumps(body).encode(), headers={"X-Request-Id": "r"})


ONE_TWO = base64.b64encode(array.array("f", [1.0, -2.0]).tobytes()).decode()


def test_vectors_travel_as_base64_and_come_out_as_numbers():
    with asking(READ, vectors(ONE_TWO, [3.0])) as (server, client):
        answered = client.embeddings.create(input=["a", "b"], model="e", dimensions=2)

    assert server.requests[0].json == {"input": ["a", "b"], "model": "e", "dimensions": 2, "encoding_format": "base64"}
    assert [one.embedding for one in answered.data] == [[1.0, -2.0], [3.0]]
    assert (answered.usage.prompt_tokens, answered._request_id) == (1, "r")


def test_base64_that_was_asked_for_stays():
    with asking(READ, vectors(ONE_TWO)) as (_, client):
        answered = client.embeddings.create(input="a", model="e", encoding_format="base64")

    assert answered.data[0].embedding == ONE_TWO


def test_tokens_of_any_kind_travel():
    with asking(READ, vectors([1.0])) as (server, client):
        client.embeddings.create(input=(token for token in (1, 2)), model="e", extra_query={"a": 1}, timeout=3)

    assert server.requests[0].json["input"] == [1, 2]
    assert server.requests[0].line == "POST /v1/embeddings?a=1 HTTP/1.1"


def test_the_headers_can_be_had():
    with asking(READ, vectors(ONE_TWO)) as (server, client):
        raw = client.embeddings.with_raw_response.create(input="a", model="e", extra_body={"mine": 1})

    assert (raw.request_id, raw.parse().data[0].embedding) == ("r", [1.0, -2.0])
    assert server.requests[0].json["mine"] == 1


def test_the_same_asynchronously():
    async def use(client):
        answered = await client.embeddings.create(input="a", model="e")
        raw = await client.embeddings.with_raw_response.create(input="a", model="e", encoding_format="float")
        return answered.data[0].embedding, raw.parse().data[0].embedding

    assert asyncio.run(awaiting(use, READ, vectors(ONE_TWO), READ, vectors([3.0]))) == ([1.0, -2.0], [3.0])


@given(st.lists(st.floats(width=32, allow_nan=False)))
def test_any_numbers_come_back(numbers):
    assert floats(base64.b64encode(array.array("f", numbers).tobytes()).decode()) == numbers


@pytest.mark.parametrize("text", ["AAAA", "a"])
def test_what_is_no_base64_of_numbers_is_refused(text):
    with pytest.raises(ValueError, match="no base64 of numbers"):
        floats(text)
