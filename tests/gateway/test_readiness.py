"""Whether a gateway can answer, and what it says of that to whom."""

import asyncio
import json
from types import SimpleNamespace

import pytest

from dragoman.gateway.app import Gateway
from dragoman.gateway.keys.directory import LAST_KNOWN
from dragoman.gateway.ledger import Totals
from dragoman.gateway.readiness import LATE, Readiness, readiness
from dragoman.gateway.running import Lasting
from gateways import made
from operated import ADMIN, operated
from scripted import READ, Scripted, answer, repeat

MODELS = [repeat(READ, answer(b'{"data": []}'))]


def found(url, lasting=None, more="", **options):
    async def main():
        running = made(url, lasting, more)
        try:
            return await readiness(running, **{"draining": False} | options)
        finally:
            running.close()

    return asyncio.run(main())


def test_a_gateway_whose_upstream_answers_is_ready():
    with Scripted(MODELS) as server:
        assert found(server.url("/v1")) == Readiness([], {})


def test_one_whose_upstreams_are_all_away_is_not_and_says_why():
    told = found("http://127.0.0.1:9/v1")

    assert len(told.reasons) == 1
    assert "127.0.0.1" in told.reasons[0]


def test_one_of_several_that_is_away_is_a_note():
    with Scripted(MODELS) as server:
        told = found(server.url("/v1"), more="""
            [upstreams.away]
            url = "http://127.0.0.1:9/v1"
            [[routes]]
            model = "*"
            candidates = ["only", "away"]
        """)  # fmt: skip

    assert told.reasons == []
    assert told.notes["upstreams"].keys() == {"away"}


def test_one_that_has_been_told_to_stop_is_not():
    with Scripted(MODELS) as server:
        assert found(server.url("/v1"), draining=True).reasons == ["it has been told to stop"]


@pytest.mark.parametrize(
    ("kept", "behind", "reasons", "notes"),
    [
        (0, 0.4, 0, 0),
        (3, 0.4, 1, 0),
        (0, LATE + 1, 0, 1),
        (0, LAST_KNOWN + 1, 1, 1),
    ],
)
def test_a_store_that_is_away_is_a_note_for_as_long_as_keys_can_be_checked(kept, behind, reasons, notes):
    """The journal takes entries while the store is away; without the journal's disk nothing may go upstream."""
    lasting = Lasting(Totals(), journal=SimpleNamespace(kept=kept), carrier=SimpleNamespace(behind=behind))
    keyed = '[server]\nkeys = "required"\n[store]\nurl = "sqlite:x.db"\n'
    with Scripted(MODELS) as server:
        told = found(server.url("/v1"), lasting, keyed)

    assert (len(told.reasons), len(told.notes)) == (reasons, notes)


def test_details_are_for_those_who_may_know_what_is_behind_the_gateway():
    told = Readiness(["10.0.0.5 refuses"], {"store": "away"})

    assert told.document(detailed=False) == {"status": "not ready"}
    assert told.document(detailed=True) == {"status": "not ready", "reason": "10.0.0.5 refuses", "store": "away"}


def test_an_admin_is_told_more_than_anybody_else(tmp_path):
    with operated(tmp_path) as gateway:
        gateway.upstream.close()
        _, secret = gateway.desk.create("ana")
        told = [gateway.ask("/readyz", secret=one) for one in (None, "dg_unknown", secret, ADMIN)]

    assert {status for status, _, _ in told} == {503}
    assert [json.loads(body).keys() for _, _, body in told] == [{"status"}] * 3 + [{"status", "reason"}]


def test_from_the_moment_it_is_told_to_stop_it_says_so():
    async def main(url):
        gateway = Gateway(made(url))
        statuses = []

        async def send(message):
            statuses.append(message.get("status"))

        for draining in (False, True):
            gateway.draining = draining
            await gateway({"type": "http", "method": "GET", "path": "/readyz", "headers": []}, None, send)
        gateway.running.close()
        return [status for status in statuses if status]

    with Scripted(MODELS) as server:
        assert asyncio.run(main(server.url("/v1"))) == [200, 503]
