"""Which way a request goes: over the network, or to the engine it names."""

import asyncio
import contextlib

import httpx
import pytest

from dragoman import AsyncDragoman, ConfigurationError, Connections, Dragoman, errors
from dragoman.engine import Engine
from scripted import READ, Scripted, answer, repeat

OURS = b'{"choices":[{"index":0,"message":{"content":"Monet"},"finish_reason":"stop"}]}'
THEIRS = OURS.replace(b"Monet", b"Manet")
BUSY = answer(b"{}", "503 Service Unavailable")
WEIGHTS = "of-a-test/mine.gguf"


class Lent:
    """What stands where an engine does: a server that is up already."""

    running = True

    def __init__(self, url):
        self.url = url


@contextlib.contextmanager
def engine(*script):
    """A server that answers for weights of our own."""
    with Scripted(*script) as server:
        Engine.share(WEIGHTS, Lent(server.url("/v1")))
        yield server
        Engine.share(WEIGHTS, None)


def test_each_request_takes_the_way_of_whom_it_is_for():
    with Scripted([repeat(READ, BUSY)]) as network, engine([repeat(READ, answer(OURS))]) as local:
        with Dragoman.any(network.url("/v1"), WEIGHTS, timeout=20) as client:
            texts = [client.chat.create(messages="Hello", model="m").text for _ in range(2)]

    assert texts == ["Monet"] * 2
    assert [request.json["model"] for request in network.requests] == ["m", "m"]
    assert [request.line for request in local.requests] == ["POST /v1/chat/completions HTTP/1.1"] * 2
    assert [request.json["model"] for request in local.requests] == ["local"] * 2


def test_so_it_does_asynchronously():
    async def ask(url):
        async with AsyncDragoman.any(url, WEIGHTS) as client:
            return (await client.chat.create(messages="Hello", model="m")).text

    with Scripted([READ, BUSY]) as network, engine([READ, answer(OURS)]):
        assert asyncio.run(ask(network.url("/v1"))) == "Monet"


def test_weights_alone_are_asked_by_their_engine():
    with engine([READ, answer(OURS)]) as local, Dragoman(WEIGHTS) as client:
        assert client.chat.create(messages="Hello").text == "Monet"

    assert local.requests[0].line == "POST /v1/chat/completions HTTP/1.1"


@pytest.mark.parametrize("cls", [Dragoman, AsyncDragoman])
def test_a_closed_client_opens_no_way_any_more(cls):
    client = cls.any("http://127.0.0.1:9/v1", WEIGHTS)
    client.close()

    with pytest.raises(errors.ConnectionFailedError, match="the transport was closed"):
        made = client.chat.create(messages="Hello", model="m", retries=0)
        asyncio.run(made)


def test_options_of_connections_hold_for_every_way_over_the_network(tmp_path):
    with Scripted([READ, answer(THEIRS)], unix=tmp_path / "s") as server:
        with Dragoman.any("http://a.test/v1", transport=Connections(unix=tmp_path / "s")) as client:
            assert client.chat.create(messages="Hello", model="m").text == "Manet"

    assert server.requests[0].headers["host"] == "a.test"


@pytest.mark.parametrize("cls", [Dragoman, AsyncDragoman])
def test_a_proxy_that_cannot_be_used_is_told_of_when_the_client_is_made(cls):
    with pytest.raises(ConfigurationError, match="socks5"):
        cls("http://a.test/v1", transport=Connections(proxy="socks5://127.0.0.1:9"))


@pytest.mark.parametrize("kind", [Dragoman, AsyncDragoman])
def test_an_http_client_that_no_adapter_carries_is_refused_with_the_adapters_name(kind):
    with httpx.Client() as given, pytest.raises(ConfigurationError, match=r"HttpxTransport\(…\) makes it"):
        kind("http://h/v1", transport=given)
