"""`POST /v1/embeddings`, as openai's client and ours see it: on the model here, and with scripted upstreams behind."""

import array
import base64
import json
import math

import openai
import pytest

import dragoman.openai
from dragoman.errors import InvalidRequestError
from dragoman.gateway.embeddings import EMBEDDINGS
from dragoman.gateway.limits.terms import Limits
from operated import ask, operated
from scripted import CLOSE, READ, Scripted, answer, repeat
from serving import Served

ASKED = {"model": "m", "input": ["one", "two"]}
VECTORS = {
    "object": "list",
    "data": [{"object": "embedding", "index": place, "embedding": [0.25, -1.0]} for place in range(2)],
    "model": "real",
    "usage": {"prompt_tokens": 5, "total_tokens": 5},
    "vendor": 1,
}


def given(**changed):
    return answer(json.dumps(VECTORS | changed).encode())


def refused(status, message="no"):
    return answer(json.dumps({"error": {"message": message}}).encode(), status)


def heard(**asked):
    return EMBEDDINGS.hear(json.dumps(ASKED | asked).encode())[0]


@pytest.fixture(params=[openai.OpenAI, dragoman.openai.OpenAI], ids=["openai", "ours"])
def client(request, gateway):
    """The real package, and the face of the same name."""
    with request.param(base_url=gateway.url, api_key="any", max_retries=0) as made:
        yield made


def test_a_client_is_given_vectors_by_the_model_here(client):
    answered = client.embeddings.create(model="m", input=["A cat sat on the mat.", "A kitten rested on the rug."])
    first, second = (each.embedding for each in answered.data)

    assert answered.model == "smollm2-135m-instruct"
    assert answered.usage.prompt_tokens == answered.usage.total_tokens > 10
    assert len(first) == len(second) == 576
    assert math.isclose(sum(number**2 for number in first), 1, abs_tol=1e-3)
    assert sum(a * b for a, b in zip(first, second, strict=True)) > 0.85


def test_a_client_may_have_numbers_or_base64_of_a_text_or_of_tokens(client):
    numbers = client.embeddings.create(model="m", input="Hello world", encoding_format="float").data[0].embedding
    text = client.embeddings.create(model="m", input=[19556, 905], encoding_format="base64").data[0].embedding

    told = array.array("f", base64.b64decode(text))
    assert all(math.isclose(a, b, rel_tol=1e-3, abs_tol=1e-6) for a, b in zip(told, numbers, strict=True))


def test_what_the_model_here_cannot_do_is_refused_by_name(gateway):
    with openai.OpenAI(base_url=gateway.url, api_key="any", max_retries=0) as client:
        with pytest.raises(openai.BadRequestError) as caught:
            client.embeddings.create(model="m", input="x", dimensions=64)

    assert caught.value.param == "dimensions"


@pytest.fixture
def small(tmp_path):
    """Makes a gateway with a store in front of scripted answers; `small(answers, more="…")`."""

    def made(*answers, **options):
        return operated(tmp_path, [step for each in answers for step in (READ, each)], **options)

    return made


def test_an_upstreams_vectors_pass_through_and_are_in_the_ledger(small):
    with small(given()) as gateway:
        key, secret = gateway.desk.create("ana", limits=Limits(tokens_per_minute=1000))
        status, headers, told = gateway.ask("/v1/embeddings", "POST", secret, ASKED | {"vendor_field": [1]})
        gateway.served.stop()
        (row,) = gateway.served.ledger

    assert (status, json.loads(told)) == (200, VECTORS)
    assert gateway.upstream.requests[0].line == "POST /v1/embeddings HTTP/1.1"
    assert gateway.upstream.requests[0].json == ASKED | {"vendor_field": [1]}
    assert gateway.upstream.requests[0].headers["authorization"] == "Bearer sk-planted-upstream-credential"
    assert (headers["x-dragoman-upstream"], headers["x-dragoman-attempts"]) == ("only", "1")
    assert headers["x-ratelimit-limit-tokens"] == "1000"
    # What was used is what counts, not an answer's tokens that never come.
    assert int(headers["x-ratelimit-remaining-tokens"]) > 900
    assert (row["key"], row["end"], row["served"], row["stream"]) == (key.id, "completed", "real", False)
    assert (row["prompt_tokens"], row["completion_tokens"], row["tokens_from"]) == (5, 0, "upstream")
    assert row["cost"] == 5


