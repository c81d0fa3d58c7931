"""What stands behind the gateway: reached as by any client, and whether it can answer."""

import asyncio
import json

import pytest

from dragoman import APIError
from dragoman.gateway import upstream as module
from dragoman.gateway.upstream import Upstream
from scripted import READ, Hold, Scripted, answer, repeat

CARDS = answer(json.dumps({"object": "list", "data": [{"id": "org/m", "vendor": 1}]}).encode())


def using(url, work, **options):
    """The result of some work with an upstream, on a loop of its own."""

    async def main():
        upstream = Upstream.at(url, **options)
        try:
            return await work(upstream)
        finally:
            upstream.close()

    return asyncio.run(main())


def test_what_it_offers_is_passed_on_with_all_its_vendor_put_in_it():
    with Scripted([READ, CARDS]) as server:
        cards = using(server.url("/v1"), Upstream.models)

    assert json.loads(cards.to_json())["data"] == [{"id": "org/m", "vendor": 1}]


def test_its_credential_goes_to_it():
    with Scripted([READ, CARDS]) as server:
        using(server.url("/v1"), Upstream.models, api_key="sk-planted")

    assert server.requests[0].headers["authorization"] == "Bearer sk-planted"


@pytest.mark.parametrize("script", [CARDS, answer(b"{}", "404 Not Found"), answer(b"{}", "401 Unauthorized")])
def test_an_upstream_that_answers_is_ready_though_it_keeps_its_list_to_itself(script):
    with Scripted([repeat(READ, script)]) as server:
        assert using(server.url("/v1"), Upstream.trouble) is None


def test_an_upstream_that_is_not_there_is_in_trouble_until_it_is():
    async def twice(upstream):
        return await upstream.trouble(), await upstream.trouble()

    with Scripted() as server:
        gone = server.url("/v1")
    first, second = using(gone, twice)

    assert "refused" in first
    assert "refused" in second


def test_an_upstream_that_fails_says_why():
    with Scripted([repeat(READ, answer(b'{"error": {"message": "loading the model"}}', "503 Busy"))]) as server:
        assert using(server.url("/v1"), Upstream.trouble) == "loading the model"


def test_an_upstream_that_says_nothing_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(module, "LOOK", 0.2)
    with Scripted([READ, Hold()]) as server:
        assert using(server.url("/v1"), Upstream.trouble)


def test_many_looks_at_once_are_one():
    async def many(upstream):
        return await asyncio.gather(*(upstream.trouble() for _ in range(20)))

    with Scripted([repeat(READ, CARDS)]) as server:
        assert using(server.url("/v1"), many) == [None] * 20

    assert len(server.requests) == 1


def test_only_a_model_on_this_machine_is_warmed():
    with Scripted([repeat(READ, CARDS)]) as server:
        using(server.url("/v1"), Upstream.warm)

    assert server.requests == []


def test_a_failed_call_is_the_clients_own_error():
    with Scripted([repeat(READ, answer(b'{"error": {"message": "no"}}', "418 Teapot"))]) as server:
        with pytest.raises(APIError, match="no"):
            using(server.url("/v1"), lambda upstream: upstream.model("x"))
