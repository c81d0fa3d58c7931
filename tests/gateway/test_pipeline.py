"""A request on its whole path, behind keys: `dragoman serve --config`, as a user configures it, over real sockets."""

import json
import socket
import urllib.error
import urllib.request
from contextlib import contextmanager
from threading import Thread

import pytest

from answers import COMPLETION, STREAM, document, step
from dragoman.gateway.keys.desk import Desk
from dragoman.gateway.limits.terms import Limits
from dragoman.gateway.store.database import Store
from dragoman.gateway.store.tables import attempts, texts
from entries import stored
from operated import operated
from scripted import READ, RESET, Hold, Scripted, answer, chunk, chunked_head, repeat
from serving import Served, until

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
        with Store(f"sqlite:{folder}/dragoman.db") as store:
            store.migrate()
            with Served("--config", str(file)) as served:
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


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ({"models": ["gpt-5", "dear"]}, "models[1]"),
        ({"models": "dear"}, "models"),
        ({"fallbacks": [{"model": "dear"}]}, "fallbacks[0].model"),
        ({"tools": [{"type": "image_generation", "model": "dear"}]}, "tools[0].model"),
        ({"responses": {"models": ["dear"]}}, "responses.models[0]"),
        ({"anthropic": {"fallbacks": ["dear"]}}, "anthropic.fallbacks[0]"),
    ],
)
def test_a_key_opens_no_other_model_by_a_field_that_upstreams_take_more_names_in(tmp_path, named, path):
    with behind_keys(tmp_path) as (served, desk, upstream):
        _, limited = desk.create("ana", models=["gpt-*"])
        _, free = desk.create("bo")
        refused, _, told = post(served, limited, ASKED | {"model": "gpt-5"} | named)
        answered, _, _ = post(served, free, ASKED | {"model": "gpt-5", "models": ["dear"]})

    assert (refused, told["error"]["code"], told["error"]["param"]) == (403, "model_not_allowed", path)
    assert answered == 200
    assert len(upstream.requests) == 1


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


def test_a_budget_in_money_counts_what_the_service_tier_costs(tmp_path):
    served_as = [
        document(COMPLETION | {"service_tier": tier} if tier else COMPLETION) for tier in (None, "priority", "default")
    ]
    with operated(tmp_path, [each for said in served_as for each in (READ, said)]) as gateway:
        _, secret = gateway.desk.create("ana", limits=Limits(budget_day_microusd=1000))
        asked = ASKED | {"service_tier": "priority"}
        status, _, refused = gateway.ask("/v1/chat/completions", "POST", secret, asked)
        gateway.rewrite("output = 1 }", "output = 1, tiers = { priority = 2 } }")
        assert gateway.admin("/admin/reload", "POST")[0] == 200
        answers = [gateway.ask("/v1/chat/completions", "POST", secret, each)[0] for each in (ASKED, ASKED, asked)]
        assert until(lambda: len(stored(gateway.store)) == 3)
        costs = [row["cost"] for row in stored(gateway.store)]

    usage = COMPLETION["usage"]["total_tokens"]
    assert (status, json.loads(refused)["error"]["code"]) == (403, "price_unknown")
    assert answers == [200, 200, 200]
    assert costs == [usage, 2 * usage, usage]


def test_a_budget_in_money_is_used_up_by_answers_of_which_nobody_knows_what_they_cost(tmp_path):
    with operated(tmp_path, [repeat(READ, document(COMPLETION | {"service_tier": "priority"}))]) as gateway:
        _, secret = gateway.desk.create("ana", limits=Limits(budget_day_microusd=40))
        statuses = [gateway.ask("/v1/chat/completions", "POST", secret, ASKED)[0] for _ in range(5)]
        assert until(lambda: stored(gateway.store))
        costs = {row["cost"] for row in stored(gateway.store)}

    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert costs == {None}


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


FORMS = pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions", "/v1/messages"])


def body_for(path, **fields):
    return ASKED | ({"prompt": "Hello"} if path == "/v1/completions" else {}) | fields


def fault_of(path, told):
    """What a refusal's body says, in the form of each API; and that it is in that form."""
    document = json.loads(told)
    if path == "/v1/messages":
        assert document["type"] == "error"
        assert document["request_id"]
    else:
        assert document["error"].keys() >= {"message", "type", "param", "code"}
    return document["error"]


@FORMS
def test_a_model_that_is_not_the_keys_is_refused_in_the_form_of_each_api(tmp_path, path):
    with operated(tmp_path) as gateway:
        key, secret = gateway.desk.create("ana", models=["gpt-*"])
        status, headers, told = gateway.ask(path, "POST", secret, body_for(path))

    assert status == 403
    assert f"{key.prefix}… of ana may not ask for the model 'm'; it may for gpt-*" in fault_of(path, told)["message"]
    assert headers["x-should-retry"] == "false"
    assert headers["x-dragoman-attempts"] == "0"
    assert headers["x-request-id"]
    assert not gateway.upstream.requests


