"""The client as an object: models, sharing, closing, what it shows and refuses."""

import asyncio
import copy
import json
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import MagicMock

import pytest

from colours import CALL
from dragoman import (
    APIError,
    AsyncDragoman,
    BadRequestError,
    ConfigurationError,
    Dragoman,
    InvalidRequestError,
    NotFoundError,
    Retry,
    Timeouts,
)
from scripted import READ, Hold, Scripted, answer, chunk, chunked_head, event, repeat
from vendors import AsyncVendors, Vendors, fails, says, streams

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


UNDER_WAY = {
    "no answer": [READ],
    "a stream": [READ, chunked_head(), chunk(event({"choices": [{"index": 0, "delta": {"content": "Mo"}}]}))],
    "a pause": [READ, answer(b"{}", "429 Too Many Requests", {"Retry-After": "30"})],
}


@pytest.mark.parametrize("script", UNDER_WAY.values(), ids=UNDER_WAY)
def test_closing_a_client_ends_a_call_under_way_in_another_thread(script):
    hold = Hold()
    with Scripted([*script, hold]) as server, ThreadPoolExecutor() as pool:
        client = Dragoman(server.url("/v1"), api_key="x", model="m")
        asking = pool.submit(lambda: client.chat.stream(messages="Who?").until_done())
        assert hold.reached.wait(10)
        client.close()

        with pytest.raises(APIError, match="closed"):
            asking.result(10)


@pytest.mark.parametrize("script", UNDER_WAY.values(), ids=UNDER_WAY)
def test_closing_a_client_ends_a_call_under_way_in_another_task(script):
    hold = Hold()

    async def main():
        client = AsyncDragoman(server.url("/v1"), api_key="x", model="m")

        async def ask():
            async with client.chat.stream(messages="Who?") as stream:
                return await stream.until_done()

        asking = asyncio.ensure_future(ask())
        assert await asyncio.to_thread(hold.reached.wait, 10)
        client.close()
        with pytest.raises(APIError, match="closed"):
            await asyncio.wait_for(asking, 10)

    with Scripted([*script, hold]) as server:
        asyncio.run(main())


def test_a_transport_that_was_given_is_not_closed_with_the_client():
    class Counting:
        closed = 0

        def send(self, request, until):
            raise AssertionError(request)

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


def test_a_provider_goes_by_its_name(monkeypatch):
    monkeypatch.setenv("GROQ_API_KEY", "sk-planted")
    vendors = Vendors({"api.groq.com": [says("Monet")]})
    with Dragoman("groq", transport=vendors) as client:
        assert client.chat.create(**CALL).text == "Monet"

    assert vendors.asked[0].target == "/openai/v1/chat/completions"
    assert vendors.asked[0].headers["authorization"] == "Bearer sk-planted"


@pytest.mark.parametrize("cls", [Dragoman, AsyncDragoman])
def test_a_name_that_is_none_says_what_is_near(cls):
    with pytest.raises(InvalidRequestError, match=r"'mistal' is no provider.*did you mean 'mistral'"):
        cls("mistal")
    with pytest.raises(ConfigurationError, match="openai wants a credential: set OPENAI_API_KEY"):
        cls("openai")


def test_a_client_with_other_options_shares_its_connections():
    with Scripted([repeat(READ, answer(COMPLETION))]) as server:
        with Dragoman(server.url("/v1"), api_key="k", headers={"x-a": "1"}) as client:
            with client.with_options(api_key="k2", model="m2", headers={"x-b": "2"}, timeout=9) as other:
                assert other.chat.create(messages="Hello").text == "Monet"
            assert client.chat.create(**CALL).text == "Monet"
            assert client.with_options(retries=0).chat.create(**CALL).text == "Monet"

    first, second, _ = server.requests
    assert (first.headers["authorization"], first.json["model"]) == ("Bearer k2", "m2")
    assert (first.headers["x-a"], first.headers["x-b"]) == ("1", "2")
    assert second.headers["authorization"] == "Bearer k"
    assert "x-b" not in second.headers
    assert len(server.connections) == 1


