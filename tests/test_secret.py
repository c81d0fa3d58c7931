import copy
import pickle

import pytest

from answers import document
from dragoman import ContextLengthError, Dragoman
from dragoman.secret import MASK, Secret, masked_target, masked_url, names_credential
from scripted import READ, Scripted, answer

KEY = Secret("sk-planted")


def test_a_secret_shows_only_where_it_is_revealed():
    assert repr(KEY) == str(KEY) == f"{KEY}" == MASK
    assert KEY.reveal() == "sk-planted"


@pytest.mark.parametrize("leak", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_does_not_travel(leak):
    with pytest.raises(TypeError, match="read it again where it is needed") as caught:
        leak(KEY)
    assert "planted" not in str(caught.value)


def test_a_text_that_echoes_the_secret_is_masked():
    assert KEY.mask("Incorrect API key: sk-planted.") == f"Incorrect API key: {MASK}."
    assert Secret("").mask("nothing to hide") == "nothing to hide"
    assert not Secret("")


def test_a_short_credential_is_masked_where_it_stands_by_itself():
    assert Secret("s3cret").mask("Bearer s3cret, s3cretly") == f"Bearer {MASK}, s3cretly"
    assert Secret("x").mask("maximum: max-x, x_y") == "maximum: max-x, x_y"


def test_a_placeholder_is_no_secret_and_leaves_errors_as_they_are():
    body = b'{"error":{"message":"maximum context length exceeded","code":"context_length_exceeded"}}'
    with Scripted([READ, answer(body, "400 Bad Request")]) as server:
        with pytest.raises(ContextLengthError) as caught:
            Dragoman(server.url("/v1"), api_key="x", model="m").chat.create(messages="Hello")

    assert caught.value.message == "maximum context length exceeded"
    assert caught.value.body == body


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "proxy-authorization",
        "api-key",
        "X-API-Key",
        "x-goog-api-key",
        "Cookie",
        "set-cookie",
        "x-auth-token",
        "sig",
        "X-Amz-Signature",
    ],
)
def test_a_header_that_holds_a_credential_is_known_by_its_name(name):
    assert names_credential(name)


@pytest.mark.parametrize("name", ["accept", "idempotency-key", "x-ratelimit-remaining-tokens", "x-request-id"])
def test_a_header_that_sounds_like_it_is_not(name):
    assert not names_credential(name)


def test_an_address_is_shown_without_its_credentials():
    address = "https://me:pass@a.test/v1/x?key=sk-1&limit=3&flag"

    assert masked_target(address) == "/v1/x?key=[credential]&limit=3&flag"
    assert masked_url(address) == "https://a.test/v1/x?key=[credential]&limit=3&flag"
    assert masked_target("https://a.test") == "/"


def test_a_credential_in_an_address_is_sent_and_nowhere_shown():
    told = []
    with (
        Scripted([READ, document()]) as server,
        Dragoman(server.url("/v1") + "?key=sk-planted", hooks=[told.append]) as client,
    ):
        raw = client.chat.with_raw_response.create(model="m", messages="Hello")
        shown = [client.chat.curl(model="m", messages="Hello"), repr(raw.attempts), told[0].asked.url, repr(told)]

    assert "?key=sk-planted " in server.requests[0].line
    assert not [text for text in shown if "planted" in text]