def test_a_key_that_may_not_use_the_model_or_has_used_its_limit_up_is_told_so(small):
    with small(given(), given()) as gateway:
        _, other = gateway.desk.create("ana", models=["other"])
        _, few = gateway.desk.create("bob", limits=Limits(requests_per_minute=1))
        statuses = [gateway.ask("/v1/embeddings", "POST", secret, ASKED)[0] for secret in (None, other, few, few)]

    assert statuses == [401, 403, 200, 429]
    assert len(gateway.upstream.requests) == 1


def test_an_answer_that_embeddings_do_not_have_takes_nothing_of_a_limit(small):
    with small(given()) as gateway:
        _, secret = gateway.desk.create("ana", limits=Limits(tokens_per_minute=100))
        status, _, _ = gateway.ask("/v1/embeddings", "POST", secret, ASKED | {"max_tokens": 1_000_000, "n": 3})

    assert status == 200


def behind(*servers, more=""):
    """A configuration with these upstreams, in their order, on one route."""
    sections = [
        f'[upstreams.u{place}]\nurl = "{server.url("/v1")}"\nparameters = "refuse"'
        for place, server in enumerate(servers)
    ]
    names = ", ".join(f'"u{place}"' for place in range(len(servers)))
    return "\n".join([*sections, f'[[routes]]\nmodel = "*"\ncandidates = [{names}]', more])


def served(folder, *servers, more=""):
    file = folder / "dragoman.toml"
    file.write_text(behind(*servers, more=more))
    return Served("--config", str(file))


def test_another_upstream_answers_where_the_first_fails_and_both_are_in_the_ledger(tmp_path):
    with (
        Scripted([READ, refused("503 Service Unavailable")]) as broken,
        Scripted([READ, given()]) as works,
        served(tmp_path, broken, works) as gateway,
    ):
        status, headers, _ = ask(gateway.url, "/v1/embeddings", "POST", body=ASKED)
        gateway.stop()
        (row,) = gateway.ledger

    assert (status, headers["x-dragoman-upstream"], headers["x-dragoman-attempts"]) == (200, "u1", "2")
    assert [(each["upstream"], each["end"]) for each in row["attempts"]] == [("u0", "failed"), ("u1", "completed")]
    assert row["prompt_tokens"] == 5


@pytest.mark.parametrize(
    ("script", "status", "code", "end"),
    [
        (refused("400 Bad Request"), 400, None, "refused_upstream"),
        (refused("404 Not Found"), 404, None, "refused_upstream"),
        (answer(b"{}"), 502, "upstream_protocol", "failed"),
        (answer(b"<html>"), 502, "upstream_protocol", "failed"),
        (CLOSE, 502, "upstream_unreachable", "failed"),
    ],
    ids=["no", "unknown", "empty", "no JSON", "gone"],
)
def test_what_an_upstream_does_instead_is_told_and_written_down(tmp_path, script, status, code, end):
    with Scripted([repeat(READ, script)]) as upstream, served(tmp_path, upstream) as gateway:
        told, _, body = ask(gateway.url, "/v1/embeddings", "POST", body=ASKED)
        gateway.stop()
        (row,) = gateway.ledger

    assert (told, json.loads(body)["error"]["code"], row["end"]) == (status, code, end)


def test_an_upstream_that_does_not_say_the_tokens_has_them_guessed(tmp_path):
    with Scripted([READ, given(usage=None)]) as upstream, served(tmp_path, upstream) as gateway:
        ask(gateway.url, "/v1/embeddings", "POST", body=ASKED | {"input": [[1, 2, 3], [4]]})
        gateway.stop()
        (row,) = gateway.ledger

    assert (row["prompt_tokens"], row["completion_tokens"], row["tokens_from"]) == (4, 0, "estimated")


def test_a_request_is_heard_as_it_was_written():
    assert heard(dimensions=8, user=None, vendor={"a": [None]}) == ASKED | {"dimensions": 8, "user": None, "vendor": {"a": [None]}}  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "param"), [({"input": []}, "input"), ({"model": None}, "model"), ({"stream": True}, "stream")]
)
def test_what_is_wrong_is_refused_by_name(asked, param):
    with pytest.raises(InvalidRequestError) as caught:
        heard(**asked)

    assert caught.value.param == param


def test_a_prompt_is_guessed_by_its_bytes_and_counted_by_its_tokens():
    assert EMBEDDINGS.prompt({"input": "x" * 40}) == 10
    assert EMBEDDINGS.prompt({"input": ["x" * 40, "é" * 20]}) == 20
    assert EMBEDDINGS.prompt({"input": [[1, 2, 3], [4]]}) == 4
