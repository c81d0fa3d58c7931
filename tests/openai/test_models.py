"""`models`, in both colours."""

import asyncio
import json

import pytest

from dragoman.openai import NotFoundError
from openai_asking import asking, awaiting
from scripted import READ, answer

CARD = {"id": "org/m 1", "object": "model", "created": 1, "owned_by": "o"}
LIST = answer(
    json.dumps({"object": "list", "data": [CARD, CARD | {"id": "n"}]}).encode(), headers={"X-Request-Id": "r"}
)
ONE = answer(json.dumps(CARD).encode(), headers={"X-Request-Id": "r"})


def test_they_are_walked_through():
    with asking(READ, LIST) as (server, client):
        page = client.models.list(timeout=5, extra_headers={"X-A": "b"})

    assert [model.id for model in page] == ["org/m 1", "n"]
    assert page._request_id == "r"
    assert server.requests[0].line == "GET /v1/models HTTP/1.1"
    assert server.requests[0].headers["x-a"] == "b"


def test_one_is_looked_up():
    with asking(READ, ONE) as (server, client):
        model = client.models.retrieve("org/m 1")

    assert (model.owned_by, model.shutdown_date, model._request_id) == ("o", None, "r")
    assert server.requests[0].line == "GET /v1/models/org/m%201 HTTP/1.1"


def test_one_that_is_not_there_is_an_error():
    with asking(READ, answer(b'{"error":{"message":"no"}}', "404 No")) as (_, client), pytest.raises(NotFoundError):
        client.models.retrieve("x")


def test_a_name_has_to_be_given():
    with asking() as (_, client), pytest.raises(ValueError, match="model is empty"):
        client.models.retrieve("")


def test_the_headers_can_be_had():
    with asking(READ, LIST, READ, ONE) as (_, client):
        listed, one = client.models.with_raw_response.list(), client.models.with_raw_response.retrieve("x")

    assert (listed.request_id, len(listed.parse().data), one.parse().id) == ("r", 2, "org/m 1")


def test_the_same_asynchronously():
    async def use(client):
        walked = [model.id async for model in client.models.list()]
        awaited = await client.models.list()
        one = await client.models.retrieve("x")
        raw = await client.models.with_raw_response.list(), await client.models.with_raw_response.retrieve("x")
        return walked, [model.id async for model in awaited], one.id, [type(each.parse()).__name__ for each in raw]

    found = asyncio.run(awaiting(use, READ, LIST, READ, LIST, READ, ONE, READ, LIST, READ, ONE))
    assert found == (["org/m 1", "n"], ["org/m 1", "n"], "org/m 1", ["AsyncPage", "Model"])
