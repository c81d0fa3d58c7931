"""How a request is heard, and what is asked upstream for it."""

import json

import pytest

from dragoman.errors import InvalidRequestError
from dragoman.gateway.tongue import CHAT, counted, wants_usage

REQUEST = {"model": "m", "messages": [{"role": "user", "content": "x"}]}


def test_a_request_is_heard_as_it_was_written():
    body = REQUEST | {"vendor_field": {"kept": [None, 1.5, "é"]}, "user": None}

    assert CHAT.hear(json.dumps(body).encode()) == (body, ())


@pytest.mark.parametrize(
    ("wrong", "param"),
    [({"temperature": "hot"}, "temperature"), ({"stream": "true"}, "stream"), ({"model": None}, "model")],
)
def test_what_is_wrong_is_named(wrong, param):
    with pytest.raises(InvalidRequestError) as caught:
        CHAT.hear(json.dumps(REQUEST | wrong).encode())

    assert caught.value.param == param


@pytest.mark.parametrize(
    ("options", "wants"),
    [(None, False), ({}, False), ({"include_usage": False}, False), ({"include_usage": True}, True)],
)
def test_a_stream_is_always_asked_for_its_usage_and_its_caller_gets_it_when_asking(options, wants):
    body = REQUEST | {"stream": True, "stream_options": options}

    assert wants_usage(body) is wants
    assert counted(body)["stream_options"] == {"include_usage": True}


def test_other_options_of_a_stream_stay():
    body = REQUEST | {"stream": True, "stream_options": {"include_obfuscation": False}}

    assert counted(body)["stream_options"] == {"include_obfuscation": False, "include_usage": True}
    assert body["stream_options"] == {"include_obfuscation": False}
