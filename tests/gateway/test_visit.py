"""One request: what is known of it, and what each of its answers carries."""

import asyncio
import json
from types import SimpleNamespace

import pytest

from dragoman.gateway import refusal
from dragoman.gateway.config.shape import ServerConfig
from dragoman.gateway.endpoints import Endpoint, Match
from dragoman.gateway.messages import MESSAGES
from dragoman.gateway.refusal import TurnedAwayError
from dragoman.gateway.sites import Sites
from dragoman.gateway.visit import NOWHERE, Visit


class Sent:
    """What a server was told."""

    def __init__(self):
        self.messages = []

    async def __call__(self, message):
        self.messages.append(message)

    @property
    def headers(self):
        return dict(self.messages[0]["headers"])


def visit(sent=None, body=b"", **scope):
    async def receive():
        return {"type": "http.request", "body": body}

    known = {"method": "GET", "path": "/a", "headers": []}
    return Visit(known | scope, receive, sent, SimpleNamespace(sites=Sites(ServerConfig())))


@pytest.mark.parametrize("name", ["mine-7", "a.b_C", "x" * 128])
def test_a_request_is_called_as_its_caller_says(name):
    assert visit(headers=[(b"x-request-id", name.encode())]).id == name


@pytest.mark.parametrize("name", ["", "a b", "x" * 129, "a\r\nb", "é"])
def test_a_name_that_is_none_is_replaced(name):
    assert visit(headers=[(b"x-request-id", name.encode())]).id.startswith("req_")


def test_what_only_asks_for_the_head_is_matched_as_what_asks_for_all():
    asked = visit(method="HEAD")
    endpoint = Endpoint("GET", "/a/{id}", "anyone", None)
    assert (asked.place, asked.endpoint) == (NOWHERE, None)
    asked.matched(Match("/a/{id}", {"GET": endpoint}, "7"))

    assert (asked.place, asked.named, asked.endpoint) == ("/a/{id}", "7", endpoint)


def test_every_answer_says_which_request_it_is_for_and_how_long_it_took():
    sent = Sent()
    asked = visit(sent)
    asyncio.run(asked.json({"a": 1}, 201))

    assert sent.headers[b"x-request-id"] == asked.id.encode()
    assert sent.headers[b"openai-processing-ms"].isdigit()
    assert (asked.status, json.loads(sent.messages[1]["body"])) == (201, {"a": 1})


def test_a_refusal_has_the_form_of_its_api_and_says_that_nobody_was_asked():
    sent = Sent()
    asked = visit(sent, method="POST")
    asked.matched(Match("/v1/messages", {"POST": Endpoint("POST", "/v1/messages", "caller", None, MESSAGES)}))
    asyncio.run(asked.refuse(refusal.of_status(401, "no key", "invalid_api_key")))

    assert json.loads(sent.messages[1]["body"])["error"]["type"] == "authentication_error"
    assert sent.headers[b"request-id"] == asked.id.encode()
    assert sent.headers[b"x-dragoman-attempts"] == b"0"


def test_a_refusal_that_says_who_was_asked_is_left_as_it_is():
    sent = Sent()
    asked = visit(sent, method="POST")
    asked.matched(Match("/v1/messages", {"POST": Endpoint("POST", "/v1/messages", "caller", None, MESSAGES)}))
    asyncio.run(asked.refuse(refusal.of_status(502, "no", "x", [(b"x-dragoman-attempts", b"3")])))

    names = [name for name, _ in sent.messages[0]["headers"]]
    assert names.count(b"x-dragoman-attempts") == 1
    assert sent.headers[b"x-dragoman-attempts"] == b"3"


def test_what_has_begun_to_be_answered_is_not_refused():
    sent = Sent()
    asked = visit(sent)

    async def main():
        await asked.json({})
        await asked.refuse(refusal.of_status(500, "no", "x"))

    asyncio.run(main())
    assert [message.get("status") for message in sent.messages] == [200, None]


def test_a_body_is_read_up_to_its_bound():
    assert asyncio.run(visit(body=b"12345").body(5)) == b"12345"
    with pytest.raises(TurnedAwayError) as caught:
        asyncio.run(visit(body=b"12345").body(4))
    assert caught.value.refusal.status == 413