def test_so_it_does_asynchronously():
    async def main():
        vendors = AsyncVendors({"a.test": [says("Monet")]})
        async with AsyncDragoman("http://a.test/v1", transport=vendors) as client:
            text = (await client.with_options(model="m2").chat.create(messages="Hello")).text
        return text, vendors.asked[0].json["model"], vendors.closed

    assert asyncio.run(main()) == ("Monet", "m2", False)


def test_answers_and_options_travel_between_processes():
    vendors = Vendors({"a.test": [says("Monet"), streams("Mo", "net"), fails(400, "no")]})
    with Dragoman("http://a.test/v1", transport=vendors) as client:
        completion = client.chat.create(**CALL)
        chunks = list(client.chat.stream(**CALL))
        with pytest.raises(BadRequestError) as caught:
            client.chat.create(**CALL)

    for travel in (copy.deepcopy, copy.copy, lambda value: pickle.loads(pickle.dumps(value))):
        again = travel(completion)
        assert (again, again.to_dict(), again.message.to_dict()) == (
            completion,
            completion.to_dict(),
            completion.message.to_dict(),
        )
        assert [travel(chunk).to_dict() for chunk in chunks] == [chunk.to_dict() for chunk in chunks]
        assert travel(completion.message).to_json() == completion.message.to_json()
        error = travel(caught.value)
        assert (type(error), str(error), error.to_dict(), error.history) == (
            BadRequestError,
            str(caught.value),
            caught.value.to_dict(),
            caught.value.history,
        )
        assert travel(Timeouts(total=3)) == Timeouts(total=3)
        assert travel(Retry(times=3)) == Retry(times=3)


def test_a_stream_cannot_be_copied_and_goes_on_undisturbed():
    vendors = Vendors({"a.test": [streams("Mo", "net")]})
    with Dragoman("http://a.test/v1", transport=vendors) as client:
        stream = client.chat.stream(**CALL)
        for leak in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="a stream cannot be pickled or copied: tee it"):
                leak(stream)
        assert stream.until_done().text == "Monet"


def test_what_a_model_said_goes_back_with_whatever_its_vendor_added():
    said = {"role": "assistant", "content": None, "reasoning_details": [{"sig": "x"}], "tool_calls": [
        {"id": "t1", "type": "function", "function": {"name": "f", "arguments": "{}"}, "extra_content": {"google": 1}}]}  # fmt: skip
    body = json.dumps({"choices": [{"index": 0, "message": said, "finish_reason": "tool_calls"}]}).encode()
    delta = {"choices": [{"index": 0, "delta": said | {"tool_calls": [{"index": 0, **said["tool_calls"][0]}]}, "finish_reason": "tool_calls"}]}  # fmt: skip
    streamed = f"data: {json.dumps(delta)}\n\ndata: [DONE]\n\n".encode()
    vendors = Vendors({"a.test": [lambda cls: cls(body), lambda cls: cls(streamed, kind="text/event-stream"), says("Monet")]})  # fmt: skip
    with Dragoman("http://a.test/v1", model="m", transport=vendors) as client:
        whole = client.chat.create(messages="Hello").message
        folded = client.chat.stream(messages="Hello").until_done().message
        messages = [{"role": "user", "content": "Hello"}]
        for message in (whole, folded, copy.deepcopy(whole), pickle.loads(pickle.dumps(folded))):
            client.chat.create(messages=[*messages, message])

    sent = [request.json["messages"][1] for request in vendors.asked[2:]]
    assert sent[0] == sent[2] == said
    assert sent[1] == sent[3]
    assert sent[1]["reasoning_details"] == said["reasoning_details"]
    assert sent[1]["tool_calls"][0]["extra_content"] == {"google": 1}


@pytest.mark.parametrize("kind", [Dragoman, AsyncDragoman])
def test_a_mock_of_it_has_what_it_has(kind):
    mock = MagicMock(spec=kind)

    assert mock.chat.create
    assert mock.models.list
