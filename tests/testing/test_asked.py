"""A test reads what was asked, and never the credential."""

import json

import msgspec
import pytest

from dragoman.testing import Asked
from dragoman.transport import Outgoing


def asked(body=b"", **fields):
    whole = body or (json.dumps(fields).encode() if fields else b"")
    headers = (("authorization", "Bearer sk-planted"), ("Accept", "a/b"))
    request = Outgoing("POST", "http://me:pass@a.test/v1/x?key=k1", headers, whole, own=(("idempotency-key", "i"),))
    return Asked.of(request)


def test_what_was_asked_is_typed():
    request = asked(model="m", stream=True, messages=[{"role": "user", "content": "Who?"}])

    assert request.method == "POST"
    assert request.model == "m"
    assert request.stream is True
    assert request.messages == [{"role": "user", "content": "Who?"}]
    assert request.json["model"] == "m"


def test_headers_are_the_requests_own_too_and_hold_no_credential():
    request = asked()

    assert request.headers == {"authorization": "Bearer [credential]", "accept": "a/b", "idempotency-key": "i"}
    assert request.url == "http://a.test/v1/x?key=[credential]"


@pytest.mark.parametrize("body", [b"", b"[1]", b"no JSON"])
def test_a_request_that_is_no_chat_has_no_messages(body):
    request = asked(body)

    assert (request.messages, request.model, request.stream) == ([], "", False)


def test_json_is_none_for_an_empty_body_and_says_where_another_breaks():
    assert asked().json is None
    with pytest.raises(msgspec.DecodeError):
        _ = asked(b"{").json


def test_its_repr_keeps_what_people_said_to_itself():
    assert repr(asked(messages="a secret of mine")) == ("Asked(POST http://a.test/v1/x?key=[credential], 32 bytes)")
