"""What a caller may ask of its own key."""

import json
from datetime import UTC, datetime

import pytest

from answers import COMPLETION
from dragoman.gateway.limits.terms import Limits
from operated import ADMIN, ASKED, operated

USED = COMPLETION["usage"]["total_tokens"]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with operated(tmp_path_factory.mktemp("own")) as made:
        yield made


def own(gateway, secret):
    status, _, told = gateway.ask("/v1/key", secret=secret)
    assert status == 200
    return json.loads(told)


def test_a_key_is_told_what_it_may_do(gateway):
    ends = datetime(2099, 1, 1, tzinfo=UTC)
    key, secret = gateway.desk.create("ana", models=["gpt-*"], expires=ends)

    assert own(gateway, secret) == {
        "id": key.id, "prefix": key.prefix, "owner": "ana", "role": "caller", "models": ["gpt-*"],
        "expires": "2099-01-01T00:00:00Z", "limits": {},
    }  # fmt: skip


def test_it_is_told_what_is_left_and_asking_takes_nothing(gateway):
    _, secret = gateway.desk.create("ana", limits=Limits(requests_per_minute=2, budget_month_tokens=1000))
    before = [own(gateway, secret)["limits"] for _ in range(3)]
    assert gateway.ask("/v1/chat/completions", "POST", secret, ASKED)[0] == 200
    after = own(gateway, secret)["limits"]

    assert before[0] == before[2]
    assert before[0]["requests_per_minute"] == {"limit": 2, "used": 0, "held": 0, "remaining": 2, "frees_at": None}
    assert (after["requests_per_minute"]["used"], after["requests_per_minute"]["remaining"]) == (1, 1)
    assert (after["budget_month_tokens"]["used"], after["budget_month_tokens"]["remaining"]) == (USED, 1000 - USED)
    assert after["budget_month_tokens"]["frees_at"].endswith("-01T00:00:00Z")


def test_who_has_no_key_has_nothing_to_be_told(gateway, tmp_path):
    assert gateway.ask("/v1/key")[0] == 401
    assert own(gateway, ADMIN)["role"] == "admin"
    with operated(tmp_path, server='keys = "off"') as open_to_all:
        status, _, told = open_to_all.ask("/v1/key")

    assert (status, json.loads(told)["error"]["message"]) == (404, "nobody is asked for a key here")