@FORMS
def test_a_limit_is_told_in_the_form_of_each_api_and_its_headers_are_true(tmp_path, path):
    with operated(tmp_path) as gateway:
        _, secret = gateway.desk.create("ana", limits=Limits(requests_per_minute=1))
        first = gateway.ask(path, "POST", secret, body_for(path))
        second = gateway.ask(path, "POST", secret, body_for(path))

    assert (first[0], second[0]) == (200, 429)
    assert fault_of(path, second[2])["message"].endswith("s")
    assert 0 < int(second[1]["retry-after"]) <= 62
    assert (second[1]["x-ratelimit-limit-requests"], second[1]["x-ratelimit-remaining-requests"]) == ("1", "0")
    assert second[1]["x-should-retry"] == "true"


@FORMS
def test_an_upstream_that_fails_is_named_in_the_refusal_with_the_attempts_that_it_took(tmp_path, path):
    failed = answer(b'{"error": {"message": "out of order"}}', "500 Internal Server Error")
    with operated(tmp_path, [repeat(READ, failed)], more='[[routes]]\nmodel = "*"\ncandidates = ["only"]\nretries = 1') as gateway:  # fmt: skip
        _, secret = gateway.desk.create("ana", limits=Limits(requests_per_minute=5))
        status, headers, told = gateway.ask(path, "POST", secret, body_for(path))

    assert status == 500
    assert "out of order" in fault_of(path, told)["message"]
    assert (headers["x-dragoman-upstream"], headers["x-dragoman-attempts"]) == ("only", "2")
    assert headers["x-ratelimit-remaining-requests"] == "4"
    assert len(gateway.upstream.requests) == 2


def test_more_than_there_are_seats_for_is_refused_and_the_next_served_when_one_is_free(tmp_path):
    hold = Hold()
    bounds = "[bounds]\nrequests = 1\nstreams = 1\nqueue = 1"
    with operated(
        tmp_path, [READ, hold, document(), repeat(READ, document())], [repeat(READ, document())], more=bounds
    ) as gateway:
        _, secret = gateway.desk.create("ana")
        answers = []
        threads = [Thread(target=lambda: answers.append(gateway.ask("/v1/chat/completions", "POST", secret, ASKED)[0])) for _ in range(2)]  # fmt: skip
        threads[0].start()
        assert hold.reached.wait(10)
        threads[1].start()
        assert until(lambda: gateway.admin("/admin/upstreams")[1]["under_way"]["waiting"] == 1)
        status, headers, told = gateway.ask("/v1/chat/completions", "POST", secret, ASKED)
        hold.release()
        for thread in threads:
            thread.join()

    assert (status, headers["retry-after"]) == (503, "1")
    assert json.loads(told)["error"]["code"] == "overloaded"
    assert answers == [200, 200]


PIECE = chunked_head() + chunk(step("Mo"))
ENDINGS = {
    "completed": ([READ, document()], {}, ""),
    "failed": ([READ, RESET], {}, ""),
    "refused_upstream": ([READ, answer(b'{"error": {"message": "no"}}', "400 Bad Request")], {}, ""),
    "timed_out": ([READ], {}, "timeouts = { connect = 0.7, first_token = 0.8, idle = 0.9, total = 1 }"),
    "disconnected": ([READ, PIECE], {"stream": True}, ""),
}


@pytest.mark.parametrize("end", ENDINGS)
def test_every_ending_is_a_row_of_the_ledger(tmp_path, end):
    script, fields, more = ENDINGS[end]
    route = '[[routes]]\nmodel = "*"\ncandidates = ["only"]\nretries = 0'
    with operated(tmp_path, script, more=route, upstream=more) as gateway:
        key, secret = gateway.desk.create("ana")
        if end == "disconnected":
            leave(gateway, secret, ASKED | fields)
        else:
            gateway.ask("/v1/chat/completions", "POST", secret, ASKED | fields)
        assert until(lambda: stored(gateway.store))
        (row,) = stored(gateway.store)
        (tried,) = stored(gateway.store, attempts)

    assert (row["end_reason"], tried["end_reason"]) == (end, end)
    assert (row["key"], row["asked"], row["upstream"], row["attempts"]) == (key.id, "m", "only", 1)
    assert tried["credential"] == f"file:{tmp_path}/upstream"


def leave(gateway, secret, body):
    """Ask for a stream, and go as soon as it has begun."""
    host, port = gateway.served.url.split("/")[2].split(":")
    raw = json.dumps(body).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret.reveal()}\r\nContent-Length: {len(raw)}\r\n\r\n"  # fmt: skip
    with socket.create_connection((host, int(port)), 10) as line:
        line.sendall(head.encode() + raw)
        seen = b""
        while b"Mo" not in seen:
            seen += line.recv(65536)


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("streamed", [True, False])
def test_words_are_kept_only_where_that_is_switched_on_and_without_credentials(tmp_path, kept, streamed):
    said = [{"role": "user", "content": "my key is sk-proj-abcdefghijklmnopqrstuvwxyz0123456789, who is it?"}]
    more = f"[log]\nprompts = {str(kept).lower()}"
    with operated(tmp_path, [READ, STREAM if streamed else document()], more=more) as gateway:
        _, secret = gateway.desk.create("ana")
        gateway.ask("/v1/chat/completions", "POST", secret, ASKED | {"messages": said, "stream": streamed})
        assert until(lambda: stored(gateway.store))
        words = stored(gateway.store, texts)

    assert [(row["prompt"], row["answer"]) for row in words] == (
        [('[{"role":"user","content":"my key is [credential], who is it?"}]', "Monet")] if kept else []
    )
