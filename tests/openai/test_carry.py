"""What carries the calls."""

import asyncio

import httpx
import httpx2
import pytest

from answers import document
from dragoman.openai import AsyncOpenAI, OpenAI
from dragoman.transport.aio import AsyncioTransport
from dragoman.transport.blocking import BlockingTransport
from openai_asking import ASKED, asking, awaiting
from scripted import READ


@pytest.mark.parametrize("make", [httpx.Client, httpx2.Client, BlockingTransport])
def test_any_client_or_transport_carries_calls(make):
    given = make()
    with asking(READ, document(), http_client=given) as (_, client):
        assert client.chat.completions.create(**ASKED).id == "c1"
    given.close()


def test_an_asynchronous_one_does_too():
    async def use(client):
        return (await client.chat.completions.create(**ASKED)).id

    async def main():
        async with httpx.AsyncClient() as one, httpx2.AsyncClient() as two:
            ids = [await awaiting(use, READ, document(), http_client=given) for given in (one, two)]
        transport = AsyncioTransport()
        ids.append(await awaiting(use, READ, document(), http_client=transport))
        transport.close()
        return ids

    assert asyncio.run(main()) == ["c1"] * 3


@pytest.mark.parametrize("cls", [OpenAI, AsyncOpenAI])
def test_anything_else_is_refused(cls):
    with pytest.raises(TypeError, match="http_client is an httpx client"):
        cls(api_key="k", http_client=object())


@pytest.mark.parametrize("cls", [OpenAI, AsyncOpenAI])
def test_a_model_on_this_machine_can_be_asked(cls):
    assert cls(base_url="local").base_url == "http://engine.local/v1/"


@pytest.mark.parametrize(("cls", "make"), [(OpenAI, httpx.Client), (AsyncOpenAI, httpx.AsyncClient)])
def test_but_not_through_a_client_of_httpx(cls, make, monkeypatch):
    monkeypatch.setenv("DRAGOMAN_BASE_URL", "local")

    with pytest.raises(ValueError, match="no http_client reaches the model on this machine"):
        cls(http_client=make())
