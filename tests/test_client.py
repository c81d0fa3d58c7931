"""The client as an object: models, sharing, closing, what it shows and refuses."""

import asyncio
import copy
import pickle
import threading

import pytest

from colours import CALL
from dragoman import AsyncDragoman, Dragoman, InvalidRequestError, NotFoundError
from scripted import READ, Scripted, answer, repeat

COMPLETION = b'{"choices":[{"index":0,"message":{"content":"Monet"},"finish_reason":"stop"}]}'
CARDS = b'{"object":"list","data":[{"id":"m1","owned_by":"a","context":8192},{"id":"org/m2"}]}'


def test_models_are_listed_and_looked_up():
    one, none = b'{"id":"org/m2","object":"model"}', b'{"error":{"message":"no such model"}}'
    with Scripted([READ, answer(CARDS), READ, answer(one), READ, answer(none, "404 Not Found")]) as server:
        with Dragoman(server.url("/v1")) as client:
            cards = client.models.list()
            assert [card.id for card in cards.data] == ["m1", "org/m2"]
            assert cards.to_dict()["data"][0]["context"] == 8192
            assert client.models.retrieve("org/m2").id == "org/m2"
            with pytest.raises(NotFoundError, match="no such model"):
                client.models.retrieve("a b")

    assert [request.line.split()[1] for request in server.requests] == [
        "/v1/models",
        "/v1/models/org/m2",
        "/v1/models/a%20b",
    ]


def test_models_asynchronously():
    async def main(url):
        async with AsyncDragoman(url) as client:
            return [card.id for card in (await client.models.list()).data], (await client.models.retrieve("m1")).id

    with Scripted([READ, answer(CARDS), READ, answer(b'{"id":"m1"}')]) as server:
        assert asyncio.run(main(server.url("/v1"))) == (["m1", "org/m2"], "m1")


def test_threads_share_a_client():
    texts = []
    with Scripted([repeat(READ, answer(COMPLETION))]) as server, Dragoman(server.url("/v1"), model="m") as client:

        def ask():
            texts.extend(client.chat.create(messages="Hello").text for _ in range(20))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert texts == ["Monet"] * 160
    assert len(server.connections) <= 8


@pytest.mark.parametrize("cls", [Dragoman, AsyncDragoman])
def test_a_client_shows_where_it_points_and_nothing_of_its_credential(cls):
    client = cls("https://a.test/v1", api_key="sk-planted")

    assert repr(client) == f"{cls.__name__}('https://a.test/v1')"
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="make one where it is needed"):
            leak(client)
    client.close()


def test_a_wrong_argument_is_refused_before_anything_is_sent():
    with pytest.raises(InvalidRequestError, match="'localhost:8000' is no address"):
        Dragoman("localhost:8000")


def test_a_transport_that_was_given_is_not_closed_with_the_client():
    class Counting:
        closed = 0

        def close(self):
            self.closed += 1

    transport = Counting()
    with Dragoman("https://a.test/v1", transport=transport):
        pass

    assert transport.closed == 0


def test_a_program_moves_behind_another_address_without_an_edit(monkeypatch):
    with Scripted([READ, answer(COMPLETION)]) as server:
        monkeypatch.setenv("DRAGOMAN_BASE_URL", server.url("/v1"))
        monkeypatch.setenv("DRAGOMAN_API_KEY", "dg")
        with Dragoman() as client:
            assert client.chat.create(**CALL).text == "Monet"

    assert server.requests[0].headers["authorization"] == "Bearer dg"
