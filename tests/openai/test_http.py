"""Requests and answers as errors show them."""

import pickle

import pytest

from dragoman.exchange import Call, Timeouts
from dragoman.openai import APIConnectionError, OpenAI
from dragoman.openai.http import Headers, Request, Response
from dragoman.retry import NEVER
from dragoman.secret import Secret
from dragoman.transport import Outgoing


def call(*headers):
    return Call(
        request=Outgoing("POST", "http://h/v1/x", headers, b"{}"),
        timeouts=Timeouts(),
        retry=NEVER,
        secret=Secret("sk-planted"),
    )


def test_a_header_is_found_in_any_case():
    headers = Headers({"X-Request-Id": "r"})

    assert headers["x-request-ID"] == headers.get("X-REQUEST-ID") == "r"
    assert dict(headers) == {"x-request-id": "r"}
    assert len(headers) == 1
    assert repr(headers) == "Headers({'x-request-id': 'r'})"


def test_a_request_shows_no_credential():
    given = (("authorization", "Bearer sk-planted"), ("x-echo", "sk-planted!"), ("api-key", "other"), ("x-token", "a"))
    request = Request.of(call(*given))

    assert (request.method, request.url, request.content) == ("POST", "http://h/v1/x", b"{}")
    assert dict(request.headers) == {
        "authorization": "[credential]",
        "x-echo": "[credential]!",
        "api-key": "[credential]",
        "x-token": "[credential]",
    }
    assert repr(request) == "<Request('POST', 'http://h/v1/x')>"


def test_an_answer_reads_like_one():
    response = Response(201, {"A": "b"}, b'{"c":1}', Request("GET", "http://h/"))

    assert (response.status_code, response.headers["a"], response.json(), response.text) == (
        201,
        "b",
        {"c": 1},
        '{"c":1}',
    )
    assert (response.url, response.is_success, response.read()) == ("http://h/", True, b'{"c":1}')
    assert pickle.loads(pickle.dumps(response)).content == response.content


def test_a_request_shows_no_credential_of_its_address():
    with OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1?version=2", max_retries=0) as client:
        with pytest.raises(APIConnectionError) as failed:
            client.with_options(default_query={"api-key": "planted"}).models.list()

    assert failed.value.request.url == "http://127.0.0.1:9/v1/models?api-key=[credential]&version=2"
    assert "planted" not in repr(failed.value.request)
