"""How many tokens a prompt has, as Anthropic's client asks: the model here, Anthropic, and a guess for all others."""

import json

import anthropic
import pytest

from dragoman.gateway.limits.terms import Limits
from operated import ask, operated
from scripted import READ, Scripted, answer, repeat
from serving import Served

HELLO = [{"role": "user", "content": "What is the capital of France?"}]
ASKED = {"model": "m", "system": "Be brief.", "messages": HELLO}
PATH = "/v1/messages/count_tokens"


def counted(gateway, body=ASKED, secret=None):
    status, headers, told = ask(gateway.url, PATH, "POST", secret, body)
    return status, headers, json.loads(told)


@pytest.fixture
def served(tmp_path):
    """Makes a gateway in front of upstreams: `served(server, vendor="anthropic")`."""

    def made(server, vendor):
        (tmp_path / "key").write_text("sk-planted")
        file = tmp_path / "dragoman.toml"
        file.write_text(f"""
            [upstreams.only]
            url = "{server.url("/v1")}"
            vendor = "{vendor}"
            credentials = ["file:{tmp_path}/key"]
            [[routes]]
            model = "*"
            candidates = [{{ upstream = "only", model = "claude" }}]
            retries = 0
        """)
        return Served("--config", str(file))

    return made


def test_the_model_here_counts_exactly(gateway):
    with anthropic.Anthropic(base_url=gateway.url.removesuffix("/v1"), api_key="any", max_retries=0) as claude:
        number = claude.messages.count_tokens(**ASKED).input_tokens
        usage = claude.messages.create(**ASKED, max_tokens=1).usage

    assert number == usage.input_tokens + usage.cache_read_input_tokens > 5


def test_anthropic_is_asked_in_the_callers_own_words(served):
    thinking = ASKED | {"thinking": {"type": "enabled", "budget_tokens": 1024}, "stream": False}
    with Scripted([READ, answer(b'{"input_tokens":14,"new":1}')]) as server, served(server, "anthropic") as gateway:
        status, headers, told = counted(gateway, thinking)
        gateway.stop()
        (row,) = gateway.ledger

    (request,) = server.requests
    assert (status, told) == (200, {"input_tokens": 14, "new": 1})
    assert headers["x-dragoman-upstream"] == "only"
    assert request.line == "POST /v1/messages/count_tokens HTTP/1.1"
    assert request.headers["x-api-key"] == "sk-planted"
    assert request.headers["anthropic-version"]
    del thinking["stream"]
    assert request.json == thinking | {"model": "claude"}
    assert (row["end"], row["prompt_tokens"], row["completion_tokens"]) == ("completed", 0, 0)
    # Nothing was used, whatever it would cost: no row that `dragoman usage` would call inexact, or without a price.
    assert (row["tokens_from"], row["cost"]) == ("upstream", 0)


@pytest.mark.parametrize(
    ("said", "status", "kind"),
    [
        (answer(b'{"type":"error","error":{"type":"invalid_request_error","message":"no"}}', "400 Bad Request"), 400, "invalid_request_error"),
        (answer(b"{}"), 502, "api_error"),
    ],
)  # fmt: skip
def test_what_anthropic_says_instead_is_told_in_its_form(served, said, status, kind):
    with Scripted([READ, said]) as server, served(server, "anthropic") as gateway:
        told, _, body = counted(gateway)

    assert (told, body["type"], body["error"]["type"]) == (status, "error", kind)


def test_of_any_other_upstream_it_is_a_guess_that_says_so(served):
    with Scripted() as server, served(server, "vllm") as gateway:
        status, headers, told = counted(gateway)
        longer = counted(gateway, ASKED | {"messages": [{"role": "user", "content": "word " * 400}]})[2]

    assert (status, headers["x-dragoman-tokens-from"], headers["x-dragoman-attempts"]) == (200, "estimated", "0")
    assert 8 < told["input_tokens"] < 30
    assert 400 < longer["input_tokens"] < 600
    assert server.requests == []


def test_it_is_for_those_who_may_ask_for_the_model(tmp_path):
    with operated(tmp_path) as gateway:
        _, other = gateway.desk.create("ana", models=["other"])
        statuses = [gateway.ask(PATH, "POST", secret, ASKED)[0] for secret in (None, other)]

    assert statuses == [401, 403]


def test_it_is_within_every_budget_whatever_the_model_costs(tmp_path):
    script = [repeat(READ, answer(b'{"input_tokens":14}'))]
    with operated(tmp_path, script, upstream='vendor = "anthropic"') as gateway:
        _, secret = gateway.desk.create("ana", limits=Limits(budget_day_microusd=0))
        gateway.rewrite('"only:*" =', '"only:other" =')
        assert gateway.admin("/admin/reload", "POST")[0] == 200
        asked = gateway.ask("/v1/messages", "POST", secret, ASKED | {"max_tokens": 1})
        status, _, told = gateway.ask(PATH, "POST", secret, ASKED)

    assert (asked[0], json.loads(asked[2])["error"]["type"]) == (403, "permission_error")
    assert (status, json.loads(told)) == (200, {"input_tokens": 14})


@pytest.mark.parametrize("body", [{"model": "m"}, {"messages": HELLO}, {"model": "m", "messages": [{"role": 1}]}])
def test_what_is_no_prompt_is_refused_in_anthropics_form(gateway, body):
    status, _, told = counted(gateway, body)

    assert (status, told["error"]["type"]) == (400, "invalid_request_error")
