"""Time-outs."""

import asyncio
import math

import httpx
import pytest

from answers import STREAM, document
from dragoman import Timeouts
from dragoman.openai import DEFAULT_TIMEOUT, Timeout
from dragoman.openai.limits import limits
from dragoman.transport.blocking import BlockingTransport
from openai_asking import ASKED, asking, awaiting
from scripted import READ


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (3, Timeouts(total=math.inf, connect=3, first_token=3, idle=3, attempt=3)),
        (Timeout(9, connect=2), Timeouts(total=math.inf, connect=2, first_token=9, idle=9, attempt=9)),
        (httpx.Timeout(9, connect=2), Timeouts(total=math.inf, connect=2, first_token=9, idle=9, attempt=9)),
        (None, Timeouts(total=math.inf, connect=86_400, first_token=math.inf, idle=math.inf)),
        (Timeouts(total=5), Timeouts(total=5)),
        (DEFAULT_TIMEOUT, Timeouts(total=math.inf, connect=5, first_token=600, idle=600, attempt=600)),
    ],
    ids=["seconds", "ours", "httpx's", "none", "dragoman's", "default"],
)
def test_each_form_has_a_meaning(given, meant):
    assert limits(given) == meant


@pytest.mark.parametrize("given", [None, httpx.Client, BlockingTransport])
def test_there_may_be_no_limit(given):
    http_client = given and given()
    with asking(READ, document(), READ, STREAM, timeout=None, http_client=http_client) as (_, client):
        assert client.chat.completions.create(**ASKED).id == "c1"
        assert len(list(client.chat.completions.create(**ASKED, stream=True))) == 3
    if http_client:
        http_client.close()


def test_there_may_be_no_limit_asynchronously():
    async def use(client):
        completion = await client.chat.completions.create(**ASKED)
        return completion.id, len([chunk async for chunk in await client.chat.completions.create(**ASKED, stream=True)])

    assert asyncio.run(awaiting(use, READ, document(), READ, STREAM, timeout=None)) == ("c1", 3)


@pytest.mark.parametrize("given", [0, -1, "3", Timeout(0)], ids=str)
def test_what_is_no_time_out_is_refused(given):
    with pytest.raises(ValueError, match="a timeout is"):
        limits(given)


def test_a_time_out_names_every_phase():
    assert Timeout(connect=1, read=2, write=3, pool=None).pool is None
    with pytest.raises(ValueError, match="every phase"):
        Timeout(connect=1)


def test_equal_time_outs_are_equal():
    assert Timeout(600, connect=5.0) == DEFAULT_TIMEOUT
    assert hash(Timeout(600, connect=5.0)) == hash(DEFAULT_TIMEOUT)
    assert Timeout(1) != 1
    assert repr(Timeout(1)) == "Timeout(connect=1, read=1, write=1, pool=1)"
