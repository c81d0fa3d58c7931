"""Answers in one piece."""

import json

import pytest

from answers import COMPLETION, document
from dragoman.openai import APIResponseValidationError, APIStatusError, InternalServerError
from openai_asking import ASKED, asking
from scripted import READ, answer


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "an empty body"),
        (b"{", "cannot be read"),
        (b"[]", "cannot be read"),
        (b'{"id":"c"}', "no 'choices'"),
        (b'{"choices":[]}', "no 'choices'"),
    ],
)
def test_what_is_no_completion_is_said_to_be_none(body, says):
    with asking(READ, answer(body, headers={"X-Request-Id": "r"})) as (_, client):
        with pytest.raises(APIResponseValidationError, match=says) as caught:
            client.chat.completions.create(**ASKED)

    assert (caught.value.status_code, caught.value.response.content) == (200, body)


def test_an_error_object_in_a_success_is_an_error():
    with asking(READ, answer(b'{"error":{"message":"full"}}')) as (_, client):
        with pytest.raises(InternalServerError, match="full"):
            client.chat.completions.create(**ASKED)


def test_a_list_may_be_empty():
    with asking(READ, answer(b'{"object":"list","data":[]}')) as (_, client):
        assert list(client.models.list()) == []


def test_a_list_that_is_none_is_an_error():
    with (
        asking(READ, answer(b'{"object":"list"}')) as (_, client),
        pytest.raises(APIResponseValidationError, match="'data'"),
    ):
        client.models.list()


def test_a_redirect_that_leads_nowhere_is_a_status():
    with asking(READ, answer(b"", "302 Found")) as (_, client), pytest.raises(APIStatusError) as caught:
        client.chat.completions.create(**ASKED)

    assert caught.value.status_code == 302


def test_a_raw_answer_shows_all_of_it():
    with asking(READ, answer(json.dumps(COMPLETION).encode(), headers={"X-Request-Id": "r"})) as (server, client):
        raw = client.chat.completions.with_raw_response.create(**ASKED)
        url = server.url("/v1/chat/completions")

    assert (raw.status_code, raw.request_id, raw.headers["X-Request-ID"], raw.retries_taken) == (200, "r", "r", 0)
    assert (raw.method, raw.url, raw.http_request.headers["authorization"]) == ("POST", url, "[credential]")
    assert raw.json() == json.loads(raw.text) == json.loads(raw.content) == COMPLETION
    assert raw.http_response.status_code == 200
    assert raw.parse() is raw.parse()
    assert raw.parse().choices[0].message.content == "Monet"
    assert repr(raw) == "<APIResponse [200]>"


def test_a_raw_answer_may_be_parsed_or_not():
    with asking(READ, document()) as (_, client):
        raw = client.with_raw_response.chat.completions.create(**ASKED)

    assert raw.text.startswith('{"id": "c1"')
