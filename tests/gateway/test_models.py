"""Which models there are: those the routes name, and those upstreams offer behind a `*`."""

import asyncio
import json

import pytest

from dragoman import errors
from dragoman.gateway import models
from dragoman.gateway.config.load import parsed
from dragoman.gateway.keys.identity import ANYBODY, Identity
from dragoman.gateway.ledger import Totals
from dragoman.gateway.running import Lasting, Running
from scripted import READ, Scripted, answer, repeat

OFFERED = answer(json.dumps({"object": "list", "data": [{"id": "gpt-5", "vendor": 1}, {"id": "whisper"}, 7]}).encode())


def with_routes(server, routes, work):
    config = f'[upstreams.a]\nurl = "{server.url("/v1")}"\n[upstreams.gone]\nurl = "http://127.0.0.1:9/v1"\n{routes}'

    async def main():
        running = Running(parsed(config.encode(), "test.toml"), Lasting(Totals()))
        try:
            return await work(running.relay)
        finally:
            running.close()

    return asyncio.run(main())


ROUTES = """
[[routes]]
model = "fast"
candidates = [{ upstream = "a", model = "gpt-5" }]
[[routes]]
model = "gpt-*"
candidates = ["a", "gone"]
[[routes]]
model = "my-*"
candidates = [{ upstream = "a", model = "gpt-*" }]
"""


def test_names_of_routes_and_what_upstreams_offer_that_a_route_takes():
    with Scripted([repeat(READ, OFFERED)]) as server:
        found = with_routes(server, ROUTES, lambda relay: models.listed(relay, ANYBODY))

    assert [card["id"] for card in found["data"]] == ["fast", "gpt-5"]
    assert found["data"][1]["vendor"] == 1


def test_a_caller_sees_the_models_that_are_allowed():
    who = Identity(id="k", models=("gpt-*",))
    with Scripted([repeat(READ, OFFERED)]) as server:
        found = with_routes(server, ROUTES, lambda relay: models.listed(relay, who))
        with pytest.raises(errors.NotFoundError):
            with_routes(server, ROUTES, lambda relay: models.one(relay, who, "fast"))

    assert [card["id"] for card in found["data"]] == ["gpt-5"]


def test_where_nothing_at_all_is_known_the_reason_is_told():
    only = '[[routes]]\nmodel = "*"\ncandidates = ["gone"]'
    with Scripted() as server, pytest.raises(errors.ConnectionFailedError):
        with_routes(server, only, lambda relay: models.listed(relay, ANYBODY))


def test_one_model_is_told_by_its_route_or_by_its_upstream():
    with Scripted([READ, answer(b'{"id": "gpt-9", "vendor": 2}')]) as server:
        named = with_routes(server, ROUTES, lambda relay: models.one(relay, ANYBODY, "fast"))
        asked = with_routes(server, ROUTES, lambda relay: models.one(relay, ANYBODY, "gpt-9"))

    assert (named["id"], asked["vendor"]) == ("fast", 2)


@pytest.mark.parametrize("name", ["claude", "gpt-/../secret"])
def test_no_other_path_is_asked_for(name):
    with Scripted() as server, pytest.raises(errors.NotFoundError):
        with_routes(server, ROUTES, lambda relay: models.one(relay, ANYBODY, name))
    assert not server.requests
