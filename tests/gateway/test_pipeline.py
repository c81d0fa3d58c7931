"""A request on its whole path, behind keys: `dragoman serve --config`, as a user configures it, over real sockets."""

import json
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest

from answers import COMPLETION, document
from dragoman.gateway.keys.desk import Desk
from dragoman.gateway.limits.terms import Limits
from dragoman.gateway.store.database import Store
from entries import stored
from scripted import READ, Scripted, repeat
from serving import Served

ASKED = {"model": "m", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 10}


@contextmanager
def behind_keys(folder, more=""):
    """A gateway that asks for keys, the desk that makes them, and the server behind it."""
    with Scripted([repeat(READ, document())]) as upstream:
        file = folder / "dragoman.toml"
        file.write_text(f"""
            [store]
            url = "sqlite:{folder}/dragoman.db"
            [upstreams.only]
            url = "{upstream.url("/v1")}"
            parameters = "pass"
            [prices]
            "only:*" = {{ input = 1, output = 1 }}
            {more}
        """)
        with Served("--config", str(file)) as served, Store(f"sqlite:{folder}/dragoman.db") as store:
            yield served, Desk(store), upstream


def post(served, secret=None, body=ASKED, path="/chat/completions"):
    """The status, headers and document of an answer."""
    headers = {"authorization": f"Bearer {secret.reveal()}"} if secret else {}
    request = urllib.request.Request(served.url + path, json.dumps(body).encode(), headers)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=30) as answered:  # noqa: S310 - loopback
            return answered.status, answered.headers, json.loads(answered.read())
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.loads(error.read())


@pytest.mark.parametrize("path", ["/chat/completions", "/messages"])
def test_who_brings_no_key_is_told_so_in_the_form_of_the_api_and_costs_nothing(tmp_path, path):
    with behind_keys(tmp_path) as (served, _, upstream):
        status, headers, told = post(served, path=path)

    assert status == 401
    assert headers["www-authenticate"] == "Bearer"
    assert "a key is needed here" in told["error"]["message"]
    assert (told.get("type") == "error") is (path == "/messages")
    assert not upstream.requests


def test_a_key_opens_the_models_that_it_may_ask_for(tmp_path):
    with behind_keys(tmp_path) as (served, desk, _):
        _, secret = desk.create("ana", models=["gpt-*"])
        refused, _, told = post(served, secret)
        answered, headers, completion = post(served, secret, ASKED | {"model": "gpt-5"})

    assert (refused, told["error"]["code"], told["error"]["param"]) == (403, "model_not_allowed", "model")
    assert answered == 200
    assert completion == COMPLETION
    assert (headers["x-dragoman-upstream"], headers["x-dragoman-attempts"]) == ("only", "1")


def test_a_revoked_key_opens_nothing(tmp_path):
    with behind_keys(tmp_path) as (served, desk, _):
        key, secret = desk.create("ana")
        desk.revoke(key.id)

        assert post(served, secret)[0] == 401


def test_a_limit_is_told_with_every_answer_and_with_the_one_that_says_no(tmp_path):
    with behind_keys(tmp_path) as (served, desk, upstream):
        _, secret = desk.create("ana", limits=Limits(requests_per_minute=2))
        first, second, third = (post(served, secret) for _ in range(3))

    assert [status for status, _, _ in (first, second, third)] == [200, 200, 429]
    assert first[1]["x-ratelimit-limit-requests"] == "2"
    assert [answered[1]["x-ratelimit-remaining-requests"] for answered in (first, second, third)] == ["1", "0", "0"]
    assert 0 < int(third[1]["retry-after"]) <= 62
    assert third[2]["error"]["limit"]["name"] == "requests_per_minute"
    assert len(upstream.requests) == 2


def test_what_an_answer_really_took_replaces_what_was_reserved_for_it(tmp_path):
    limit = 2000
    with behind_keys(tmp_path) as (served, desk, _):
        _, secret = desk.create("ana", limits=Limits(tokens_per_minute=limit))
        first = post(served, secret, ASKED | {"max_tokens": 1500})
        second = post(served, secret, ASKED | {"max_tokens": 1500})

    assert (first[0], second[0]) == (200, 200)
    used = COMPLETION["usage"]["total_tokens"]
    assert int(first[1]["x-ratelimit-remaining-tokens"]) < limit - 1500
    assert int(second[1]["x-ratelimit-remaining-tokens"]) < limit - 1500 - used


def test_a_budget_in_money_is_used_up_by_what_answers_cost(tmp_path):
    with behind_keys(tmp_path) as (served, desk, _):
        _, secret = desk.create("ana", limits=Limits(budget_day_microusd=40))
        statuses = []
        while not statuses or statuses[-1] == 200:
            status, _, told = post(served, secret)
            statuses.append(status)
            assert len(statuses) < 30

    assert statuses[:1] == [200]
    assert statuses[-1] == 429
    assert told["error"]["code"] == "insufficient_quota"


def test_every_request_that_was_let_in_is_a_row_of_the_ledger_with_its_key_and_cost(tmp_path):
    with behind_keys(tmp_path) as (served, desk, _):
        key, secret = desk.create("ana")
        post(served, secret)
        post(served, secret, ASKED | {"stream": "yes"})
        post(served)
        served.stop()
        with Store(f"sqlite:{tmp_path}/dragoman.db") as store:
            rows = stored(store)

    usage = COMPLETION["usage"]
    assert [(row["key"], row["owner"], row["end_reason"], row["cost"]) for row in rows] == [
        (key.id, "ana", "completed", usage["total_tokens"])
    ]


def test_a_body_beyond_the_bound_is_refused(tmp_path):
    with behind_keys(tmp_path, "[bounds]\nbody = 50") as (served, desk, _):
        _, secret = desk.create("ana")
        status, _, told = post(served, secret)

    assert status == 413
    assert told["error"]["code"] == "request_too_large"
